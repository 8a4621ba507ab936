"""Timeouts: which ends what, and what none of them counts. Only that a timer does not end early is ever assumed."""

import signal
import time
import urllib.parse

import pytest
import servers

pytestmark = pytest.mark.sanitized

CURL_TIMED_OUT = 28


def assert_timed_out(record, message):
    assert record["error"] == {"class": "timeout", "code": CURL_TIMED_OUT, "message": message}


@pytest.mark.parametrize("path", ["/silent", "/hang-body", "/delay/60000", "/hang-body?send=0"])
def test_a_server_that_falls_silent(haul, origin, path):
    silent, good = haul("--gather", "-j", "--idle-timeout", "200ms", origin.url(path), origin.url("/ok")).records()
    assert_timed_out(silent, "nothing received for 200 ms")
    assert silent["time"]["total"] >= 0.2
    assert good["ok"]
    origin.wait_until(in_flight=0)


def test_whatever_arrives_ends_idleness(haul, origin):
    """Two seconds in all, with pauses far shorter than the timeout."""
    (record,) = haul("-j", "--idle-timeout", "1.5", origin.url("/drip?bytes=20&pause=100")).records()
    assert (record["ok"], record["bytes"]) == (True, 20)
    assert record["time"]["total"] >= 1.9


def test_the_head_ends_idleness_as_well(haul, origin):
    (record,) = haul("-j", "--idle-timeout", "1", origin.url("/drip-head?pause=20")).records()
    assert record["ok"]
    assert record["time"]["total"] >= 1


def test_a_connection_that_is_not_made(haul, mode):
    with servers.never_accepting() as port:
        run = haul("--mode", mode, "-j", "--connect-timeout", "0.2", f"http://127.0.0.1:{port}/", "sleep:0")
    failed = [record for record in run.records() if not record["ok"]]
    assert len(failed) == 1 and len(run.records()) == 2
    assert_timed_out(failed[0], "no connection within 200 ms")
    assert failed[0]["time"]["total"] >= 0.2
    assert [failed[0]["time"][phase] for phase in ("tls", "wait", "transfer")] == [0, 0, 0]
    assert failed[0]["remote_ip"] is None


def test_a_handshake_that_is_not_answered(haul):
    with servers.never_answering() as port:
        (record,) = haul("-j", "--connect-timeout", "0.2", f"https://127.0.0.1:{port}/").records()
    assert_timed_out(record, "no connection within 200 ms")
    assert record["time"]["tls"] > 0


def test_the_time_to_connect_does_not_count_the_answer(haul, origin):
    (record,) = haul("-j", "--connect-timeout", "0.3", origin.url("/delay/400")).records()
    assert record["ok"]


@pytest.mark.parametrize("path", ["/silent", "/endless-body", "/drip?bytes=100000&pause=10", "/hang-body"])
def test_the_most_time(haul, origin, path):
    run = haul("--gather", "-j", "-m", "0.3", origin.url(path), origin.url("/ok"))
    assert_timed_out(run.records()[0], "not done within 300 ms")
    assert run.records()[0]["time"]["total"] >= 0.3
    assert run.records()[1]["ok"]
    origin.wait_until(in_flight=0)


def test_the_most_time_is_over_all_hops(haul, origin):
    (record,) = haul("-j", "--max-time", "500ms", origin.url("/redirect?to=/delay/60000&delay=200")).records()
    assert_timed_out(record, "not done within 500 ms")
    assert record["redirects"] in (0, 1)
    # Of the time that it may take it also needs some between its hops.
    assert record["time"]["total"] > 0.2


def test_no_hop_has_the_time_anew(haul, origin):
    """Each of the hops alone would be in time, all of them together never."""
    path = "/delay/400"
    for _ in range(3):
        path = f"/redirect?delay=400&to={urllib.parse.quote(path, safe='')}"
    (record,) = haul("-j", "-m", "1", origin.url(path)).records()
    assert_timed_out(record, "not done within 1 s")
    assert record["redirects"] <= 2


def test_a_sleep_has_no_more_time_than_others(haul):
    (record,) = haul("-j", "-m", "0.1", "sleep:60").records()
    assert_timed_out(record, "not done within 100 ms")


def test_waiting_for_a_place_is_not_counted(haul, puppet):
    """The second waits for its host for as long as the first may take, and is in time all the same."""
    options = ["-j", "--gather", "--per-host", 1, "-m", "0.6", "--idle-timeout", "0.5", "--connect-timeout", "0.4"]
    first, second = haul(*options, puppet.url("/held/1"), puppet.url("/quick")).records()
    assert first["error"]["class"] == "timeout"
    assert second["ok"]
    assert second["time"]["queue"] >= 0.5


def test_those_that_wait_for_a_place_of_all_are_not_timed(haul, origin, mode):
    run = haul("--mode", mode, "-c", 1, "-m", "0.4", "-j", *["sleep:0.15"] * 6)
    assert [record["ok"] for record in run.records()] == [True] * 6


def test_zero_is_never(haul, origin):
    run = haul("-j", "-m", "0", "--idle-timeout", "0", "--connect-timeout", "0s", origin.url("/delay/50"))
    assert run.records()[0]["ok"]


@pytest.mark.parametrize("text", ["1.5", "500ms", "20s", "2m", "1h", "0", ".5"])
def test_a_duration(haul, text):
    assert haul("-m", text, "--idle-timeout", text, "--connect-timeout", text, "sleep:0").returncode == 0


NO_DURATIONS = ["", "-1", "1 s", "1S", "ms", "1d", "1e3", "0x10", "1,5", "nan", "inf", "1s2", "9" * 40]


@pytest.mark.parametrize("text", NO_DURATIONS)
@pytest.mark.parametrize("option", ["-m", "--idle-timeout", "--connect-timeout"])
def test_what_is_no_duration(haul, option, text):
    run = haul(option, text, "sleep:0")
    assert (run.returncode, run.stdout) == (2, b"")


def test_many_that_time_out_hold_up_nobody(haul, origin, puppet):
    silent = [puppet.url(f"/held/{number}") for number in range(40)]
    good = [origin.url(f"/ok?{number}") for number in range(40)]
    run = haul("-j", "-c", 50, "--idle-timeout", "0.3", *[url for pair in zip(silent, good) for url in pair])
    assert [record["ok"] for record in run.records()] == [True] * 40 + [False] * 40
    assert {record["error"]["class"] for record in run.records()[40:]} == {"timeout"}


def test_what_came_while_haul_was_stopped_is_in_time(haul_running, origin):
    count = 100
    with haul_running("-j", "-c", str(count), "--max-time", "2s", "-i", "-") as run:
        run.stdin.write("".join(origin.url(f"/delay/500?{i}\n") for i in range(count)).encode())
        run.stdin.close()
        origin.wait_until(requests=count)
        begin = time.monotonic()
        run.process.send_signal(signal.SIGSTOP)
        origin.wait_until(in_flight=0)
        while time.monotonic() < begin + 2.1:
            time.sleep(0.05)
        run.process.send_signal(signal.SIGCONT)
        records = [run.record() for _ in range(count)]
    assert [record["error"] for record in records] == [None] * count
