"""Full records: what they add, and that short ones stay as they are."""

import json
import urllib.parse

import pytest
import support

pytestmark = pytest.mark.sanitized

HOP_KEYS = [
    *("attempt", "lane", "url", "method", "status", "http_version", "bytes", "remote_ip", "remote_port"),
    *("connection", "reused", "start", "end", "time", "request_headers", "response_headers"),
]


def full(haul, *arguments):
    run = haul("-j", "--record", "full", *arguments)
    return run.records()


def test_short_ones_are_the_default(haul, origin):
    (implied,) = haul("-j", origin.url("/ok")).records()
    (given,) = haul("-j", "--record", "short", origin.url("/ok")).records()
    assert list(implied) == list(given)
    assert not {"hops", "lane", "connection", "tries"} & set(implied)


def test_a_full_one_begins_as_a_short_one(haul, origin):
    (short,) = haul("-j", origin.url("/ok")).records()
    (record,) = full(haul, origin.url("/ok"))
    assert [key for key in record if key in short] == list(short)
    assert [key for key in record if key not in short] == ["tries", "lane", "connection", "hops"]
    assert record["lane"] == 0 and record["connection"] == 1
    (hop,) = record["hops"]
    assert list(hop) == HOP_KEYS
    assert hop["request_headers"]["accept"] == ["*/*"]
    assert hop["response_headers"] == {"content-type": ["text/plain"], "content-length": ["3"]}
    assert {**hop["time"], "queue": 0} == {**record["time"], "queue": 0}
    assert hop["end"] >= hop["start"] == record["start"]


def test_each_hop_is_there(haul, origin):
    (record,) = full(haul, origin.url("/redirect-chain/2"))
    hops = record["hops"]
    assert [hop["status"] for hop in hops] == [302, 302, 200]
    assert [hop["reused"] for hop in hops] == [False, True, True]
    assert {hop["connection"] for hop in hops} == {1}
    assert hops[0]["response_headers"]["location"] == ["/redirect-chain/1"]
    assert hops[-1]["url"] == record["final_url"]
    for name in ("connect", "wait", "transfer", "total"):
        assert round(sum(hop["time"][name] for hop in hops), 5) == pytest.approx(record["time"][name], abs=2e-5)


def test_each_attempt_is_there(haul, origin):
    (record,) = full(haul, "--retry", 2, "--retry-delay", "1ms", origin.url("/flaky/full?times=1"))
    assert [hop["attempt"] for hop in record["hops"]] == [1, 2]
    assert [attempt["status"] for attempt in record["tries"]] == [503, 200]


def test_what_is_in_flight_has_lanes(haul, origin):
    records = full(haul, "-c", 3, *[origin.url(f"/delay/30?{number}") for number in range(9)])
    lanes = {}
    for record in records:
        lanes.setdefault(record["lane"], []).append(record["hops"][0])
    assert set(lanes) == {0, 1, 2}
    for hops in lanes.values():
        hops.sort(key=lambda hop: hop["start"])
        assert all(before["end"] <= behind["start"] for before, behind in zip(hops, hops[1:]))


def test_no_secret_is_shown(haul, origin):
    url = origin.url("/redirect?to=/ok%3Ftoken=SECRET").replace("http://", "http://me:SECRET@")
    run = haul(
        *("-j", "--record", "full", "-H", "X-Api-Key: SECRET"),
        *("-b", "a=SECRET", "-e", "http://me:SECRET@h/?key=SECRET", "-u", "me:SECRET", url),
    )
    (record,) = run.records()
    # What another URL is quoted in is not taken apart.
    assert record["hops"][0].pop("url").startswith("http://me:***@")
    assert "SECRET" not in json.dumps(record["hops"])
    sent = record["hops"][0]["request_headers"]
    for name in ("x-api-key", "cookie", "authorization"):
        assert sent[name] == ["***"]
    assert sent["referer"] == ["http://me:***@h/?key=***"]
    assert record["hops"][1]["url"].endswith("/ok?token=***")


def test_no_secret_is_shown_in_links(haul, origin):
    links = '</a?token=SECRET>; rel="next", </b?x=1&key=SECRET>; rel="last"'
    query = urllib.parse.urlencode({"link": links, "refresh": "5; url=/c?sig=SECRET"}, quote_via=urllib.parse.quote)
    (record,) = haul("-j", "--record", "full", origin.url("/header?" + query)).records()
    headers = record["hops"][0]["response_headers"]
    assert headers["link"] == ['</a?token=***; rel="next", </b?x=1&key=***; rel="last"']
    assert headers["refresh"] == ["5; url=/c?sig=***"]


def test_what_never_began_has_no_hop(haul):
    for record in full(haul, "no url", "ftp://h/"):
        assert record["hops"] == record["tries"] == []
        assert record["lane"] is record["connection"] is None


def test_with_several_loops(haul, origin):
    records = full(haul, "--loops", 3, *[origin.url(f"/redirect-chain/1?{number}") for number in range(20)])
    assert all(len(record["hops"]) == 2 for record in records)
    assert all(hop["connection"] and hop["request_headers"] for record in records for hop in record["hops"])


def test_a_kind_that_there_is_not(haul):
    run = haul("--record", "long", "x")
    assert run.returncode == 2
    assert b'"long" is not one of short and full' in run.stderr


def test_the_json_of_write_out_is_full_too(haul, origin):
    run = haul("--record", "full", "-w", "%{json}", origin.url("/ok"))
    assert len(json.loads(run.stdout)["hops"]) == 1
    assert support.parse_records(run.stdout)
