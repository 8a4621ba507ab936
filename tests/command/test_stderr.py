"""Standard error: progress, summary, the one line, and what turns them on and off."""

import json
import os
import re

import pytest
import servers

from screen import Screen

pytestmark = pytest.mark.sanitized

SUMMARY = (
    r"URLs +4: 2 ok, 2 not ok \(1 url, 1 http\)\n"
    r"statuses +200 2, 404 1\n"
    r"bytes +15\n"
    r"wall time +\d+\.\d{3} s\n"
    r"in flight +mean \d+\.\d, peak \d\n"
    r"connections +\d opened, \d reused\n"
    r"time +p50 \d\.\d{3} s, p90 \d\.\d{3} s, p99 \d\.\d{3} s\n"
)


@pytest.fixture
def lines(origin):
    return [origin.url("/ok"), origin.url("/status/404"), "x:y", origin.url("/ok?2")]


def visible(data, columns=200):
    """What is left of a screen's text when progress lines were drawn and cleared again."""
    screen = Screen(columns, 24)
    screen.write(data)
    return "\n".join(screen.text())


def test_one_line_where_something_was_not_ok(haul, lines):
    assert haul(*lines).stderr == b"haul: 2 of 4 URLs not ok (1 url, 1 http)\n"
    assert haul("x:y").stderr == b"haul: 1 of 1 URL not ok (1 url)\n"
    assert haul(lines[0], lines[3]).stderr == b""


def test_silent_has_no_line(haul, lines):
    for option in ("-s", "--silent"):
        run = haul(option, *lines)
        assert (run.returncode, run.stderr) == (1, b"")


def test_silent_still_has_messages(haul):
    run = haul("-s", "-i", "/no/such/list", "sleep:0")
    assert run.stderr == b"haul: cannot read /no/such/list: No such file or directory\n"


def test_a_summary_where_asked_for(haul, lines):
    run = haul("--summary=total", *lines)
    assert re.fullmatch(SUMMARY, run.stderr.decode())
    assert re.match(r"URLs +1: 1 ok\n", haul("--summary=total", lines[0]).stderr.decode())


def test_a_summary_on_a_terminal_for_more_than_one(haul_on_terminal, lines):
    with haul_on_terminal(*lines) as run:
        screen = visible(run.wait()[1])
    assert re.search(SUMMARY, screen)
    with haul_on_terminal(lines[0]) as run:
        assert "wall time" not in visible(run.wait()[1])


def test_silent_has_none_on_a_terminal(haul_on_terminal, lines):
    with haul_on_terminal("-s", *lines) as run:
        screen = visible(run.wait()[1])
    assert len(screen.splitlines()) == 4
    assert "wall time" not in screen and "not ok" not in screen


def test_what_is_said_behind_a_body_has_a_line_of_its_own(haul_on_terminal, haul_running, puppet, tmp_path):
    puppet.answers["/1"] = servers.response(200, body=b"hello")
    urls = [puppet.url("/1"), "x:y", puppet.url("/1")]
    with haul_on_terminal("--gather", "--body", *urls) as run:
        lines = visible(run.wait()[1]).splitlines()
    assert [lines[0], lines[1][:11], lines[2]] == ["hello", "haul: x:y: ", "hello"]
    assert lines[3].startswith("URLs ")
    # Where it is no terminal, not a byte is put between what was fetched.
    with open(tmp_path / "both", "wb") as both:
        with haul_running("--gather", "--body", *urls, stdout=both, stderr=both) as run:
            assert run.process.wait(timeout=60) == 1
    assert (tmp_path / "both").read_bytes().startswith(b"hellohaul: x:y: ")


def test_what_a_format_writes_there_is_written_as_it_is(haul_on_terminal, puppet):
    with haul_on_terminal("--sequential", "-s", "-w", "a%{stderr}b", puppet.url("/1"), puppet.url("/2")) as run:
        assert run.wait() == (0, b"baba")


def test_the_summary_of_nothing(haul):
    run = haul("--summary=total", stdin="")
    assert re.match(r"URLs +0: 0 ok\n", run.stderr.decode())
    assert run.stderr.endswith(b"haul: the list is empty: nothing was fetched\n")


def test_what_the_summary_counts(haul, origin):
    run = haul("--summary=total", "--sequential", *[origin.url("/size/1000")] * 10, "sleep:0.01")
    told = dict(re.findall(r"^(\w+(?: \w+)*) {2,}(.*)$", run.stderr.decode(), re.MULTILINE))
    assert told["URLs"] == "11: 11 ok"
    assert told["bytes"] == "10000"
    assert told["connections"] == "1 opened, 9 reused"
    assert told["in flight"].endswith("peak 1")
    percentiles = [float(text) for text in re.findall(r"([\d.]+) s", told["time"])]
    assert percentiles == sorted(percentiles) and percentiles[-1] >= 0.01


def test_connections_over_redirects_are_counted(haul, origin):
    urls = map(origin.url, ["/redirect-chain/3", "/ok?close=1", "/ok"])
    run = haul("--summary=total", "--sequential", *urls)
    assert re.search(rb"^connections +2 opened, 4 reused$", run.stderr, re.MULTILINE)
    assert origin.stats()["connections"] == 2


def test_connections_of_what_was_given_up_are_counted(haul, origin):
    run = haul("--summary=total", "--sequential", "-m", "100ms", origin.url("/ok"), *[origin.url("/silent")] * 2)
    assert re.search(rb"^connections +2 opened, 1 reused$", run.stderr, re.MULTILINE)
    assert origin.stats()["connections"] == 2


def test_progress_on_a_terminal(haul_on_terminal, puppet):
    with haul_on_terminal(puppet.url("/held/0"), puppet.url("/1"), "x:y") as run:
        assert run.screen.wait_for(b"2 of 3 done, 1 in flight, 1 failed, ")
        rest = run.screen.wait_for(b"\x1b[J").decode()
        assert re.fullmatch(r"[\d.]+/s, 3 B, 0:\d\d(, \d+:\d\d to go)?\x1b\[J", rest)
        puppet.release("/held/0")
        screen = visible(b"\r" + run.wait()[1])
    # Nothing of it is left.
    assert "in flight," not in screen
    assert puppet.url("/held/0") in screen


def test_progress_of_a_list_whose_end_is_not_known(haul_on_terminal, puppet):
    reader, writer = os.pipe()
    with open(reader, "rb") as source, open(writer, "wb", buffering=0) as sink:
        with haul_on_terminal("-j", stdin=source) as run:
            sink.write(puppet.url("/1\n").encode())
            assert run.screen.wait_for(b"1 done, 0 in flight")
            sink.close()
            assert b"to go" not in run.wait()[1]


def test_progress_stays_on_its_line_and_apart_from_results(haul_on_terminal, puppet):
    with haul_on_terminal("--gather", puppet.url("/held/0"), puppet.url("/held/1")) as run:
        run.screen.wait_for(b" in flight")
        puppet.release("/held/0")
        before = run.screen.wait_for(puppet.url("/held/0").encode())
        # The line was cleared before the result was written.
        assert re.search(rb"\r\x1b\[J(\x1b\[\d+m)?200[^\r]*$", before)
        puppet.release("/held/1")
        run.wait()


def test_progress_fits_a_narrow_terminal(haul_on_terminal, puppet):
    with haul_on_terminal(puppet.url("/held/0"), columns=20) as run:
        drawn = run.screen.wait_for(b"\x1b[J").decode()
        assert len(drawn.split("\x1b[?7l")[-1].removesuffix("\x1b[J")) < 20
        puppet.release("/held/0")
        run.wait()


@pytest.mark.parametrize(
    "options, env", [(["-s"], {}), ([], {"TERM": "dumb"}), ([], {"TERM": None})], ids=["silent", "dumb", "no TERM"]
)
def test_no_progress(haul_on_terminal, puppet, options, env):
    with haul_on_terminal(*options, "sleep:0.25", puppet.url("/1"), env=env) as run:
        assert b"in flight," not in run.wait()[1]


def test_no_progress_where_standard_error_is_no_terminal(haul_on_terminal, tmp_path):
    with open(tmp_path / "messages", "wb") as messages:
        with haul_on_terminal("sleep:0.25", "x:y", stderr=messages) as run:
            screen = run.wait()[1]
    assert b"in flight" not in screen
    assert (tmp_path / "messages").read_bytes() == b"haul: 1 of 2 URLs not ok (1 url)\n"


def test_no_color_leaves_progress(haul_on_terminal, puppet):
    with haul_on_terminal(puppet.url("/held/0"), env={"NO_COLOR": "1"}) as run:
        run.screen.wait_for(b" in flight")
        puppet.release("/held/0")
        assert not re.search(rb"\x1b\[\d*m", run.wait()[1])


def test_no_color_that_is_empty_is_none(haul_on_terminal):
    with haul_on_terminal("sleep:0", env={"NO_COLOR": ""}) as run:
        assert re.search(rb"\x1b\[32m0\x1b\[0m", run.wait()[1])


def test_messages_stand_apart_from_progress(haul_on_terminal, puppet):
    with haul_on_terminal("--gather", puppet.url("/held/0"), "-i", "/no/such/list", puppet.url("/held/1")) as run:
        puppet.release("/held/0", "/held/1")
        status, screen = run.wait()
    assert status == 2
    assert "haul: cannot read /no/such/list: No such file or directory\n" in visible(screen)


def test_no_summary_where_none_is_wanted(haul, haul_on_terminal, lines):
    assert haul("--summary", "none", *lines, "x:y").stderr == b""
    with haul_on_terminal("--summary", "none", *lines) as run:
        assert "wall time" not in visible(run.wait()[1])


def test_a_summary_of_each_host(haul, origin, refused_port):
    other = f"http://127.0.0.1:{refused_port}"
    run = haul("--summary", "host", *[origin.url("/ok")] * 3, other, "sleep:0")
    assert b"statuses     200 3\n" in run.stderr
    table = run.stderr.decode().splitlines()[-3:]
    assert table[0].split() == ["URLs", "not", "ok", "bytes", "p50", "p90", "p99", "host"]
    assert [line.split()[:3] + line.split()[-1:] for line in table[1:]] == [
        ["3", "0", "9", origin.root.rstrip("/")],
        ["1", "1", "0", other],
    ]


def test_a_summary_for_programs(haul, origin, tmp_path):
    urls = [origin.url("/ok"), origin.url("/ok"), origin.url("/status/404"), "x:y"]
    run = haul("-s", "--summary-json", "s.json", *urls, cwd=tmp_path)
    assert (run.returncode, run.stderr) == (1, b"")
    summary = json.loads((tmp_path / "s.json").read_text())
    assert {key: summary[key] for key in ("v", "urls", "ok", "not_ok", "unstarted", "statuses", "classes", "bytes")} == {
        "v": 1,
        "urls": 4,
        "ok": 2,
        "not_ok": 2,
        "unstarted": 0,
        "statuses": {"200": 2, "404": 1},
        "classes": {"url": 1, "http": 1},
        "bytes": 15,
    }
    assert summary["connections"]["opened"] + summary["connections"]["reused"] == 3
    assert 0 < summary["time"]["min"] <= summary["time"]["p50"] <= summary["time"]["p99"] <= summary["time"]["max"]
    assert summary["time"]["count"] == 3
    assert "hosts" not in summary
    haul("-s", "--summary", "host", "--summary-json", "s.json", *urls, cwd=tmp_path)
    summary = json.loads((tmp_path / "s.json").read_text())
    assert [(host["host"], host["urls"], host["not_ok"]) for host in summary["hosts"]] == [(origin.root.rstrip("/"), 3, 1)]


def test_a_summary_of_a_run_that_was_cut_short(haul_running, tmp_path):
    with haul_running("-s", "--summary-json", "s.json", "-j", "sleep:0", "sleep:1000", cwd=tmp_path) as run:
        run.record()
        run.interrupt()
        run.wait()
    assert json.loads((tmp_path / "s.json").read_text())["classes"] == {"cancelled": 1}


def test_a_summary_that_cannot_be_written_is_told(haul, tmp_path):
    run = haul("--summary-json", "no/file", "sleep:0", cwd=tmp_path)
    assert (run.returncode, run.stdout) == (3, b"")
    assert run.stderr == b"haul: cannot write no/file: No such file or directory\n"
