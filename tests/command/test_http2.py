"""Many requests on one connection: HTTP/2, with nginx in front of the origin."""

import resource

import http2_frames
import pytest
import servers

pytestmark = pytest.mark.skipif(not servers.NGINX, reason="nginx is not installed")


def test_streams_that_trickle_are_not_idle(haul_running, origin, certificates, tmp_path):
    path = "/drip?bytes=60&pause=50"
    with (
        servers.Http2(tmp_path, certificates, origin) as server,
        haul_running("-j", "--cacert", str(certificates.ca), "--idle-timeout", "1s", "-i", "-") as run,
    ):
        run.stdin.write(f"{server.root}/ok\n".encode())
        assert run.record()["http_version"] == "2"
        for i in range(4):
            run.stdin.write(f"{server.root}{path}&{i}\n".encode())
        run.stdin.close()
        records = [run.record() for _ in range(4)]
    assert [record["error"] for record in records] == [None] * 4
    assert all(record["reused"] and record["bytes"] == 60 for record in records)


@pytest.mark.parametrize("is_trusted", [True, False])
def test_a_handshake_has_its_descriptors_too(haul_running, origin, certificates, tmp_path, is_trusted):
    """Where they are short, for the connection or for reading the system's certificates, it is tried again."""
    trust = ["--cacert", str(certificates.ca)] if is_trusted else []
    with servers.Http2(tmp_path, certificates, origin) as server:
        limit = {"preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (40, 40))}
        with haul_running("-j", "-c", "300", *trust, "-i", "-", **limit) as run:
            run.stdin.write("".join(f"{server.root}/ok?{i}\n" for i in range(300)).encode())
            run.stdin.close()
            records = [run.record() for _ in range(300)]
    codes = {record["error"] and record["error"]["code"] for record in records}
    assert codes == ({None} if is_trusted else {60})


def test_connections_that_end_lose_nobody(haul, origin, certificates, tmp_path):
    """The server ends each after a few requests, while others are on their way to it."""
    count = 1500
    with servers.Http2(tmp_path, certificates, origin, requests=5) as server:
        urls = "".join(f"{server.root}/ok?{i}\n" for i in range(count))
        records = haul("-j", "-c", "50", "--cacert", str(certificates.ca), stdin=urls).records()
    assert len(records) == count
    assert {record["error"] and record["error"]["message"] for record in records} == {None}
    assert any(record["reused"] for record in records)


FAREWELLS = {
    "which it has not seen": lambda stream: http2_frames.goaway(stream - 2, http2_frames.INTERNAL_ERROR),
    "which it has seen": lambda stream: http2_frames.goaway(stream, http2_frames.NO_ERROR),
    "without a word": lambda stream: b"",
}


@pytest.mark.parametrize("farewell", FAREWELLS)
def test_a_server_that_ends_the_connection_before_it_answers(haul, certificates, farewell):
    with http2_frames.Http2Frames(certificates, FAREWELLS[farewell]) as server:
        urls = [f"{server.root}/{i}" for i in range(3)]
        records = haul("-j", "--sequential", "--cacert", str(certificates.ca), *urls).records()
        assert server.connections == 2
    assert [record["error"] for record in records] == [None] * 3
    assert [record["reused"] for record in records] == [False, False, True]


@pytest.mark.parametrize("nothing", [http2_frames.empty_data, http2_frames.window_update])
def test_a_server_that_sends_nothing_without_a_pause(haul, origin, certificates, nothing):
    """libcurl 7.88 reads on for as long as there is something to read, and no deadline counts meanwhile: it is cut.
    Newer versions (8.14) return in between, so that --max-time ends it."""
    with http2_frames.Flood(certificates, nothing) as server:
        urls = f"{server.root}/flood\n{origin.url('/ok')}\n"
        options = ["-j", "--gather", "--max-time", "3s", "--cacert", str(certificates.ca)]
        flood, ok = haul(*options, stdin=urls).records()
    assert ok["ok"]
    assert (flood["status"], flood["bytes"]) == (200, 0)
    assert (flood["error"]["class"], flood["error"]["code"]) in [("protocol", 18), ("timeout", 28)]
