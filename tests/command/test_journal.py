"""--journal: it has a record of all that has left, and of nothing else."""

import contextlib
import fcntl
import json
import os
import re
import resource
import select
import signal
import stat
import struct
import subprocess
import termios
import time

import pytest
import servers
import support
from test_files import wait_until

sanitized = pytest.mark.sanitized


def records_of(path):
    return support.parse_records(path.read_bytes())


def inputs_of(path):
    return [record["input"] for record in records_of(path)]


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
def test_a_body_that_has_not_left_is_not_in_it(haul_running, origin, tmp_path):
    """All of it has come, and most of it waits for the reader in a file."""
    with haul_running("--body", "--journal", "journal", origin.url("/size/5000000"), cwd=tmp_path) as run:
        origin.wait_until(requests=1, in_flight=0)
        while len(run.stdout.bytes) < 3_000_000:
            run.stdout.receive(time.monotonic() + support.PATIENCE)
        assert records_of(tmp_path / "journal") == []
        assert len(run.stdout.rest()) == 5_000_000
        assert run.wait() == 0
    assert len(records_of(tmp_path / "journal")) == 1


@sanitized
def test_a_reader_that_has_gone_leaves_the_rest_to_be_done(haul_running, tmp_path):
    with haul_running("-j", "--journal", "journal", "-s", cwd=tmp_path) as run:
        run.stdin.write(b"sleep:0\n")
        run.record()
        run.process.stdout.close()
        # It may have seen that at once.
        with contextlib.suppress(BrokenPipeError):
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
        ("-", b"it is no regular file"),
        ("no/such/folder", b"No such file or directory"),
        (".", b"Is a directory"),
    ],
)
def test_a_journal_that_cannot_be_used_is_told(haul, tmp_path, path, problem):
    run = haul("--journal", path, "sleep:0", cwd=tmp_path)
    assert (run.returncode, run.stdout) == (2, b"")
    assert run.stderr == b"haul: cannot use the journal " + path.encode() + b": " + problem + b"\n"


@sanitized
@pytest.mark.parametrize("arguments", [["-i", "list"], ["-i", "-"], ["-i", "link"], ["sleep:0", "-i", "/dev/stdin"]])
def test_a_list_is_no_journal(haul, tmp_path, arguments):
    """It would get a line more for each that is read."""
    (tmp_path / "list").write_bytes(b"sleep:0")
    (tmp_path / "link").symlink_to("list")
    with (tmp_path / "list").open("rb") as stdin:
        run = haul("--journal", "list", *arguments, stdin=stdin, cwd=tmp_path)
    assert (run.returncode, run.stdout) == (2, b"")
    assert run.stderr == b"haul: cannot use the journal list: it is a list that is read\n"
    assert (tmp_path / "list").read_bytes() == b"sleep:0"


@sanitized
def test_standard_output_is_no_journal(haul_running, tmp_path):
    with (tmp_path / "journal").open("wb") as output:
        with haul_running("-j", "--journal", "journal", "sleep:0", stdout=output, cwd=tmp_path) as run:
            assert run.stderr.rest() == b"haul: cannot use the journal journal: it is standard output\n"
            assert run.wait() == 2
    assert (tmp_path / "journal").read_bytes() == b""


@sanitized
def test_a_reader_that_stands_still_holds_back_what_it_is_not_told(haul_running, tmp_path):
    """Nothing is written of what is ok, but its records wait for what was written before."""
    reading, writing = os.pipe()
    with open(reading, "rb", buffering=0) as reader, open(writing, "wb", buffering=0) as pipe:
        pipe.write(b"x" * fcntl.fcntl(pipe, fcntl.F_GETPIPE_SZ))
        with haul_running("-s", "--only", "failed", "--journal", "journal", stdout=pipe, cwd=tmp_path) as run:
            run.stdin.write(b"ftp://x/\n")
            os.set_blocking(run.stdin.fileno(), False)
            lines = 0
            while select.select([], [run.stdin], [], 1)[1]:
                lines += (run.stdin.write(b"sleep:0\n" * 1000) or 0) // len(b"sleep:0\n")
                assert lines < 100_000
            assert (tmp_path / "journal").read_bytes() == b""
            os.set_blocking(run.stdin.fileno(), True)
            run.stdin.close()
            pipe.close()
            while reader.read(65536):
                pass
            assert run.wait() == 1
    assert len(inputs_of(tmp_path / "journal")) >= lines


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


@sanitized
def test_a_torn_line_may_end_with_a_brace(haul, tmp_path):
    """It is cut off for good, and not told of by each run; what is whole and of another version stays."""
    whole = haul("-j", "sleep:0").stdout
    other = whole.replace(b'"v":1', b'"v":2').rstrip(b"\n")
    for torn in (whole[: whole.index(b"}") + 1], whole[:20] + b"}"):
        (tmp_path / "journal").write_bytes(whole + torn)
        assert haul("--journal", "journal", "--resume", "sleep:0", cwd=tmp_path).stderr == b""
        assert (tmp_path / "journal").read_bytes() == whole
    for rest in (whole.rstrip(b"\n"), other):
        (tmp_path / "journal").write_bytes(whole + rest)
        haul("--journal", "journal", "--resume", "sleep:0", cwd=tmp_path)
        assert (tmp_path / "journal").read_bytes() == whole + rest + b"\n"
