"""What `haul compare` writes for others, and holds against what it wrote before."""

import csv
import io
import json

import pytest

pytestmark = [pytest.mark.sanitized, pytest.mark.threads]


def test_all_exports_say_the_same(haul, origin, tmp_path):
    files = {kind: tmp_path / kind for kind in ("json", "csv", "markdown")}
    options = [part for kind, path in files.items() for part in (f"--export-{kind}", path)]
    run = haul("compare", "--runs", 2, *options, origin.url("/delay/5"), origin.url("/delay/10"))
    assert run.returncode == 0
    figures = json.loads(files["json"].read_text())
    table = list(csv.DictReader(io.StringIO(files["csv"].read_text())))
    assert [row["mode"] for row in table] == [mode["mode"] for mode in figures["modes"]]
    for row, mode in zip(table, figures["modes"], strict=True):
        assert float(row["wall_median"]) == pytest.approx(mode["wall"]["median"], abs=1e-6)
        assert float(row["wall_stddev"]) == pytest.approx(mode["wall"]["stddev"], abs=1e-6)
        assert float(row["speedup"]) == pytest.approx(mode["speedup"]["ratio"], abs=1e-6)
        assert float(row["reached"]) == pytest.approx(mode["reached"], abs=1e-6)
        assert int(row["connections"]) == mode["connections"]
        assert (row["side"], row["speedup_low"]) == ("", "")
    tables = files["markdown"].read_text().split("\n\n")
    assert [table.split(",")[0] for table in tables] == ["| wall", "| results", "| transfers"]
    for head, rule, *rows in (table.splitlines() for table in tables):
        assert [row.split(" | ")[0] for row in rows] == [f"| {mode['mode']}" for mode in figures["modes"]]
        assert len({line.count("|") for line in (head, rule, *rows)}) == 1


def test_one_that_cannot_be_written_keeps_the_others_from_nothing(haul, tmp_path):
    exported = tmp_path / "figures.csv"
    run = haul("compare", "--export-json", "/dev/full", "--export-csv", exported, "sleep:0")
    assert run.returncode == 3
    assert b"haul: cannot write /dev/full: " in run.stderr
    assert exported.read_text().startswith("mode,concurrency,")


@pytest.mark.parametrize("kind", ["csv", "markdown"])
def test_one_export_goes_to_standard_output(haul, kind):
    run = haul("compare", f"--export-{kind}", "-", "sleep:0", "sleep:0.01")
    assert run.returncode == 0
    assert run.stdout.startswith(b"mode,concurrency," if kind == "csv" else b"| wall, in seconds |")
    assert b"\nsequential " in run.stderr


def test_standard_output_takes_one_export(haul):
    run = haul("compare", "--export-csv", "-", "--export-json", "-", "sleep:0")
    assert (run.returncode, run.stdout) == (2, b"")


def scaled(path, factor):
    """The same export with other wall times."""
    figures = json.loads(path.read_text())
    for run in figures["runs"]:
        run["wall"] *= factor
    path.write_text(json.dumps(figures))


@pytest.fixture
def baseline(haul, origin, tmp_path):
    path = tmp_path / "before.json"
    assert haul("compare", "--export-json", path, origin.url("/delay/10"), origin.url("/delay/20")).returncode == 0
    return path


def again(haul, origin, baseline, *arguments):
    run = haul("compare", "--baseline", baseline, *arguments, origin.url("/delay/10"), origin.url("/delay/20"))
    return run, " ".join(run.stdout.decode().split())


def test_as_fast_as_before(haul, origin, baseline):
    scaled(baseline, 100)
    run, words = again(haul, origin, baseline, "--max-regression", "20%")
    assert run.returncode == 0
    assert "gather took " in words and " where the baseline took " in words
    assert "past --max-regression" not in words


def test_much_slower_than_before_is_exit_4(haul, origin, baseline):
    scaled(baseline, 0.01)
    run, words = again(haul, origin, baseline, "--max-regression", "20%")
    assert run.returncode == 4
    assert words.count(", past --max-regression") == 3
    # Without a limit it is only told.
    run, words = again(haul, origin, baseline)
    assert run.returncode == 0
    assert "past --max-regression" not in words


def test_too_few_runs_are_no_regression(haul, origin, baseline):
    scaled(baseline, 0.01)
    run, words = again(haul, origin, baseline, "--max-regression", "20%", "--runs", 1)
    assert run.returncode == 0
    assert "too few runs for an interval, and so for a verdict" in words


def test_a_regression_counts_more_than_a_failure(haul, origin, baseline):
    scaled(baseline, 0.01)
    run = haul("compare", "--baseline", baseline, "--max-regression", "20%", origin.url("/delay/10"), origin.url("/status/404"))
    assert run.returncode == 4
    assert b"the baseline is of other URLs\n" in run.stdout


def test_what_is_no_baseline_is_wrong_usage(haul, origin, tmp_path):
    missing = tmp_path / "none.json"
    run = haul("compare", "--baseline", missing, origin.url("/ok"))
    assert (run.returncode, run.stdout) == (2, b"")
    assert run.stderr == f"haul: --baseline {missing}: No such file or directory\n".encode()
    missing.write_text("{}")
    run = haul("compare", "--baseline", missing, origin.url("/ok"))
    assert run.returncode == 2
    assert run.stderr.endswith(b"none.json: it is no export of haul compare --export-json\n")
    assert origin.stats()["requests"] == 0


def test_warm_and_cold_are_not_held_against_each_other(haul, origin, baseline):
    origin.reset()
    run, _ = again(haul, origin, baseline, "--warm")
    assert run.returncode == 2
    assert run.stderr.endswith(b"it was measured cold, and this is --warm\n")
    assert origin.stats()["requests"] == 0


@pytest.mark.parametrize("others", [["--modes", "race"], ["-c", 7], ["--base", "a=http://a.test", "--base", "b=http://b.test"]])
def test_a_baseline_of_something_else_is_wrong_usage(haul, origin, baseline, others):
    origin.reset()
    run = haul("compare", "--baseline", baseline, "--modes", "gather", *others, "/delay/10")
    assert run.returncode == 2
    assert run.stderr.endswith(b"before.json: it has none of the modes, concurrencies and sides that are asked for\n")
    assert origin.stats()["requests"] == 0


def test_one_base_is_no_side(haul, origin, baseline):
    arguments = ["--baseline", baseline, "--modes", "gather", "--runs", 1, "--base", origin.url("")]
    run = haul("compare", *arguments, "/delay/10", "/delay/20")
    assert run.returncode == 0 and b" where the baseline took " in run.stdout
