"""Lines: their fields, and that no foreign text can do anything in them."""

import re

import pytest
import servers
import support

pytestmark = pytest.mark.sanitized

SECONDS = r"\d+\.\d{6}"


def fields(run):
    """The five fields of each line, the seconds taken out after a look at them."""
    found = []
    for line in run.stdout.decode().split("\n")[:-1]:
        status, seconds, size, url, note = line.split("\t")
        assert re.fullmatch(SECONDS, seconds)
        found.append((status, size, url, note))
    assert run.stdout.endswith(b"\n")
    return found


def test_a_line_has_five_fields(haul, origin):
    run = haul("--gather", origin.url("/ok"), origin.url("/status/404"), "sleep:0.001\ttag", origin.url("/size/70000"))
    assert fields(run) == [
        ("200", "3", origin.url("/ok"), ""),
        ("404", "9", origin.url("/status/404"), "404 Not Found"),
        ("0", "0", "sleep:0.001", "[tag]"),
        ("200", "70000", origin.url("/size/70000"), ""),
    ]
    assert run.returncode == 1


def test_a_failed_transfer_has_its_class_for_a_status(haul, origin, refused_port):
    lines = {
        f"http://127.0.0.1:{refused_port}/": "connect",
        f"http://{'x' * 64}/": "dns",
        "gopher://h.test/": "url",
        origin.url("/garbage"): "protocol",
        origin.url("/short"): "protocol",
        origin.url("/redirect-loop"): "redirect",
        origin.url("/endless-header"): "size",
        origin.url("/silent"): "timeout",
    }
    run = haul("--gather", "--idle-timeout", "0.2", *lines)
    assert [(url, status) for status, _, url, _ in fields(run)] == list(lines.items())
    assert all(note for _, _, _, note in fields(run))


def test_the_note_says_where_redirects_led(haul, origin):
    here = origin.url("/redirect?to=/ok")
    gone = origin.url("/redirect?to=/status/404")
    run = haul("--gather", here, f"{gone}\ttag", f"{here}\ttag")
    assert [note for _, _, _, note in fields(run)] == [
        f"-> {origin.url('/ok')}",
        f"404 Not Found (at {origin.url('/status/404')}) [tag]",
        f"-> {origin.url('/ok')} [tag]",
    ]


ESCAPES = [
    (b"\x1b[31m", r"\x1b[31m"),
    (b"\x01\x7f", r"\x01\x7f"),
    (b"\0", r"\x00"),
    (b"a\rb", r"a\x0db"),
    (b"\\", r"\\"),
    (b"\\x1b", r"\\x1b"),
    (b"\xff\xc0", r"\xff\xc0"),
    ("\x85\x9b".encode(), r"\u{85}\u{9b}"),
    ("\u2028\u2029".encode(), r"\u{2028}\u{2029}"),
    ("\u202e\u2066\u2069\u200f\u061c".encode(), r"\u{202e}\u{2066}\u{2069}\u{200f}\u{61c}"),
    ("ä\u4e2d\U0001f600".encode(), "ä\u4e2d\U0001f600"),
]


@pytest.mark.parametrize("raw, escaped", ESCAPES, ids=[escaped for _, escaped in ESCAPES])
def test_the_text_of_a_list_is_escaped(haul, raw, escaped):
    run = haul(stdin=b"x:" + raw + b".\ttag " + raw + b".\n")
    ((status, _, url, note),) = fields(run)
    assert (status, url) == ("url", f"x:{escaped}.")
    assert note.endswith(f" [tag {escaped}.]")


def test_a_tab_in_a_tag_is_escaped(haul):
    ((_, _, _, note),) = fields(haul(stdin="sleep:0\ta\tb"))
    assert note == r"[a\tb]"


def test_what_a_server_says_is_escaped(haul, puppet):
    """Where a redirect goes is the one text of a server that a line shows."""
    locations = [b"/\x1b[2Jx", b"/a\tb", b"//\x1b]0;x\x07/", "/\u202ex".encode(), b"/\xff", b"x\x9b:y", b"http://\x01/"]
    for number, location in enumerate(locations):
        head = b"HTTP/1.1 302 \x1b[5mFound\r\nContent-Length: 0\r\nContent-Type: \x1b[5m\r\nLocation: "
        puppet.answers[f"/{number}"] = head + location + b"\r\n\r\n"
    puppet.answers["/reason"] = b"HTTP/1.1 404 \x1b[5m\xff\r\nContent-Length: 0\r\n\r\n"
    for form in ([], ["-j"], ["--body"]):
        run = haul("--gather", "--summary=total", *form, *[puppet.url(f"/{number}") for number in range(len(locations))])
        for output in (run.stdout, run.stderr):
            assert not re.search(rb"[\x00-\x08\x0b-\x1f\x7f\xff]", output)
            assert not re.search("[\x80-\x9f\u202e]", output.decode())
        assert run.returncode == 1
        if not form:
            assert len(fields(run)) == len(locations)


def test_messages_are_escaped(haul):
    run = haul("-i", "no\x1b[31m\nsuch\u202efile", "sleep:0")
    assert run.stderr.decode().splitlines()[0] == (
        r"haul: cannot read no\x1b[31m\nsuch\u{202e}file: No such file or directory"
    )


def test_a_password_is_masked_everywhere(haul, origin, refused_port):
    lines = [
        origin.url("/ok").replace("//", "//name:secret@"),
        origin.url("/redirect?to=/status/404").replace("//", "//name:secret@"),
        f"http://name:secret@127.0.0.1:{refused_port}/",
        "ftp://name:secret@h.test/",
        "ftp://name:se:secret@h.test/x@y\x01",
        "name:secret@h.test/",
        "http://name:secret@h.test:99999/",
        origin.url("/ok").replace("//", "//:secret@"),
        origin.url("/ok").replace("//", "//secret@"),
        origin.url("/redirect?to=/ok").replace("//", "//secret:@"),
        "ftp://secret@h.test/",
        "secret@h.test/",
    ]
    for form in ([], ["--body"], ["--sequential"]):
        run = haul("--summary=total", *form, stdin="\n".join(lines))
        assert run.returncode == 1
        assert b"secret" not in run.stdout + run.stderr
    urls = [url for _, _, url, _ in fields(run)]
    assert urls[0] == lines[0].replace("secret", "***")
    assert urls[3] == "ftp://name:***@h.test/"


def test_a_password_in_a_redirect_is_masked(haul, puppet):
    location = puppet.url("/next").replace("//", "//name:secret@")
    puppet.answers["/moved"] = servers.response(302, f"Location: {location}")
    run = haul(puppet.url("/moved"))
    ((_, _, _, note),) = fields(run)
    assert note == "-> " + location.replace("secret", "***")
    assert puppet.requests[1].field("authorization").startswith("Basic ")


def test_lines_are_whole_whatever_the_concurrency(haul, origin):
    tag = "t" * 1500
    lines = [f"{origin.url(f'/size/{number}')}\t{tag}{number}" for number in range(400)]
    run = haul("-c", 100, stdin="\n".join(lines))
    assert run.returncode == 0
    assert sorted(fields(run)) == sorted(
        ("200", str(number), origin.url(f"/size/{number}"), f"[{tag}{number}]") for number in range(400)
    )


def test_a_line_is_there_as_soon_as_its_url_is_done(haul_running, puppet):
    with haul_running(puppet.url("/held/slow"), puppet.url("/quick")) as run:
        assert puppet.url("/quick") in run.stdout.line().decode()
        puppet.release("/held/slow")
        assert run.wait() == 0


def test_a_url_of_any_length_stands_whole_in_a_line(haul, origin):
    long = origin.url("/ok?" + "x" * 20_000)
    assert [url for _, _, url, _ in fields(haul(long))] == [long]


@pytest.mark.parametrize("env", [{}, {"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_columns_stand_on_a_terminal_and_tabs_elsewhere(haul_on_terminal, origin, env):
    urls = [origin.url("/ok"), origin.url("/status/404"), origin.url("/redirect"), "x:\x1b\ttag"]
    with haul_on_terminal("--gather", "-s", *urls, env=env) as run:
        status, screen = run.wait()
    assert status == 1
    colours = re.findall(rb"\x1b\[(\d*)m", screen)
    assert colours == ([] if env else [b"32", b"0", b"31", b"0", b"32", b"0", b"31", b"0"])
    lines = re.sub(rb"\x1b\[\d*m", b"", screen).decode().splitlines()
    assert "\t" not in "".join(lines)
    assert len({line.index("http://") for line in lines[:3]}) == 1
    assert re.fullmatch(rf"404 +\d+\.\d{{3}} +9 +{re.escape(urls[1])} +404 Not Found", lines[1])
    assert re.match(r"url +0\.000 +0 +x:\\x1b +.*\[tag\]$", lines[3])


def test_a_very_long_url_is_cut_on_a_terminal(haul_on_terminal, origin):
    with haul_on_terminal("-s", origin.url("/ok?" + "x" * 5000)) as run:
        screen = run.wait()[1]
    assert b"xxx..." in screen
    assert len(screen) < 1000


def test_a_terminal_for_messages_makes_no_columns(haul_on_terminal, origin, tmp_path):
    with open(tmp_path / "lines", "w+b") as lines:
        with haul_on_terminal("--gather", origin.url("/ok"), "sleep:0\ttag", stdout=lines) as run:
            assert run.wait()[0] == 0
        run = support.Finished([], 0, (tmp_path / "lines").read_bytes(), b"")
    assert fields(run) == [("200", "3", origin.url("/ok"), ""), ("0", "0", "sleep:0", "[tag]")]
