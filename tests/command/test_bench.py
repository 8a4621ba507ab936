"""scripts/bench, its cheapest rows at their smallest: that they run, and give a figure for haul. None is judged."""

import pathlib
import re
import subprocess
import sys

import pytest
import servers
import support

BENCH = pathlib.Path(__file__).parents[1] / "bench" / "bench.py"


def bench(*arguments):
    command = [sys.executable, "-B", BENCH, "--build", support.BUILD, "--quick", "--rounds", "1", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=support.PATIENCE * 4)


@pytest.mark.skipif(not servers.NGINX, reason="nginx is not installed")
def test_rows_run_and_have_figures():
    done = bench("first", "one")
    assert done.returncode == 0, done.stderr
    assert re.findall(r"^### (\w+):", done.stdout, re.MULTILINE) == ["first", "one", "one"]
    assert len(re.findall(r"^\| haul \| \d+\.\d\d \(", done.stdout, re.MULTILINE)) == 3


def test_a_row_that_is_not_there_is_refused():
    done = bench("nonsense")
    assert (done.returncode, done.stdout) == (2, "")
    assert "no such row: nonsense" in done.stderr
