"""The pictures of a comparison: `haul compare --waterfall` and `--report`."""

import json
import re

import pytest
from browser import Browser

MODES = ["sequential", "gather", "as-completed"]


@pytest.fixture(scope="module", name="browser")
def fixture_browser():
    with Browser() as browser:
        yield browser


def data_of(path):
    """What the page embeds."""
    return json.loads(path.read_text(encoding="utf-8").split('id="data">')[1].split("</script>")[0])


def heads(text):
    """The first lines of waterfalls."""
    return re.findall(r"^(\S.*): (\d+) URLs? in \S+(?: at (\S+))?$", text, re.MULTILINE)


def median_walls(figures):
    """By mode, in seconds; of an even number of rounds that of the shorter in the middle."""
    walls = {}
    for run in figures["runs"]:
        walls.setdefault((run["mode"], run["side"], run["concurrency"]), []).append(run["wall"])
    return [sorted(found)[(len(found) - 1) // 2] for found in walls.values()]


@pytest.mark.sanitized
def test_each_mode_has_a_waterfall_behind_the_figures(haul, origin):
    delays = [40, 20, 60]
    run = haul("compare", "--waterfall", "--runs", 2, *[origin.url(f"/delay/{delay}") for delay in delays])
    assert run.returncode == 0
    text = run.stdout.decode()
    figures, *falls = re.split(r"\n\n(?=(?:sequential|gather|as-completed): )", text)
    assert "slowest URL: " in figures
    root = origin.root.rstrip("/")
    assert heads(text) == [(mode, "3", root) for mode in MODES]
    for fall in falls:
        lines = fall.splitlines()
        # The origin's delays are what is waited for; and what is over first is written first as completed.
        assert sorted(line.split()[1] for line in lines[2:5]) == sorted(f"/delay/{delay}" for delay in delays)
        assert all("=" in line for line in lines[2:5])
        assert lines[5] == ". queue  : DNS  + connect  * TLS  = wait  # transfer"
        assert max(map(len, lines)) <= 80 and "\033" not in fall
    # In sequence no bar begins before the one above it has ended.
    bars = [re.search(r"[.:+*=#]+ *\|?[ |]* ", line[14:]).span() for line in falls[0].splitlines()[2:5]]
    assert bars[0][0] < bars[1][0] < bars[2][0]


@pytest.mark.sanitized
def test_nothing_to_warm_up_is_in_a_picture(haul, origin, tmp_path):
    path = tmp_path / "run.html"
    run = haul("compare", "--report", path, "--runs", 1, "--modes", "gather", origin.url("/ok"))
    assert run.returncode == 0
    (shown,) = data_of(path)["runs"]
    assert [track["url"] for track in shown["tracks"]] == [origin.url("/ok")]


def test_colour_as_it_is_asked_for(haul):
    assert b"\033[32m=" in haul("compare", "--waterfall", "--color", "always", "sleep:0.01").stdout
    assert b"\033" not in haul("compare", "--waterfall", "--color", "never", "sleep:0.01").stdout


def test_the_waterfall_leaves_an_export_alone(haul):
    run = haul("compare", "--waterfall", "--export-json", "-", "sleep:0.01")
    assert json.loads(run.stdout)["url_count"] == 1
    assert [head[0] for head in heads(run.stderr.decode())] == MODES


@pytest.mark.sanitized
def test_the_runs_in_the_midst_are_shown(haul, origin, tmp_path):
    path, exported = tmp_path / "run.html", tmp_path / "run.json"
    urls = [origin.url("/delay/20"), origin.url("/ok?token=SECRET"), origin.url("/status/404"), "sleep:0.001"]
    run = haul("compare", "--report", path, "--export-json", exported, "--runs", 4, *urls)
    assert run.returncode == 1
    figures, data = json.loads(exported.read_text()), data_of(path)
    assert [shown["name"] for shown in data["runs"]] == data["comparison"]["labels"] == MODES
    for shown, median in zip(data["runs"], median_walls(figures), strict=True):
        assert sorted(track["index"] for track in shown["tracks"]) == [0, 1, 2, 3]
        assert {track["status"] for track in shown["tracks"]} == {200, 404, 0}
        # Times are those of that run: what takes longest ends with it, but for the run's own work.
        end = max(track["to"] for track in shown["tracks"]) / 1e6
        assert 0.02 <= end <= median + 1e-6
    # And its records are those of that very run.
    by_wall = {round(one["wall"], 9): one for one in figures["runs"]}
    for shown, median in zip(data["runs"], median_walls(figures), strict=True):
        totals = {track["index"]: track["total"] / 1e6 for track in shown["tracks"]}
        for index, url in enumerate(by_wall[round(median, 9)]["urls"]):
            assert totals[index] == pytest.approx(url["total"], abs=2e-6)
    assert path.stat().st_mode & 0o777 == 0o600
    assert "SECRET" not in path.read_text()


def cells(browser, selector):
    """The rows of a table: what stands in each, by what it begins with."""
    row = "(row) => [...row.cells].map((cell) => cell.textContent)"
    found = browser.run(f"[...document.querySelectorAll('{selector} tr')].map({row})")
    return {cells[0]: cells[1:] for cells in found}


def test_the_figures_of_the_report_are_the_exports(haul, origin, browser, tmp_path):
    path, exported = tmp_path / "run.html", tmp_path / "run.json"
    urls = [origin.url(f"/delay/{delay}?{delay}") for delay in (20, 40, 10)]
    run = haul("compare", "--report", path, "--export-json", exported, *urls)
    assert run.returncode == 0
    export = json.loads(exported.read_text())
    assert data_of(path)["comparison"]["figures"] == {
        key: value for key, value in export.items() if key not in ("urls", "differences", "runs")
    }
    browser.show(path)
    assert browser.text("#comparison-what") == "3 URLs, 5 rounds, fresh connections"
    table = cells(browser, "#comparison-table")
    assert table[""] == MODES
    for at, mode in enumerate(export["modes"]):

        def seconds(value):
            return browser.run(f"secondsText({value})")

        wall = mode["wall"]
        assert table["wall, mean ± σ"][at] == f"{seconds(wall['mean'])} ± {seconds(wall['stddev'])}"
        for name in ("median", "min", "max"):
            assert table[name][at] == seconds(wall[name])
        for name in ("p50", "p90", "p95", "p99", "ideal"):
            assert table[name][at] == seconds(mode[name])
        assert table["in flight, most"][at] == str(mode["peak_in_flight"])
        assert table["connections"][at] == str(mode["connections"])
        assert table["not ok"][at] == "0"
    assert table["speedup (95 % CI)"][0] == "1.00"
    assert re.fullmatch(r"[\d.]+ \([\d.]+ to [\d.]+\)", table["speedup (95 % CI)"][1])
    # The words are those of the terminal, whatever its width.
    said = browser.texts("#verdicts p")
    assert len(said) >= 4 and any("times as fast" in sentence for sentence in said)
    words = " ".join(run.stdout.decode().split())
    assert all(" ".join(sentence.split()) in words for sentence in said)
    # A column and a choice for each run.
    assert cells(browser, "#modes-table")[""] == MODES
    assert browser.texts("#run label") == MODES
    assert browser.complaints() == []


def test_sides_and_concurrencies(haul, origin, browser, tmp_path):
    path = tmp_path / "run.html"
    bases = [f"--base=old={origin.root}", f"--base=new={origin.root}"]
    run = haul("compare", "--report", path, "-c", "1,2", "--runs", 1, *bases, stdin="/ok?1\n/ok?2\n")
    assert run.returncode == 0
    labels = ["old -c 1", "old -c 2", "new -c 1", "new -c 2"]
    browser.show(path, width=400)
    assert cells(browser, "#comparison-table")[""] == cells(browser, "#modes-table")[""] == labels
    assert browser.run("document.documentElement.scrollWidth") == 400
    browser.click(selector="#run label:nth-of-type(4) span")
    assert len(browser.texts(".strip .url")) == 2
    assert browser.complaints() == []


def test_a_page_of_one_run_has_no_comparison(haul, browser, tmp_path):
    path = tmp_path / "run.html"
    assert haul("-s", "--report", path, "sleep:0.001").returncode == 0
    browser.show(path)
    assert browser.run("document.getElementById('comparison').hidden && document.getElementById('modes').hidden")


def test_hostile_texts_stay_texts(haul, origin, browser, tmp_path):
    path = tmp_path / "run.html"
    url = origin.url("/status/404?</script><svg/onload=window.hacked=1>")
    assert haul("compare", "--report", path, "--runs", 1, url, origin.url("/ok")).returncode == 1
    data = path.read_text(encoding="utf-8").split('id="data">')[1].split("</script>")[0]
    assert not set(data) & set("<>&")
    browser.show(path)
    assert any(
        "not ok, alike in all runs" in sentence and "</script><svg/onload" in sentence
        for sentence in browser.texts("#verdicts p")
    )
    assert browser.texts("svg svg, [onload], main script") == []
    assert browser.run("window.hacked ?? null") is None
    assert browser.complaints() == []


def test_races_and_samples(haul, origin, browser, tmp_path):
    path = tmp_path / "run.html"
    urls = [origin.url("/delay/20")] * 20
    options = ["--modes", "sequential,race", "--runs", 1, "--skip-sequential-above", "0.05"]
    haul("compare", "--report", path, "--waterfall", *options, *urls)
    browser.show(path)
    table = cells(browser, "#comparison-table")
    assert table["wall, mean ± σ"][0].startswith("≈ ")
    assert table["median"][0] == table["mean out"][0] == "–"
    assert table["speedup (95 % CI)"][1] == "–"
    assert browser.complaints() == []


@pytest.mark.parametrize("count", [0, 1])
def test_few_urls(haul, browser, tmp_path, count):
    path = tmp_path / "run.html"
    assert haul("compare", "--report", path, "--waterfall", stdin="sleep:0.001\n" * count).returncode == 0
    browser.show(path)
    assert browser.run("document.getElementById('comparison').hidden") == (count == 0)
    assert browser.complaints() == []


def test_what_cannot_be_written_is_said_before_anything_is_fetched(haul, origin, tmp_path):
    run = haul("compare", "--report", tmp_path / "none" / "run.html", origin.url("/ok"))
    assert run.returncode == 3 and b"cannot write " in run.stderr and b"run.html" in run.stderr
    run = haul("compare", "--waterfall", origin.url("/ok"), env={"TMPDIR": str(tmp_path / "none")})
    assert run.returncode == 3 and b"cannot write " in run.stderr
    assert origin.stats()["requests"] == 0
    assert haul("compare", "--report", "/dev/full", "sleep:0.001").returncode == 3


def test_two_options_do_not_write_one_file(haul, tmp_path):
    path = tmp_path / "file"
    run = haul("compare", "--report", path, "--export-json", path, "sleep:0.001")
    assert run.returncode == 2 and b"--report and --export-json would write the same file" in run.stderr


def test_pictures_that_a_comparison_does_not_make(haul, tmp_path):
    for option in ("--har", "--trace"):
        run = haul("compare", option, tmp_path / "file", "sleep:0.001")
        assert run.returncode == 2 and option.encode() in run.stderr
