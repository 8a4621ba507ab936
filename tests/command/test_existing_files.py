"""Files that are there before haul comes: replaced, kept, or not fetched again."""

import hashlib

import pytest
from test_files import dispositions, files_of, tree

pytestmark = pytest.mark.sanitized


def test_what_is_there_is_replaced_or_not(haul, origin, mode, tmp_path):
    url = origin.url("/ok")
    before = {"ok": b"old", "ok.1": b"older"}
    for name, content in before.items():
        (tmp_path / name).write_bytes(content)
    run = haul("--mode", mode, "-j", "-O", "--no-clobber", url, url, cwd=tmp_path)
    assert files_of(run) == ["ok.2", "ok.3"]
    assert tree(tmp_path) == {**before, "ok.2": b"ok\n", "ok.3": b"ok\n"}
    run = haul("--mode", mode, "-j", "-O", url, cwd=tmp_path)
    assert files_of(run) == ["ok"]
    assert tree(tmp_path)["ok"] == b"ok\n"


@pytest.mark.parametrize("template", ["{name}", "{name}{status}"])
def test_no_clobber_leaves_what_came_meanwhile(haul_running, puppet, tmp_path, template):
    """And takes the next number that is free."""
    name = template.format(name="held", status=200)
    with haul_running("-j", "-o", template, "--no-clobber", puppet.url("/held"), cwd=tmp_path) as run:
        puppet.wait_for("/held")
        (tmp_path / name).write_bytes(b"mine")
        (tmp_path / f"{name}.1").write_bytes(b"mine, too")
        puppet.release("/held")
        assert run.record()["file"] == f"{name}.2"
        assert run.wait() == 0
    assert tree(tmp_path) == {name: b"mine", f"{name}.1": b"mine, too", f"{name}.2": b"ok\n"}


def test_skip_existing(haul, origin, mode, tmp_path):
    (tmp_path / "b").write_bytes(b"old")
    urls = [origin.url(f"/bytes/{name}?{name}") for name in "abc"]
    run = haul("--mode", mode, "-j", "-O", "--skip-existing", *urls, cwd=tmp_path)
    assert run.returncode == 0
    records = sorted(run.records(), key=lambda record: record["index"])
    assert [(record["ok"], record["status"], record["attempts"], record["file"]) for record in records] == [
        (True, 200, 1, "a"),
        (True, 0, 0, "b"),
        (True, 200, 1, "c"),
    ]
    assert tree(tmp_path) == {"a": b"a", "b": b"old", "c": b"c"}
    before = origin.stats()["requests"]
    run = haul("--mode", mode, "-j", "-O", "--skip-existing", *urls, cwd=tmp_path)
    assert origin.stats()["requests"] == before
    assert files_of(run) == ["a", "b", "c"]


@pytest.mark.parametrize("options", [["--skip-existing"], ["-C", "-"]])
def test_sha256_of_what_was_there(haul, origin, mode, tmp_path, options):
    """Of the file as it lies there, and of one that only a link leads to."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "b").write_bytes(b"linked")
    (tmp_path / "a").write_bytes(bytes(range(256)) * 100_000)
    (tmp_path / "b").symlink_to("elsewhere/b")
    urls = [origin.url(f"/bytes/{name}?{name}") for name in "cabd"]
    run = haul("--mode", mode, "-j", "-O", "--sha256", *options, *urls, cwd=tmp_path)
    assert run.returncode == 0
    records = {record["file"]: record for record in run.records()}
    assert [records[name]["attempts"] for name in "abcd"] == [0, 0, 1, 1]
    for name, record in records.items():
        assert record["sha256"] == hashlib.sha256((tmp_path / name).read_bytes()).hexdigest()


@pytest.mark.parametrize("options", [[], ["--sha256"]])
def test_what_was_there_is_ok_for_all_that_ask_for_it(haul, origin, mode, tmp_path, options):
    (tmp_path / "a").write_bytes(b"mine")
    arguments = ["--mode", mode, "-j", "--dedupe", "-o", "a", "--skip-existing", *options]
    run = haul(*arguments, *[origin.url("/ok")] * 3, cwd=tmp_path)
    assert run.returncode == 0
    assert [(record["ok"], record["attempts"]) for record in run.records()] == [(True, 0)] * 3


def test_a_server_replaces_no_file(haul, origin, tmp_path):
    (tmp_path / "mine").write_bytes(b"mine")
    run = haul("-j", "-O", "-J", *dispositions(origin, "attachment; filename=mine"), cwd=tmp_path)
    assert files_of(run) == ["mine.1"]
    assert tree(tmp_path) == {"mine": b"mine", "mine.1": b"ok\n"}


def test_skip_existing_needs_names_that_are_known(haul, origin, tmp_path):
    for options in (["-O", "-J"], ["-o", "{status}"]):
        run = haul(*options, "--skip-existing", origin.url("/ok"), cwd=tmp_path)
        assert (run.returncode, run.stdout) == (2, b"")
        assert run.stderr.startswith(b"haul: --skip-existing must know the names of files before the answers come")
