"""Holds the README's table of peers to what haul, and the peers that are installed, make of the jobs in tests/peers."""

import pathlib
import re
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).parents[2]
sys.path.append(str(ROOT / "tests" / "peers"))

from jobs import JOBS  # noqa: E402
from peers import PEERS  # noqa: E402

# What else the machine does can change what a peer with a timing of its own gives. haul has one try.
TRIES = 3


def table():
    """The cells by the first one of their row and the head of their column."""
    text = (ROOT / "README.md").read_text(encoding="utf-8").partition("\n## Peers\n")[2].partition("\n## ")[0]
    head, _, *rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in re.findall(r"^\|.*$", text, re.MULTILINE)]
    return {row[0]: dict(zip(head[1:], row[1:])) for row in rows}


def test_the_table_has_all_peers_and_jobs():
    assert [title.rpartition(" ")[0] or title for title in table()] == [peer.name for peer in PEERS]
    assert all(list(cells) == list(JOBS) for cells in table().values())


@pytest.mark.parametrize("job", JOBS)
@pytest.mark.parametrize("peer", PEERS, ids=[peer.name for peer in PEERS])
def test_a_cell_is_true(peer, job):
    if not peer.version():
        pytest.skip(f"{peer.name} is not installed")
    if peer.title() not in table():
        pytest.skip(f"the table has another version than {peer.title()}")
    tries = 1 if peer.name == "haul" else TRIES
    seen = []
    while len(seen) < tries and table()[peer.title()][job] not in seen:
        seen.append(JOBS[job](peer))
    assert table()[peer.title()][job] in seen


def test_a_peer_that_there_is_not_is_told():
    run = subprocess.run([ROOT / "tests/peers/run", "wget2", "nosuch"], capture_output=True, check=False, timeout=60)
    assert (run.returncode, run.stdout) == (1, b"")
    assert run.stderr.startswith(b"there is no peer nosuch: there are haul, ")
