"""Files that somebody else changes while haul writes them."""

import os

import pytest
import servers
from test_files import tree, wait_until

pytestmark = pytest.mark.sanitized


def replace(path):
    path.unlink()
    path.write_bytes(b"another's")


def cut(path):
    path.write_bytes(b"")


def lengthen(path):
    with path.open("ab") as file:
        file.write(b"more")


@pytest.mark.parametrize("template", ["{name}", "{status}"])
@pytest.mark.parametrize("change", [replace, cut, lengthen, os.unlink])
def test_what_is_not_as_it_was_written_gets_no_name(haul_running, puppet, tmp_path, change, template):
    whole = servers.response(body=b"first,second")
    puppet.answers["/held/a"] = [whole[:-6], whole[-6:]]
    with haul_running("-j", "-o", template, puppet.url("/held/a"), cwd=tmp_path) as run:
        puppet.release("/held/a")
        wait_until(lambda: b"first," in tree(tmp_path).values())
        (part,) = tmp_path.iterdir()
        change(part)
        puppet.release("/held/a")
        assert b"another program has changed it" in run.stdout.rest()
        assert run.wait() == 1
    assert set(tree(tmp_path)) <= {part.name}
