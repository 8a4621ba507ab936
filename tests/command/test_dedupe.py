"""--dedupe: each distinct URL is fetched once, and every line has its record."""

import collections
import json
import pathlib
import re
import resource
import subprocess

import pytest
import servers
import support

sanitized = pytest.mark.sanitized


@sanitized
def test_each_url_is_fetched_once_and_each_line_has_its_record(haul, origin, mode):
    paths = ["/size/10", "/status/404", "/size/10", "/size/20", "/status/404", "/size/10"]
    run = haul("-j", "--dedupe", "--mode", mode, stdin="".join(origin.url(path) + "\n" for path in paths))
    records = sorted(run.records(), key=lambda record: record["index"])
    assert origin.stats()["requests"] == 3
    assert [record["url"] for record in records] == [origin.url(path) for path in paths]
    facts = ["ok", "status", "error", "bytes", "content_type", "http_version", "final_url", "redirects", "remote_ip"]
    firsts = {}
    for record in records:
        first = firsts.setdefault(record["url"], record)
        assert [record[fact] for fact in facts] == [first[fact] for fact in facts]
        # The one that was requested, and those that were not.
        is_first = record is first
        assert (record["attempts"], record["ts"] is None) == ((1, False) if is_first else (0, True))
        assert (record["time"]["total"] > 0) == is_first
    assert run.returncode == 1


@sanitized
def test_the_records_keep_their_place(haul, origin):
    paths = ["/delay/100", "/size/1", "/delay/100", "/size/1"] * 3
    run = haul("-j", "--dedupe", "--gather", stdin="".join(origin.url(path) + "\n" for path in paths))
    assert [record["index"] for record in run.records()] == list(range(12))


@sanitized
def test_a_line_waits_with_the_one_that_is_in_flight(haul_running, puppet):
    url = puppet.url("/held/a").encode()
    with haul_running("-j", "--dedupe") as run:
        run.stdin.write(url + b"\tone\n" + url + b"\ttwo\n" + puppet.url("/b").encode() + b"\n")
        assert run.record()["url"] == puppet.url("/b")
        puppet.wait_for("/held/a")
        puppet.release("/held/a")
        assert [run.record()["tag"] for _ in range(2)] == ["one", "two"]
        run.stdin.write(url + b"\tthree\n")
        assert run.record()["tag"] == "three"
        run.stdin.close()
        assert run.wait() == 0
    assert puppet.targets().count("/held/a") == 1


@sanitized
def test_what_waits_takes_no_place(haul_running, puppet):
    url = puppet.url("/held/a")
    with haul_running("-j", "--dedupe", "-c", "2", url, url, url, puppet.url("/b")) as run:
        assert run.record()["url"] == puppet.url("/b")
        puppet.release("/held/a")
        assert run.wait() == 0


@sanitized
def test_an_interruption_leaves_no_record_out(haul_running, puppet, mode):
    url = puppet.url("/held/a")
    with haul_running("-j", "--dedupe", "--mode", mode, "-s") as run:
        run.stdin.write(f"{puppet.url('/b')}\n{url}\n{url}\n{url}\n".encode())
        puppet.wait_for("/held/a")
        run.interrupt()
        records = support.parse_records(run.stdout.rest())
    read = collections.Counter(record["line"] for record in records)
    # In sequence the others were not read.
    assert read == collections.Counter(range(1, 3 if mode == "sequential" else 5))
    assert {record["error"]["class"] for record in records if record["line"] > 1} == {"cancelled"}


@sanitized
@pytest.mark.parametrize(
    ("one", "other"),
    [("http://h/", "http://H:80"), ("http://h/#a", "http://h/#b"), ("http://h/%7ea", "http://h/~a"), ("h", "https://h/")],
)
def test_urls_are_the_same_by_their_normal_form(haul, refused_port, one, other):
    run = haul("-j", "--dedupe", "--connect-to", f"::127.0.0.1:{refused_port}", one, other)
    assert sorted(record["attempts"] for record in run.records()) == [0, 1]


@sanitized
def test_failures_are_the_answer_too(haul, refused_port):
    url = f"http://127.0.0.1:{refused_port}/"
    first, second = haul("-j", "--dedupe", "--gather", url, url).records()
    assert first["error"] == second["error"]
    assert first["error"]["class"] == "connect"


@sanitized
def test_json_lines_are_the_same_by_what_they_ask_for(haul):
    lines = [{"url": "sleep:0"}, {"url": "sleep:0", "tag": 1}, {"url": "sleep:0", "method": "PUT"}]
    text = "".join(json.dumps(line) + "\n" for line in lines)
    run = haul("-j", "--dedupe", "--gather", "--input-format", "jsonl", stdin=text)
    assert [record["attempts"] for record in run.records()] == [1, 0, 1]


@sanitized
def test_a_body_is_written_once(haul, origin):
    run = haul("--dedupe", "--gather", "--body", origin.url("/size/7"), origin.url("/size/7"), origin.url("/size/3"))
    assert len(run.stdout) == 10
    assert run.returncode == 0


@sanitized
def test_the_summary_counts_bodies_once(haul, origin):
    run = haul("--dedupe", "--summary=total", origin.url("/size/700"), origin.url("/size/700"))
    assert re.search(rb"^URLs +2\b", run.stderr, re.MULTILINE)
    assert re.search(rb"^bytes +700\b", run.stderr, re.MULTILINE)


@sanitized
def test_the_summary_of_hosts_counts_bodies_once(haul, origin):
    run = haul("--dedupe", "--summary=host", origin.url("/size/700"), origin.url("/size/700"))
    assert re.search(rb"^ +2 +0 +700 .*" + origin.url("").rstrip("/").encode() + b"$", run.stderr, re.MULTILINE)


@sanitized
def test_with_repeat_it_is_a_mistake(haul):
    run = haul("--dedupe", "--repeat", "2", "sleep:0")
    assert run.returncode == 2
    assert b"--repeat asks for what --dedupe leaves out" in run.stderr


@sanitized
def test_a_folder_that_is_not_there_is_told(haul, tmp_path):
    folder = tmp_path / "none"
    run = haul("--dedupe", "sleep:0", env={"TMPDIR": str(folder)})
    assert run.returncode == 3
    assert run.stderr.decode() == f"haul: cannot make a file for --dedupe in {folder}: No such file or directory\n"


def peak_memory(count):
    """What haul has taken at most, in kB, when it has come to the last of so many distinct URLs from a pipe."""
    options = ["--dedupe", "-s", "-j"]
    with servers.Puppet() as puppet, support.Running(*options, stdout=subprocess.DEVNULL) as run:
        for begin in range(0, count, 1000):
            run.stdin.write(b"".join(b"sleep:0.%09d\n" % number for number in range(begin, begin + 1000)))
        run.stdin.write(puppet.url("/held/last\n").encode())
        puppet.wait_for("/held/last")
        status = pathlib.Path(f"/proc/{run.process.pid}/status").read_text(encoding="ascii")
    return int(re.search(r"^VmHWM:\s*(\d+) kB$", status, re.MULTILINE)[1])


def test_memory_is_some_bytes_for_each_url():
    """Not with sanitizers: they keep what is freed. 24 bytes at most, and what the ledger and the heap have begun."""
    assert peak_memory(300_000) - peak_memory(10_000) < 290 * 24 + 512


@sanitized
def test_the_file_is_that_of_all(haul, origin, mode, tmp_path):
    paths = ["/size/10", "/size/10", "/status/404", "/size/10", "/status/404"]
    options = ["--dedupe", "--mode", mode, "-o", "{index}", "--sha256"]
    run = haul("-j", *options, stdin="".join(origin.url(path) + "\n" for path in paths), cwd=tmp_path)
    records = sorted(run.records(), key=lambda record: record["index"])
    assert [record["file"] for record in records] == ["0", "0", None, "0", None]
    assert len({record["sha256"] for record in records if record["ok"]}) == 1 and records[1]["sha256"]
    assert [path.name for path in tmp_path.iterdir()] == ["0"]


@sanitized
@pytest.mark.parametrize(
    ("options", "lines", "requests"),
    [
        ([], [{}, {"method": "GET"}], 1),
        ([], [{}, {"method": "PUT"}, {"method": "GET"}], 2),
        ([], [{"body": "a"}, {"body": "a", "method": "POST"}, {"body": "a", "method": "PUT"}], 2),
        (["-X", "PUT"], [{}, {"method": "GET"}, {"method": "PUT"}], 2),
        (["-I"], [{}, {"method": "GET"}, {"method": "HEAD"}], 2),
    ],
)
def test_a_method_that_is_named_is_the_same_as_the_usual_one(haul, puppet, options, lines, requests):
    stdin = "".join(json.dumps({"url": puppet.url("/a"), **line}) + "\n" for line in lines)
    run = haul("-j", "--dedupe", "--input-format", "jsonl", *options, stdin=stdin)
    assert len(run.records()) == len(lines)
    assert len(puppet.requests) == requests


@sanitized
def test_headers_and_body_are_in_the_record_of_the_first_alone(haul, puppet):
    options = ["-j", "--gather", "--dedupe", "--include-headers", "--include-body"]
    first, second = haul(*options, puppet.url("/a"), puppet.url("/a")).records()
    assert first["headers"] and first["body"] is not None
    assert (second["headers"], second["body"]) == (None, None)


def test_a_full_disk_ends_the_run(tmp_path):
    """What is known of URLs is in a file, which may not grow here."""
    lines = [f"sleep:0.{number:06}" for number in range(1, 3000)]
    run = subprocess.run(
        support.command(["--dedupe", "-j", "-c", "500", "-i", "-"]),
        input="\n".join(lines).encode(),
        capture_output=True,
        env=support.environment(),
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000)),
        timeout=support.PATIENCE,
    )
    assert run.returncode == 3
    assert run.stderr.startswith(b"haul: cannot write the file for --dedupe: File too large\nhaul: cannot go on: ")
    records = list(map(json.loads, run.stdout.splitlines()))
    assert sorted(record["index"] for record in records) == list(range(len(records)))
    assert {record["error"]["message"] for record in records if not record["ok"]} == {"cannot go on"}
