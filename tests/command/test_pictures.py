"""Pictures of a run, and of saved records: the archive, the trace, the waterfall, `haul report`."""

import json
import os
import stat

import har
import pytest
import support

pytestmark = pytest.mark.sanitized


def urls(origin):
    return [
        *(origin.url("/ok?a=1&token=SECRET&=&b"), origin.url("/redirect-chain/2"), origin.url("/status/404")),
        *("sleep:0.01", "no url", "http://127.0.0.1:1/", origin.url("/delay/20")),
    ]


def read(path):
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.fixture(name="saved")
def fixture_saved(haul, origin, tmp_path):
    """Files of short and of full records of the same URLs."""
    for kind in ("short", "full"):
        run = haul("-j", "--record", kind, "-c", 3, *urls(origin))
        (tmp_path / kind).write_bytes(run.stdout)
    return tmp_path


def test_the_archive_has_each_hop(haul, origin, tmp_path):
    path = tmp_path / "run.har"
    run = haul("-j", "--har", path, "-c", 3, *urls(origin))
    assert run.returncode == 1
    # The records are as they would be without it.
    assert all("hops" not in record for record in run.records())
    entries = har.check_archive(read(path))
    # Sleeps are no requests, and what is no URL never was one.
    assert len(entries) == 7
    by_url = {entry["request"]["url"]: entry for entry in entries}
    entry = by_url[origin.url("/ok?a=1&token=***&=&b")]
    assert entry["request"]["queryString"] == [
        {"name": "a", "value": "1"},
        {"name": "token", "value": "***"},
        {"name": "", "value": ""},
        {"name": "b", "value": ""},
    ]
    assert {"name": "accept", "value": "*/*"} in entry["request"]["headers"]
    assert entry["response"]["content"] == {"size": 3, "mimeType": "text/plain"}
    assert entry["serverIPAddress"] == "127.0.0.1" and entry["connection"]
    first = by_url[origin.url("/redirect-chain/2")]
    assert (first["response"]["status"], first["response"]["redirectURL"]) == (302, "/redirect-chain/1")
    refused = by_url["http://127.0.0.1:1/"]
    assert refused["response"]["status"] == 0 and refused["comment"] == "connection refused"
    assert by_url[origin.url("/delay/20")]["timings"]["wait"] >= 20
    assert b"SECRET" not in path.read_bytes()


def test_the_sizes_of_the_archive(haul, origin, tmp_path):
    path = tmp_path / "run.har"
    haul("--har", path, "-c", 1, "-d", "12345", origin.url("/echo"))
    haul_sizes = sizes(path)
    assert haul_sizes[0][0] == 5 and haul_sizes[0][1] == haul_sizes[0][2] == haul_sizes[0][3] > 0
    haul("--har", path, "-c", 1, origin.url("/size/2000"), "http://127.0.0.1:1/")
    assert sizes(path) == [(0, 2000, 2000, 2000), (-1, -1, 0, None)]


def sizes(path):
    """Of each request's body, of each answer's as it came, of its content, and what a browser counts as transferred."""
    entries = [(entry["request"], entry["response"]) for entry in har.check_archive(read(path))]
    return [
        (request["bodySize"], response["bodySize"], response["content"]["size"], response.get("_transferSize"))
        for request, response in entries
    ]


def test_attempts_and_connections_of_the_archive(haul, origin, tmp_path):
    path = tmp_path / "run.har"
    haul("--har", path, "-c", 1, "--retry", 1, "--retry-delay", 0, origin.url("/status/503"))
    entries = har.check_archive(read(path))
    assert [entry.get("comment") for entry in entries] == ["http", "503 Service Unavailable"]
    assert {entry["connection"] for entry in entries} == {str(origin.port)}
    assert len({entry["_connectionId"] for entry in entries}) == 1


def test_the_moments_of_the_archive(haul, origin, tmp_path):
    path = tmp_path / "run.har"
    (record,) = haul("-j", "--har", path, origin.url("/ok")).records()
    (entry,) = har.check_archive(read(path))
    moment = har.datetime.datetime.fromisoformat(entry["startedDateTime"].replace("Z", "+00:00"))
    assert moment.timestamp() == pytest.approx(record["ts"], abs=0.002)
    assert entry["time"] == pytest.approx((record["time"]["queue"] + record["time"]["total"]) * 1000, abs=0.01)


def test_an_archive_of_nothing(haul, tmp_path):
    path = tmp_path / "run.har"
    haul("--har", path, "no url")
    assert har.check_archive(read(path)) == []


def test_an_archive_of_saved_records(haul, saved):
    for kind, count in (("short", 5), ("full", 7)):
        path = saved / f"{kind}.har"
        assert haul("report", "--har", path, saved / kind).returncode == 0
        entries = har.check_archive(read(path))
        assert len(entries) == count
        for entry in entries:
            messages = (entry["request"], entry["response"])
            assert [message["headersSize"] for message in messages] == [-1, -1]
            if kind == "short":
                assert [message["headers"] for message in messages] == [[], []]
                assert [message["bodySize"] for message in messages] == [-1, -1]


def test_hostile_texts_stay_texts(haul, origin, tmp_path):
    path = tmp_path / "run.har"
    url = origin.url("/ok?</script>\"'\u202e%00")
    haul("--har", path, "--trace", tmp_path / "trace", url, "-H", "X-Odd: \"</script>\\\x7f")
    (entry,) = har.check_archive(read(path))
    assert {"name": "x-odd", "value": '"</script>\\\x7f'} in entry["request"]["headers"]
    assert read(tmp_path / "trace")["traceEvents"]


def test_files_are_for_their_owner_and_replaced_at_the_end(haul, origin, tmp_path):
    for option in ("--har", "--trace"):
        path = tmp_path / "file"
        assert haul(option, path, origin.url("/ok")).returncode == 0
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert os.listdir(tmp_path) == ["file"]
        path.unlink()


def test_a_file_that_cannot_be_written(haul, origin, tmp_path):
    for option in ("--har", "--trace"):
        run = haul(option, tmp_path / "none" / "file", origin.url("/ok"))
        assert run.returncode == 3
        assert b"cannot write " in run.stderr and b"No such file" in run.stderr
        assert run.stdout == b""
    assert haul("--har", "/dev/full", origin.url("/ok")).returncode == 3


def slices(events, process):
    """The slices of a process by thread, in order."""
    threads = {}
    for event in events:
        if event["ph"] == "X" and event["pid"] == process:
            threads.setdefault(event["tid"], []).append(event)
    for thread in threads.values():
        thread.sort(key=lambda event: (event["ts"], -event["dur"]))
    return threads


def check_nesting(thread):
    """No slice ends behind the one it is in."""
    stack = []
    for event in thread:
        assert event["dur"] >= 0
        while stack and stack[-1] <= event["ts"]:
            stack.pop()
        end = event["ts"] + event["dur"]
        assert not stack or end <= stack[-1]
        stack.append(end)


def processes(events):
    return {event["args"]["name"]: event["pid"] for event in events if event["name"] == "process_name"}


@pytest.mark.parametrize("mode", ["--as-completed", "--gather"])
def test_the_trace(haul, origin, tmp_path, mode):
    path = tmp_path / "trace.json"
    many = [origin.url(f"/delay/{number % 7}?{number}") for number in range(60)]
    haul("-j", mode, "--trace", path, "-c", 4, *urls(origin), *many)
    events = read(path)["traceEvents"]
    ids = processes(events)
    assert list(ids) == ["the loop", "places in flight", "URLs", "hosts"]
    lanes = slices(events, ids["places in flight"])
    assert set(lanes) == {1, 2, 3, 4}
    hops = [event for lane in lanes.values() for event in lane if "args" in event]
    assert len(hops) == 8 + len(many)
    assert {event["name"] for lane in lanes.values() for event in lane if "args" not in event} >= {"connect", "wait"}
    for lane in lanes.values():
        check_nesting(lane)
    assert {event["args"]["name"] for event in events if event["name"] == "thread_name"} >= {"place 0", "place 3"}
    (loop,) = slices(events, ids["the loop"]).values()
    check_nesting(loop)
    assert {event["name"] for event in loop} == {"busy", "idle"}
    assert all(one["ts"] + one["dur"] <= other["ts"] for one, other in zip(loop, loop[1:]))
    for process, count in (("URLs", 6 + len(many)), ("hosts", 8 + len(many))):
        begins = {event["id"]: event for event in events if event["ph"] == "b" and event["pid"] == ids[process]}
        ends = {event["id"]: event for event in events if event["ph"] == "e" and event["pid"] == ids[process]}
        assert len(begins) == count and begins.keys() == ends.keys()
        assert all(begins[number]["ts"] <= ends[number]["ts"] for number in begins)
        assert all(begins[number]["name"] == ends[number]["name"] for number in begins)
    assert b"SECRET" not in path.read_bytes()


def test_a_trace_of_saved_records(haul, saved):
    for kind in ("short", "full"):
        path = saved / "trace.json"
        assert haul("report", "--trace", path, saved / kind).returncode == 0
        events = read(path)["traceEvents"]
        lanes = slices(events, processes(events)["places in flight"])
        # Short records do not know the lanes.
        assert bool(lanes) == (kind == "full")
        for lane in lanes.values():
            check_nesting(lane)
        assert {event["name"] for event in events if event.get("cat") == "url"} >= {"200", "404", "connect", "ok"}


def test_the_waterfall_of_a_run_is_for_people(haul, origin):
    run = haul("-j", "--waterfall", origin.url("/ok"), origin.url("/delay/30"))
    assert len(run.records()) == 2
    lines = run.stderr.decode().splitlines()
    assert lines[0].startswith("2 URLs in ") and lines[0].endswith(f" at {origin.root.rstrip('/')}")
    assert [line.split()[:2] for line in lines[2:4]] == [["200", "/ok"], ["200", "/delay/30"]]
    assert "=====" in lines[3]
    assert lines[4] == ". queue  : DNS  + connect  * TLS  = wait  # transfer"
    assert max(map(len, lines)) <= 80


def test_the_waterfall_of_saved_records_is_output(haul, saved):
    shown = [haul("report", "--waterfall", saved / kind) for kind in ("short", "full")]
    for run in shown:
        assert run.returncode == 0 and run.stderr == b""
        assert run.stdout.startswith(b"6 URLs in ")
        assert b"\n404 " in run.stdout and b"1 never started" in run.stdout
        assert b"SECRET" not in run.stdout and b"\033" not in run.stdout
    piped = haul("report", "--waterfall", stdin=(saved / "full").read_bytes())
    assert piped.stdout == shown[1].stdout


def test_colour_as_it_is_asked_for(haul, saved):
    assert b"\033[32m=" in haul("report", "--waterfall", "--color", "always", saved / "full").stdout
    assert b"\033" not in haul("report", "--waterfall", "--color", "never", saved / "full").stdout


def test_several_files_have_a_waterfall_each(haul, saved):
    run = haul("report", "--waterfall", saved / "short", "-", stdin=(saved / "full").read_bytes())
    assert run.stdout.startswith(b"short: 6 URLs in ")
    assert run.stdout.count(b"\n\nstandard input: 6 URLs in ") == 1
    assert run.stdout.count(b" URLs in ") == 2


def test_lines_that_are_no_records(haul, saved):
    text = (saved / "short").read_text(encoding="utf-8")
    run = haul("report", "--waterfall", "-", stdin="{}\n\n" + "x\n" * 9 + text)
    assert run.returncode == 2
    assert run.stdout.startswith(b"6 URLs in ")
    messages = run.stderr.decode().splitlines()
    assert messages[0] == "haul: standard input:1: no record of haul's, and left out"
    assert messages[1].startswith("haul: standard input:3: ")
    assert messages[5:] == ["haul: standard input: 10 lines were no records"]


def test_what_a_killed_run_leaves_is_no_mistake(haul, saved):
    text = (saved / "short").read_text(encoding="utf-8")
    run = haul("report", "--waterfall", "-", stdin=text[:-20])
    assert run.returncode == 0 and run.stderr == b""


def test_a_file_that_is_not_there(haul, saved):
    run = haul("report", "--waterfall", saved / "none", saved / "full")
    assert run.returncode == 2
    assert run.stderr.startswith(b"haul: cannot read ") and run.stderr.endswith(b"none: No such file or directory\n")
    assert b"\nfull: 6 URLs in " in run.stdout


def test_nothing_is_asked_for(haul):
    run = haul("report", "x")
    assert run.returncode == 2
    assert b"nothing says what to make of the records" in run.stderr


def test_records_are_not_written_over(haul, saved):
    before = (saved / "full").read_bytes()
    for option in ("--har", "--trace", "--report"):
        run = haul("report", option, saved / "full", saved / "short", f"{saved}/./full")
        assert run.returncode == 2 and f"{option} would write over the records".encode() in run.stderr
    assert (saved / "full").read_bytes() == before


def test_nobody_reads_the_waterfall(saved):
    script = f'"$0" report --waterfall "$1" >&-; echo $?; {{ "$0" report --waterfall "$1"; echo $? >&2; }} | :'
    run = support.subprocess.run(
        ["sh", "-c", script, support.HAUL, saved / "full"],
        capture_output=True, env=support.environment(), timeout=support.PATIENCE, check=False,
    )  # fmt: skip
    assert run.stdout == b"3\n"


def test_an_interrupted_run_has_its_pictures(haul_running, puppet, tmp_path):
    paths = [tmp_path / "run.har", tmp_path / "trace"]
    with haul_running("-j", "--waterfall", "--har", paths[0], "--trace", paths[1], puppet.url("/1"), puppet.url("/held/2")) as run:
        run.record()
        puppet.wait_for("/held/2")
        assert not paths[0].exists()
        run.interrupt(support.signal.SIGINT)
        run.stdout.rest()
        assert run.wait() == -support.signal.SIGINT
        told = run.stderr.rest().decode()
    entries = har.check_archive(read(paths[0]))
    assert [entry["response"]["status"] for entry in entries] == [200, 0]
    assert entries[1]["comment"] == "interrupted"
    assert read(paths[1])["traceEvents"]
    assert "\n2 URLs in " in told and "\ncanc " in told


def test_numbers_that_cannot_be(haul, saved):
    """A record that is damaged, or that nobody's haul wrote, makes no picture fail or grow without end."""
    full = [json.loads(line) for line in (saved / "full").read_text(encoding="utf-8").splitlines()]
    long = next(record for record in full if record["hops"])
    hop = long["hops"][0]
    hop["lane"] = 2**53
    hop["time"] = dict.fromkeys(hop["time"], 8.9e9)
    long["ts"] = long["start"] = 1
    paths = [saved / name for name in ("run.har", "trace", "run.html")]
    options = [option for pair in zip(("--har", "--trace", "--report"), paths) for option in pair]
    for time in (dict.fromkeys(hop["time"], 8.9e9), dict.fromkeys(hop["time"], 9.9e8)):
        hop["time"] = time
        run = haul("report", "--waterfall", *options, stdin="".join(json.dumps(record) + "\n" for record in full))
        assert (run.returncode, run.stderr) == (0, b"")
        assert max(map(len, run.stdout.decode().splitlines())) <= 80
        assert len(har.check_archive(read(paths[0]))) == 7
        assert paths[1].stat().st_size < 100000
        lanes = slices(read(paths[1])["traceEvents"], 2)
        assert 0 < len(lanes) <= 3
