"""Memory is bounded by the window and never by the list. Not with sanitizers: they keep what is freed."""

import pathlib
import re
import subprocess

import servers
import support


def peak_memory(mode, count):
    """What haul has taken at most, in kB, when it has come to the last of so many lines from a pipe."""
    options = ["--mode", mode, "-s", "-j"]
    with servers.Puppet() as puppet, support.Running(*options, stdout=subprocess.DEVNULL) as run:
        run.stdin.write(b"sleep:0\ttag\nno:url\n" * (count // 2))
        run.stdin.write(puppet.url("/held/last\n").encode())
        puppet.wait_for("/held/last")
        status = pathlib.Path(f"/proc/{run.process.pid}/status").read_text(encoding="ascii")
    return int(re.search(r"^VmHWM:\s*(\d+) kB$", status, re.MULTILINE)[1])


def test_a_list_of_a_million_lines_takes_no_more_memory_than_one_of_ten_thousand(mode):
    assert peak_memory(mode, 1_000_000) - peak_memory(mode, 10_000) < 4_000
