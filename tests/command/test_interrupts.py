"""Ctrl-C at any moment: no line is torn, no file is half there under its name, and all that is told agrees. The moments
are so many records after the begin, drawn at random; a failure says the seed."""

import collections
import json
import os
import random
import signal

import pytest

pytestmark = [pytest.mark.sanitized, pytest.mark.threads]

LINES = 120


def draw(generator, origin):
    """Lines, and for those that have a body its size."""
    sizes = {}
    for number in range(LINES):
        size = generator.choice([0, 1, 1000, 70_000, 300_000])
        kind = generator.randrange(6)
        if kind < 4:
            sizes[origin.url(f"/size/{size}?{number}")] = size
        elif kind == 4:
            sizes[origin.url(f"/header?ETag=%22{number}%22&Set-Cookie=c{number}=1")] = len("ok\n")
        else:
            sizes[origin.url(f"/status/404?{number}")] = None
    return sizes


def read_json_lines(data):
    assert not data or data.endswith(b"\n")
    return [json.loads(line) for line in data.splitlines()]


@pytest.mark.parametrize("seed", range(24))
def test_what_is_left_is_whole(haul_running, origin, tmp_path, seed):
    generator = random.Random(seed)
    sizes = draw(generator, origin)
    (tmp_path / "list").write_text("".join(f"{url}\n" for url in sizes), encoding="ascii")
    files = ["-o", "out/{index}", "--create-dirs", "--etags", "tags", "--failed", "failed", "--cookie-jar", "jar"]
    options = generator.choice([[], ["--gather"], ["--sequential"], ["--loops", "2"], ["--fsync"]])
    arguments = ["-s", "-j", "-c", generator.choice([1, 5, 50]), *options, *files, "--summary-json", "summary"]
    with haul_running(*arguments, "-i", "list", cwd=tmp_path) as run:
        output = b"".join(run.stdout.line() for _ in range(generator.randrange(1, LINES - 20)))
        run.interrupt()
        output += run.stdout.rest()
        status = run.wait()
    assert status in (-signal.SIGINT, 1), f"seed {seed}"
    records = read_json_lines(output)
    assert sorted(record["index"] for record in records) == list(range(len(records))), f"seed {seed}"

    folder = tmp_path / "out"
    there = {f"out/{name}": (folder / name).stat().st_size for name in os.listdir(folder)} if folder.exists() else {}
    told = {record["file"]: sizes[record["input"]] for record in records if record["file"]}
    assert there == told, f"seed {seed}"
    # With --fsync one that has its name may not be known to be on the disk yet. It is whole all the same.
    assert "--fsync" in options or all(record["ok"] for record in records if record["file"]), f"seed {seed}"

    done = [record["input"] for record in records if record["ok"]]
    left = (tmp_path / "failed").read_text(encoding="ascii")
    assert left.endswith("\n")
    assert collections.Counter(done + left.splitlines()) == collections.Counter(list(sizes)), f"seed {seed}"

    summary = json.loads((tmp_path / "summary").read_text(encoding="ascii"))
    assert (summary["urls"], summary["ok"]) == (len(records), len(done))
    classes = collections.Counter(record["error"]["class"] for record in records if not record["ok"])
    assert {name: count for name, count in summary["classes"].items() if count} == classes

    tags = (tmp_path / "tags").read_text(encoding="ascii")
    assert sorted(line.split("\t")[1] for line in tags.splitlines()) == sorted(url for url in done if "ETag" in url)
    assert not tags or tags.endswith("\n")
    jar = (tmp_path / "jar").read_text(encoding="ascii")
    assert jar.startswith("# Netscape HTTP Cookie File\n") and jar.endswith("\n")
    left_there = set(os.listdir(tmp_path)) - {"out"}
    assert left_there == {"list", "failed", "tags", "jar", "summary"}, f"seed {seed}"
