"""The library's examples that need a network or processes. The others are unit tests, on a virtual clock."""

import pathlib
import subprocess

import pytest
import support

pytestmark = pytest.mark.sanitized

EXAMPLES = support.BUILD / "lib" / "examples"
SOURCES = pathlib.Path(__file__).parents[2] / "lib" / "examples"


def run_example(name, *arguments):
    return subprocess.run(
        [EXAMPLES / f"example_{name}", *arguments],
        capture_output=True,
        text=True,
        timeout=support.PATIENCE,
        env=support.environment(),
        check=False,
    )


def fetch(*urls):
    return run_example("fetch", *urls)


def test_fetch_prints_the_statuses_in_the_order_given(origin, refused_port):
    slow, missing = origin.url("/delay/50"), origin.url("/status/404")
    refused = f"http://127.0.0.1:{refused_port}/"
    run = fetch(slow, missing, refused)
    assert run.stdout == f"200 {slow}\n404 {missing}\n0 {refused}\n"
    assert (run.returncode, run.stderr) == (0, "")


def test_fetch_without_urls():
    assert fetch().returncode == 2


def test_sort_prints_what_a_program_has_sorted():
    run = run_example("sort")
    assert run.stdout == (SOURCES / "sort.expected").read_text()
    assert (run.returncode, run.stderr) == (0, "")
