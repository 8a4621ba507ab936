"""Bad input, in every mode and both forms of output: one clear record or message, and no other URL is lost."""

import os
import stat

import pytest

pytestmark = pytest.mark.sanitized


def refused(port):
    return f"http://127.0.0.1:{port}/"


# What stands in the list, then the class, the code and the message of its error. ORIGIN/path is a URL of the origin.
BAD_LINES = {
    "NUL bytes": (b"ORIGIN/a\0b", "url", 3, "it has a control character in it"),
    "a NUL byte alone": (b"\0", "url", 3, "it has a control character in it"),
    "control characters": (b"ORIGIN/a\x1b[2J\x07", "url", 3, "it has a control character in it"),
    "a carriage return": (b"ORIGIN/a\rHost: x", "url", 3, "it has a control character in it"),
    "invalid UTF-8 in the host": (b"http://h\xff\xfe.test/", "url", 3, ""),
    "an unsupported scheme": (b"gopher://h.test/", "url", 3, "only http, https and sleep URLs are fetched"),
    "a file": (b"file:///etc/passwd", "url", 3, "only http, https and sleep URLs are fetched"),
    "a scheme alone": (b"http://", "url", 3, ""),
    "a name that does not resolve": (b"http://" + b"x" * 64 + b"/", "dns", 6, "the host's name cannot be looked up"),
    "a refused connection": (b"REFUSED", "connect", 7, "connection refused"),
    "closed at once": (b"ORIGIN/drop", "connect", 52, "the connection was closed before an answer began"),
    "reset at once": (b"ORIGIN/reset", "connect", 56, "the connection was reset before an answer began"),
    "garbage": (b"ORIGIN/garbage", "protocol", None, "the answer is not HTTP"),
    "half a header": (b"ORIGIN/half-header", "protocol", None, ""),
    "fewer bytes than promised": (b"ORIGIN/short", "protocol", 18, "the answer ended before it was whole"),
    "a chunk that is none": (b"ORIGIN/bad-chunk", "protocol", None, ""),
    "a header without end": (b"ORIGIN/endless-header", "size", None, "the header of the answer is larger than 300 kB"),
    "a silent server": (b"ORIGIN/silent", "timeout", 28, "nothing received for 300 ms"),
    "a body that does not come": (b"ORIGIN/hang-body?send=0", "timeout", 28, "nothing received for 300 ms"),
    "a redirect to itself": (b"ORIGIN/redirect-loop", "redirect", 47, "more than 10 redirects"),
    "a redirect to file:": (
        *(b"ORIGIN/redirect?to=file:///etc/passwd", "redirect", 1),
        "the redirect cannot be followed: a redirect can lead to http and https URLs only",
    ),
    "a redirect to sleep:": (b"ORIGIN/redirect?to=sleep:0", "redirect", 1, ""),
    "a redirect to no host": (b"ORIGIN/redirect?to=http://", "redirect", 1, ""),
    "a redirect to a bad port": (b"ORIGIN/redirect?to=http://127.0.0.1:99999/", "redirect", 1, ""),
    "a redirect to control characters": (b"ORIGIN/redirect?to=/%01%1b", "redirect", 1, ""),
}


@pytest.fixture(params=BAD_LINES.values(), ids=BAD_LINES.keys())
def bad(request, origin, refused_port):
    """A bad line, and the class, code and message of what comes of it."""
    line, *error = request.param
    line = line.replace(b"ORIGIN", origin.root.rstrip("/").encode())
    return line.replace(b"REFUSED", refused(refused_port).encode()), *error


def surrounded(origin, line):
    """A list with good URLs before and behind the line."""
    good = [origin.url(f"/ok?{number}") for number in range(4)]
    return good, b"\n".join([good[0].encode(), good[1].encode(), line, good[2].encode(), good[3].encode()])


def test_a_bad_line_gives_one_clear_record(haul, origin, bad, mode):
    line, error_class, code, message = bad
    good, text = surrounded(origin, line)
    run = haul("--mode", mode, "-j", "--idle-timeout", "0.3", stdin=text)
    records = sorted(run.records(), key=lambda record: record["index"])
    assert [record["index"] for record in records] == list(range(5))
    failed = records.pop(2)
    assert [(record["input"], record["ok"]) for record in records] == [(url, True) for url in good]
    assert failed["ok"] is False
    assert failed["error"]["class"] == error_class
    assert failed["error"]["code"] == code or code is None
    assert failed["error"]["message"] == message or (not message and failed["error"]["message"])
    assert run.returncode == 1
    assert run.stderr.decode() == f"haul: 1 of 5 URLs not ok (1 {error_class})\n"


def test_a_bad_line_gives_one_line(haul, origin, bad, mode):
    line, error_class, _, message = bad
    good, text = surrounded(origin, line)
    run = haul("--mode", mode, "--idle-timeout", "0.3", stdin=text)
    lines = [found.split("\t") for found in run.lines()]
    assert len(lines) == 5
    assert sorted(url for status, _, _, url, _ in lines if status == "200") == good
    (note,) = [note for status, _, _, _, note in lines if status == error_class]
    assert note.startswith(message)
    assert run.returncode == 1
    assert run.stderr.decode() == f"haul: 1 of 5 URLs not ok (1 {error_class})\n"


def test_a_bad_line_gives_no_body(haul, origin, bad, mode):
    line, error_class, _, _ = bad
    _, text = surrounded(origin, line)
    run = haul("--mode", mode, "--body", "--idle-timeout", "0.3", stdin=text)
    assert run.stdout == b"ok\n" * 4
    assert run.returncode == 1
    told, counted = run.stderr.decode().splitlines()
    assert f": {error_class}: " in told
    assert counted == f"haul: 1 of 5 URLs not ok (1 {error_class})"


def test_a_redirect_to_nowhere_is_an_answer_like_any_other(haul, origin, mode):
    """Without a Location there is nothing to follow, and the status is below 400."""
    run = haul("--mode", mode, "-j", origin.url("/ok"), origin.url("/no-location"), origin.url("/ok"))
    assert sorted(record["status"] for record in run.records()) == [200, 200, 302]
    assert all(record["ok"] and record["redirects"] == 0 for record in run.records())
    assert run.returncode == 0


@pytest.mark.parametrize("form", [["-j"], [], ["--body"]])
def test_a_url_of_100_kb_is_sent_as_it_is(haul, origin, mode, form):
    long = origin.url("/bytes?" + "x" * 100_000)
    run = haul("--mode", mode, *form, stdin=f"{origin.url('/ok')}\n{long}\n{origin.url('/ok')}\n")
    assert (run.returncode, run.stderr) == (0, b"")
    assert origin.stats()["paths"] == {"/ok": 2, "/bytes": 1}
    if form == ["-j"]:
        assert sorted((len(record["url"]), record["bytes"]) for record in run.records())[2] == (len(long), 100_000)


def test_a_url_of_100_kb_that_is_none_is_refused(haul, origin, mode):
    run = haul("--mode", mode, "-j", stdin=f"{origin.url('/ok')}\n{'x:' + 'y' * 100_000}\n{origin.url('/ok')}\n")
    assert sorted(record["ok"] for record in run.records()) == [False, True, True]
    (failed,) = [record for record in run.records() if not record["ok"]]
    assert (len(failed["input"]), failed["error"]["class"]) == (100_002, "url")


def test_invalid_utf8_in_a_path_is_encoded_and_fetched(haul, origin, mode):
    line = origin.url("/ok?").encode() + b"\xff\xc0\x80"
    run = haul("--mode", mode, "-j", stdin=line)
    (record,) = run.records()
    assert (record["ok"], record["url"]) == (True, origin.url("/ok?%FF%C0%80"))
    assert "input_base64" in record


@pytest.mark.parametrize("form", [["-j"], [], ["--body"]])
def test_a_list_that_cannot_be_read_costs_a_message_and_no_other_list(haul, origin, tmp_path, mode, form):
    (tmp_path / "good").write_text(origin.url("/ok") + "\n")
    (tmp_path / "closed").write_text("sleep:0\n")
    (tmp_path / "closed").chmod(0)
    lists = {"missing": "No such file or directory", ".": "Is a directory", "/proc/self/mem": "Input/output error"}
    if not os.access(tmp_path / "closed", os.R_OK):  # root may read everything
        lists["closed"] = "Permission denied"
    arguments = [argument for name in lists for argument in ("-i", name, "-i", "good")]
    run = haul("--mode", mode, *form, *arguments, cwd=tmp_path)
    assert run.returncode == 2
    assert run.stderr.decode().splitlines() == [f"haul: cannot read {name}: {why}" for name, why in lists.items()]
    assert len(run.lines()) == len(lists)
    assert origin.stats()["requests"] == len(lists)
    assert stat.S_IMODE((tmp_path / "closed").stat().st_mode) == 0


def test_a_directory_as_standard_input_cannot_be_read(haul, tmp_path, mode):
    descriptor = os.open(tmp_path, os.O_RDONLY)
    run = haul("--mode", mode, stdin=descriptor)
    os.close(descriptor)
    assert (run.returncode, run.stdout) == (2, b"")
    assert run.stderr == b"haul: cannot read standard input: Is a directory\n"


@pytest.mark.parametrize(
    "mistake, named",
    [
        (["-c", "0"], "-c"),
        (["-c", "abc"], "-c"),
        (["-c"], "-c"),
        (["--no-such-option"], "--no-such-option"),
        (["--gathe"], "--gathe"),
        (["-Q"], "-Q"),
        (["--gather=yes"], "--gather"),
        (["--idle-timeout", "soon"], "--idle-timeout"),
        (["--max-time", "-1"], "--max-time"),
        (["--connect-timeout", "5x"], "--connect-timeout"),
        (["--max-redirs", "many"], "--max-redirs"),
        (["--resolve", "nonsense"], "--resolve"),
        (["--connect-to", "nonsense"], "--connect-to"),
        (["--mode", "together"], "--mode"),
        (["-i"], "-i"),
        (["-i", ""], "-i"),
        (["--cacert", "/no/such/file"], "--cacert"),
        (["--body", "-j"], "--body"),
    ],
)
def test_a_wrong_option_is_one_message_and_nothing_runs(haul, origin, mode, mistake, named):
    run = haul("--mode", mode, origin.url("/ok"), *mistake)
    assert (run.returncode, run.stdout) == (2, b"")
    (line,) = run.stderr.decode().splitlines()
    assert line.startswith("haul: ") and named in line
    assert origin.stats()["requests"] == 0


def test_everything_bad_at_once_loses_nothing_good(haul, origin, refused_port, mode):
    bad = [line.replace(b"ORIGIN", origin.root.rstrip("/").encode()) for line, *_ in BAD_LINES.values()]
    bad = [line.replace(b"REFUSED", refused(refused_port).encode()) for line in bad]
    good = [origin.url(f"/ok?{number}").encode() for number in range(len(bad))]
    text = b"\n".join(line for pair in zip(bad, good) for line in pair)
    run = haul("--mode", mode, "-j", "-c", 50, "--idle-timeout", "0.3", stdin=text)
    assert len(run.records()) == 2 * len(bad)
    assert all(record["ok"] == bool(record["index"] % 2) for record in run.records())
    assert run.returncode == 1
