"""-c auto: how many requests a host is given is found out. What was in flight is proved by the origin's counters."""

import re
import resource
import subprocess

import pytest
import support

pytestmark = pytest.mark.sanitized


def found(run):
    """What the summary says was found."""
    return int(re.search(rb"^in flight .*, auto (\d+) at the end$", run.stderr, re.MULTILINE)[1])


def urls(origin, path, count):
    gap = "&" if "?" in path else "?"
    return "".join(f"{origin.url(path)}{gap}{number}\n" for number in range(count))


def test_it_stays_near_the_knee(haul, origin):
    """How near depends on how much else the machine does; it is far from the most in any case."""
    run = haul("-c", "auto", "--summary=total", "-j", stdin=urls(origin, "/knee/4?work=10", 400))
    assert run.returncode == 0
    assert len(run.lines()) == 400
    # It begins with 16, and the first doubling is for nothing that was seen.
    assert 16 < origin.stats()["peak_in_flight"] <= 256
    assert 2 <= found(run) <= 100


def test_it_grows_where_more_take_no_longer_and_not_past_the_most(haul, origin):
    run = haul("-c", "auto", "--max-concurrency", 24, "--summary=total", "-j", stdin=urls(origin, "/delay/20", 300))
    assert run.returncode == 0
    assert origin.stats()["peak_in_flight"] == 24
    assert found(run) <= 24


@pytest.mark.parametrize("refusal", [429, 503])
def test_it_falls_where_the_host_says_that_it_is_too_much(haul, origin, refusal):
    run = haul("-c", "auto", "--summary=total", "-j", stdin=urls(origin, f"/limit/4?work=30&refusal={refusal}", 200))
    refused = [record for record in run.records() if record["status"] == refusal]
    assert 1 <= len(refused) <= 100
    assert found(run) <= 8
    assert run.returncode == 1


@pytest.mark.parametrize("path", ["/silent", "/reset", "/status/502", "/status/504"])
def test_it_falls_where_the_host_answers_no_more_but_not_to_one(haul, origin, path):
    lines = urls(origin, "/ok", 40) + urls(origin, path, 300)
    run = haul("-c", "auto", "--idle-timeout", "300ms", "--summary=total", "-j", stdin=lines)
    assert (run.returncode, len(run.lines())) == (1, 340)
    assert 4 <= found(run) <= 12


def test_the_limit_for_a_host_is_a_cap(haul, origin):
    run = haul("-c", "auto", "--per-host", 3, "--summary=total", stdin=urls(origin, "/delay/2", 100))
    assert run.returncode == 0
    assert origin.stats()["peak_in_flight"] == 3
    assert found(run) <= 3


def test_one_after_another_is_one(haul, origin):
    run = haul("-c", "auto", "--sequential", "--summary=total", stdin=urls(origin, "/ok", 30))
    assert run.returncode == 0
    assert origin.stats()["peak_in_flight"] == 1
    assert b"auto" not in run.stderr


def test_each_host_has_its_own(haul_running, puppet):
    """Sixteen each, though the list has all lines of one before the other's."""
    paths = [f"/held/{number}" for number in range(20)]
    others = [f"/held/other/{number}" for number in range(20)]
    lines = [puppet.url(path) for path in paths] + [puppet.url(path, "other.test") for path in others]
    with haul_running("-c", "auto", *puppet.resolve("other.test"), *lines) as run:
        puppet.wait_for(*paths[:16], *others[:16])
        assert len(puppet.targets()) == 32
        puppet.release(*paths, *others)
        assert run.wait() == 0


def test_the_most_is_for_all_hosts_together(haul_running, puppet):
    paths = [f"/held/{number}" for number in range(20)]
    others = [f"/held/other/{number}" for number in range(20)]
    lines = [puppet.url(path) for path in paths] + [puppet.url(path, "other.test") for path in others]
    with haul_running("-c", "auto", "--max-concurrency", 20, *puppet.resolve("other.test"), *lines) as run:
        puppet.wait_for_count(20)
        puppet.release(*paths, *others)
        assert run.wait() == 0
    assert puppet.peak == 20


def test_it_stays_below_the_descriptors(origin):
    """Half of them, where these are few."""

    def limit_descriptors():
        resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))

    run = subprocess.run(
        support.command(["-c", "auto", "-j"]),
        input=urls(origin, "/delay/20", 300).encode(),
        capture_output=True,
        check=False,
        env=support.environment(),
        timeout=support.PATIENCE,
        preexec_fn=limit_descriptors,
    )
    assert (run.returncode, len(run.stdout.splitlines())) == (0, 300)
    assert origin.stats()["peak_in_flight"] == 32


def test_results_keep_their_order_and_none_is_lost(haul, origin, mode):
    run = haul("-c", "auto", "--mode", mode, "-j", stdin=urls(origin, "/knee/8?work=2&noise=100", 200))
    indexes = [record["index"] for record in run.records()]
    assert sorted(indexes) == list(range(200))
    assert mode == "as-completed" or indexes == list(range(200))


def test_a_run_that_is_interrupted_has_all_its_records(haul_running, puppet):
    paths = [f"/held/{number}" for number in range(40)]
    with haul_running("-c", "auto", "-j", *[puppet.url(path) for path in paths]) as run:
        puppet.wait_for(*paths[:16])
        run.interrupt()
        records = support.parse_records(run.stdout.rest())
    assert len(records) == 40
    assert sum(record["attempts"] for record in records) == 16


def test_a_comparison_needs_a_number(haul):
    run = haul("compare", "-c", "auto", "sleep:0")
    assert (run.returncode, run.stdout) == (2, b"")
    assert run.stderr.startswith(b"haul: -c, --concurrency: a comparison needs a number")
