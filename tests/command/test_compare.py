"""`haul compare`: what it runs, what it prints, what it exports, and how it ends. No duration is asserted."""

import json
import os
import re
import signal

import pytest
import servers

pytestmark = [pytest.mark.sanitized, pytest.mark.threads]

MODES = ["sequential", "gather", "as-completed"]


HEADS = {
    "wall": ["mean ± σ", "median", "min", "max", "speedup (95 % CI)"],
    "results": ["first out", "mean out", "URLs/s", "p50", "p90", "p95", "p99"],
    "transfers": ["ideal", "reached", "in flight", "connections", "bytes", "not ok"],
}


def blocks(run):
    """The table: of each block, by its name, the cells of each variant, by its label."""
    found = {}
    lines = iter(run.stdout.decode().splitlines())
    for line in lines:
        cells = re.split(r" {2,}", line)
        if HEADS.get(cells[0]) != cells[1:]:
            continue
        found[cells[0]] = {}
        for row in lines:
            if not row:
                break
            label, *rest = re.split(r" {2,}", row)
            found[cells[0]][label] = rest
    assert all(len(line) <= 80 or "://" in line for line in run.stdout.decode().splitlines())
    return found


def rows(run):
    """Which variants the table has, each in every block."""
    found = blocks(run)
    assert [list(block) for block in found.values()] == [list(found["wall"])] * 3
    return list(found["wall"])


def compare(haul, tmp_path, *arguments, **more):
    """A comparison with its export."""
    exported = tmp_path / "export.json"
    run = haul("compare", "--export-json", exported, *arguments, **more)
    return run, json.loads(exported.read_text())


def test_sleeps_have_one_round_and_no_warm_up(haul, tmp_path):
    run, figures = compare(haul, tmp_path, "sleep:0.06", "sleep:0.04", "sleep:0.02")
    assert run.returncode == 0
    assert run.lines()[0] == (
        "3 URLs, concurrency 50 (10 a host), 1 round, times in seconds"
    )
    assert [row["mode"] for row in figures["runs"]] == MODES
    assert rows(run) == MODES
    assert run.stderr == b"haul: 3 URLs in 3 runs, no request\nhaul: less than a second to go\n"
    sequential, gather, as_completed = figures["modes"]
    assert (sequential["peak_in_flight"], gather["peak_in_flight"], as_completed["peak_in_flight"]) == (1, 3, 3)
    # The shortest leaves first as completed; the first, which is the longest, when gathered.
    assert as_completed["first_out"] < gather["first_out"]
    out = [url["out"] for url in figures["runs"][2]["urls"]]
    assert out == sorted(out, reverse=True)


@pytest.mark.one_loop
def test_a_round_has_every_mode_once_and_each_url_is_requested_once_a_run(haul, origin, tmp_path):
    run, figures = compare(haul, tmp_path, "--runs", 2, origin.url("/ok?1"), origin.url("/ok?2"))
    assert run.returncode == 0
    stats = origin.stats()
    # The warm-up, and two rounds of three modes; the sequential runs need a connection each, all others two.
    assert stats["requests"] == 2 * 7
    assert stats["connections"] == 2 + 2 * (1 + 2 + 2)
    assert figures["rounds"] == figures["rounds_complete"] == 2
    assert [(row["mode"], row["round"]) for row in figures["runs"]] == [(m, r) for r in range(2) for m in MODES]
    assert {row["mode"]: row["connections"] for row in figures["modes"]} == {
        "sequential": 1,
        "gather": 2,
        "as-completed": 2,
    }
    assert run.stderr.startswith(b"haul: 2 URLs in 7 runs, 14 requests\nhaul: ")


def test_modes_that_are_asked_for(haul, origin):
    run = haul("compare", "--modes", "as-completed,gather", "--runs", 1, origin.url("/ok"))
    assert rows(run) == ["as-completed", "gather"]
    assert [cells[-1] for cells in blocks(run)["wall"].values()] == ["-", "-"]
    assert "times as fast" not in run.stdout.decode()


def test_words_say_how_many_times_as_fast_and_whether_that_is_noise(haul, origin):
    run = haul("compare", *[origin.url("/delay/20")] * 5)
    words = " ".join(run.stdout.decode().split())
    for mode in ("gather", "as-completed"):
        assert re.search(
            rf"{mode} took [\d.]+ s where sequential took [\d.]+ s: [\d.]+ times as fast "
            r"\([\d.]+ to [\d.]+; p=[\d.]+\)",
            words,
        )
    assert re.search(r"as-completed had a result after [\d.]+ s on average where gather had it after", words)
    assert re.search(
        r"first result: as-completed after [\d.]+ s, gather after [\d.]+ s; "
        r"asyncio.gather would have given its first after [\d.]+ s",
        words,
    )
    for mode, cells in blocks(run)["wall"].items():
        assert re.fullmatch(r"[\d.]+ ± [\d.]+", cells[0])
        assert cells[-1] == "1.00" if mode == "sequential" else re.fullmatch(r"[\d.]+ \([\d.]+ to [\d.]+\)", cells[-1])


def test_few_rounds_have_no_verdict(haul, origin):
    run = haul("compare", "--runs", 4, *[origin.url("/delay/5")] * 2)
    words = " ".join(run.stdout.decode().split())
    assert "too few runs for a verdict: 4 rounds cannot tell a difference from noise; --runs 5 can" in words
    assert "p=" not in words


def test_a_url_that_differs_is_named_and_there_is_no_ratio(haul, origin, tmp_path):
    flaky = origin.url("/flaky/compare?times=2")
    run, figures = compare(haul, tmp_path, "--runs", 2, origin.url("/ok"), flaky)
    assert run.returncode == 1
    words = run.stdout.decode()
    assert "1 of 2 URLs did not come out alike in all runs" in words
    assert f"\n  {flaky}\n    sequential 503" in words
    assert "times as fast" not in words
    assert [(item["index"], item["status"]) for item in figures["differences"]] == [(1, True)]


def test_a_size_that_differs_is_named_and_there_is_no_ratio(haul, puppet):
    class Growing(dict):
        """One byte more each time."""

        def get(self, path, _):
            return servers.response(body=b"x" * sum(request.target == path for request in puppet.requests))

    puppet.answers = Growing()
    run = haul("compare", "--runs", 1, puppet.url("/grows"))
    assert run.returncode == 0
    words = run.stdout.decode()
    assert f"\n  {puppet.url('/grows')}\n    sequential 200 with 2 bytes; gather 200 with 3 bytes;\n" in words
    assert "times as fast" not in words


def test_failures_that_are_alike_are_named_beside_the_ratio(haul, origin, refused_port):
    missing = origin.url("/status/404")
    refused = f"http://127.0.0.1:{refused_port}/"
    run = haul("compare", "--runs", 1, origin.url("/delay/5"), missing, refused)
    assert run.returncode == 1
    words = run.stdout.decode()
    assert f"2 of 3 URLs were not ok, alike in all runs:\n  404 {missing}\n  connect {refused}\n" in words
    assert words.count("times as fast") == 2
    assert [cells[-1] for cells in blocks(run)["transfers"].values()] == ["2"] * 3


def test_everything_fails(haul, refused_port):
    run = haul("compare", "--runs", 1, *[f"http://127.0.0.1:{refused_port}/{number}" for number in range(2)])
    assert run.returncode == 1
    assert rows(run) == MODES
    assert "every URL failed" in run.stdout.decode()
    assert "times as fast" not in run.stdout.decode()


def test_one_url(haul, origin):
    run = haul("compare", "--runs", 1, origin.url("/ok"))
    assert run.returncode == 0
    assert rows(run) == MODES
    assert "with one URL there is nothing to do side by side" in run.stdout.decode()


def test_an_empty_list(haul):
    run = haul("compare", stdin="# nothing\n\n")
    assert run.returncode == 0
    assert rows(run) == MODES
    assert {cell for block in blocks(run).values() for cells in block.values() for cell in cells} == {"-"}
    assert run.stderr == b"haul: the list is empty: nothing was compared\n"


def test_a_list_that_cannot_be_read(haul, tmp_path):
    run = haul("compare", "-i", tmp_path / "none")
    assert (run.returncode, run.stdout) == (2, b"")
    assert run.stderr.startswith(b"haul: ") and run.stderr.count(b"\n") == 1
    run = haul("compare", "-i", tmp_path / "none", "sleep:0")
    assert run.returncode == 2
    assert rows(run) == MODES


def test_the_list_is_read_to_its_end_first(haul_running, puppet):
    with haul_running("compare", "--runs", 1) as run:
        run.stdin.write(puppet.url("/1").encode() + b"\n")
        run.stdin.write(puppet.url("/2").encode() + b"\n")
        assert not puppet.targets()
        run.stdin.close()
        assert run.wait() == 0
    assert len(puppet.targets()) == 2 * 4


def test_silent_says_nothing_but_the_report(haul, origin):
    run = haul("compare", "--silent", "--runs", 1, origin.url("/ok"))
    assert run.stderr == b""
    assert rows(run) == MODES


def test_a_terminal_shows_which_run_of_how_many(haul_on_terminal, origin):
    with haul_on_terminal("compare", "--runs", 1, origin.url("/ok"), columns=120) as run:
        status, screen = run.wait()
    assert status == 0
    for text in (b"run to warm up: as-completed", *[b"run %d of 3: %s" % (i + 1, m.encode()) for i, m in enumerate(MODES)]):
        assert b"\r" + text + b"\x1b[K" in screen
    # The line is cleared before the table begins.
    assert b"\r\x1b[K1 URL on 1 host" in screen


def test_hostile_urls_are_shown_escaped_and_masked(haul):
    run = haul("compare", "--runs", 1, stdin=b"ftp://user:secret@a.test/\x1b[31m\xff\n")
    assert run.returncode == 1
    assert b"secret" not in run.stdout + run.stderr
    assert b"\x1b" not in run.stdout
    assert b"ftp://user:***@a.test/" in run.stdout


def test_export_to_standard_output_leaves_it_to_the_export(haul):
    run = haul("compare", "--export-json", "-", "sleep:0", "sleep:0.01")
    assert run.returncode == 0
    assert json.loads(run.stdout)["v"] == 2
    assert b"\nsequential " in run.stderr


def test_export_that_cannot_be_written_is_known_before_the_runs(haul, origin, tmp_path):
    path = tmp_path / "none" / "export.json"
    run = haul("compare", "--export-json", path, origin.url("/ok"))
    assert (run.returncode, run.stdout) == (3, b"")
    assert run.stderr.startswith(b"haul: cannot write " + os.fsencode(path))
    assert origin.stats()["requests"] == 0


def test_a_full_disk(haul):
    run = haul("compare", "--export-json", "/dev/full", "sleep:0")
    assert run.returncode == 3
    assert b"haul: cannot write /dev/full: " in run.stderr


@pytest.mark.parametrize("which", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_in_the_first_round_leaves_no_figures(haul_running, puppet, tmp_path, which):
    exported = tmp_path / "export.json"
    exported.write_text("before")
    pictures = ["--waterfall", "--report", tmp_path / "run.html"]
    with haul_running("compare", "--export-json", exported, *pictures, puppet.url("/held/1")) as run:
        puppet.wait_for("/held/1")
        run.interrupt(which)
        assert run.wait() == -which
        assert run.stdout.rest() == b""
        assert run.stderr.rest().endswith(b"haul: interrupted: 0 of 5 rounds complete\n")
    assert exported.read_text() == "before"
    assert os.listdir(tmp_path) == ["export.json"]


class HeldLater(servers.Puppet):
    """A puppet that holds no request of the first `count`."""

    def __init__(self, count):
        super().__init__()
        self.count = count

    def answer(self, conversation, request):
        if len(self.requests) > self.count:
            return super().answer(conversation, request)
        conversation.wfile.write(servers.response())
        return True


def test_a_signal_later_leaves_the_complete_rounds(haul_running, tmp_path):
    exported, page = tmp_path / "export.json", tmp_path / "run.html"
    options = ["--modes", "gather", "--export-json", exported, "--report", page, "--waterfall"]
    with HeldLater(3) as puppet:  # the warm-up and two rounds
        with haul_running("compare", *options, puppet.url("/held/1")) as run:
            puppet.wait_for_count(4)
            run.interrupt()
            assert run.wait() == -signal.SIGINT
            shown = run.stdout.rest()
            assert b"2 of 5 rounds" in shown and b"\ngather: 1 URL in " in shown
            assert run.stderr.rest().endswith(b"haul: interrupted: 2 of 5 rounds complete\n")
    figures = json.loads(exported.read_text())
    assert (figures["rounds"], figures["rounds_complete"], len(figures["runs"])) == (5, 2, 2)
    assert b"</html>" in page.read_bytes()


def test_a_signal_while_the_list_is_read(haul_running, puppet):
    with haul_running("compare", "-i", "-", "--export-json", "-", puppet.url("/1")) as run:
        run.stdin.write(b"sleep:0\n")
        # Standard input is read once the argument was; nothing says so, but a signal is heeded whenever it comes.
        run.interrupt(signal.SIGTERM)
        assert run.wait() == -signal.SIGTERM
        assert run.stdout.rest() == b""
    assert not puppet.targets()


def test_a_reader_that_goes_away_ends_it(haul_running, puppet):
    reader, writer = os.pipe()
    with haul_running("compare", puppet.url("/held/1"), stdout=writer) as run:
        os.close(writer)
        puppet.wait_for("/held/1")
        os.close(reader)
        assert run.wait() == 141
        puppet.wait_for_closing("/held/1")
