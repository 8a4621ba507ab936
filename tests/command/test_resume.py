"""--resume: what is done is not fetched again, wherever it stands in the list."""

import json
import os
import re
import signal

import pytest
import servers
import support
from test_files import tree

sanitized = pytest.mark.sanitized


def resumed(haul, *arguments, **more):
    """Runs haul with the journal of that folder; what it has for its records."""
    return sorted(haul("-j", "--journal", "journal", "--resume", *arguments, **more).records(), key=lambda r: r["index"])


@sanitized
def test_what_is_done_is_not_fetched_again(haul, origin, tmp_path, mode):
    urls = [origin.url(path) for path in ("/ok", "/status/404", "/size/10", "/status/500")]
    haul("--journal", "journal", "--mode", mode, *urls, cwd=tmp_path)
    origin.reset()
    options = ["--mode", mode, "--summary", "total", "--summary-json", "summary"]
    run = haul("-j", "--journal", "journal", "--resume", *options, *reversed(urls), origin.url("/new"), cwd=tmp_path)
    assert run.returncode == 1
    assert {record["url"] for record in run.records()} == {urls[1], urls[3], origin.url("/new")}
    assert sorted(origin.stats()["paths"]) == ["/new", "/status/404", "/status/500"]
    # What is left out keeps its place.
    assert sorted(record["index"] for record in run.records()) == [0, 2, 4]
    assert re.search(rb"^URLs +3: ", run.stderr, re.MULTILINE)
    assert re.search(rb"^already done +2$", run.stderr, re.MULTILINE)
    summary = json.loads((tmp_path / "summary").read_bytes())
    assert (summary["urls"], summary["already_done"]) == (3, 2)


@sanitized
def test_a_list_that_is_done_is_ok(haul, tmp_path):
    for _ in range(2):
        run = haul("-j", "--journal", "journal", "--resume", "--fail-on", "http,empty", "sleep:0", cwd=tmp_path)
        assert (run.returncode, run.stderr) == (0, b"")
    assert run.stdout == b""
    run = haul("--journal", "journal", "--resume", "--fail-on", "empty", stdin="", cwd=tmp_path)
    assert run.returncode == 1


@sanitized
def test_done_ones_count_for_a_share(haul, tmp_path):
    arguments = ["--journal", "journal", "--resume", "--fail-on", "50%", "sleep:0", "sleep:0.001", "ftp://x/"]
    assert [haul(*arguments, cwd=tmp_path).returncode for _ in range(2)] == [0, 0]


@sanitized
def test_a_race_that_was_won_is_over(haul, puppet, tmp_path):
    haul("--journal", "journal", "sleep:0", cwd=tmp_path)
    run = haul("--journal", "journal", "--resume", "--race", "sleep:0", puppet.url("/held"), cwd=tmp_path)
    assert run.returncode == 0


@sanitized
def test_the_last_record_counts(haul, puppet, tmp_path):
    url = puppet.url("/a")
    haul("--journal", "journal", url, cwd=tmp_path)
    puppet.answers["/a"] = servers.response(500)
    haul("--journal", "journal", url, cwd=tmp_path)
    assert [record["status"] for record in resumed(haul, url, cwd=tmp_path)] == [500]
    puppet.answers["/a"] = servers.response(200)
    assert [record["status"] for record in resumed(haul, url, cwd=tmp_path)] == [200]
    assert resumed(haul, url, cwd=tmp_path) == []


@sanitized
def test_what_jsonl_wrote_is_a_journal(haul, tmp_path):
    (tmp_path / "journal").write_bytes(haul("-j", "sleep:0", "sleep:0.001").stdout)
    assert [record["input"] for record in resumed(haul, "sleep:0.001", "sleep:0.002", cwd=tmp_path)] == ["sleep:0.002"]


@sanitized
def test_as_is_what_another_program_made_of_it(haul, tmp_path):
    """Other space, other escapes, other order of keys."""
    lines = [b"sleep:0\t\xc3\xa4\xf0\x9f\x98\x80 /\x01", b"sleep:0\t\xff", b"sleep:0 \xfe\ttag"]
    run = haul("-j", stdin=b"\n".join(lines))
    text = "".join(json.dumps(dict(reversed(record.items())), indent=None) + "\r\n" for record in run.records())
    (tmp_path / "journal").write_text(text.replace("/", "\\/"))
    assert [record["ok"] for record in resumed(haul, stdin=b"\n".join(lines), cwd=tmp_path)] == [False]


@sanitized
def test_inputs_are_told_apart_by_their_tags(haul, tmp_path):
    done = b"sleep:0\nsleep:0\tone\nsleep:0\t\xff\nsleep:0.001\ttwo\n"
    haul("--journal", "journal", stdin=done, cwd=tmp_path)
    new = b"sleep:0\ttwo\nsleep:0\t\xfe\nsleep:0.001\nsleep:00\n"
    # In their reverse order, and those that are done twice.
    lines = b"\n".join([*reversed((new + done).splitlines()), done])
    assert len(resumed(haul, stdin=lines, cwd=tmp_path)) == 4


@sanitized
def test_json_lines_are_told_apart_by_what_they_ask_for(haul, tmp_path):
    lines = [
        {"url": "sleep:0"},
        {"url": "sleep:0", "method": "PUT"},
        {"url": "sleep:0", "method": "PUT", "headers": {"A": "b"}},
        {"url": "sleep:0", "method": "PUT", "headers": {"A": "c"}},
        {"url": "sleep:0", "body": "one"},
        {"url": "sleep:0", "body_base64": "dHdv"},
        {"url": "sleep:0", "output": "file"},
        {"url": "sleep:0", "tag": "text"},
        {"url": "sleep:0", "tag": {"id": [1, None]}},
        {"url": "sleep:0", "tag": 1},
        {"url": "sleep:0", "tag": "1"},
        {"url": "sleep:0", "tag": "nul\0nul"},
        {"url": "sleep:0", "tag": ""},
    ]
    texts = [json.dumps(line) for line in lines]
    options = ["--input-format", "jsonl"]
    assert len(resumed(haul, *options, stdin="\n".join(texts[::2]), cwd=tmp_path)) == 7
    run = resumed(haul, *options, stdin="\n".join(texts), cwd=tmp_path)
    assert [record["line"] for record in run] == list(range(2, 13, 2))
    assert resumed(haul, *options, stdin="\n".join(reversed(texts)), cwd=tmp_path) == []
    # These are the same requests.
    same = [{"url": "sleep:0", "body": "two"}, {"url": "sleep:0", "tag": None, "max_time": 7, "retry": 1}]
    assert resumed(haul, *options, stdin="\n".join(map(json.dumps, same)), cwd=tmp_path) == []
    # One without a request of its own is as a line of another list.
    assert resumed(haul, "sleep:0", cwd=tmp_path) == []


@sanitized
def test_a_line_that_is_refused_makes_no_other_undone(haul, tmp_path):
    """Its record has the URL that could be read, and not what else it asks for."""
    good, torn = '{"url": "sleep:0"}\n', '{"url": "sleep:0", "tag": [1\n'
    lines = ("--input-format", "jsonl", "--journal", "journal", "--resume", "-j")
    assert len(haul(*lines, stdin=good + torn, cwd=tmp_path).records()) == 2
    for _ in range(2):
        (record,) = haul(*lines, stdin=good + torn, cwd=tmp_path).records()
        assert (record["line"], record["url"]) == (2, None)


def test_a_pattern_is_resumed_by_its_urls(haul, origin, tmp_path):
    pattern = origin.url("/status/{200,404,201}")
    haul("--journal", "journal", pattern, cwd=tmp_path)
    assert [record["index"] for record in resumed(haul, pattern, cwd=tmp_path)] == [1]


@sanitized
def test_it_goes_together_with_dedupe(haul, origin, tmp_path):
    urls = [origin.url("/ok"), origin.url("/ok"), origin.url("/size/1")]
    haul("--journal", "journal", "--dedupe", urls[0], cwd=tmp_path)
    records = resumed(haul, "--dedupe", *urls, urls[2], cwd=tmp_path)
    assert [record["input"] for record in records] == urls[2:] * 2
    assert sorted(record["attempts"] for record in records) == [0, 1]
    assert origin.stats()["paths"] == {"/ok": 1, "/size/1": 1}


@sanitized
def test_a_dry_run_reads_it_and_writes_nothing(haul, tmp_path):
    arguments = ["--dry-run", "sleep:0", "sleep:0.001", "ftp://x/"]
    assert [record["ok"] for record in resumed(haul, *arguments, cwd=tmp_path)] == [True, True, False]
    assert not (tmp_path / "journal").exists()
    haul("--journal", "journal", "sleep:0", cwd=tmp_path)
    before = (tmp_path / "journal").read_bytes()
    assert [record["index"] for record in resumed(haul, *arguments, cwd=tmp_path)] == [1, 2]
    assert (tmp_path / "journal").read_bytes() == before


@sanitized
def test_a_dry_run_does_not_wait_for_a_pipe(haul, tmp_path):
    os.mkfifo(tmp_path / "journal")
    run = haul("--journal", "journal", "--resume", "--dry-run", "sleep:0", cwd=tmp_path)
    assert (run.returncode, run.stderr) == (2, b"haul: cannot read the journal journal: Illegal seek\n")


@sanitized
def test_lines_that_are_no_records_are_passed_over(haul, tmp_path):
    records = haul("-j", "sleep:0", "sleep:0.001", "--sequential").stdout.splitlines(keepends=True)
    torn = records[1][:-9]
    lines = [b"garbage\n", records[0], b"\n", torn, b"\n", b'{"v":2' + records[1][6:], b"[1]\n", b"\xff\n", b"\0\n", torn]
    (tmp_path / "journal").write_bytes(b"".join(lines))
    run = haul("-j", "--journal", "journal", "--resume", "sleep:0", "sleep:0.001", cwd=tmp_path)
    assert [record["input"] for record in run.records()] == ["sleep:0.001"]
    assert run.stderr == b"haul: the journal journal: 6 lines are no record, and passed over\n"


@sanitized
@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["--resume"], b"--resume goes by what --journal FILE has noted: give both"),
        (["--resume", "--journal", "j", "--repeat", "2"], b"--repeat asks for what --resume leaves out"),
    ],
)
def test_mistakes_are_told(haul, tmp_path, arguments, problem):
    run = haul(*arguments, "sleep:0", cwd=tmp_path)
    assert run.returncode == 2
    assert problem in run.stderr
    assert tree(tmp_path) == {}


@sanitized
@pytest.mark.parametrize("template", ["{name}", "{host}/{name}", "{status}-{name}"])
def test_files_of_what_is_done_are_not_written_again(haul, puppet, tmp_path, template):
    """Two of one name: whoever is left gets the name that he would have had, or one of his own."""
    urls = [puppet.url(path) for path in ("/1/a", "/2/a", "/3/a")]
    options = ["--gather", "-o", template, "--output-dir", "out", "--create-dirs"]
    for path in ("/1/a", "/2/a", "/3/a"):
        puppet.answers[path] = servers.response(200, body=path.encode())
    puppet.answers["/2/a"] = servers.response(500)
    assert len(resumed(haul, *options, *urls, cwd=tmp_path)) == 3
    before = tree(tmp_path / "out")
    assert sorted(before.values()) == [b"/1/a", b"/3/a"]
    puppet.answers["/2/a"] = servers.response(200, body=b"/2/a")
    (record,) = resumed(haul, *options, *urls[::-1], cwd=tmp_path)
    after = tree(tmp_path)
    assert after.pop(record["file"]) == b"/2/a"
    after.pop("journal")
    assert after == {f"out/{path}": content for path, content in before.items()}


@sanitized
def test_failures_and_what_is_done(haul_running, tmp_path, haul):
    """What is done is on no list of failures, though it was never read."""
    lines = [f"sleep:{number}" for number in range(1000, 1010)]
    (tmp_path / "list").write_text("\n".join([*lines, "sleep:0.001"]))
    haul("--journal", "journal", "sleep:0", "sleep:0.001", cwd=tmp_path)
    arguments = ["-c", 2, "--journal", "journal", "--resume", "--failed", "again", "-j", "--deadline", "0.2"]
    with haul_running(*arguments, "sleep:0", "-i", "list", cwd=tmp_path) as run:
        run.stdout.rest()
        assert run.wait() == 124
    assert sorted((tmp_path / "again").read_text().splitlines()) == lines


def test_memory_is_some_bytes_for_each_record(haul, tmp_path):
    record = haul("-j", "sleep:0").stdout

    def journal_of(count):
        text = b"".join(record.replace(b'"sleep:0"', b'"sleep:0.%09d"' % number, 1) for number in range(count))
        (tmp_path / "journal").write_bytes(text)

    def peak():
        return support.peak_memory("--journal", tmp_path / "journal", "--resume", "-w", "", "sleep:0.000000001")

    journal_of(1000)
    small = peak()
    journal_of(400_000)
    assert (peak() - small) * 1024 < 399_000 * 24


@sanitized
def test_names_of_what_was_unchanged_stay_its_own(haul, puppet, tmp_path):
    """Their files are of a time before the journal, or of one that had no answer to them."""
    urls = [puppet.url(path) for path in ("/1/a", "/2/a")]
    options = ["--gather", "-o", "{name}", "--output-dir", "out", "--create-dirs"]
    for path in ("/1/a", "/2/a"):
        puppet.answers[path] = servers.response(200, body=path.encode())
    haul(*options, *urls, cwd=tmp_path)
    puppet.answers["/1/a"] = b"HTTP/1.1 304 Not Modified\r\n\r\n"
    puppet.answers["/2/a"] = servers.response(500)
    assert [record["ok"] for record in resumed(haul, *options, *urls, cwd=tmp_path)] == [True, False]
    puppet.answers["/2/a"] = servers.response(200, body=b"new")
    (record,) = resumed(haul, *options, *urls, cwd=tmp_path)
    assert record["file"] == "out/a.1"
    assert tree(tmp_path / "out") == {"a": b"/1/a", "a.1": b"new"}
    # Who has a file in the journal takes no other name.
    puppet.answers["/3/a"] = servers.response(200)
    (record,) = resumed(haul, *options, *urls, puppet.url("/3/a"), cwd=tmp_path)
    assert record["file"] == "out/a.2"


@sanitized
def test_what_is_read_for_the_failures_alone_is_not_counted(haul_running, tmp_path, haul, puppet):
    haul("--journal", "journal", "sleep:0", "sleep:0.001", cwd=tmp_path)
    held = puppet.url("/held/0")
    (tmp_path / "list").write_text(f"sleep:0\n{held}\nsleep:0.001\nsleep:1001\n")
    arguments = ["-c", 1, "--journal", "journal", "--resume", "--failed", "again"]
    with haul_running(*arguments, "--summary-json", "summary", "-i", "list", cwd=tmp_path) as run:
        puppet.wait_for("/held/0")
        run.interrupt()
        assert run.wait() == -signal.SIGINT
    assert (tmp_path / "again").read_text() == f"{held}\nsleep:1001\n"
    assert json.loads((tmp_path / "summary").read_bytes())["already_done"] == 1
