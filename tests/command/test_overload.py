"""haul is slower than its input, or the reader of its output slower than haul: what is kept is bounded, nothing is lost,
and what has arrived is in time."""

import os
import pathlib
import re
import select
import signal
import threading
import time

import pytest
import servers
import support


def stop_for(run, seconds, is_done):
    """Stops haul for longer than this, and until something is so."""
    run.process.send_signal(signal.SIGSTOP)
    begin = time.monotonic()
    is_done()
    while time.monotonic() < begin + seconds:
        time.sleep(0.05)
    run.process.send_signal(signal.SIGCONT)


@pytest.mark.parametrize("limit", ["--idle-timeout", "--max-time", "--connect-timeout"])
def test_answers_that_came_while_haul_was_stopped_are_in_time(haul_running, puppet, limit):
    """All of them are there before haul goes on."""
    paths = [f"/held/{number}" for number in range(60)]
    with haul_running("-j", "-c", len(paths), limit, "1s", *map(puppet.url, paths)) as run:
        puppet.wait_for(*paths)

        def answer():
            puppet.release(*paths)
            for path in paths:
                puppet.wait_for_answer(path)

        stop_for(run, 1.1, answer)
        records = [run.record() for _ in paths]
        assert run.wait() == 0
    assert {record["status"] for record in records} == {200}


@pytest.mark.parametrize("limit", ["--connect-timeout", "--idle-timeout"])
def test_addresses_that_came_while_haul_was_stopped_are_in_time(haul_running, names, puppet, limit):
    names.is_holding = True
    with haul_running("-j", limit, "1s", *names.options, puppet.url("/x", "good.test")) as run:
        names.wait_for("good.test")
        stop_for(run, 1.1, names.release)
        record = run.record()
    assert record["error"] is None


def test_connections_that_came_about_while_haul_was_stopped_are_in_time(haul_running, certificates):
    """The server's part of the handshake has arrived."""
    with servers.Puppet(certificates.context()) as secure:
        with haul_running(
            "-j", "--cacert", certificates.ca, "--connect-timeout", "1s", secure.url("/held"), "sleep:0"
        ) as run:
            run.record()
            stop_for(run, 1.1, lambda: None)
            secure.wait_for("/held")
            secure.release("/held")
            assert run.record()["error"] is None


def peak_memory(run):
    """What haul has taken at most, in kB."""
    status = pathlib.Path(f"/proc/{run.process.pid}/status").read_text(encoding="ascii")
    return int(re.search(r"^VmHWM:\s*(\d+) kB$", status, re.MULTILINE)[1])


def feed(run, count, last):
    """Writes so many lines, and one that is held; an event is set once haul takes no more for a while."""
    lines = b"".join(b"sleep:0\t%d\n" % number for number in range(count)) + last.encode() + b"\n"
    is_stuck = threading.Event()

    def write():
        descriptor = run.stdin.fileno()
        os.set_blocking(descriptor, False)
        view = memoryview(lines)
        while view:
            if select.select([], [descriptor], [], 0.3)[1]:
                view = view[os.write(descriptor, view) :]
            else:
                is_stuck.set()
        is_stuck.set()
        run.stdin.close()

    threading.Thread(target=write, daemon=True).start()
    return is_stuck


def run_with_a_slow_reader(mode, count):
    """Nothing is read before haul has stopped reading; gives the peak of memory and the tags that came."""
    with servers.Puppet() as puppet, support.Running("--mode", mode, "-j") as run:
        is_stuck = feed(run, count, puppet.url("/held/last"))
        assert is_stuck.wait(support.PATIENCE)
        tags = [run.record()["tag"] for _ in range(count)]
        puppet.wait_for("/held/last")
        peak = peak_memory(run)
        puppet.release("/held/last")
        assert run.record()["ok"]
        assert run.wait() == 0
    return peak, tags


def test_a_slow_reader_costs_no_memory_and_loses_nothing(mode):
    little, _ = run_with_a_slow_reader(mode, 12_000)
    much, tags = run_with_a_slow_reader(mode, 60_000)
    assert sorted(tags, key=int) == [str(number) for number in range(60_000)]
    if b"__asan_init" not in support.HAUL.read_bytes():
        assert much - little < 4_000


BODY, COUNT = 2_000_000, 200
# 256 MB, a little for what is in memory, and what was in flight when it was enough.
MOST = 256 * 1024 * 1024 // BODY + 20


def count_bytes(run):
    """All that it writes to its end; the largest part of it is not kept."""
    total = 0
    while piece := os.read(run.stdout.descriptor, 1 << 20):
        total += len(piece)
    return total


def test_bodies_that_wait_for_their_turn_are_bounded(haul_running, origin, puppet, tmp_path):
    """Though the window would allow for more of them."""
    urls = [puppet.url("/held/first"), *[origin.url(f"/size/{BODY}")] * COUNT]
    with haul_running("--gather", "--body", "-c", 4, *urls, env={"TMPDIR": str(tmp_path)}) as run:
        assert origin.wait_for_standstill()["requests"] < MOST
        puppet.release("/held/first")
        assert count_bytes(run) == COUNT * BODY + 3
        assert run.wait() == 0
    assert origin.stats()["requests"] == COUNT


def test_the_one_whose_turn_it_is_gets_what_others_hold(haul_running, origin, puppet, tmp_path):
    """It is redirected to the host of those that wait, who have all of its places."""
    puppet.answers["/held/first"] = servers.response(302, f"Location: {origin.url('/ok')}")
    urls = [puppet.url("/held/first"), *[origin.url(f"/size/{BODY}")] * COUNT]
    limits = ["-c", 4, "--per-host", 2]
    with haul_running("--gather", "--body", *limits, *urls, env={"TMPDIR": str(tmp_path)}) as run:
        assert origin.wait_for_standstill()["requests"] < MOST
        puppet.release("/held/first")
        assert count_bytes(run) == COUNT * BODY + 3
        assert run.wait() == 0


def test_one_body_may_be_larger_than_what_is_kept_of_all(haul_running, origin, puppet, tmp_path):
    size = 300_000_000
    urls = [puppet.url("/held/first"), origin.url(f"/size/{size}"), puppet.url("/last")]
    with haul_running("--gather", "--body", "-c", 2, *urls, env={"TMPDIR": str(tmp_path)}) as run:
        origin.wait_until(requests=1, in_flight=0)
        assert "/last" not in puppet.targets()
        puppet.release("/held/first")
        assert count_bytes(run) == size + 6
        assert run.wait() == 0
