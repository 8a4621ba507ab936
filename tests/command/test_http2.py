"""Many requests on one connection: HTTP/2, with nginx in front of the origin."""

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
