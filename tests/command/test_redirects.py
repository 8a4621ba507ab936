"""Redirects: where they lead, how many are followed, and that each hop is a request that meets the limits."""

import pytest
import servers
import support

pytestmark = [pytest.mark.sanitized, pytest.mark.threads]


def moved(location, status=302):
    return servers.response(status, f"Location: {location}", body=b"elsewhere\n")


def only(run):
    (record,) = run.records()
    return record


@pytest.mark.parametrize(
    "url, location, final",
    [
        ("/a/b", "/ok", "/ok"),
        ("/a/b", "c", "/a/c"),
        ("/a/b/", "../c", "/a/c"),
        ("/a/b", "../../../c", "/c"),
        ("/a/b", "./c?d", "/a/c?d"),
        ("/a/b?c", "?d", "/a/b?d"),
        ("/a/b", "ROOT/c", "/c"),
        ("/a/b", "//HOST/c", "/c"),
        ("/a/b", "HTTP://HOST", "/"),
        ("/a/b", "c d/ä", "/a/c%20d/%C3%A4"),
        ("/a/b", "  /c  ", "/c"),
        ("/a/b#here", "/c", "/c#here"),
        ("/a/b#here", "/c#there", "/c#there"),
        ("/a/b", "/c#there", "/c#there"),
    ],
)
def test_where_a_location_leads(haul, puppet, url, location, final):
    host = f"127.0.0.1:{puppet.port}"
    puppet.answers[url.partition("#")[0]] = moved(location.replace("ROOT", puppet.root).replace("HOST", host))
    record = only(haul("-j", puppet.url(url)))
    assert (record["ok"], record["redirects"]) == (True, 1)
    assert (record["url"], record["final_url"]) == (puppet.url(url), puppet.url(final))
    # A fragment is nobody's business but the client's.
    assert puppet.targets() == [url.partition("#")[0], final.partition("#")[0]]


def test_a_record_tells_of_the_last_hop(haul, origin, puppet):
    puppet.answers["/moved"] = moved(origin.url("/size/500"))
    record = only(haul("-j", puppet.url("/moved")))
    assert record["url"] == puppet.url("/moved")
    assert record["final_url"] == origin.url("/size/500")
    assert (record["status"], record["bytes"], record["redirects"], record["attempts"]) == (200, 500, 1, 1)
    assert record["remote_port"] == origin.port
    assert record["content_type"] == "text/plain"


@pytest.mark.parametrize("path, status", [("/status/404", 404), ("/drop", 0), ("/garbage", 0), ("/silent", 0)])
def test_the_last_hop_decides(haul, origin, path, status):
    record = only(haul("-j", "--idle-timeout", "0.2", origin.url(f"/redirect?to={path}")))
    assert (record["ok"], record["status"], record["redirects"]) == (False, status, 1)
    assert record["final_url"] == origin.url(path)


def test_the_phases_of_all_hops_are_summed(haul, origin):
    record = only(haul("-j", origin.url("/redirect?to=/redirect%3fto%3d/delay/20%26delay%3d20&delay=20")))
    assert record["redirects"] == 2
    assert record["time"]["wait"] >= 0.06


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_which_statuses_are_followed(haul, puppet, status):
    puppet.answers["/moved"] = moved("/next", status)
    assert only(haul("-j", puppet.url("/moved")))["redirects"] == 1
    assert [request.method for request in puppet.requests] == ["GET", "GET"]


@pytest.mark.parametrize("status", [200, 201, 300, 304, 305, 404])
def test_which_are_not(haul, puppet, status):
    puppet.answers["/here"] = f"HTTP/1.1 {status} X\r\nLocation: /next\r\nConnection: close\r\n\r\n".encode()
    record = only(haul("-j", puppet.url("/here")))
    assert (record["status"], record["redirects"]) == (status, 0)
    assert puppet.targets() == ["/here"]


def test_without_location_a_redirect_is_the_result(haul, origin, mode):
    url = origin.url("/redirect")
    record = only(haul("--mode", mode, "-j", "--no-location", url))
    assert (record["ok"], record["status"], record["redirects"]) == (True, 302, 0)
    assert (record["final_url"], record["bytes"]) == (url, len("elsewhere\n"))
    assert origin.stats()["requests"] == 1


def test_location_is_the_default_and_the_last_one_counts(haul, origin):
    url = origin.url("/redirect")
    for options in (["-L"], ["--location"], ["--no-location", "-L"], []):
        assert only(haul("-j", *options, url))["status"] == 200
    assert only(haul("-j", "-L", "--no-location", url))["status"] == 302


@pytest.mark.parametrize("options, most", [([], 10), (["--max-redirs", 3], 3), (["--max-redirs=0"], 0)])
def test_how_many_are_followed(haul, origin, options, most):
    enough, more = haul(
        "--gather", "-j", *options, *[origin.url(f"/redirect-chain/{count}") for count in (most, most + 1)]
    ).records()
    assert (enough["ok"], enough["redirects"]) == (True, most)
    assert (more["ok"], more["redirects"]) == (False, most)
    assert more["error"] == {"class": "redirect", "code": 47, "message": f"more than {most} redirects"}
    assert more["final_url"] == origin.url("/redirect-chain/1")


@pytest.mark.parametrize("location", ["ftp://127.0.0.1/", "file:///etc/passwd", "javascript:1", "sleep:0", "http://[/"])
def test_where_haul_does_not_go(haul, puppet, location):
    puppet.answers["/moved"] = moved(location)
    record = only(haul("-j", puppet.url("/moved")))
    assert (record["error"]["class"], record["redirects"]) == ("redirect", 0)
    assert record["final_url"] == puppet.url("/moved")
    assert puppet.targets() == ["/moved"]


@pytest.mark.parametrize("field", ["Location:", "Location: ", "Location: \t "])
def test_a_location_without_a_target_is_none(haul, puppet, field):
    puppet.answers["/x"] = servers.response(302, field, body=b"nowhere\n")
    run = haul("-j", puppet.url("/x"))
    assert run.returncode == 0
    record = only(run)
    assert (record["ok"], record["status"], record["redirects"], record["bytes"]) == (True, 302, 0, 8)


def test_a_password_does_not_go_to_another_host(haul, puppet):
    puppet.answers["/away"] = moved(puppet.url("/there", "other.test"))
    puppet.answers["/along"] = moved("/there")
    with_password = [puppet.url(path).replace("//", "//name:secret@") for path in ("/away", "/along")]
    haul("--sequential", *puppet.resolve("other.test"), *with_password)
    sent = [(request.target, request.field("authorization") is not None) for request in puppet.requests]
    assert sent == [("/away", True), ("/there", False), ("/along", True), ("/there", True)]


def test_a_hop_waits_for_a_place_of_its_host(haul_running, puppet):
    """b.test has one place, which is taken; the redirect to it waits, and that is queue."""
    puppet.answers["/moved"] = moved(puppet.url("/there", "b.test"))
    lines = [puppet.url("/held/1", "b.test"), puppet.url("/moved", "a.test"), puppet.url("/next", "a.test")]
    with haul_running("-j", "--per-host", 1, *puppet.resolve("a.test", "b.test"), *lines) as run:
        # While it waits its first host's place is free: the next line has it.
        assert run.record()["url"] == lines[2]
        puppet.release("/held/1")
        records = support.parse_records(run.stdout.rest())
        assert run.wait() == 0
    assert puppet.happened("released", "/held/1") < puppet.happened("arrived", "/there")
    (moved_record,) = [record for record in records if record["redirects"] == 1]
    assert moved_record["time"]["queue"] > 0
    assert puppet.peaks[f"b.test:{puppet.port}"] == 1


def test_no_hop_passes_the_limit_of_all(haul, origin):
    urls = [origin.url("/redirect-chain/5?delay=2")] * 12
    run = haul("-c", 3, "-j", *urls)
    assert [record["redirects"] for record in run.records()] == [5] * 12
    stats = origin.stats()
    assert stats["peak_in_flight"] <= 3
    assert stats["requests"] == 12 * 6


def test_sequential_follows_to_the_end_before_the_next(haul, origin):
    haul("--sequential", *[origin.url("/redirect-chain/4?delay=2")] * 3)
    assert origin.stats()["peak_in_flight"] == 1


def test_connections_are_reused_over_hops(haul, origin):
    record = only(haul("-j", origin.url("/redirect-chain/5")))
    assert record["reused"] is True
    assert origin.stats()["connections"] == 1


def test_the_body_of_a_redirect_is_nobodys(haul, puppet):
    puppet.answers["/moved"] = b"HTTP/1.1 302 Found\r\nLocation: /next\r\nContent-Length: 9\r\n\r\nelsewhere"
    run = haul("--body", puppet.url("/moved"))
    assert (run.returncode, run.stdout, run.stderr) == (0, b"ok\n", b"")
