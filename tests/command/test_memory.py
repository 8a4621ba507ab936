"""Memory is bounded by the window and never by the list, nor by what servers send. Not with sanitizers: they keep what
is freed."""

import gzip
import pathlib
import re
import subprocess

import pytest
import servers
import support
from endless import ENDLESS, Endless


def read_peak(process):
    status = pathlib.Path(f"/proc/{process}/status").read_text(encoding="ascii")
    return int(re.search(r"^VmHWM:\s*(\d+) kB$", status, re.MULTILINE)[1])


def peak_memory(mode, count):
    """What haul has taken at most, in kB, when it has come to the last of so many lines from a pipe."""
    options = ["--mode", mode, "-s", "-j"]
    with servers.Puppet() as puppet, support.Running(*options, stdout=subprocess.DEVNULL) as run:
        run.stdin.write(b"sleep:0\ttag\nno:url\n" * (count // 2))
        run.stdin.write(puppet.url("/held/last\n").encode())
        puppet.wait_for("/held/last")
        return read_peak(run.process.pid)


def test_a_list_of_a_million_lines_takes_no_more_memory_than_one_of_ten_thousand(mode):
    assert peak_memory(mode, 1_000_000) - peak_memory(mode, 10_000) < 4_000


def memory_of(*arguments):
    """What haul has taken at most, in kB, when it has come to the end of what its arguments name, the last a URL."""
    *options, url = arguments
    with support.Running("-j", "-s", *options, "-i", "-", stderr=subprocess.DEVNULL) as run:
        run.stdin.write(f"{url}\n".encode())
        run.record()
        return read_peak(run.process.pid)


@pytest.mark.parametrize("kind", ENDLESS)
def test_a_header_without_end_takes_no_memory(origin, kind):
    with Endless(*ENDLESS[kind]) as server:
        assert memory_of("--include-headers", server.url) - memory_of(origin.url("/ok")) < 4_000


def test_a_bomb_takes_no_memory(puppet):
    puppet.answers["/x"] = servers.response(200, "Content-Encoding: gzip", body=gzip.compress(bytes(50_000_000)))
    bounded = memory_of("--include-body", "--compressed", "--max-filesize", "100k", puppet.url("/x"))
    assert bounded - memory_of(puppet.url("/ok")) < 4_000


def test_an_entity_tag_takes_some_bytes(tmp_path):
    """Each of its URL's place in the file, however long it is."""

    def peak(count):
        lines = (f'"{number}"\thttp://localhost/a/path/that/is/not/kept/{number}\n' for number in range(count))
        (tmp_path / "tags").write_text("".join(lines))
        return support.peak_memory("-w", "", "--etags", "tags", "sleep:0", cwd=tmp_path)

    assert (peak(500_000) - peak(1_000)) * 1024 < 499_000 * 24


def test_the_name_of_a_file_takes_some_bytes(tmp_path):
    """Of what is left out with --resume as well: it keeps the name that it would have had. Every second is one that is taken, and gets a number.."""
    urls = [f"http://localhost/{number // 2}" for number in range(300_000)]
    (tmp_path / "list").write_text("".join(f"{url}\t{number}\n" for number, url in enumerate(urls)))
    (tmp_path / "journal").write_text(
        "".join(f'{{"v":1,"input":"{url}","tag":"{number}","ok":true,"file":null}}\n' for number, url in enumerate(urls))
    )
    options = ["-q", "-s", "--journal", "journal", "--resume", "-i", "list"]
    names = support.peak_memory(*options, "-o", "{name}", cwd=tmp_path) - support.peak_memory(*options, cwd=tmp_path)
    assert 300_000 * 16 < names * 1024 < 300_000 * 24
