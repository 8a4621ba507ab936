"""What is a failure, what it does to the run, and the list of failures."""

import json
import os
import signal
import stat

import pytest
import servers

pytestmark = pytest.mark.sanitized

@pytest.fixture
def urls(origin, refused_port):
    return [*(origin.url(f"/status/{status}") for status in (200, 404, 500)), f"http://127.0.0.1:{refused_port}/"]


def classes(run):
    return {record["input"]: (record["error"] or {}).get("class") for record in run.records()}


def reasons(run):
    """Why something was cancelled, each reason once."""
    return {record["error"]["message"] for record in run.records() if (record["error"] or {}).get("class") == "cancelled"}


def test_a_status_is_ok_where_it_is_named(haul, urls, mode):
    run = haul("--mode", mode, "-j", "--ok-status", "404,500-599", *urls)
    assert [classes(run)[url] for url in urls] == ["http", None, None, "connect"]
    by_url = {record["input"]: record for record in run.records()}
    assert [by_url[url]["ok"] for url in urls] == [False, True, True, False]
    assert by_url[urls[0]]["error"] == {"class": "http", "code": 0, "message": "the status is not one that is ok"}
    assert run.returncode == 1
    assert haul("--mode", mode, "--ok-status", "404", urls[1]).returncode == 0


def test_bodies_are_those_of_what_is_ok(haul, urls):
    run = haul("--sequential", "--body", "--ok-status", "404", urls[0], urls[1])
    assert run.stdout == b"as asked\n"
    assert b"/status/200: http: the status is not one that is ok" in run.stderr


def test_a_redirect_that_is_not_followed_may_be_a_failure(haul, origin):
    assert haul("--no-location", "--ok-status", "200-299", origin.url("/redirect")).returncode == 1
    assert haul("--ok-status", "200-299", origin.url("/redirect")).returncode == 0


@pytest.mark.parametrize(
    "fail_on, status",
    [
        ("http", 1),
        ("error", 1),
        ("never", 0),
        ("2", 1),
        ("3", 0),
        ("error,1", 0),
        ("74%", 1),
        ("75%", 0),
        ("error,25%", 0),
        ("never,empty", 0),
    ],
)
def test_what_makes_the_run_fail(haul, urls, fail_on, status):
    run = haul("--fail-on", fail_on, *urls)
    assert (run.returncode, len(run.lines())) == (status, 4)
    assert run.stderr == b"haul: 3 of 4 URLs not ok (1 connect, 2 http)\n"


def test_an_empty_list_fails_where_that_is_asked_for(haul):
    assert haul("--fail-on", "empty", stdin="# nothing\n").returncode == 1
    assert haul("--fail-on", "never", stdin="").returncode == 0


def test_a_status_is_no_error(haul, urls):
    assert haul("--fail-on", "error", *urls[:3]).returncode == 0


@pytest.mark.parametrize("option", ["--fail-fast", "--fail-early"])
def test_the_first_failure_cancels_the_rest(haul, origin, mode, option):
    urls = ["sleep:0", origin.url("/status/404"), "sleep:1000", "sleep:1001"]
    run = haul("--mode", mode, "-j", option, *urls)
    assert run.returncode == 1
    assert [classes(run).get(url) for url in urls[:2]] == [None, "http"]
    assert reasons(run) <= {"fail-fast"}
    assert (len(run.records()) == 4) == (mode != "sequential")


def test_a_line_that_is_refused_fails_fast_as_well(haul):
    run = haul("--gather", "-j", "--fail-fast", "sleep:1000", "ftp://x/", "sleep:1001")
    assert run.returncode == 1
    assert classes(run) == {"sleep:1000": "cancelled", "ftp://x/": "url"}


def test_fail_fast_goes_by_what_counts(haul, origin):
    missing, slow = origin.url("/status/404"), "sleep:0.3"
    run = haul("-j", "--fail-fast", "--fail-on", "error", missing, slow)
    assert (run.returncode, classes(run)) == (0, {missing: "http", slow: None})
    run = haul("-j", "--fail-fast", "--fail-on", "2", *[missing] * 2, slow)
    assert (run.returncode, len(reasons(run))) == (0, 0)
    run = haul("-j", "--fail-fast", "--fail-on", "1", *[missing] * 2, "sleep:1000")
    assert (run.returncode, reasons(run)) == (1, {"fail-fast"})


def test_the_first_success_wins_a_race(haul, origin, mode):
    urls = [origin.url("/status/503"), origin.url("/ok"), "sleep:1000", "sleep:1001"]
    run = haul("--mode", mode, "-j", "--race", *urls)
    assert run.returncode == 0
    assert [record["input"] for record in run.records() if record["ok"]] == [urls[1]]
    assert reasons(run) <= {"race lost"}
    assert (len(run.records()) == 4) == (mode != "sequential")
    assert run.stderr == b""


def test_a_race_gives_the_body_of_the_winner(haul, origin):
    run = haul("--race", "--body", "-s", origin.url("/status/503"), origin.url("/ok"), origin.url("/silent"))
    assert (run.returncode, run.stdout) == (0, haul("--body", origin.url("/ok")).stdout)


def test_of_what_lost_a_race_nothing_is_said(haul, puppet):
    urls = [puppet.url(path) for path in ("/status/503", "/held/1", "/held/2")]
    puppet.answers["/status/503"] = servers.response(503)
    run = haul("--race", "--body", "-s", "--sequential", *urls[:1], puppet.url("/ok"), *urls[1:])
    assert (run.returncode, run.stderr.decode()) == (0, f"haul: {urls[0]}: http: 503 Service Unavailable\n")
    run = haul("--race", "--body", *urls[1:], puppet.url("/ok"))
    assert (run.returncode, run.stderr) == (0, b"")


def test_a_race_has_one_winner_though_several_come_in_together(haul):
    run = haul("--race", "-j", *["sleep:0.01"] * 20)
    assert run.returncode == 0
    assert len(run.records()) == 20
    assert sum(record["ok"] for record in run.records()) == 1
    assert reasons(run) == {"race lost"}


def test_what_has_come_of_a_loser_is_not_output(haul, origin):
    slow = origin.url("/hang-body?promise=1000000&send=200000")
    run = haul("--race", "--body", slow, origin.url("/ok?delay=300"))
    assert (run.returncode, run.stdout) == (0, b"ok\n")


def test_a_race_that_nobody_wins_is_a_failure(haul, origin):
    run = haul("--race", "-j", *[origin.url("/status/503")] * 2)
    assert (run.returncode, len(run.records()), reasons(run)) == (1, 2, set())


def test_the_deadline_cancels_what_is_not_done(haul, origin, mode):
    urls = [origin.url("/ok"), "sleep:1000", "sleep:1001"]
    run = haul("--mode", mode, "-j", "--deadline", "1", *urls)
    assert run.returncode == 124
    assert classes(run)[urls[0]] is None
    assert reasons(run) == {"deadline"}
    assert len(run.records()) == (2 if mode == "sequential" else 3)


def test_the_deadline_ends_a_wait_for_input(haul_running):
    with haul_running("-j", "--deadline", "200ms") as run:
        assert run.stdout.rest() == b""
        assert run.wait() == 124


def test_a_run_that_is_done_before_has_no_deadline(haul):
    assert haul("--deadline", "1h", "sleep:0").returncode == 0


def test_failures_are_a_list_that_can_be_fed_again(haul, urls, tmp_path, mode):
    (tmp_path / "list").write_text(f"# all\n{urls[0]}\n  {urls[1]}\ta tag \n\n{urls[2]}\r\nftp://x/y\n")
    run = haul("--mode", mode, "--failed", "again", "-i", "list", cwd=tmp_path)
    assert run.returncode == 1
    again = (tmp_path / "again").read_text()
    assert sorted(again.splitlines()) == sorted([f"{urls[1]}\ta tag", urls[2], "ftp://x/y"])
    assert stat.S_IMODE(os.stat(tmp_path / "again").st_mode) == 0o600
    run = haul("-j", "--failed", "again", "-i", "again", cwd=tmp_path)
    assert [record["tag"] for record in run.records() if record["input"] == urls[1]] == ["a tag"]
    assert sorted((tmp_path / "again").read_text().splitlines()) == sorted(again.splitlines())
    assert sorted(os.listdir(tmp_path)) == ["again", "list"]


def test_what_was_never_read_is_there_once_however_often_it_is_repeated(haul, tmp_path):
    options = ["--deadline", "100ms", "--repeat", "1000000", "-c", 1, "--window", 3, "--failed", "again"]
    assert haul(*options, "sleep:100", "sleep:101", cwd=tmp_path).returncode == 124
    again = (tmp_path / "again").read_text().splitlines()
    assert set(again) == {"sleep:100", "sleep:101"}
    # Those that were read, and each once more.
    assert len(again) <= 3 + 2


def test_without_failures_the_list_of_them_is_empty(haul, tmp_path):
    (tmp_path / "again").write_text("old\n")
    assert haul("--failed", "again", "sleep:0", cwd=tmp_path).returncode == 0
    assert (tmp_path / "again").read_text() == ""


@pytest.mark.parametrize("cut", ["signal", "deadline", "fail-fast"])
def test_what_was_cancelled_or_never_read_is_on_the_list_as_well(haul_running, tmp_path, cut):
    lines = ["sleep:0" if cut != "fail-fast" else "ftp://x/"]
    lines += [f"sleep:{1000 + number}\ttag {number}" for number in range(30000)]
    (tmp_path / "list").write_text("\n".join([*lines, "# the end"]))
    (tmp_path / "more").write_text("sleep:7\n")
    options = {"signal": [], "deadline": ["--deadline", "1"], "fail-fast": ["--fail-fast"]}[cut]
    arguments = ["-c", 3, "-j", *options, "--failed", "list", "-i", "list", "sleep:8", "-i", "more"]
    with haul_running(*arguments, cwd=tmp_path) as run:
        if cut == "signal":
            run.record()
            run.interrupt()
        run.stdout.rest()
        status = run.wait()
    assert status == {"signal": -signal.SIGINT, "deadline": 124, "fail-fast": 1}[cut]
    again = (tmp_path / "list").read_text().splitlines()
    assert sorted(again) == sorted([*(line for line in lines if line != "sleep:0"), "sleep:8", "sleep:7"])
    assert sorted(os.listdir(tmp_path)) == ["list", "more"]


def test_of_a_pipe_only_what_was_read_is_on_the_list(haul_running, tmp_path):
    with haul_running("-c", 1, "-j", "--failed", "again", "-i", "-", "sleep:9", cwd=tmp_path) as run:
        run.stdin.write(b"sleep:0\nsleep:1000\nsleep:1001\nsleep:10")
        run.record()
        run.interrupt()
        run.stdout.rest()
        assert run.wait() == -signal.SIGINT
    assert (tmp_path / "again").read_text() == "sleep:1000\nsleep:1001\nsleep:9\n"


def test_a_list_of_failures_that_cannot_be_written_is_told(haul, tmp_path):
    run = haul("--failed", "no/such/folder", "sleep:0", cwd=tmp_path)
    assert (run.returncode, run.stdout) == (3, b"")
    assert run.stderr == b"haul: cannot write no/such/folder: No such file or directory\n"
    run = haul("--failed", "/dev/full", "ftp://x/", cwd=tmp_path)
    assert run.returncode == 3
    assert b"haul: cannot write /dev/full: No space left on device\n" in run.stderr


@pytest.mark.parametrize("file", ["-", "/dev/stdout"])
def test_standard_output_is_no_file_to_be_replaced(haul_running, tmp_path, file):
    reports = ["--failed", file, "--summary-json", file, "--cookie-jar", file]
    with open(tmp_path / "out", "wb") as out, haul_running(*reports, "ftp://x/", stdout=out, cwd=tmp_path) as run:
        assert run.wait() == 1
    lines = (tmp_path / "out").read_text().splitlines()
    assert lines[0].startswith("url\t") and lines[1] == "ftp://x/"
    assert lines[2].startswith('{"v":1') and lines[3].startswith("# Netscape")
    assert os.listdir(tmp_path) == ["out"]


def test_files_are_those_of_what_is_ok(haul, origin, tmp_path):
    urls = [origin.url("/status/200?name=a"), origin.url("/status/404")]
    run = haul("--gather", "-j", "--ok-status", "404", "-o", "{index}", *urls, cwd=tmp_path)
    assert [record["file"] for record in run.records()] == [None, "1"]
    assert os.listdir(tmp_path) == ["1"]


def fed_again(haul, directory, *options):
    """What --failed holds of `list`, and holds again when it is fed with the same options."""
    haul(*options, "--sequential", "--failed", "again", "-i", "list", cwd=directory)
    content = (directory / "again").read_bytes()
    haul(*options, "--sequential", "--failed", "again", "-i", "again", cwd=directory)
    assert (directory / "again").read_bytes() == content
    return content


def test_of_a_pattern_the_urls_that_failed_are_on_the_list(haul, origin, tmp_path):
    (tmp_path / "list").write_text(origin.url("/status/{200,403,404}?\\{\n"))
    urls = [origin.url("/status/403?"), origin.url("/status/404?")]
    again = fed_again(haul, tmp_path, "--glob")
    assert again.decode().splitlines() == [url + "\\{" for url in urls]
    haul("--sequential", "--failed", "again", origin.url("/status/{200,403,404}?"), cwd=tmp_path)
    assert (tmp_path / "again").read_text().splitlines() == urls


def test_json_lines_are_on_the_list_as_they_were_read(haul, origin, tmp_path):
    root = origin.url("/status/")
    lines = [
        '{ "method": "PUT",  "url":"%s404", "body": "a" }' % root,
        '{"url": "%s200"}' % root,
        '{"url": "%s500", "tag": [1, 2.50]}' % root,
        '{"url": "ftp://x/", "output": ""}',
        '{"no url": 1',
    ]
    (tmp_path / "list").write_text("\n".join(lines) + "\n")
    again = fed_again(haul, tmp_path, "--input-format", "jsonl")
    assert again.decode().splitlines() == [lines[0], *lines[2:]]
    haul("--input-format", "jsonl", "--failed", "again", root + "404\ta tag", stdin="", cwd=tmp_path)
    assert json.loads((tmp_path / "again").read_text()) == {"url": root + "404", "tag": "a tag"}


def test_patterns_in_json_lines(haul, origin, tmp_path):
    line = '{"url": "%s", "method": "POST"}'
    (tmp_path / "list").write_text(line % origin.url("/status/{404,200,500}") + "\n")
    again = fed_again(haul, tmp_path, "--input-format", "jsonl", "--glob")
    assert again.decode().splitlines() == [line % origin.url(f"/status/{status}") for status in (404, 500)]


def test_lines_that_end_with_nul_do_so_on_the_list(haul, tmp_path):
    (tmp_path / "list").write_bytes(b"ftp://x/\ny\tta\ng\0sleep:0\0ftp://z/\0")
    assert fed_again(haul, tmp_path, "-0") == b"ftp://x/\ny\tta\ng\0ftp://z/\0"


def test_the_unread_rest_of_json_lines_is_as_it_stands(haul, tmp_path):
    lines = ['{"url": "sleep:%d", "tag": {"id": 1e2}}' % number for number in range(1000, 1100)]
    (tmp_path / "list").write_text("\n".join(lines))
    run = haul("--input-format", "jsonl", "-c", 2, "--deadline", "0.1", "--failed", "list", "-i", "list", cwd=tmp_path)
    assert run.returncode == 124
    assert sorted((tmp_path / "list").read_text().splitlines()) == lines


def test_the_winner_of_a_race_has_the_name_of_the_file(haul, origin, tmp_path):
    urls = [origin.url("/silent"), origin.url("/status/503"), origin.url("/ok")]
    run = haul("--race", "-j", "-o", "mirror", *urls, cwd=tmp_path)
    assert [record["file"] for record in run.records() if record["ok"]] == ["mirror"]
    assert [file.name for file in tmp_path.iterdir()] == ["mirror"]


@pytest.mark.parametrize("options", [[], ["-0"], ["--glob"]])
def test_what_was_refused_is_refused_again(haul, tmp_path, options):
    """Whoever feeds it until all is ok is not told so where something never can be."""
    arguments = ["#comment", "", "{#a,}", "http://127.0.0.1:1/" + 100_000 * "a", "http://127.0.0.1/\r"]
    assert len(haul(*options, "--failed", "again", *arguments, cwd=tmp_path).lines()) == 6
    before = haul("-j", *options, "--failed", "again", "-i", "again", cwd=tmp_path)
    after = haul("-j", *options, "--failed", "again", "-i", "again", cwd=tmp_path)
    assert len(before.records()) == len(after.records()) == 6
    assert sorted(record["input"] for record in before.records()) == sorted(record["input"] for record in after.records())


@pytest.mark.parametrize("options", [[], ["-0"], ["--glob"], ["--input-format", "jsonl"]])
def test_a_pattern_that_is_wrong_stays_refused(haul, refused_port, tmp_path, options):
    """Where patterns are those of arguments alone, a list would take it for a URL."""
    urls = [f"http://127.0.0.1:{refused_port}/{wrong}" for wrong in ("[0", "a}")]
    assert haul(*options, "--failed", "again", *urls, cwd=tmp_path).returncode == 1
    run = haul("-j", *options, "-i", "again", cwd=tmp_path)
    assert [record["error"]["class"] for record in run.records()] == ["url", "url"]


def test_a_mark_that_is_a_part_of_its_line_stays_one(haul, tmp_path):
    """Files with a mark each were put behind each other, and the line becomes the first."""
    marked = {(): "\ufeffx.invalid", ("--input-format", "jsonl"): '\ufeff{"url": "sleep:0"}'}
    for options, line in marked.items():
        (before,) = haul("-j", *options, "--failed", "again", stdin=f"\n{line}\n", cwd=tmp_path).records()
        (after,) = haul("-j", *options, "-i", "again", cwd=tmp_path).records()
        assert (after["input"], after["error"]) == (before["input"], before["error"])


def test_a_line_that_is_too_long_stays_refused(haul, tmp_path):
    (tmp_path / "list").write_bytes(b"sleep:0\t" + 1_100_000 * b"a" + b"\n")
    (tmp_path / "lines").write_bytes(b'{"url":"sleep:0"}' + 1_100_000 * b" " + b"\n{}\n")
    for options in (["-i", "list"], ["--input-format", "jsonl", "-i", "lines"]):
        assert haul(*options, "--failed", "again", cwd=tmp_path).returncode == 1
        run = haul("-j", *options[:-1], "again", cwd=tmp_path)
        assert {record["error"]["class"] for record in run.records()} == {"url"}


def test_arguments_stay_what_they_are(haul, refused_port, tmp_path):
    """As patterns are read, and in JSON."""
    url = f"http://127.0.0.1:{refused_port}/".encode()
    for options, argument in {("-g", "--glob"): b"{a,b}", ("--input-format", "jsonl"): b"\xff"}.items():
        (first,) = haul("-j", *options, "--failed", "again", url + argument, cwd=tmp_path).records()
        (second,) = haul("-j", *options, "-i", "again", cwd=tmp_path).records()
        assert first["url"] == second["url"]
