"""-o to what the process has open: it is written to, and never replaced, though it may be a regular file."""

import os

import pytest
import support

pytestmark = pytest.mark.sanitized


@pytest.mark.parametrize("name", ["-", "/dev/fd/1", "/proc/self/fd/1"])
def test_standard_output(origin, tmp_path, name):
    with (tmp_path / "out").open("wb") as out:
        out.write(b"before\n")
        out.flush()
        urls = [origin.url("/bytes?1"), origin.url("/bytes?2")]
        with support.Running("--gather", "-o", name, *urls, stdout=out) as run:
            assert run.wait() == 0
    assert (tmp_path / "out").read_bytes() == b"before\n12"
    assert os.listdir(tmp_path) == ["out"]


@pytest.mark.parametrize("folder", ["/dev/fd", "/proc/self/fd"])
def test_another_descriptor(origin, tmp_path, folder):
    """With records beside it."""
    with (tmp_path / "out").open("wb") as out:
        out.write(b"before\n")
        out.flush()
        urls = [origin.url("/bytes?1"), origin.url("/bytes?2")]
        descriptor = out.fileno()
        with support.Running("-j", "-o", f"{folder}/{descriptor}", *urls, pass_fds=[descriptor]) as run:
            assert run.wait() == 0
            assert [record["ok"] for record in support.parse_records(run.stdout.rest())] == [True] * 2
    assert sorted((tmp_path / "out").read_bytes()) == sorted(b"before\n12")


def test_a_descriptor_that_is_not_open(haul, origin):
    run = haul("-o", "/dev/fd/999999", origin.url("/ok"))
    assert run.returncode == 2
    assert run.stderr.startswith(b"haul: cannot write to /dev/fd/999999: ")
