"""--journal and --resume: what is done stays done, however a run ends."""

import fcntl
import json
import os
import random
import re
import resource
import signal
import stat
import struct
import subprocess
import termios

import pytest
import servers
import support
from test_files import tree, wait_until

sanitized = pytest.mark.sanitized


def records_of(path):
    return support.parse_records(path.read_bytes())


def inputs_of(path):
    return [record["input"] for record in records_of(path)]


def resumed(haul, *arguments, **more):
    """Runs haul with the journal of that folder; what it has for its records."""
    return sorted(haul("-j", "--journal", "journal", "--resume", *arguments, **more).records(), key=lambda r: r["index"])


@sanitized
@pytest.mark.parametrize("options", [[], ["-j"], ["--body"], ["-w", ""], ["-j", "--only", "failed"], ["-o", "{name}"]])
def test_it_has_the_record_of_every_result(haul, origin, tmp_path, mode, options):
    urls = [origin.url(path) for path in ("/size/100000", "/status/404", "/ok", "/delay/20")]
    run = haul(*options, "--mode", mode, "--journal", "journal", *urls, "ftp://x/", cwd=tmp_path)
    assert run.returncode == 1
    journal = tmp_path / "journal"
    assert sorted(inputs_of(journal)) == sorted([*urls, "ftp://x/"])
    assert {record["input"]: record["ok"] for record in records_of(journal)} == {
        **dict.fromkeys(urls, True),
        urls[1]: False,
        "ftp://x/": False,
    }
    assert stat.S_IMODE(journal.stat().st_mode) == 0o600
    if options == ["-j"]:
        assert journal.read_bytes() == run.stdout


@sanitized
def test_it_is_appended_to(haul, tmp_path):
    for number in range(3):
        assert haul("--journal", "journal", f"sleep:0.00{number}", cwd=tmp_path).returncode == 0
    assert inputs_of(tmp_path / "journal") == ["sleep:0.000", "sleep:0.001", "sleep:0.002"]


@sanitized
@pytest.mark.parametrize("options", [[], ["--body"], ["--only", "failed"]])
def test_a_record_is_there_while_the_run_goes_on(haul_running, puppet, tmp_path, options):
    (tmp_path / "journal").touch()
    with haul_running(*options, "--journal", "journal", cwd=tmp_path) as run:
        run.stdin.write((puppet.url("/a") + "\n" + puppet.url("/held/b") + "\n").encode())
        wait_until(lambda: inputs_of(tmp_path / "journal") == [puppet.url("/a")])
        puppet.release("/held/b")
        run.stdin.close()
        assert run.wait() == 0
    assert inputs_of(tmp_path / "journal") == [puppet.url("/a"), puppet.url("/held/b")]


def pending(descriptor):
    return struct.unpack("i", fcntl.ioctl(descriptor, termios.FIONREAD, bytes(4)))[0]


@sanitized
@pytest.mark.parametrize("options", [["-j"], ["--body", "-w", "%{json}\n"]])
def test_what_has_not_left_is_not_in_it(haul_running, tmp_path, options):
    """Nobody reads: what does not fit into the pipe would be lost, were it in the journal."""
    with haul_running(*options, "--journal", "journal", cwd=tmp_path) as run:
        fcntl.fcntl(run.stdout.descriptor, fcntl.F_SETPIPE_SZ, 4096)
        run.stdin.write(b"sleep:0\n" * 500)
        # A pipe is full when its next write does not fit.
        wait_until(lambda: pending(run.stdout.descriptor) > 3000 and pending(run.stdin.fileno()) == 0)
        run.interrupt(signal.SIGKILL)
        run.wait()
        whole = run.stdout.rest().count(b"\n")
    assert 0 < whole < 20
    assert len(records_of(tmp_path / "journal")) <= whole


@sanitized
def test_a_reader_that_has_gone_leaves_the_rest_to_be_done(haul_running, tmp_path):
    with haul_running("-j", "--journal", "journal", "-s", cwd=tmp_path) as run:
        run.stdin.write(b"sleep:0\n")
        run.record()
        run.process.stdout.close()
        run.stdin.write(b"sleep:0.001\n" * 3)
        assert run.wait() == 141
    assert inputs_of(tmp_path / "journal") == ["sleep:0"]


@sanitized
def test_two_cannot_write_it(haul, haul_running, tmp_path):
    with haul_running("-j", "--journal", "journal", cwd=tmp_path) as run:
        run.stdin.write(b"sleep:0\n")
        run.record()
        second = haul("--journal", "journal", "sleep:0", cwd=tmp_path)
        assert (second.returncode, second.stdout) == (2, b"")
        assert second.stderr == b"haul: cannot use the journal journal: another haul is writing it\n"
        run.stdin.close()
        assert run.wait() == 0
    assert len(records_of(tmp_path / "journal")) == 1


@sanitized
@pytest.mark.parametrize(
    ("path", "problem"),
    [
        ("/dev/null", b"it is no regular file"),
        ("no/such/folder", b"No such file or directory"),
        (".", b"Is a directory"),
    ],
)
def test_a_journal_that_cannot_be_used_is_told(haul, tmp_path, path, problem):
    run = haul("--journal", path, "sleep:0", cwd=tmp_path)
    assert (run.returncode, run.stdout) == (2, b"")
    assert run.stderr == b"haul: cannot use the journal " + path.encode() + b": " + problem + b"\n"


@sanitized
def test_a_journal_that_cannot_be_written_costs_nothing_else(haul_running, tmp_path):
    limit = {"preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1200, 1200)), "cwd": tmp_path}
    with haul_running("-j", "--journal", "journal", "-s", **limit) as run:
        for number in range(5):
            run.stdin.write(b"sleep:0.00%d\n" % number)
            assert run.record()["index"] == number
        run.stdin.close()
        errors = run.stderr.rest()
        assert run.wait() == 3
    assert errors == b"haul: cannot write to the journal journal: File too large\n"
    # None is torn.
    assert inputs_of(tmp_path / "journal") == ["sleep:0.000", "sleep:0.001"]


@sanitized
@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b'{"v":1,"index":0,"inp', b""),
        (b'{"', b""),
        (b'{}\n{"v":1,"index":0,"input":"' + b"a" * 10000, b"{}\n"),
        (b"not from haul", b"not from haul\n"),
        (b'{"v":1}', b'{"v":1}\n'),
    ],
)
def test_a_record_begins_on_a_line_of_its_own(haul, tmp_path, before, after):
    (tmp_path / "journal").write_bytes(before)
    assert haul("--journal", "journal", "sleep:0", cwd=tmp_path).returncode == 0
    content = (tmp_path / "journal").read_bytes()
    assert content.startswith(after)
    assert json.loads(content.removeprefix(after))["input"] == "sleep:0"


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


class Killing:
    """A list whose runs are killed, and resumed, until it is done."""

    def __init__(self, puppet, directory, seed):
        self.puppet = puppet
        self.directory = directory
        self.random = random.Random(seed)
        self.rounds = 0
        self.bodies = {}
        for number in range(40):
            self.add(number)

    def add(self, number):
        """A line, whose body is like no other."""
        size = self.random.choice([10, 5000, 300_000])
        path = f"/{number}/page-{number:03}.html"
        self.bodies[path] = (f"<{number:03}>".encode() * size)[:size] + b"\n"
        self.puppet.answers[path] = servers.response(200, body=self.bodies[path])

    def edit(self):
        """The lines in another order, some of them missing and one new."""
        self.add(1000 + self.rounds)
        lines = [f"{self.puppet.url(path)}\ttag of {path}\n" for path in self.bodies]
        self.random.shuffle(lines)
        (self.directory / "list").write_text("".join(lines[self.random.randrange(4) :]))

    def done(self):
        """What the journal holds for done: the paths."""
        journal = self.directory / "journal"
        lines = journal.read_bytes().splitlines() if journal.exists() else []
        records = [json.loads(line) for line in lines if line.endswith(b"}")]
        return {record["input"].removeprefix(self.puppet.root) for record in records if record["ok"]}

    def requested(self):
        """What this round has asked for."""
        agent = f"round-{self.rounds}"
        with self.puppet._changed:
            return [request.target for request in self.puppet.requests if request.field("user-agent") == agent]

    def run(self, haul_running, options, check, is_last=False):
        """Runs it, to its end or to a moment that is drawn; its exit status."""
        self.rounds += 1
        done = self.done()
        arguments = ["-c", 4, *options, "--journal", "journal", "--resume", "-i", "list", "-A", f"round-{self.rounds}"]
        with (
            (self.directory / "bodies").open("ab") as bodies,
            haul_running(*arguments, "-s", stdout=bodies, cwd=self.directory) as run,
        ):
            count = 1000 if is_last else self.random.randint(0, 12)
            wait_until(lambda: run.process.poll() is not None or len(self.requested()) >= count)
            run.interrupt(signal.SIGKILL)
            status = run.wait()
        assert not done & set(self.requested())
        check(self)
        return status


def check_files(killing):
    """All under a final name is whole, and what is done is there."""
    files = tree(killing.directory / "out") if (killing.directory / "out").exists() else {}
    whole = {name: content for name, content in files.items() if not name.endswith(".part")}
    bodies = {path.rsplit("/")[-1]: body for path, body in killing.bodies.items()}
    for name, content in whole.items():
        assert content == bodies[name]
    assert {path.rsplit("/")[-1] for path in killing.done()} <= set(whole)


def check_stream(killing):
    """All that is done has left."""
    stream = (killing.directory / "bodies").read_bytes()
    for path in killing.done():
        assert killing.bodies[path] in stream


@sanitized
@pytest.mark.parametrize("loops", [1, 2])
@pytest.mark.parametrize(
    ("options", "check"),
    [
        (["-o", "{name}", "--output-dir", "out", "--create-dirs"], check_files),
        (["-O", "--output-dir", "out", "--create-dirs", "--gather"], check_files),
        (["--body"], check_stream),
        (["--body", "--gather"], check_stream),
    ],
    ids=lambda value: "-".join(value).replace("--", "") if isinstance(value, list) else "",
)
def test_killed_at_any_moment_and_resumed_it_ends_with_every_line_done(haul_running, puppet, tmp_path, options, check, loops):
    killing = Killing(puppet, tmp_path, seed=len(options) + loops)
    options = [*options, "--loops", loops]
    for _ in range(12):
        killing.edit()
        killing.run(haul_running, options, check)
    (tmp_path / "list").write_text("".join(f"{puppet.url(path)}\ttag of {path}\n" for path in killing.bodies))
    assert killing.run(haul_running, options, check, is_last=True) == 0
    assert killing.done() == set(killing.bodies)
    # Whoever is done is asked for no more.
    assert killing.run(haul_running, options, check, is_last=True) == 0
    assert killing.requested() == []
    # Each kill costs what was under way, and no more.
    under_way = 4 if "--gather" not in options else len(killing.bodies)
    assert len(puppet.requests) <= len(killing.bodies) + 12 * (under_way + 4)


def peak_memory(count, directory):
    """What haul has taken at most, in kB, when it has come to the last of so many lines that are not done."""
    with servers.Puppet() as puppet:
        options = ["--journal", directory / "journal", "--resume", "-s"]
        with support.Running(*options, stdout=subprocess.DEVNULL) as run:
            for begin in range(0, count, 1000):
                run.stdin.write(b"".join(b"sleep:0.%09d\n" % number for number in range(begin, begin + 1000)))
            run.stdin.write(puppet.url("/held/last\n").encode())
            puppet.wait_for("/held/last")
            with open(f"/proc/{run.process.pid}/status", encoding="ascii") as status:
                peak = re.search(r"^VmHWM:\s*(\d+) kB$", status.read(), re.MULTILINE)[1]
    os.unlink(directory / "journal")
    return int(peak)


def test_memory_does_not_grow_with_what_is_fetched(tmp_path):
    """Not with sanitizers: they keep what is freed."""
    assert peak_memory(100_000, tmp_path) - peak_memory(10_000, tmp_path) < 1000


def test_memory_is_some_bytes_for_each_record(haul, tmp_path):
    record = haul("-j", "sleep:0").stdout

    def journal_of(count):
        text = b"".join(record.replace(b'"sleep:0"', b'"sleep:0.%09d"' % number, 1) for number in range(count))
        (tmp_path / "journal").write_bytes(text)

    def peak():
        program = ["/usr/bin/python3", "-c", "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True);"
                   "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"]  # fmt: skip
        arguments = support.command(["--journal", tmp_path / "journal", "--resume", "-w", "", "sleep:0.000000001"])
        return int(subprocess.run([*program, *arguments], capture_output=True, check=True, env=support.environment()).stdout)

    journal_of(1000)
    small = peak()
    journal_of(100_000)
    assert (peak() - small) * 1024 < 99_000 * 32 + 512 * 1024
