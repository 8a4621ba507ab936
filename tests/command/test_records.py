"""Records: every key, what it holds, and that they are valid whatever happens."""

import base64
import json
import re
import subprocess

import pytest
import servers
import support

pytestmark = pytest.mark.sanitized

KEYS = [
    *("v", "index", "line", "input", "tag", "url", "method", "ok", "status", "error", "attempts", "redirects"),
    *("final_url", "http_version", "content_type", "bytes", "file", "remote_ip", "remote_port", "reused"),
    *("ts", "start", "time"),
]
PHASES = ["dns", "connect", "tls", "wait", "transfer"]


def only(run):
    (record,) = run.records()
    return record


def assert_forms(line):
    """The form of a record: its keys, its numbers, its sums."""
    record = json.loads(line)
    assert [key for key in record if key not in ("input_base64", "tag_base64")] == KEYS
    assert list(record["time"]) == ["queue", *PHASES, "total"]
    assert record["error"] is None or list(record["error"]) == ["class", "code", "message"]
    assert (record["error"] is None) == record["ok"]
    for name in ["start", "queue", *PHASES, "total"]:
        assert re.search(rf'"{name}":(\d+\.\d{{6}}|null)[,}}]', line)
    assert re.search(r'"ts":(\d+\.\d{6}|null),', line)
    time = {name: round(seconds * 1_000_000) for name, seconds in record["time"].items()}
    assert time["total"] == sum(time[phase] for phase in PHASES)
    return record


def test_a_small_answer(haul, origin):
    record = only(haul("-j", origin.url("/ok")))
    assert {key: record[key] for key in KEYS if key not in ("ts", "start", "time")} == {
        "v": 1,
        "index": 0,
        "line": 1,
        "input": origin.url("/ok"),
        "tag": None,
        "url": origin.url("/ok"),
        "method": "GET",
        "ok": True,
        "status": 200,
        "error": None,
        "attempts": 1,
        "redirects": 0,
        "final_url": origin.url("/ok"),
        "http_version": "1.1",
        "content_type": "text/plain",
        "bytes": 3,
        "file": None,
        "remote_ip": "127.0.0.1",
        "remote_port": origin.port,
        "reused": False,
    }


def test_what_was_refused_is_unknown_in_most(haul):
    record = only(haul("-j", "ftp://h.test/\ttag"))
    assert record["error"].pop("message")
    assert record == {
        "v": 1,
        "index": 0,
        "line": 1,
        "input": "ftp://h.test/",
        "tag": "tag",
        "url": None,
        "method": "GET",
        "ok": False,
        "status": 0,
        "error": {"class": "url", "code": 3},
        "attempts": 0,
        "redirects": 0,
        "final_url": None,
        "http_version": None,
        "content_type": None,
        "bytes": 0,
        "file": None,
        "remote_ip": None,
        "remote_port": None,
        "reused": False,
        "ts": None,
        "start": None,
        "time": {"queue": 0, "dns": 0, "connect": 0, "tls": 0, "wait": 0, "transfer": 0, "total": 0},
    }


def test_every_record_has_the_form(haul, origin, refused_port, mode):
    paths = ["/ok", "/status/404", "/drop", "/garbage", "/short", "/redirect", "/redirect-loop", "/chunked", "/type"]
    lines = [*map(origin.url, paths), "ftp://x/", "sleep:0.001", f"http://127.0.0.1:{refused_port}/", "x" * 64, "\0"]
    run = haul("--mode", mode, "-j", stdin="".join(line + "\ttag \U0001f600\n" for line in lines))
    records = [assert_forms(line) for line in run.lines()]
    assert sorted(record["input"] for record in records) == sorted(lines)
    assert {record["tag"] for record in records} == {"tag \U0001f600"}


def test_the_status_of_an_answer_that_is_not_ok(haul, origin):
    for status in (400, 404, 500, 599):
        record = only(haul("-j", origin.url(f"/status/{status}")))
        assert (record["ok"], record["status"], record["bytes"]) == (False, status, len("as asked\n"))
        assert (record["error"]["class"], record["error"]["code"]) == ("http", 0)
        assert str(status) in record["error"]["message"]


@pytest.mark.parametrize("status", [201, 204, 226, 300, 304, 399])
def test_a_status_below_400_is_ok(haul, origin, status):
    record = only(haul("-j", origin.url(f"/status/{status}")))
    assert (record["ok"], record["status"], record["error"]) == (True, status, None)


def test_bytes_are_those_of_the_body(haul, origin):
    paths = {"/size/0": 0, "/size/70000": 70000, "/chunked?pieces=3&piece=7": 21, "/until-close?size=500": 500}
    run = haul("--gather", "-j", *map(origin.url, paths))
    assert [record["bytes"] for record in run.records()] == list(paths.values())


def test_the_content_type_is_what_the_server_says(haul, origin):
    urls = ["/type", "/type?content-type=text/html;%20charset%3dx", "/type?content-type=%1b%5b1m%ff%c2%85%22%5c"]
    run = haul("--gather", "-j", *map(origin.url, urls))
    types = [record["content_type"] for record in run.records()]
    assert types == [None, "text/html; charset=x", '\x1b[1m\ufffd\x85"\\']
    # Not even on a terminal does it do any harm.
    assert b"\x1b" not in run.stdout and b"\xc2\x85" not in run.stdout


def test_the_http_version(haul, puppet):
    puppet.answers["/old"] = b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    run = haul("--gather", "-j", puppet.url("/old"), puppet.url("/new"))
    assert [record["http_version"] for record in run.records()] == ["1.0", "1.1"]


def test_a_reused_connection_has_no_time_to_connect(haul, origin):
    run = haul("--sequential", "-j", *[origin.url("/ok")] * 3)
    first, *others = run.records()
    assert first["reused"] is False
    for record in others:
        assert record["reused"] is True
        assert [record["time"][phase] for phase in ("dns", "connect", "tls")] == [0, 0, 0]
        assert (record["remote_ip"], record["remote_port"]) == ("127.0.0.1", origin.port)
    assert origin.stats()["connections"] == 1


def test_a_delay_is_in_wait_and_a_pause_in_transfer(haul, origin):
    """The server's timers never end early, which is all that is known of durations."""
    urls = [origin.url("/delay/30"), origin.url("/drip?bytes=4&pause=10")]
    delayed, dripped = haul("--sequential", "-j", *urls).records()
    assert delayed["time"]["wait"] >= 0.03
    assert dripped["time"]["wait"] + dripped["time"]["transfer"] >= 0.03
    assert dripped["time"]["transfer"] > 0


def test_the_phase_that_it_failed_in_has_the_rest(haul, origin, refused_port):
    refused, waiting, receiving = haul(
        *("--sequential", "-j", "--idle-timeout", "0.05"),
        *(f"http://127.0.0.1:{refused_port}/", origin.url("/silent"), origin.url("/hang-body")),
    ).records()
    assert [refused["time"][phase] for phase in ("tls", "wait", "transfer")] == [0, 0, 0]
    assert refused["time"]["total"] > 0
    assert waiting["time"]["wait"] > 0
    assert waiting["time"]["transfer"] == 0
    assert receiving["time"]["transfer"] > 0
    assert (receiving["status"], receiving["bytes"]) == (200, 10)


def test_a_sleep_is_all_wait(haul):
    record = only(haul("-j", "sleep:0.02"))
    assert record["time"]["wait"] == record["time"]["total"] >= 0.02
    assert (record["ok"], record["status"], record["bytes"], record["url"]) == (True, 0, 0, "sleep:0.02")
    assert (record["http_version"], record["remote_ip"], record["remote_port"]) == (None, None, None)


@pytest.mark.one_loop
def test_waiting_for_a_place_is_queue(haul, origin):
    first, second = haul("--gather", "-c", 1, "-j", "sleep:0.03", origin.url("/ok")).records()
    third, fourth = haul("--gather", "--per-host", 1, "-j", *[origin.url("/delay/30")] * 2).records()
    assert first["time"]["queue"] == 0
    assert third["time"]["queue"] == 0
    assert fourth["time"]["queue"] >= 0.03
    # It was read when there was a place for it: it never waited.
    assert second["start"] >= 0.03


def test_start_and_ts_are_the_same_moment(haul, origin):
    run = haul("--sequential", "-j", *[origin.url("/delay/5")] * 5)
    begins = {round((record["ts"] - record["start"]) * 10_000) for record in run.records()}
    assert max(begins) - min(begins) <= 1
    starts = [record["start"] for record in run.records()]
    assert starts == sorted(starts) and starts[0] >= 0
    for before, after in zip(run.records(), run.records()[1:]):
        # The origin counts its 5 ms from the begin of the iteration in which it reads the request.
        assert after["start"] - before["start"] >= 0.004
    assert run.records()[0]["ts"] > 1_700_000_000


def test_an_input_that_is_no_utf8_comes_back_in_base64_as_well(haul):
    inputs = [b"caf\xe9", b"\xff\xfe\xfd", b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"a\xf0\x9f\x98", b"\x80"]
    run = haul("--gather", "-j", stdin=b"".join(b"x:" + text + b"\n" for text in inputs))
    for line, record, text in zip(run.lines(), run.records(), inputs):
        assert base64.b64decode(record["input_base64"]) == b"x:" + text
        assert "\ufffd" in record["input"]
        assert list(record)[list(record).index("input") + 1] == "input_base64"
        assert_forms(line)
    assert len(run.lines()) == len(inputs)


def test_other_inputs_have_none(haul):
    inputs = ["ftp://ok", "ftp://é\u2028\u202e\U0010ffff", 'ftp://"\\/', "ftp://\x01\x7f\x85\0"]
    run = haul("--gather", "-j", stdin="\n".join(inputs))
    assert [record["input"] for record in run.records()] == inputs
    assert all("input_base64" not in record for record in run.records())
    # Controls, and what turns the direction of writing, stand there as escapes.
    assert not re.search(rb"[\x00-\x09\x0b-\x1f\x7f]|\xc2\x85|\xe2\x80[\xa8\xae]", run.stdout)


@pytest.mark.parametrize("name", ["name:", ""])
def test_a_password_is_masked_but_in_input(haul, origin, name):
    url = origin.url("/redirect?to=/ok").replace("//", f"//{name}secret@")
    record = only(haul("-j", url))
    assert (record["input"], record["ok"]) == (url, True)
    assert record["url"] == url.replace("secret", "***")
    assert record["final_url"] == origin.url("/ok").replace("//", f"//{name}***@")
    assert "secret" not in json.dumps({**record, "input": ""})


def test_the_numbers_are_the_same_in_every_locale(haul, origin):
    for locale in ("C", "C.UTF-8", "de_DE.UTF-8"):
        for line in haul("-j", origin.url("/ok"), env={"LC_ALL": locale}).lines():
            assert_forms(line)


def test_the_failed_ones_through_jq(origin, refused_port, tmp_path):
    failing = [origin.url("/status/404"), f"http://127.0.0.1:{refused_port}/"]
    (tmp_path / "urls.txt").write_text("\n".join([origin.url("/ok"), *failing, origin.url("/ok?2")]))
    script = """cat urls.txt | "$0" -j | jq -r 'select(.ok|not)|.input'"""
    run = subprocess.run(
        ["sh", "-c", script, support.HAUL], cwd=tmp_path, env=support.environment(), capture_output=True, check=True
    )
    assert sorted(run.stdout.decode().splitlines()) == sorted(failing)
    assert run.stderr == b"haul: 2 of 4 URLs not ok (1 connect, 1 http)\n"


def test_records_leave_while_others_are_in_flight(haul_running, puppet):
    with haul_running("-j", puppet.url("/held/slow"), puppet.url("/quick")) as run:
        assert run.record()["url"] == puppet.url("/quick")
        puppet.release("/held/slow")


def test_nothing_is_sent_that_was_not_asked_for(haul, puppet):
    version = haul("--version").stdout.split()[1].decode()
    puppet.answers["/moved"] = servers.response(302, "Location: /next", "Set-Cookie: a=b")
    haul("-j", puppet.url("/moved?x#fragment"), puppet.url("/moved"))
    expected = {f"Host: 127.0.0.1:{puppet.port}", f"User-Agent: haul/{version}", "Accept: */*"}
    assert sorted(puppet.targets()) == ["/moved", "/moved?x", "/next"]
    for request in puppet.requests:
        assert request.method == "GET"
        assert sorted(request.fields) == sorted(expected)
