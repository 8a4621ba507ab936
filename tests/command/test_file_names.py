"""Names of files that come with the list: by globs and by JSON lines."""

import json

import pytest
from test_files import files_of, tree

pytestmark = pytest.mark.sanitized


def json_lines(*objects):
    return "".join(json.dumps(line) + "\n" for line in objects)


def test_globs_name_files(haul, origin, mode, tmp_path):
    run = haul("--mode", mode, "-j", "-o", "#2-#1.txt", origin.url("/bytes/{a,b}?[1-2]"), cwd=tmp_path)
    assert files_of(run) == ["1-a.txt", "2-a.txt", "1-b.txt", "2-b.txt"]
    assert tree(tmp_path) == {"1-a.txt": b"1", "2-a.txt": b"2", "1-b.txt": b"1", "2-b.txt": b"2"}


def test_values_of_globs_are_harmless(haul, origin, tmp_path):
    run = haul("-j", "-o", "#1", "--create-dirs", origin.url("/bytes?{../x,.y,/z}"), cwd=tmp_path)
    assert files_of(run) == ["_._x", "_y", "_z"]


def test_json_lines_name_files(haul, origin, mode, tmp_path):
    stdin = json_lines(
        {"url": origin.url("/bytes?a"), "output": "one/a.txt"},
        {"url": origin.url("/bytes?b")},
        {"url": origin.url("/bytes?c"), "output": "one/a.txt"},
        {"url": origin.url("/bytes?d"), "output": "/../../etc/.d", "tag": {"id": 5}},
        {"url": origin.url("/bytes?e"), "output": ""},
    )
    options = ["--mode", mode, "-j", "--input-format", "jsonl", "--create-dirs"]
    run = haul(*options, stdin=stdin, cwd=tmp_path)
    assert files_of(run)[:4] == ["one/a.txt", None, "one/a.txt.1", "_/_./_./etc/_d"]
    files = tree(tmp_path)
    assert files.pop("one/a.txt") == b"a"
    assert files.pop("one/a.txt.1") == b"c"
    assert files.pop("_/_./_./etc/_d") == b"d"
    run = haul(*options, "-o", "{index}-{tag.id}", "--output-dir", "two", stdin=stdin, cwd=tmp_path)
    assert files_of(run)[:4] == ["two/one/a.txt", "two/1-_", "two/one/a.txt.1", "two/_/_./_./etc/_d"]


def test_a_url_that_is_there_twice_has_one_file(haul, origin, mode, tmp_path):
    url = origin.url("/bytes/x?1")
    options = ["--mode", mode, "-j", "--dedupe", "-O"]
    run = haul(*options, url, url, cwd=tmp_path)
    assert files_of(run) == ["x", "x"]
    run = haul(*options, "--skip-existing", url, url, cwd=tmp_path)
    assert (run.returncode, files_of(run)) == (0, ["x", "x"])
    assert all(record["ok"] for record in run.records())
    assert tree(tmp_path) == {"x": b"1"}


@pytest.mark.parametrize("option", [["--skip-existing"], ["-C", "-"]])
def test_only_a_file_is_what_was_fetched(haul, puppet, tmp_path, option):
    """Not a folder of its name, nor a link to nothing, which it takes the place of."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "nowhere").symlink_to("missing")
    (tmp_path / "there").symlink_to("whole")
    (tmp_path / "whole").write_bytes(b"whole")
    run = haul("-j", "-O", *option, *[puppet.url(path) for path in ("/folder", "/nowhere", "/there")], cwd=tmp_path)
    assert run.returncode == 1
    assert files_of(run) == [None, "nowhere", "there"]
    assert sorted(puppet.targets()) == ["/folder", "/nowhere"]
    assert tree(tmp_path) == {"nowhere": b"ok\n", "there": b"whole", "whole": b"whole"}
