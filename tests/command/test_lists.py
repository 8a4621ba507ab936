"""What is read from lists: lines, URLs and tags, and how far reading goes ahead."""

import base64
import fcntl
import os
import struct
import termios

import pytest

pytestmark = pytest.mark.sanitized


@pytest.fixture
def nowhere(refused_port):
    """Options that make every request be refused, whatever its host, so that any URL can be tried."""
    return ["--connect-to", f"::127.0.0.1:{refused_port}"]


def normal_form(haul, nowhere, text):
    """The URL that haul makes of a line, or None where it is refused. Nothing is ever fetched."""
    run = haul("-j", *nowhere, stdin=text + "\n")
    (record,) = run.records()
    assert record["ok"] is False
    if record["url"] is None:
        assert (record["error"]["class"], record["error"]["code"], record["attempts"]) == ("url", 3, 0)
        assert record["error"]["message"]
    else:
        assert record["error"]["class"] == "connect"
    return record["url"]


def test_the_parts_of_a_list(haul):
    text = (
        "\ufeffsleep:0\r\n"
        "\r\n"
        "# comment\n"
        "   # comment, too\n"
        " \t \n"
        " \t sleep:0.001 \t\n"
        "sleep:0.002\ttag\n"
        "sleep:0.003 \t  a tag,\twith a tab  \r\n"
        "sleep:0.004#no comment\n"
        "\tsleep:0.005"
    )
    run = haul("--gather", "-j", stdin=text)
    assert [(record["line"], record["input"], record["tag"]) for record in run.records()] == [
        (1, "sleep:0", None),
        (6, "sleep:0.001", None),
        (7, "sleep:0.002", "tag"),
        (8, "sleep:0.003", "a tag,\twith a tab"),
        (9, "sleep:0.004#no comment", None),
        (10, "sleep:0.005", None),
    ]


def test_only_the_first_line_may_begin_with_a_byte_order_mark(haul):
    run = haul("--gather", "-j", stdin="sleep:0\n\ufeffsleep:0\n")
    assert [record["ok"] for record in run.records()] == [True, False]


def test_each_list_may_begin_with_a_byte_order_mark(haul, tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).write_text("\ufeffsleep:0\n")
    run = haul("-j", "-i", "one", "-i", "two", cwd=tmp_path)
    assert [record["input"] for record in run.records()] == ["sleep:0"] * 2


def test_lists_and_arguments_are_taken_in_the_order_given(haul, tmp_path):
    (tmp_path / "one").write_text("sleep:0.001\n\nsleep:0.002")
    (tmp_path / "two").write_text("sleep:0.004\n")
    run = haul("--gather", "-j", "-i", "one", "sleep:0.003", "--input=two", "sleep:0.005", "-itwo", cwd=tmp_path)
    assert [(record["line"], record["input"]) for record in run.records()] == [
        (1, "sleep:0.001"),
        (3, "sleep:0.002"),
        (1, "sleep:0.003"),
        (1, "sleep:0.004"),
        (2, "sleep:0.005"),
        (1, "sleep:0.004"),
    ]
    assert [record["index"] for record in run.records()] == list(range(6))


def test_standard_input_is_not_read_where_there_are_urls(haul_running):
    # It stays open, and haul ends all the same.
    with haul_running("sleep:0") as run:
        assert run.wait() == 0


def test_a_list_may_be_a_fifo(haul_running, tmp_path, puppet):
    os.mkfifo(tmp_path / "fifo")
    with haul_running("-j", puppet.url("/before"), "-i", "fifo", cwd=tmp_path) as run:
        with open(tmp_path / "fifo", "wb", buffering=0) as fifo:
            assert run.record()["input"] == puppet.url("/before")
            fifo.write(puppet.url("/x\n").encode())
            assert run.record()["input"] == puppet.url("/x")
        assert run.wait() == 0


@pytest.mark.parametrize("text", ["", "\n\n", "# nothing but this\n", "\ufeff", " \t\r\n"])
def test_an_empty_list_is_well_and_is_told(haul, mode, text):
    run = haul("--mode", mode, "-j", stdin=text)
    assert (run.returncode, run.stdout) == (0, b"")
    assert run.stderr == b"haul: the list is empty: nothing was fetched\n"


def test_a_line_is_acted_on_though_the_pipe_stays_open(haul_running, puppet, mode):
    with haul_running("--mode", mode, "-j") as run:
        run.stdin.write(puppet.url("/held/1\n").encode())
        puppet.wait_for("/held/1")
        puppet.release("/held/1")
        assert run.record()["index"] == 0


def test_a_line_is_acted_on_when_it_is_whole(haul_running, puppet):
    first, second = puppet.url("/first\n").encode(), puppet.url("/second\n").encode()
    with haul_running("-j") as run:
        run.stdin.write(first + second[:-4])
        assert run.record()["line"] == 1
        run.stdin.write(second[-4:])
        assert run.record()["input"] == puppet.url("/second")
        run.stdin.close()
        assert run.wait() == 0
    assert puppet.targets() == ["/first", "/second"]


def unread(pipe):
    """How many bytes stand in it."""
    return struct.unpack("i", fcntl.ioctl(pipe, termios.FIONREAD, b"\0" * 4))[0]


def fill(pipe, line):
    """Writes the line again and again until the pipe takes no more; gives how many bytes it took."""
    os.set_blocking(pipe.fileno(), False)
    taken = 0
    while taken < 10_000_000:
        written = pipe.write(line * 100)
        if not written:
            break
        taken += written
    return taken


def test_a_producer_waits_while_all_places_are_taken(haul_running, puppet):
    with haul_running("-c", 2) as run:
        lines = [puppet.url("/held/1\n"), puppet.url("/held/2\n")]
        run.stdin.write("".join(lines).encode())
        puppet.wait_for("/held/1", "/held/2")
        size = fcntl.fcntl(run.stdin, fcntl.F_GETPIPE_SZ)
        taken = fill(run.stdin, b"sleep:0\n")
        assert 0 < taken <= size
        assert unread(run.stdin) == taken
        puppet.release("/held/1")
        run.stdin.close()
        puppet.release("/held/2")
        assert len(run.stdout.rest().splitlines()) == 2 + taken // 8 + (taken % 8 > 0)


@pytest.mark.parametrize("mode, read", [("sequential", 1), ("gather", 3), ("as-completed", 3)])
def test_no_line_is_taken_without_a_place_for_it(haul_running, puppet, mode, read):
    """Whatever was read has a record when the run is interrupted, so that the records tell how much was read."""
    with haul_running("--mode", mode, "-c", 3, "-j") as run:
        run.stdin.write("".join(puppet.url(f"/held/{number}\n") for number in range(100)).encode())
        puppet.wait_for(*[f"/held/{number}" for number in range(read)])
        run.interrupt()
        assert len(run.stdout.rest().splitlines()) == read


@pytest.mark.parametrize(
    "text, url",
    [
        ("example.com", "https://example.com/"),
        ("EXAMPLE.com/A", "https://example.com/A"),
        ("localhost:8080", "https://localhost:8080/"),
        ("localhost:8080/x", "https://localhost:8080/x"),
        ("localhost:8080?x", "https://localhost:8080/?x"),
        ("localhost:1#x", "https://localhost:1/#x"),
        ("localhost:65535/", "https://localhost:65535/"),
        ("127.0.0.1", "https://127.0.0.1/"),
        ("127.0.0.1:81/x", "https://127.0.0.1:81/x"),
        ("[::1]:81/x", "https://[::1]:81/x"),
        ("h.test/a:b", "https://h.test/a:b"),
        ("h.test/?u=http://x.test/", "https://h.test/?u=http://x.test/"),
        ("h.test:443/", "https://h.test/"),
        ("HTTP://H.test:80", "http://h.test/"),
        ("http://h.test:443/", "http://h.test:443/"),
        ("http://h.test/a b?c d", "http://h.test/a%20b?c%20d"),
        ("http://h.test/ä?ö", "http://h.test/%C3%A4?%C3%B6"),
        ("http://h.test/%c3%a4", "http://h.test/%C3%A4"),
        ("http://h.test/a/../b/./c", "http://h.test/b/c"),
        ("http://bücher.test/", "http://xn--bcher-kva.test/"),
        ("http://u@h.test/", "http://***@h.test/"),
        ("http://u:secret@h.test/", "http://u:***@h.test/"),
        ("http://2130706433/", "http://127.0.0.1/"),
        ("http://0x7f.1/", "http://127.0.0.1/"),
        ("sleeping.test", "https://sleeping.test/"),
    ],
)
def test_the_normal_form(haul, nowhere, text, url):
    assert normal_form(haul, nowhere, text) == url


@pytest.mark.parametrize(
    "text",
    [
        *("ftp://h.test/", "file:///etc/passwd", "mailto:a@h.test", "javascript:alert(1)", "data:,x", "urn:isbn:1"),
        *("gopher://h.test/", "ws://h.test/", "localhost:999999", "localhost:x", "localhost:8080x", "localhost:"),
        *("u@h.test", "u:p@h.test", "u:1@h.test/"),
        *("2130706433", "0x7f000001", "127.1", "0177.0.0.1", "0x7f.0.0.1", "1.2.3", "1.2.3.4.5", "256.1.1.1", "1"),
        *("127.0.0.01", "1.2.3.4.", "2130706433:80/x"),
        *("http://", "https://", "http://:80/", "http://h.test:65536/", "http://h.test:x/", "h.test:65536/"),
        *("http://[::1/", "http://a b.test/", "/path", "?query", "#fragment", "//h.test/", "."),
        *("sleep:", "sleep:x", "sleep:-1", "sleep:1e3", "sleep:nan", "Sleep://1"),
    ],
)
def test_what_is_no_url_is_refused(haul, nowhere, text):
    # A line that begins with # is a comment; as an argument it is a URL, and none.
    run = haul("-j", *nowhere, "--", text)
    (record,) = run.records()
    assert record["url"] is None
    assert (record["error"]["class"], record["error"]["code"], record["attempts"]) == ("url", 3, 0)
    assert record["error"]["message"]
    assert run.returncode == 1


def test_the_request_has_what_the_list_says_encoded(haul, puppet):
    run = haul(puppet.url("/a b/ä?c d&é#f"))
    assert run.returncode == 0
    assert puppet.targets() == ["/a%20b/%C3%A4?c%20d&%C3%A9"]


def test_bytes_that_are_no_utf8_are_encoded_and_come_back(haul, puppet):
    line = puppet.url("/x").encode() + b"\xff\xfe"
    run = haul("-j", stdin=line + b"\ttag\xff\n")
    (record,) = run.records()
    assert record["ok"] is True
    assert puppet.targets() == ["/x%FF%FE"]
    assert record["input"] == puppet.url("/x\ufffd\ufffd")
    assert base64.b64decode(record["input_base64"]) == line
    assert record["tag"] == "tag\ufffd"


def test_an_argument_with_a_tab_has_a_tag(haul):
    (record,) = haul("-j", " sleep:0\t tag ").records()
    assert (record["input"], record["tag"]) == ("sleep:0", "tag")


def test_the_hint_is_only_for_what_looks_like_a_file_of_urls(haul, nowhere, tmp_path):
    (tmp_path / "urls.txt").write_text("sleep:0\n")
    (tmp_path / "directory.test").mkdir()
    run = haul(*nowhere, "urls.txt", "./urls.txt", "directory.test", "other.test", "http://urls.txt/", cwd=tmp_path)
    hints = [line for line in run.stderr.decode().splitlines() if "to read URLs from it" in line]
    assert hints == [
        "haul: urls.txt is taken as a URL; to read URLs from it: -i urls.txt",
        "haul: ./urls.txt is taken as a URL; to read URLs from it: -i ./urls.txt",
    ]
    assert run.returncode == 1


def test_compare_is_a_subcommand_only_as_the_first_argument(haul, nowhere):
    for arguments in (["--", "compare"], ["-s", "compare"], ["sleep:0", "compare"]):
        run = haul("-j", *nowhere, *arguments)
        assert run.records()[-1]["url"] == "https://compare/"


def test_lines_may_end_with_nul(haul):
    run = haul("-j", "--gather", "-0", stdin="sleep:0\ttag\0\0# comment\0 sleep:0.001 \0sleep:0\n1\0sleep:0.002")
    assert [(record["line"], record["input"], record["tag"], record["ok"]) for record in run.records()] == [
        (1, "sleep:0", "tag", True),
        (4, "sleep:0.001", None, True),
        (5, "sleep:0\n1", None, False),
        (6, "sleep:0.002", None, True),
    ]


def test_json_may_end_with_nul_and_stand_on_several_lines(haul):
    text = '{"url": "sleep:0"}\0\n{\n  "url": "sleep:0",\n  "tag": [1,\n2]\n}\n\0'
    run = haul("-j", "--gather", "--null", "--input-format", "jsonl", stdin=text)
    assert [(record["ok"], record["tag"]) for record in run.records()] == [(True, None), (True, [1, 2])]
    assert len(run.lines()) == 2


def test_each_url_is_fetched_as_often_as_it_is_said(haul, origin, mode):
    run = haul("-j", "--mode", mode, "--repeat", "3", origin.url("/{a,b}"), "ftp://h/")
    records = sorted(run.records(), key=lambda record: record["index"])
    assert [(record["line"], record["input"].removeprefix(origin.url())) for record in records] == [
        *[(1, "a")] * 3,
        *[(1, "b")] * 3,
        *[(2, "ftp://h/")] * 3,
    ]
    assert origin.stats()["requests"] == 6


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("/b?c", "http://h:81/b?c"),
        ("/", "http://h:81/"),
        ("/../b c", "http://h:81/b%20c"),
        ("//g/x", "http://g/x"),
        ("//", None),
        ("/a\x01", None),
        ("/a\0b", None),
        ("http://g/", "http://g/"),
        ("g", "https://g/"),
    ],
)
def test_lines_that_begin_with_a_slash_are_resolved(haul, text, url):
    run = haul("--dry-run", "-j", "--base", "http://h:81/x/y?z#f", stdin=text + "\ttag\n")
    (record,) = run.records()
    assert (record["url"], record["input"], record["tag"]) == (url, text, "tag")


def test_what_is_resolved_is_read_as_other_urls_are(haul):
    run = haul("--dry-run", "-j", "--gather", "--path-as-is", "--base", "http://u:p@h/x", "/a/../b", "//g/./c")
    assert [record["url"] for record in run.records()] == ["http://u:***@h/a/../b", "http://g/./c"]


def test_so_are_arguments_and_json_lines(haul, origin, tmp_path):
    run = haul("-j", "--gather", "--base", origin.url(), "/status/20[0-1]", str(tmp_path))
    assert [record["status"] for record in run.records()][:2] == [200, 201]
    # A folder or file of that name is not meant.
    assert b"is taken as a URL" not in run.stderr
    text = '{"url": "/status/204"}\n'
    (record,) = haul("-j", "--base", origin.url(), "--input-format", "jsonl", stdin=text).records()
    assert record["status"] == 204


def test_without_a_base_a_slash_is_no_url(haul):
    (record,) = haul("-j", stdin="/a\n").records()
    assert record["error"]["class"] == "url"


@pytest.mark.parametrize("base", ["ftp://h/", "sleep:1", "", "http://", "http://user:secret@h:x/"])
def test_a_base_that_is_no_url_is_a_mistake(haul, base):
    run = haul("--base", base, "/a")
    assert run.returncode == 2
    assert b"is not an http or https URL" in run.stderr
    assert b"secret" not in run.stderr


def test_a_dry_run_fetches_nothing_and_tells_what_would_be(haul, origin):
    run = haul("--dry-run", "-j", origin.url("/{a,b}"), "http://user:secret@h/", "sleep:100", "ftp://h/")
    assert [(record["url"], record["method"], record["ok"], record["attempts"]) for record in run.records()] == [
        (origin.url("/a"), "GET", True, 0),
        (origin.url("/b"), "GET", True, 0),
        ("http://user:***@h/", "GET", True, 0),
        ("sleep:100", None, True, 0),
        (None, "GET", False, 0),
    ]
    assert run.returncode == 1
    assert origin.stats()["requests"] == 0


def test_a_dry_run_has_a_line_each(haul):
    run = haul("--dry-run", "h/a", stdin="")
    assert run.lines() == ["0\t0.000000\t0\thttps://h/a\t"]
    assert run.returncode == 0


def test_a_dry_run_of_bodies_writes_none(haul, origin):
    run = haul("--dry-run", "--body", origin.url("/size/3"))
    assert (run.returncode, run.stdout) == (0, b"")


def test_the_password_of_a_base_is_not_to_be_seen(haul_running, puppet):
    base = puppet.url().replace("http://", "http://user:secret@")
    with haul_running("--base", base, "/held") as run:
        puppet.wait_for("/held")
        with open(f"/proc/{run.process.pid}/cmdline", "rb") as arguments:
            assert b"secret" not in arguments.read()
        assert puppet.requests[0].field("authorization")
        puppet.release("/held")
        assert run.wait() == 0
