"""An archive, as a browser's network panel shows it: --har."""

import re

import pytest
from browser import Browser


@pytest.fixture(scope="module", name="browser")
def fixture_browser():
    with Browser() as browser:
        yield browser


def duration(panel, phase):
    """Of a phase in the tab of timings, in milliseconds."""
    number, unit = re.search(rf"{phase}[^\d]*([\d.]+)\s(\S+)", panel["Timing"]).groups()
    return float(number) * {"μs": 0.001, "ms": 1, "s": 1000}[unit]


def test_the_panel_shows_a_request_as_it_was(haul, origin, browser, tmp_path):
    path = tmp_path / "run.har"
    haul("--har", path, "-c", 1, "-H", "X-Note: seen", origin.url("/ok"), origin.url("/delay/30?shown"))
    panel = browser.panel(path=path, name="30?shown", tabs={"Headers": "X-Note", "Timing": "Content download"})
    assert panel["errors"] == []
    for text in (origin.url("/delay/30?shown"), "GET", "200 OK", f"127.0.0.1:{origin.port}"):
        assert text in panel["Headers"], text
    # The connection was there already, and nothing came before the wait.
    assert duration(panel, "Waiting for server response") >= 30
    assert duration(panel, "Stalled") < 1
    assert "2 requests" in panel["summary"]
