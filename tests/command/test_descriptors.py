"""Descriptors that are few: what is in flight stays below their limit, and nobody fails for it."""

import resource

import pytest

pytestmark = pytest.mark.sanitized


def few(limit):
    return {"preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))}


def fetch(haul_running, count, urls, *options, limit=64):
    with haul_running("-j", *options, "-i", "-", **few(limit)) as run:
        run.stdin.write("".join(f"{url}\n" for url in urls).encode())
        run.stdin.close()
        return [run.record() for _ in range(count)]


@pytest.mark.parametrize("concurrency", ["50", "1000"])
def test_in_flight_is_what_they_allow(haul_running, origin, concurrency):
    """Each of the connections that fit is opened once and used over and over."""
    urls = [origin.url(f"/delay/100?{i}") for i in range(300)]
    records = fetch(haul_running, 300, urls, "-c", concurrency)
    assert {record["error"] and record["error"]["message"] for record in records} == {None}
    assert 32 <= origin.stats()["connections"] <= 60


def test_idle_connections_are_counted_in(haul_running, origin):
    """Many hosts, each of which leaves a connection behind."""
    urls = [f"http://{i}.test/ok" for i in range(300)]
    records = fetch(haul_running, 300, urls, "-c", "300", "--connect-to", f"::127.0.0.1:{origin.port}")
    assert {record["error"] and record["error"]["message"] for record in records} == {None}
    assert origin.stats()["connections"] == 300


def test_sleeps_hold_none(haul_running):
    """All at once, as -c says: the last one, too, has begun before the first has ended."""
    records = fetch(haul_running, 200, ["sleep:1"] * 200, "-c", "200", "--gather")
    ends = [record["start"] + record["time"]["total"] for record in records]
    assert max(record["start"] for record in records) < min(ends)
