"""Ends from outside: signals, readers that go away or are slow, and disks that are full."""

import fcntl
import json
import os
import resource
import select
import signal
import socket
import subprocess
import time

import pytest
import servers
import support
from test_files import wait_until

pytestmark = [pytest.mark.sanitized, pytest.mark.threads]

SIGNALS = [signal.SIGINT, signal.SIGTERM]


def held_urls(puppet, count):
    return [puppet.url(f"/held/{number}") for number in range(count)]


@pytest.mark.parametrize("lines", ["ftp://x/\n", "sleep:0\n"])
def test_a_list_of_which_nothing_is_fetched_is_interrupted(haul_running, tmp_path, lines):
    """All comes out at once, and nothing that it would have to wait for."""
    count = 1_000_000
    (tmp_path / "list").write_text(lines * count, encoding="ascii")
    options = ["-s", "--dry-run", "--fail-on", "never", "-i", "list", "--summary-json", "summary"]
    with (tmp_path / "lines").open("wb") as output, haul_running(*options, stdout=output, cwd=tmp_path) as run:
        wait_until(lambda: (tmp_path / "lines").stat().st_size > 0)
        run.interrupt()
        assert run.wait() == -signal.SIGINT
    assert json.loads((tmp_path / "summary").read_bytes())["urls"] < count


@pytest.mark.parametrize("which", SIGNALS)
def test_what_was_read_is_recorded_as_cancelled(haul_running, puppet, mode, which):
    """Two are in flight (one in sequence), and the others that were read wait for their host's places."""
    with haul_running("--mode", mode, "--per-host", 2, "-j", *held_urls(puppet, 6)) as run:
        in_flight = 1 if mode == "sequential" else 2
        puppet.wait_for_count(in_flight)
        run.interrupt(which)
        records = support.parse_records(run.stdout.rest())
        assert run.wait() == -which
        told = run.stderr.rest().decode()
    read = 1 if mode == "sequential" else 6
    assert [record["index"] for record in sorted(records, key=lambda record: record["index"])] == list(range(read))
    assert {(record["error"]["class"], record["error"]["message"]) for record in records} == {
        ("cancelled", "interrupted")
    }
    assert sorted(record["attempts"] for record in records) == [0] * (read - in_flight) + [1] * in_flight
    for record in records:
        assert (record["start"] is None) == (record["attempts"] == 0)
    assert told == f"haul: {read} of {read} URL{'s' if read > 1 else ''} not ok ({read} cancelled)\n"


@pytest.mark.parametrize("which", SIGNALS)
def test_what_was_done_before_stays_as_it_was(haul_running, puppet, mode, which):
    lines = [puppet.url("/1"), puppet.url("/2"), puppet.url("/held/3"), puppet.url("/held/4")]
    with haul_running("--mode", mode, "-j", *lines) as run:
        puppet.wait_for("/held/3")
        done = [run.record() for _ in range(2)]
        assert sorted(record["index"] for record in done) == [0, 1]
        run.interrupt(which)
        left = support.parse_records(run.stdout.rest())
        assert run.wait() == -which
    assert {record["error"]["class"] for record in left} == {"cancelled"}
    assert [record["index"] for record in left] == ([2] if mode == "sequential" else [2, 3])


def test_gather_gives_what_was_done_behind_a_slow_one(haul_running, puppet):
    lines = [puppet.url("/held/slow"), puppet.url("/done"), puppet.url("/held/last")]
    with haul_running("--gather", "-c", 2, "-j", *lines) as run:
        puppet.wait_for("/held/last")  # which has the place of /done
        run.interrupt()
        records = support.parse_records(run.stdout.rest())
    assert [(record["index"], record["ok"]) for record in records] == [(0, False), (1, True), (2, False)]


def test_nothing_is_started_after_a_signal(haul_running, puppet):
    with haul_running("-c", 1) as run:
        run.stdin.write("".join(url + "\n" for url in held_urls(puppet, 3)).encode())
        puppet.wait_for("/held/0")
        run.interrupt()
        puppet.wait_for_closing("/held/0")
        run.wait()
    assert puppet.targets() == ["/held/0"]


def test_the_summary_counts_what_was_cancelled(haul_running, puppet):
    with haul_running("--summary=total", "--per-host", 2, *held_urls(puppet, 5)) as run:
        puppet.wait_for_count(2)
        run.interrupt()
        run.stdout.rest()
        told = run.stderr.rest().decode().splitlines()
    assert "URLs         5: 0 ok, 5 not ok (5 cancelled)" in told
    assert "cancelled    2 in flight, 3 never started" in told


@pytest.mark.parametrize("form", [[], ["-j"], ["--body"]])
def test_no_line_is_torn(haul_running, origin, form):
    """Interrupted in the middle of much output."""
    with haul_running(*form, "-c", 20) as run:
        lines = "".join(f"{origin.url(f'/size/{number}')}\t{'t' * 200}\n" for number in range(200)).encode()
        run.stdin.write(lines)
        first = run.stdout.line() if form != ["--body"] else b""
        run.interrupt()
        output = first + run.stdout.rest()
        assert run.wait() == -signal.SIGINT
    if form == ["-j"]:
        assert len({record["index"] for record in support.parse_records(output)}) == output.count(b"\n")
    elif not form:
        assert output.endswith(b"\n")
        assert {line.count(b"\t") for line in output.splitlines()} == {4}


@pytest.mark.parametrize("which", SIGNALS)
def test_an_idle_haul_ends_at_once(haul_running, which):
    with haul_running() as run:
        run.stdin.write(b"sleep:0\n")
        run.stdout.line()
        run.interrupt(which)
        assert run.wait() == -which
        assert run.stdout.rest() + run.stderr.rest() == b""


def full_pipe():
    """A pipe of a page, with nobody reading yet: both its ends."""
    reader, writer = os.pipe()
    fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, 4096)
    return reader, writer


@pytest.mark.parametrize("first, second", [(signal.SIGINT, signal.SIGINT), (signal.SIGTERM, signal.SIGINT)])
def test_a_second_signal_ends_at_once(haul_running, puppet, first, second):
    """Its output waits for a reader that never reads, so that after the first signal haul is not done."""
    reader, writer = full_pipe()
    quick = [f"{puppet.url('/quick')}\t{'t' * 500}" for _ in range(40)]
    with haul_running("-c", 1, *quick, puppet.url("/held/0"), stdout=writer) as run:
        os.close(writer)
        puppet.wait_for("/held/0")
        run.interrupt(first)
        puppet.wait_for_closing("/held/0")
        assert run.process.poll() is None
        run.interrupt(second)
        assert run.wait() == -second
    os.close(reader)


def test_an_interrupted_haul_still_gives_everything_to_a_slow_reader(haul_running, puppet):
    reader, writer = full_pipe()
    quick = [f"{puppet.url('/quick')}\t{'t' * 500}" for _ in range(40)]
    with haul_running("-c", 1, "-j", *quick, puppet.url("/held/0"), stdout=writer) as run:
        os.close(writer)
        puppet.wait_for("/held/0")
        run.interrupt()
        puppet.wait_for_closing("/held/0")
        with open(reader, "rb") as output:
            records = support.parse_records(output.read())
        assert run.wait() == -signal.SIGINT
    assert [record["ok"] for record in records] == [True] * 40 + [False]


@pytest.mark.parametrize("which", SIGNALS)
def test_messages_that_nobody_reads_hold_up_nothing(haul_running, puppet, mode, which):
    """Not what is still to be fetched, and not a signal: the first cancels, the second ends haul at once."""
    reader, writer = full_pipe()
    os.write(writer, b"x" * 4096)
    puppet.answers["/missing"] = servers.response(404)
    with haul_running("--body", "--mode", mode, "-c", 1, puppet.url("/missing"), puppet.url("/held/0"), stderr=writer) as run:
        os.close(writer)
        puppet.wait_for("/held/0")
        run.interrupt(which)
        puppet.wait_for_closing("/held/0")
        assert run.process.poll() is None
        run.interrupt(signal.SIGINT)
        assert run.wait() == -signal.SIGINT
    os.close(reader)


def test_messages_for_a_slow_reader_are_all_there(haul_running, puppet):
    reader, writer = full_pipe()
    missing = [puppet.url(f"/missing/{number}") for number in range(100)]
    for url in missing:
        puppet.answers[url[url.index("/missing") :]] = servers.response(404)
    with haul_running("--body", "-c", 1, *missing, puppet.url("/held/0"), stderr=writer) as run:
        os.close(writer)
        puppet.wait_for("/held/0")
        run.interrupt()
        puppet.wait_for_closing("/held/0")
        with open(reader, encoding="utf-8") as errors:
            told = errors.read().splitlines()
        assert run.wait() == -signal.SIGINT
    assert [line.split(": ")[1] for line in told[:-1]] == [*missing, puppet.url("/held/0")]


def test_a_message_stands_between_records_where_both_go_to_one_pipe(haul_running, tmp_path):
    """A reader that takes little at a time has records written in halves, which no message may come between."""
    tag = "t" * 3000
    (tmp_path / "urls").write_text("".join(f"sleep:0\t{tag}{number}\n" for number in range(100)))
    lists = [word for number in range(10) for word in ("-i", tmp_path / "urls", "-i", f"/no/such/list/{number}")]
    reader, writer = full_pipe()
    with haul_running("-j", "-s", *lists, stdout=writer, stderr=writer) as run:
        os.close(writer)
        with open(reader, "rb") as output:
            lines = output.read().splitlines()
        assert run.wait() == 2
    told = [line for line in lines if line.startswith(b"haul: cannot read /no/such/list/")]
    records = support.parse_records(b"\n".join(line for line in lines if line not in told))
    assert (len(told), sorted(record["index"] for record in records)) == (10, list(range(1000)))


def is_caught(process, which):
    with open(f"/proc/{process.pid}/status", encoding="ascii") as status:
        caught = next(line for line in status if line.startswith("SigCgt:")).split()[1]
    return bool(int(caught, 16) >> (which - 1) & 1)


def test_last_words_wait_for_a_reader_also_where_standard_error_does_not_block(haul_running):
    """Somebody who shares it has set O_NONBLOCK."""
    reader, writer = full_pipe()
    os.write(writer, b"x" * 4096)
    os.set_blocking(writer, False)
    with haul_running("x:y", stderr=writer) as run:
        os.close(writer)
        run.stdout.line()
        while is_caught(run.process, signal.SIGINT):
            time.sleep(0.005)
        with open(reader, "rb") as errors:
            told = errors.read()
        assert run.wait() == 1
    assert told == b"x" * 4096 + b"haul: 1 of 1 URL not ok (1 url)\n"


def is_held_up(process):
    """Whether it waits for a descriptor by poll, which the loop never does."""
    with open(f"/proc/{process.pid}/wchan", encoding="ascii") as place:
        return "poll_schedule" in place.read()


@pytest.mark.parametrize("which", SIGNALS)
@pytest.mark.parametrize("command", [[], ["compare"]])
def test_a_signal_ends_what_only_has_its_last_words_to_say(command, which):
    reader, writer = full_pipe()
    os.write(writer, b"x" * 4096)
    with open("/dev/full", "wb") as full:
        process = subprocess.Popen(
            support.command([*command, "-s", "sleep:0"]), stdout=full, stderr=writer, env=support.environment()
        )
    os.close(writer)
    try:
        deadline = time.monotonic() + support.PATIENCE
        while not is_held_up(process):
            assert time.monotonic() < deadline
            time.sleep(0.005)
        process.send_signal(which)
        assert process.wait(support.PATIENCE) == -which
    finally:
        process.kill()
        process.wait()
        os.close(reader)


@pytest.mark.parametrize("which", SIGNALS)
def test_a_signal_ends_what_waits_for_the_reader_of_the_export(haul_running, which):
    reader, writer = full_pipe()
    with haul_running("compare", "--export-json", f"/dev/fd/{writer}", *["sleep:0"] * 100, pass_fds=[writer]) as run:
        os.close(writer)
        assert os.read(reader, 1) == b"{"
        run.interrupt(which)
        assert run.wait() == -which
    os.close(reader)


@pytest.mark.parametrize("which", SIGNALS)
@pytest.mark.parametrize("arguments", [["-j"], ["compare"]])
def test_a_signal_that_was_ignored_stays_so(puppet, arguments, which):
    """As for a job that a script has put in the background."""
    process = subprocess.Popen(
        support.command([*arguments, puppet.url("/held/0")]),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=support.environment(),
        preexec_fn=lambda: signal.signal(which, signal.SIG_IGN),
    )
    with process:
        puppet.wait_for("/held/0")
        assert not is_caught(process, which)
        other = next(signal for signal in SIGNALS if signal != which)
        assert is_caught(process, other)
        process.send_signal(other)
        assert process.wait() == -other


def test_the_keyboard_interrupts(haul_on_terminal, puppet):
    with haul_on_terminal("-j", puppet.url("/held/0")) as run:
        puppet.wait_for("/held/0")
        run.type(b"\x03")
        status, screen = run.wait()
    assert status == -signal.SIGINT
    assert b'"class":"cancelled"' in screen


def test_a_loop_of_the_shell_stops(puppet):
    """A shell goes on after a program that only returns 130."""
    script = 'for word in one two; do "$0" "$1" <&-; done; echo after'
    process = subprocess.Popen(
        ["bash", "-c", script, support.HAUL, puppet.url("/held/0")],
        stdout=subprocess.PIPE,
        env=support.environment(),
        start_new_session=True,
    )
    with process:
        puppet.wait_for("/held/0")
        os.killpg(process.pid, signal.SIGINT)
        output = process.stdout.read()
    assert process.wait() == -signal.SIGINT
    assert b"after" not in output
    assert len(puppet.targets()) == 1


@pytest.mark.parametrize("form", [[], ["-j"], ["--body"], ["--summary=total"]])
def test_a_reader_that_goes_away_ends_haul_though_nothing_is_written(haul_running, puppet, mode, form):
    with haul_running("--mode", mode, *form, puppet.url("/held/0"), puppet.url("/held/1")) as run:
        puppet.wait_for("/held/0")
        run.process.stdout.close()
        assert run.wait() == 141
        assert run.stderr.rest() == b""


def test_a_reader_that_goes_away_while_much_is_written(origin, tmp_path):
    (tmp_path / "urls").write_text("".join(f"{origin.url('/ok')}\t{'t' * 300}\n" for _ in range(2000)))
    readers = {"head -n 1": "", "head -c 100000": "--body", "true": "-j", "head -n 3": "--sequential"}
    for reader, form in readers.items():
        script = f'"$0" -i urls -c 10 {form} | {reader} >/dev/null; echo "${{PIPESTATUS[0]}}"'
        command = ["bash", "-c", script, support.HAUL]
        run = subprocess.run(command, cwd=tmp_path, env=support.environment(), capture_output=True, check=True)
        # All of the bodies is less than what head takes.
        assert run.stdout == (b"0\n" if form == "--body" else b"141\n")
        assert run.stderr == b""


def test_a_reader_that_goes_away_while_the_list_is_waited_for(haul_running):
    with haul_running("-j") as run:
        run.stdin.write(b"sleep:0\n")
        run.record()
        run.process.stdout.close()
        assert run.wait() == 141


def test_a_reader_that_goes_away_ends_haul_though_nobody_reads_messages(haul_running, puppet):
    reader, writer = full_pipe()
    os.write(writer, b"x" * 4096)
    puppet.answers["/missing"] = servers.response(404)
    with haul_running("--body", "-c", 1, puppet.url("/missing"), puppet.url("/held/0"), stderr=writer) as run:
        os.close(writer)
        puppet.wait_for("/held/0")
        run.process.stdout.close()
        run.process.stdout = None
        assert run.wait() == 141
    os.close(reader)


def test_a_socket_for_output_is_watched_as_well(haul_running, puppet):
    ours, theirs = socket.socketpair()
    with haul_running(puppet.url("/held/0"), stdout=theirs) as run:
        theirs.close()
        puppet.wait_for("/held/0")
        ours.close()
        assert run.wait() == 141


@pytest.mark.parametrize("form", [[], ["-j"], ["--body"]])
def test_a_full_disk_is_told_in_one_line(haul_running, puppet, mode, form):
    with open("/dev/full", "wb") as full:
        with haul_running("--mode", mode, *form, puppet.url("/quick"), puppet.url("/held/1"), stdout=full) as run:
            assert run.wait() == 3
            assert run.stderr.rest() == b"haul: cannot write to standard output: No space left on device\n"


@pytest.mark.parametrize("form", [[], ["-j"], ["--body"]])
def test_a_file_that_may_not_grow_is_told_like_a_full_disk(origin, tmp_path, form):
    with open(tmp_path / "output", "wb") as output:
        run = subprocess.run(
            support.command([*form, origin.url("/size/10000"), *[origin.url("/ok")] * 100]),
            stdout=output,
            stderr=subprocess.PIPE,
            env=support.environment(),
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000)),
            check=False,
        )
    assert run.stderr == b"haul: cannot write to standard output: File too large\n"
    assert run.returncode == 3


def test_closed_standard_output_is_told(puppet):
    run = subprocess.run(
        ["sh", "-c", '"$0" "$1" >&-', support.HAUL, puppet.url("/quick")],
        env=support.environment(),
        capture_output=True,
        check=False,
    )
    assert run.returncode == 3
    assert run.stderr == b"haul: cannot write to standard output: Bad file descriptor\n"


@pytest.fixture
def much(origin, tmp_path):
    """A list whose records are 8 MB, far more than haul holds for a reader."""
    path = tmp_path / "urls"
    path.write_text("".join(f"{origin.url('/ok')}\t{'t' * 1500}\n" for _ in range(4000)))
    return path


@pytest.mark.parametrize("limits", [["-c", 20], []], ids=["of all", "of each host"])
def test_a_slow_reader_holds_up_new_starts_and_loses_nothing(haul_running, origin, much, limits):
    """Also of what has been read and waits for its host."""
    with haul_running(*limits, "-j", "-i", much) as run:
        assert origin.wait_for_standstill()["requests"] < 2000
        with open(os.dup(run.stdout.descriptor), "rb") as output:
            records = support.parse_records(output.read())
        assert run.wait() == 0
    assert sorted(record["index"] for record in records) == list(range(4000))
    assert origin.stats()["requests"] == 4000


def test_a_slow_reader_holds_up_no_transfer(haul_running, origin, puppet, much):
    """A large answer is taken while nobody reads what haul has to say."""
    puppet.answers["/held/0"] = servers.response(body=b"x" * 30_000_000)
    with haul_running("-c", 5, "-j", puppet.url("/held/0"), "-i", much) as run:
        origin.wait_for_standstill()
        puppet.release("/held/0")
        puppet.wait_for_answer("/held/0")
        assert origin.stats()["requests"] < 2000
        with open(os.dup(run.stdout.descriptor), "rb") as output:
            assert len(support.parse_records(output.read())) == 4001
        assert run.wait() == 0


def fill(pipe):
    """Fills a pipe that does not block, and says with how many bytes."""
    size = 0
    while True:
        try:
            size += os.write(pipe, b"x" * select.PIPE_BUF)
        except BlockingIOError:
            return size


def test_a_signal_at_the_end_waits_for_what_is_left_to_be_told(haul_running, tmp_path):
    """The run is over, --failed has its name, and --summary-json is held up by a pipe that is full."""
    os.mkfifo(tmp_path / "summary")
    pipe = os.open(tmp_path / "summary", os.O_RDWR | os.O_NONBLOCK)
    size = fill(pipe)
    with haul_running("-s", "ftp://x/", "--failed", "failed", "--summary-json", "summary", cwd=tmp_path) as run:
        wait_until((tmp_path / "failed").exists)
        assert is_caught(run.process, signal.SIGINT)
        run.interrupt()
        wait_until(lambda: not is_caught(run.process, signal.SIGINT))
        while size > 0:
            size -= len(os.read(pipe, size))
        assert run.wait() == -signal.SIGINT
    assert json.loads(os.read(pipe, 65536))["urls"] == 1
    os.close(pipe)
