"""What `haul compare` holds beside each other: modes, concurrencies, servers; cold and warm. No duration is asserted."""

import json
import signal

import pytest
import servers

pytestmark = [pytest.mark.sanitized, pytest.mark.threads]


def compare(haul, tmp_path, *arguments, **more):
    """A comparison with its export, and its words without line breaks."""
    exported = tmp_path / "export.json"
    run = haul("compare", "--export-json", exported, *arguments, **more)
    return run, json.loads(exported.read_text()), " ".join(run.stdout.decode().split())


def keys(figures):
    return [(mode["mode"], mode["concurrency"], mode["side"]) for mode in figures["modes"]]


def test_a_sweep_has_one_mode_and_rises(haul, origin, tmp_path):
    urls = [origin.url(f"/delay/10?{number}") for number in range(8)]
    run, figures, words = compare(haul, tmp_path, "-c", "4,1,2", "--runs", 4, *urls)
    assert run.returncode == 0
    assert keys(figures) == [("as-completed", places, None) for places in (1, 2, 4)]
    assert [mode["peak_in_flight"] for mode in figures["modes"]] == [1, 2, 4]
    assert [(pair["one"], pair["other"]) for pair in figures["pairs"]] == [(0, 1), (1, 2)]
    assert [mode["speedup"]["over"] for mode in figures["modes"]] == [0, 0, 0]
    assert "concurrency 1, 2, 4, 4 rounds" in words
    # Two pairs need five rounds for a verdict.
    assert "too few runs for a verdict" in words and "gets faster" not in words
    assert origin.stats()["requests"] == 8 * (4 * 3 + 1)


def test_the_knee_of_a_sweep_is_said_in_words(haul, origin, tmp_path):
    urls = [origin.url(f"/delay/40?{number}") for number in range(4)]
    _, _, words = compare(haul, tmp_path, "-c", "1,4", *urls)
    assert "-c 4 took " in words
    assert "up to 4, the most that was tried, it gets faster" in words


def test_rounds_are_rotated(haul, puppet):
    puppet.answers = {f"/{number}": servers.response() for number in range(2)}
    run = haul("compare", "--modes", "gather", "--base", f"a={puppet.url('/')}", "--base", f"b={puppet.url('/')}",
               "--runs", 2, "-H", "X: y", "/0")  # fmt: skip
    assert run.returncode == 0
    # A warm-up for each side, then two rounds.
    assert len(puppet.targets()) == 2 + 4


def test_sides_are_the_same_paths_on_each_server(haul, origin, puppet, tmp_path):
    puppet.answers = {"/ok": servers.response(body=b"other\n"), "/status/404": servers.response("404 Not Found")}
    run, figures, words = compare(
        haul, tmp_path, "--base", f"old={origin.root}", "--base", f"new={puppet.url('/')}", "--runs", 4, "/ok", "/status/404"
    )
    assert run.returncode == 1
    assert keys(figures) == [("as-completed", 50, "old"), ("as-completed", 50, "new")]
    assert figures["sides"] == [{"name": "old", "base": origin.root}, {"name": "new", "base": puppet.url("/")}]
    assert figures["urls"] == ["/ok", "/status/404"]
    assert [(item["index"], item["size"], item["within"]) for item in figures["differences"]][0] == (0, True, False)
    assert "came out differently on the sides: /ok old 200 with 3 bytes; new 200 with 6 bytes" in words
    assert "new took " in words
    assert origin.stats()["requests"] == len(puppet.targets()) == 2 * (4 + 1)


def test_a_side_without_a_name_is_called_by_its_host(haul, origin, tmp_path):
    other = origin.root.replace("127.0.0.1", "localhost")
    _, figures, _ = compare(haul, tmp_path, "--base", origin.root, "--base", other, "--runs", 1, "/ok")
    assert [side["name"] for side in figures["sides"]] == [f"127.0.0.1:{origin.port}", f"localhost:{origin.port}"]


def test_one_base_is_what_paths_are_resolved_against(haul, origin, tmp_path):
    run, figures, _ = compare(haul, tmp_path, "--base", origin.root, "--runs", 1, stdin="/ok\n/delay/1\n")
    assert run.returncode == 0
    assert figures["sides"] == []
    assert figures["urls"] == [origin.url("/ok"), origin.url("/delay/1")]
    assert len(figures["modes"]) == 3


def test_with_sides_each_line_is_a_path(haul, origin):
    run = haul("compare", "--base", f"a={origin.root}", "--base", f"b={origin.root}", "/ok", origin.url("/ok"))
    assert (run.returncode, run.stdout) == (2, b"")
    assert b"/ok: it does not begin with a slash, and with several --base all URLs are paths" in run.stderr
    assert origin.stats()["requests"] == 0


def test_a_password_of_a_side_is_not_shown(haul, origin, tmp_path):
    base = origin.root.replace("http://", "http://me:secret@")
    run, figures, _ = compare(haul, tmp_path, "--base", f"a={base}", "--base", f"b={origin.root}", "--runs", 1, "/ok")
    assert run.returncode == 0
    assert b"secret" not in run.stdout + run.stderr
    assert figures["sides"][0]["base"] == base.replace("secret", "***")


@pytest.mark.one_loop
def test_cold_runs_open_connections_and_warm_ones_keep_them(haul, origin, tmp_path):
    urls = [origin.url(f"/delay/20?{number}") for number in range(4)]
    run, figures, words = compare(haul, tmp_path, "--cold", "--runs", 2, *urls)
    assert [mode["connections"] for mode in figures["modes"]] == [1, 4, 4]
    assert figures["connections"] == "fresh"
    assert "cold: haul's connections, DNS answers and TLS sessions, new in each run; not cold: " in words
    origin.reset()
    run, figures, words = compare(haul, tmp_path, "--warm", "--runs", 2, *urls)
    assert run.returncode == 0
    assert [mode["connections"] for mode in figures["modes"]] == [0, 0, 0]
    assert [mode["peak_in_flight"] for mode in figures["modes"]] == [1, 4, 4]
    assert figures["connections"] == "kept"
    assert "warm: haul keeps connections" in words and "not all warm" not in words
    assert origin.stats()["connections"] == 4
    assert origin.stats()["requests"] == 4 * (2 * 3 + 1)


@pytest.mark.one_loop
def test_a_warm_sweep_keeps_as_many_as_each_concurrency_needs(haul, origin, tmp_path):
    urls = [origin.url(f"/delay/20?{number}") for number in range(4)]
    _, figures, words = compare(haul, tmp_path, "--warm", "-c", "1,4", "--runs", 2, *urls)
    assert [mode["peak_in_flight"] for mode in figures["modes"]] == [1, 4]
    assert [mode["connections"] for mode in figures["modes"]] == [0, 0]
    assert origin.stats()["connections"] == 1 + 4
    assert "not all warm" not in words


def test_what_is_not_kept_is_said(haul, origin, tmp_path):
    _, _, words = compare(haul, tmp_path, "--warm", "--runs", 2, origin.url("/ok?close=1"), origin.url("/ok"))
    assert "not all warm: 6 of 6 runs had to open connections" in words


def test_a_race_ends_with_its_first_success(haul, puppet, tmp_path):
    puppet.answers = {"/quick": servers.response(body=b"won")}
    run, figures, words = compare(
        haul, tmp_path, "--modes", "race", "--runs", 2, puppet.url("/held/1"), puppet.url("/quick"), puppet.url("/held/2")
    )  # what loses would never end: the run to warm up is a race, too
    assert run.returncode == 0
    mode = figures["modes"][0]
    assert (mode["mode"], mode["not_ok"], mode["bytes"], mode["speedup"], mode["ideal"]) == ("race", 0, 3, None, None)
    assert [url and url["bytes"] for url in figures["runs"][0]["urls"]] == [None, 3, None]
    assert figures["differences"] == []
    assert "first result: race after " in words


def test_a_race_that_is_won_has_gone_well(haul, origin, tmp_path):
    """As for --race of a fetch."""
    run, figures, _ = compare(
        haul, tmp_path, "--modes", "race", "--runs", 1, origin.url("/status/404"), origin.url("/delay/50")
    )
    assert figures["modes"][0]["not_ok"] == 1
    assert run.returncode == 0


def test_a_race_that_nobody_wins_runs_to_its_end(haul, origin, tmp_path):
    run, figures, _ = compare(
        haul, tmp_path, "--modes", "race,gather", "--runs", 1, origin.url("/status/404"), origin.url("/status/500")
    )
    assert run.returncode == 1
    assert [mode["not_ok"] for mode in figures["modes"]] == [2, 2]


def test_a_signal_in_a_race(haul_running, puppet):
    with haul_running("compare", "--modes", "race", puppet.url("/held/1")) as run:
        puppet.wait_for("/held/1")
        run.interrupt()
        assert run.wait() == -signal.SIGINT


def test_what_takes_too_long_in_sequence_is_a_sample(haul, origin, tmp_path):
    urls = [origin.url(f"/delay/20?{number}") for number in range(40)]
    run, figures, words = compare(haul, tmp_path, "--skip-sequential-above", "300ms", "--runs", 2, *urls)
    assert run.returncode == 0
    sequential, gather, _ = figures["modes"]
    assert sequential["estimate"] and not gather["estimate"]
    assert sequential["ideal"] is None and sequential["wall"]["error"] > 0
    assert all({pair["one"], pair["other"]} == {1, 2} for pair in figures["pairs"])
    samples = [
        {index for index, url in enumerate(one["urls"]) if url} for one in figures["runs"] if one["mode"] == "sequential"
    ]
    assert all(0 < len(sample) < 40 for sample in samples)
    # It was scaled by what one URL took of those that were out when time was over.
    for one in figures["runs"]:
        if one["mode"] == "sequential":
            *out, last = sorted(url["out"] for url in one["urls"] if url)
            out = out or [last]
            assert one["wall"] == pytest.approx(out[-1] / len(out) * 40)
    assert "sequential would take about " in words and "of 40 URLs run in sequence" in words
    assert "gather took" not in words
    row = next(line for line in run.stdout.decode().splitlines() if line.startswith("sequential "))
    assert "≈ " in row and " ± " in row


def test_a_sample_of_all_is_no_sample(haul, origin, tmp_path):
    """Where the run to warm up was slower than the sequence: here since it was queued for its host's workers."""
    urls = [origin.url(f"/knee/1?work=20&{number}") for number in range(5)]
    _, figures, words = compare(haul, tmp_path, "--skip-sequential-above", "250ms", "--runs", 1, *urls)
    assert [mode["estimate"] for mode in figures["modes"]] == [False] * 3
    assert "would take about" not in words


def test_rounds_until_a_time_is_over(haul, origin, tmp_path):
    run, figures, _ = compare(haul, tmp_path, "--modes", "gather", "--min-time", "10ms", origin.url("/delay/5"))
    assert run.returncode == 0
    assert figures["rounds"] == 5
    run, figures, _ = compare(haul, tmp_path, "--modes", "gather", "--min-time", "300ms", origin.url("/delay/5"))
    assert figures["rounds"] > 5
    assert run.stderr.startswith(b"haul: 1 URL in at least 6 runs, at least 6 requests\n")
    assert figures["rounds_complete"] == figures["rounds"]


@pytest.mark.parametrize(
    "option", [["-o", "x"], ["-O"], ["-w", "x"], ["-j"], ["--body"], ["--format", "csv"], ["--failed", "x"], ["--journal", "x"]]
)
def test_options_of_output_are_of_a_fetch(haul, origin, option):
    run = haul("compare", *option, origin.url("/ok"))
    assert (run.returncode, run.stdout) == (2, b"")
    assert origin.stats()["requests"] == 0


def test_methods_that_may_change_something_are_asked_about(haul, puppet):
    puppet.answers = {"/1": servers.response()}
    run = haul("compare", "-X", "DELETE", puppet.url("/1"))
    assert run.returncode == 2
    assert b"--any-method" in run.stderr
    assert not puppet.targets()
    run = haul("compare", "-X", "DELETE", "--any-method", "--runs", 1, puppet.url("/1"))
    assert run.returncode == 0
    assert [request.method for request in puppet.requests] == ["DELETE"] * 4


def test_figures_are_consistent(haul, origin, tmp_path):
    """With each other, whatever the machine does meanwhile; scripts/bench holds them against the delays."""
    little = 0.001  # totals are libcurl's, and measured apart
    delays = [50, 10, 30, 20, 40]
    _, figures, _ = compare(haul, tmp_path, "--runs", 2, "-c", 2, "--modes", "sequential,gather,as-completed",
                            *[origin.url(f"/delay/{delay}") for delay in delays])  # fmt: skip
    for mode in figures["modes"]:
        wall = mode["wall"]
        assert wall["min"] <= wall["median"] <= wall["max"] and wall["min"] <= wall["mean"] <= wall["max"]
        assert mode["p50"] <= mode["p90"] <= mode["p95"] <= mode["p99"] <= mode["slowest"]["total"]
        assert 0 < mode["ideal"] <= wall["max"] + little
        assert mode["first_out"] <= mode["mean_out"] <= wall["max"]
        assert mode["rate"] == pytest.approx(5 / wall["median"])
    for run in figures["runs"]:
        outs = [url["out"] for url in run["urls"]]
        totals = [url["total"] for url in run["urls"]]
        places = 1 if run["mode"] == "sequential" else 2
        assert run["first_out"] == min(outs) and run["wall"] >= max(outs)
        assert run["mean_out"] == pytest.approx(sum(outs) / 5)
        assert run["sum_of_totals"] == pytest.approx(sum(totals))
        assert run["wall"] * places >= sum(totals) - 5 * little
        assert all(out >= total - little for out, total in zip(outs, totals, strict=True))
        # In the order of the list none leaves before those before it.
        assert run["mode"] == "as-completed" or outs == sorted(outs)
