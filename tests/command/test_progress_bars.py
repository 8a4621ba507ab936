"""--progress bars: on a terminal of any size, in no one's way."""

import fcntl
import re
import struct
import termios

import pytest

from screen import Screen

pytestmark = pytest.mark.sanitized


class Watched:
    """A run on a terminal with what its screen shows."""

    def __init__(self, run, columns=80, rows=24, reflows=True):
        self.run, self.screen = run, Screen(columns, rows, reflows)

    def until(self, end):
        """Goes on until END has been written."""
        data = self.run.screen.wait_for(end)
        self.screen.write(data if data.endswith(end) else data + end)
        return self.screen.text()

    def drawn(self):
        """The lines after the drawing that is under way, and one more."""
        self.until(b"\x1b[?7h")
        return self.until(b"\x1b[?7h")

    def resize(self, columns, rows):
        self.screen.resize(columns, rows)
        fcntl.ioctl(self.run.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def end(self):
        status, rest = self.run.wait()
        self.screen.write(rest)
        return status, self.screen.text()


@pytest.fixture
def hanging(origin):
    """Bodies of which so many percent come, and then nothing."""
    return lambda *shares: [origin.url(f"/hang-body?promise=100000&send={share}000") for share in shares]


def bars(lines):
    return [line for line in lines if re.search(r"\d+%|waiting|/s$", line)]


def test_a_bar_for_each_transfer(haul_on_terminal, hanging):
    with haul_on_terminal("--progress", "bars", *hanging(25, 50), "sleep:60") as run:
        watched = Watched(run)
        while len(lines := watched.drawn()) < 4 or "50%" not in lines[1]:
            pass
        assert re.fullmatch(r"127\S+ +\[=+ +\] +25%  25\.0 kB +[\d.]+ k?B/s", lines[0])
        assert re.fullmatch(r"127\S+ +\[=+ +\] +50%  50\.0 kB +[\d.]+ k?B/s", lines[1])
        assert re.fullmatch(r"sleep:60 +0 B +waiting", lines[2])
        assert lines[3].startswith("0 of 3 done, 3 in flight, 0 failed, ")
        assert len(lines) == 4
        run.type(b"\x03")
        lines = watched.end()[1]
    # Nothing of it is left.
    assert not bars(lines) and " done," not in "\n".join(lines)


def test_the_longest_ones_where_there_are_many(haul_on_terminal):
    urls = [f"sleep:{number}" for number in range(60, 80)]
    with haul_on_terminal("--progress", "bars", *urls, rows=24) as run:
        lines = Watched(run).drawn()
        assert [line.split()[0] for line in lines[:-1]] == urls[:8]
    with haul_on_terminal("--progress", "bars", *urls, rows=5) as run:
        lines = Watched(run, rows=5).drawn()
        assert [line.split()[0] for line in lines[:-1]] == urls[:3]


@pytest.mark.parametrize("reflows", [True, False], ids=["reflowing", "cutting"])
def test_nothing_is_left_when_the_terminal_changes(haul_on_terminal, hanging, reflows):
    with haul_on_terminal("--progress", "bars", "x:y", *hanging(*range(10, 22))) as run:
        watched = Watched(run, reflows=reflows)
        for columns, rows in [(80, 24), (40, 10), (100, 30), (25, 5), (25, 3), (20, 2), (90, 12)]:
            watched.resize(columns, rows)
            watched.drawn()
            lines = watched.drawn()
            shown = [line for line in lines if re.search(r"\d%| done", line)]
            assert len(shown) == min(8, rows - 2) + 1, (columns, rows, lines)
            assert all(len(line) < columns for line in shown)
            assert shown == lines[-len(shown) :] and " done" in lines[-1]


def test_results_and_messages_stand_above(haul_on_terminal, puppet):
    with haul_on_terminal(
        "--progress", "bars", "--no-location", puppet.url("/held/0"), puppet.url("/held/1"), "-i", "/no/such/list"
    ) as run:
        watched = Watched(run)
        watched.drawn()
        puppet.release("/held/0")
        while "1 of 2 done" not in (lines := watched.drawn())[-1]:
            pass
        assert lines[0].startswith("haul: cannot read /no/such/list: ")
        assert lines[1].startswith("200 ") and lines[1].endswith(puppet.url("/held/0"))
        assert len(bars(lines)) == 1 and "1 of 2 done" in lines[-1]
        puppet.release("/held/1")
        status, lines = watched.end()
    assert status == 2 and not bars([line for line in lines if not line.startswith("time")])


def test_a_body_is_not_drawn_over(haul_on_terminal, origin):
    """A line that has not ended is left alone."""
    with haul_on_terminal("--gather", "--body", origin.url("/size/70"), "sleep:60") as run:
        watched = Watched(run)
        watched.until(b".\r\n012345")
        run.type(b"\x03")
        run.screen.wait_for(b"^C")
        assert "in flight, " not in watched.end()[1][0]


def test_other_modes(haul_on_terminal):
    with haul_on_terminal("--progress", "line", "sleep:60") as run:
        lines = Watched(run).drawn()
        assert len(lines) == 1 and lines[0].startswith("0 of 1 done, 1 in flight, ")
    with haul_on_terminal("--progress", "none", "sleep:0.25") as run:
        assert b"in flight, " not in run.wait()[1]


def test_no_bars_without_a_terminal(haul_on_terminal, tmp_path):
    with open(tmp_path / "messages", "wb") as messages:
        with haul_on_terminal("--progress", "bars", "sleep:0.25", stderr=messages) as run:
            assert b"\x1b[?7l" not in run.wait()[1]
    assert (tmp_path / "messages").read_bytes() == b""


def test_a_mode_that_there_is_not(haul):
    run = haul("--progress", "dots", "sleep:0")
    assert run.returncode == 2
    assert b'"dots" is not one of line, bars and none' in run.stderr
