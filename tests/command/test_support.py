"""The other tests' own tools, with ordinary programs in haul's place."""

import os
import signal
import subprocess
import sys

import pytest
import support


@pytest.fixture(autouse=True)
def python_for_haul(monkeypatch):
    monkeypatch.setattr(support, "HAUL", sys.executable)


def test_a_run_has_output_records_and_status(haul):
    run = haul("-c", "import sys; print('{\"a\":1}'); print('e', file=sys.stderr); sys.exit(3)")
    assert (run.returncode, run.stderr, run.lines(), run.records()) == (3, b"e\n", ['{"a":1}'], [{"a": 1}])


@pytest.mark.parametrize("given, read", [(None, ""), ("text", "text"), (b"bytes", "bytes"), ("", "")])
def test_a_run_reads_what_it_is_given(haul, given, read):
    assert haul("-c", "import sys; print(repr(sys.stdin.read()))", stdin=given).lines() == [repr(read)]


def test_a_run_may_read_a_file(haul, tmp_path):
    (tmp_path / "list").write_text("listed")
    with open(tmp_path / "list", "rb") as file:
        assert haul("-c", "print(input())", stdin=file).lines() == ["listed"]


def test_a_run_that_hangs_is_ended(haul):
    with pytest.raises(subprocess.TimeoutExpired):
        haul("-c", "import time; time.sleep(1000)", timeout=0.1)


def test_the_environment_is_plain(haul, monkeypatch):
    for name in ("http_proxy", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "NO_COLOR"):
        monkeypatch.setenv(name, "set")
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    run = haul("-c", "import os; print(sorted(name.upper() for name in os.environ)); print(os.environ['LC_ALL'])")
    assert "PROXY" not in run.lines()[0]
    assert "NO_COLOR" not in run.lines()[0]
    assert run.lines()[1] == "C"


def test_the_environment_can_be_added_to(haul):
    run = haul("-c", "import os; print(os.getenv('http_proxy'), os.getenv('TERM'))", env={"http_proxy": "p", "TERM": None})
    assert run.lines() == ["p None"]


def test_output_is_read_while_it_runs(haul_running):
    with haul_running("-uc", "for line in iter(input, 'end'): print('{\"got\":\"%s\"}' % line)") as run:
        for word in ("one", "two"):
            run.stdin.write(word.encode() + b"\n")
            assert run.record() == {"got": word}
        run.stdin.write(b"end\n")
        assert run.stdout.rest() == b""
        assert run.wait() == 0


def test_what_does_not_come_is_an_error(haul_running):
    with haul_running("-uc", "print('some'); input()") as run:
        with pytest.raises(TimeoutError, match="some"):
            run.stdout.wait_for(b"more", timeout=0.5)
        run.stdin.close()
        with pytest.raises(EOFError, match="some"):
            run.stdout.wait_for(b"more")


def test_it_can_be_interrupted(haul_running):
    with haul_running("-uc", "print(1); input()") as run:
        run.stdout.line()
        run.interrupt(signal.SIGTERM)
        assert run.wait() == -signal.SIGTERM


def test_leaving_ends_it(haul_running):
    with haul_running("-uc", "print(1); input()") as run:
        run.stdout.line()
    assert run.process.returncode == -signal.SIGKILL


def test_a_terminal_is_one(haul_on_terminal):
    program = "import os; print([os.isatty(n) for n in (0, 1, 2)], os.get_terminal_size(), os.tcgetpgrp(0) == os.getpgrp())"
    with haul_on_terminal("-c", program, rows=10, columns=99) as run:
        status, screen = run.wait()
    assert status == 0
    assert screen == b"[True, True, True] os.terminal_size(columns=99, lines=10) True\r\n"


def test_a_terminal_has_a_keyboard(haul_on_terminal):
    with haul_on_terminal("-uc", "print('ready'); print(input()[::-1])") as run:
        run.screen.wait_for(b"ready\r\n")
        run.type(b"abc\n")
        assert run.screen.wait_for(b"cba\r\n") == b"abc\r\ncba\r\n"
        assert run.wait()[0] == 0


def test_a_terminal_interrupts(haul_on_terminal):
    # Python's own handler only notes the signal, and input() would still wait where it came just before.
    program = "import signal; signal.signal(signal.SIGINT, signal.SIG_DFL); print('ready'); input()"
    with haul_on_terminal("-uc", program) as run:
        run.screen.wait_for(b"ready\r\n")
        run.type(b"\x03")
        assert run.wait()[0] == -signal.SIGINT


def test_a_stream_may_be_elsewhere(haul_on_terminal, tmp_path):
    with open(tmp_path / "out", "wb") as out:
        with haul_on_terminal("-c", "import sys; print('out'); print('err', file=sys.stderr)", stdout=out) as run:
            assert run.wait() == (0, b"err\r\n")
    assert (tmp_path / "out").read_bytes() == b"out\n"


def test_the_origin_must_start(tmp_path):
    with pytest.raises(RuntimeError, match="did not start"):
        support.Origin(program="/bin/true")


def test_the_origin_must_end_well(tmp_path):
    program = tmp_path / "origin"
    program.write_text("#!/bin/sh\necho origin: listening on http://127.0.0.1:1/\nread line\nexit 99\n")
    os.chmod(program, 0o755)
    with pytest.raises(AssertionError, match="99"):
        with support.Origin(program=program) as origin:
            assert (origin.port, origin.url("/x")) == (1, "http://127.0.0.1:1/x")


def test_waiting_for_counters_ends(monkeypatch, origin):
    monkeypatch.setattr(support, "PATIENCE", 0.1)
    with pytest.raises(TimeoutError, match="in_flight"):
        origin.wait_until(in_flight=1)
