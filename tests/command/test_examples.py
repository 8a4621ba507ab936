"""The library's examples that need a network. The others are unit tests, on a virtual clock."""

import subprocess

import pytest
import support

pytestmark = pytest.mark.sanitized

FETCH = support.BUILD / "lib" / "examples" / "example_fetch"


def fetch(*urls):
    return subprocess.run(
        [FETCH, *urls], capture_output=True, text=True, timeout=support.PATIENCE, env=support.environment(), check=False
    )


def test_fetch_prints_the_statuses_in_the_order_given(origin, refused_port):
    slow, missing = origin.url("/delay/50"), origin.url("/status/404")
    refused = f"http://127.0.0.1:{refused_port}/"
    run = fetch(slow, missing, refused)
    assert run.stdout == f"200 {slow}\n404 {missing}\n0 {refused}\n"
    assert (run.returncode, run.stderr) == (0, "")


def test_fetch_without_urls():
    assert fetch().returncode == 2
