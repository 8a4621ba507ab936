"""What connections to https origins share: HTTP/2 their requests, and all their sessions. Nobody waits long for it."""

import threading

import pytest
import servers

pytestmark = pytest.mark.sanitized
needs_nginx = pytest.mark.skipif(not servers.NGINX, reason="nginx is not installed")


class FirstHandshake:
    """Makes TLS for a puppet: with its first connection not before it is let go, or not at all."""

    def __init__(self, certificates, fails):
        self.context = certificates.context()
        self.lock = threading.Lock()
        self.fails = fails
        self.is_first = True
        self.let_go = threading.Event()

    def wrap_socket(self, connection, **options):
        with self.lock:
            is_first, self.is_first = self.is_first, False
        if is_first and self.fails:
            raise OSError("the first handshake fails")
        if is_first:
            self.let_go.wait()
        return self.context.wrap_socket(connection, **options)


def opened(records):
    return sum(not record["reused"] for record in records)


@needs_nginx
@pytest.mark.parametrize("count, connections", [(80, 1), (250, 3)])
def test_http2_shares_them(haul, origin, certificates, tmp_path, count, connections):
    with servers.Http2(tmp_path, certificates, origin) as server:
        urls = "".join(f"{server.root}/delay/200?{i}\n" for i in range(count))
        records = haul("-j", "-c", "300", "--cacert", str(certificates.ca), stdin=urls).records()
    assert {(record["ok"], record["http_version"]) for record in records} == {(True, "2")}
    assert len(records) == count
    assert 1 <= opened(records) <= connections
    # What they waited for the first was their queue, and no connection of theirs.
    shared = [record["time"] for record in records if record["reused"]]
    assert {(time["connect"], time["tls"]) for time in shared} == {(0, 0)}
    assert all(time["queue"] > 0 for time in shared)


def test_http1_has_one_for_each(haul_running, certificates):
    with servers.Puppet(tls=certificates.context()) as puppet:
        paths = [f"/held/{i}" for i in range(20)]
        with haul_running("-j", "-c", "20", "--cacert", str(certificates.ca), *map(puppet.url, paths)) as run:
            puppet.wait_for(*paths)
            assert puppet.peak == 20
            puppet.release(*paths)
            records = [run.record() for _ in paths]
    assert opened(records) == 20


def test_a_first_handshake_that_hangs_holds_nobody_up(haul_running, certificates):
    tls = FirstHandshake(certificates, fails=False)
    with servers.Puppet(tls=tls) as puppet:
        urls = [puppet.url(f"/{i}") for i in range(4)]
        with haul_running("-j", "--cacert", str(certificates.ca), *urls) as run:
            others = [run.record() for _ in range(3)]
            assert {record["index"] for record in others} == {1, 2, 3}
            tls.let_go.set()
            assert run.record()["ok"]
    assert all(record["ok"] for record in others)


@pytest.mark.parametrize("mode", ["gather", "as-completed"])
def test_a_first_handshake_that_fails_takes_nobody_with_it(haul, certificates, mode):
    with servers.Puppet(tls=FirstHandshake(certificates, fails=True)) as puppet:
        urls = [puppet.url(f"/{i}") for i in range(4)]
        records = haul("-j", "--mode", mode, "--cacert", str(certificates.ca), *urls).records()
    assert [record["ok"] for record in sorted(records, key=lambda record: record["index"])] == [False, True, True, True]


def test_no_time_runs_while_they_wait_for_the_first(haul, certificates):
    """The first takes all the time that it may; the others, that waited for it, have theirs."""
    tls = FirstHandshake(certificates, fails=False)
    with servers.Puppet(tls=tls) as puppet:
        urls = [puppet.url(f"/{i}") for i in range(3)]
        records = haul("-j", "--gather", "--max-time", "0.6", "--cacert", str(certificates.ca), *urls).records()
        tls.let_go.set()
    assert [record["error"] and record["error"]["class"] for record in records] == ["timeout", None, None]
    assert all(record["time"]["queue"] > 0.5 for record in records[1:])


class Resumptions:
    """Makes TLS for a puppet, and counts the handshakes that take up a session from before."""

    def __init__(self, certificates):
        self.context = certificates.context()
        self.count = 0

    def wrap_socket(self, connection, **options):
        secured = self.context.wrap_socket(connection, **options)
        self.count += secured.session_reused
        return secured


def test_sessions_are_taken_up_again(haul, certificates):
    """Of hosts that end each connection; there are more than libcurl would keep for a single handle."""
    tls = Resumptions(certificates)
    with servers.Puppet(tls=tls) as puppet:
        names = [f"{letter}.test" for letter in "abcdefg"]
        puppet.answers["/"] = servers.response(200, "Connection: close")
        urls = [puppet.url("/", name) for name in names] * 2
        run = haul("-j", "-c", "1", "--insecure", *puppet.resolve(*names), stdin="".join(f"{url}\n" for url in urls))
    assert run.returncode == 0
    assert opened(run.records()) == len(urls)
    assert tls.count == len(names)
