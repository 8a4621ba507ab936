"""Retries, what hosts ask for, and rates."""

import json
import signal

import pytest
import servers

pytestmark = pytest.mark.sanitized

FAST = ("--retry-delay", "1ms")


def test_only_the_last_attempt_is_output(haul, origin, mode):
    urls = [origin.url(f"/flaky/{mode}{number}?times={number}") for number in range(4)]
    run = haul("--mode", mode, "--body", "--retry", 3, *FAST, *urls)
    assert run.returncode == 0
    assert run.stdout == b"flaky\n" * 4
    assert run.stderr == b""


def test_the_record_tells_of_each_attempt(haul, origin, mode):
    urls = [origin.url(f"/flaky/{mode}{number}?times={number}&failure=503") for number in range(3)]
    run = haul("--mode", mode, "-j", "--retry", 3, *FAST, *urls)
    assert run.returncode == 0
    for record in run.records():
        count = record["index"] + 1
        tries = record["tries"]
        assert record["attempts"] == len(tries) == count
        assert [attempt["status"] for attempt in tries] == [503] * (count - 1) + [200]
        assert [attempt["class"] for attempt in tries] == ["http"] * (count - 1) + [None]
        assert tries[0]["start"] == record["start"]
        assert tries[-1]["total"] == record["time"]["total"]
        ends = [attempt["start"] + attempt["total"] for attempt in tries]
        assert all(attempt["start"] >= end for attempt, end in zip(tries[1:], ends))


def test_what_never_started_has_no_tries_and_without_retries_there_is_no_key(haul, origin):
    (record,) = haul("-j", "--retry", 1, "ftp://example.com/").records()
    assert record["tries"] == []
    (record,) = haul("-j", origin.url("/ok")).records()
    assert "tries" not in record


def test_it_gives_up_with_what_came_last(haul, origin):
    run = haul("-j", "--retry", 2, *FAST, origin.url("/flaky/x?times=9&failure=502"))
    (record,) = run.records()
    assert run.returncode == 1
    assert (record["status"], record["attempts"], record["error"]["message"]) == (502, 3, "502 Bad Gateway")


def test_all_errors(haul, origin, refused_port):
    url = f"http://127.0.0.1:{refused_port}/"
    for options, attempts in (((), 1), (("--retry-all-errors",), 3)):
        (record,) = haul("-j", "--retry", 2, *FAST, *options, url).records()
        assert (record["error"]["class"], record["attempts"]) == ("connect", attempts)


@pytest.mark.parametrize("status", [404, 503])
def test_what_is_ok_is_not_tried_again(haul, origin, status):
    """A status that --ok-status names has not failed, though it is one of curl's list."""
    retry = ("--retry", 3, *FAST, "--retry-all-errors")
    (record,) = haul("-j", *retry, "--ok-status", status, origin.url(f"/status/{status}")).records()
    assert (record["ok"], record["attempts"], record["tries"][0]["class"]) == (True, 1, None)
    (record,) = haul("-j", *retry, "--ok-status", status, origin.url("/ok")).records()
    assert (record["ok"], record["attempts"], record["tries"][0]["class"]) == (False, 4, "http")


def test_a_budget(haul, origin):
    urls = [origin.url(f"/flaky/{number}?times=9") for number in range(40)]
    run = haul("-j", "--retry", 9, "--retry-budget", "10%", *FAST, *urls)
    assert sum(record["attempts"] - 1 for record in run.records()) in (13, 14)


def test_no_attempt_after_the_time_for_all(haul, origin):
    run = haul("-j", "--retry", 3, "--retry-delay", "2s", "--retry-max-time", "1s", origin.url("/flaky/y?times=1"))
    (record,) = run.records()
    assert (record["status"], record["attempts"]) == (503, 1)


MEANWHILE = ["-j", "--retry", 1, "--retry-delay", "1ms", "--retry-max-time", "1s"]


def test_a_pause_that_another_has_been_told_of_counts_for_the_time_for_all(haul_running, puppet):
    puppet.answers["/held/one"] = servers.response(503)
    puppet.answers["/held/other"] = servers.response(429, "Retry-After: 4")
    with haul_running(*MEANWHILE, puppet.url("/held/one"), puppet.url("/held/other")) as run:
        puppet.wait_for("/held/one", "/held/other")
        puppet.release("/held/other")
        assert run.record()["status"] == 429
        puppet.release("/held/one")
        assert run.wait() == 1
    assert len(puppet.requests) == 2


def test_nor_does_an_attempt_begin_where_the_pause_comes_later(haul_running, puppet, tmp_path):
    """What came of the one before stands then, with its body."""
    puppet.answers["/one"] = servers.response(503, body=b"not now")
    puppet.answers["/held/other"] = servers.response(429, "Retry-After: 4")
    options = ["--per-host", 1, "-O", "--fail-with-body", "--gather"]
    with haul_running(*MEANWHILE, *options, puppet.url("/one"), puppet.url("/held/other"), cwd=tmp_path) as run:
        puppet.wait_for("/held/other")
        puppet.release("/held/other")
        first, second = run.record(), run.record()
        assert run.wait() == 1
    assert (first["status"], first["attempts"], len(first["tries"])) == (503, 1, 1)
    assert (second["status"], second["attempts"]) == (429, 1)
    assert (tmp_path / "one").read_bytes() == b"not now"
    assert len(puppet.requests) == 2


def test_a_host_that_asks_for_a_pause_is_left_alone(haul, origin):
    urls = [origin.url("/flaky/z?times=1&failure=429&after=1"), *(origin.url(f"/ok?{number}") for number in range(5))]
    run = haul("-j", "--per-host", 1, "--retry", 1, *FAST, *urls)
    assert run.returncode == 0
    assert run.stderr.decode() == (
        f"haul: {origin.url('').rstrip('/')} asks for a pause of 1 s (429): all that waits for it waits so long\n"
    )
    end = max(record["tries"][0]["start"] for record in run.records() if record["attempts"] == 2) + 1
    assert all(record["tries"][-1]["start"] >= end for record in run.records())


def test_a_pause_that_nobody_waits_for_is_not_told(haul, origin):
    run = haul("-j", "--retry", 1, "--retry-max-time", "1ms", *FAST, origin.url("/retry?after=100"))
    assert (run.records()[0]["status"], run.stderr) == (429, b"haul: 1 of 1 URL not ok (1 http)\n")


def test_a_date_is_understood(haul, origin):
    # Long past: it may be tried again at once.
    url = origin.url("/flaky/d?times=1&after=Sun,%2006%20Nov%201994%2008:49:37%20GMT")
    run = haul("-j", "--retry", 1, *FAST, url)
    assert run.records()[0]["attempts"] == 2


@pytest.mark.parametrize("user", ["", "n:p@", "n@"])
def test_without_retries_the_first_429_names_the_options(haul, origin, user):
    urls = [origin.url(f"/retry?after=100&{number}") for number in range(5)]
    run = haul("-j", "-s", urls[0].replace("//", "//" + user), *urls[1:])
    assert run.returncode == 1
    assert all(record["attempts"] == 1 for record in run.records())
    assert run.stderr.decode() == (
        f"haul: {origin.url('').rstrip('/')} has had too many requests (429): "
        "--host-rate N/s or --per-host N limit them, --retry N tries again\n"
    )


@pytest.mark.parametrize(("options", "attempts"), [([], [3, 1, 1]), (["--retry", 1], [3, 1, 2])])
def test_a_json_line_has_retries_of_its_own(haul, origin, mode, options, attempts):
    def flaky(name):
        return origin.url(f"/flaky/own-{mode}-{len(options)}-{name}?times=2")

    lines = [{"url": flaky("a"), "retry": 2}, {"url": flaky("b"), "retry": 0}, {"url": flaky("c")}]
    text = "".join(json.dumps(line) + "\n" for line in lines)
    run = haul("--mode", mode, "-j", "--input-format", "jsonl", *FAST, *options, stdin=text)
    records = sorted(run.records(), key=lambda record: record["index"])
    assert [record["attempts"] for record in records] == attempts
    assert [record["ok"] for record in records] == [count == 3 for count in attempts]
    assert ["tries" in record for record in records] == [bool(options)] * 3


def test_in_sequence_one_is_done_before_the_next_begins(haul, origin):
    urls = [origin.url("/flaky/s?times=2"), origin.url("/ok")]
    run = haul("-j", "--sequential", "--retry", 2, "--retry-delay", "20ms", *urls)
    first, second = run.records()
    assert first["attempts"] == 3
    assert second["start"] >= first["tries"][-1]["start"] + first["tries"][-1]["total"]


def test_others_go_while_one_waits_for_its_attempt(haul, origin):
    urls = [origin.url("/flaky/o?times=1"), origin.url("/ok?1"), origin.url("/ok?2")]
    run = haul("-j", "-c", 1, "--retry", 1, "--retry-delay", "1s", *urls)
    assert [record["index"] for record in run.records()] == [1, 2, 0]
    assert origin.stats()["peak_in_flight"] == 1


def test_an_interrupt_while_it_waits_for_its_attempt(haul_running, origin):
    with haul_running("-j", "--retry", 1, "--retry-delay", "60s", origin.url("/flaky/i?times=1")) as run:
        origin.wait_until(requests=1)
        run.interrupt()
        record = run.record()
        assert run.wait() == -signal.SIGINT
    assert record["error"]["class"] == "cancelled"
    assert len(record["tries"]) <= 1


@pytest.mark.parametrize("option", ["--rate", "--host-rate"])
def test_a_rate(haul, origin, mode, option):
    urls = [origin.url(f"/ok?{number}") for number in range(6)]
    run = haul("--mode", mode, "-j", option, "25/s", *urls)
    assert run.returncode == 0
    starts = sorted(record["start"] for record in run.records())
    # Each no earlier than its moment, however late the one before it was.
    assert all(start - starts[0] >= number * 0.04 - 0.000002 for number, start in enumerate(starts))


def test_a_rate_counts_redirects(haul, origin):
    run = haul("-j", "--rate", "25/s", origin.url("/redirect-chain/5"))
    (record,) = run.records()
    assert record["redirects"] == 5
    assert record["time"]["queue"] + record["time"]["total"] >= 5 * 0.04 - 0.011


@pytest.mark.parametrize(
    "option, value",
    [
        ("--rate", "50"), ("--rate", "0/s"), ("--rate", "/s"), ("--rate", "1/d"), ("--rate", "-1/s"),
        ("--rate", "1e3/s"), ("--rate", "2000000/s"), ("--host-rate", "1/ss"), ("--host-rate", "nan/s"),
        ("--retry-budget", "20"), ("--retry-budget", "%"), ("--retry-budget", "-1%"), ("--retry", "-1"),
        ("--retry-delay", "soon"),
    ],
)
def test_bad_values(haul, option, value):
    run = haul(f"{option}={value}", "sleep:0")
    assert run.returncode == 2
    assert value in run.stderr.decode() and option in run.stderr.decode()


def after(*values):
    return servers.response(503, *(f"Retry-After: {value}" for value in values))


@pytest.mark.parametrize(
    "values, attempts",
    [
        (["99999999999999999999"], 1),
        (["9223372036854775808"], 1),
        (["Fri, 31 Dec 9999 23:59:59 GMT"], 1),
        (["0", "9999", "1"], 1),
        (["soon"], 2),
        (["-5"], 2),
        (["Sun, 06 Nov 1994 08:49:37 GMT"], 2),
        ([""], 2),
    ],
)
def test_what_is_asked_for(haul, puppet, values, attempts):
    """What is longer than may be waited for ends it."""
    puppet.answers["/x"] = after(*values)
    (record,) = haul("-j", "-s", "--retry", 1, *FAST, "--retry-max-time", "1s", puppet.url("/x")).records()
    assert (record["status"], record["attempts"]) == (503, attempts)
