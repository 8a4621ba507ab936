"""The record count equals the input count, whatever options come together and however the run ends, and the summary
says the same. Options and moments are drawn at random; a failure says the seed."""

import collections
import json
import random
import signal

import pytest
import support

pytestmark = [pytest.mark.sanitized, pytest.mark.threads]

LINES = 60

# What a line may be, and how many records it gives with --glob.
CHOICES = [
    ("", 0),
    ("# comment", 0),
    ("sleep:0", 1),
    ("sleep:0.02", 1),
    ("sleep:0.00[1-3]", 3),
    ("ftp://h/", 1),
    ("[3-1]", 1),
    ("ORIGINok", 1),
    ("ORIGINok?{a,b,a}", 3),
    ("ORIGINsize/100000", 1),
    ("ORIGINstatus/404", 1),
    ("ORIGINstatus/503", 1),
    ("ORIGINdrop", 1),
    ("ORIGINshort", 1),
    ("ORIGINredirect-loop", 1),
    ("ORIGINflaky/NUMBER", 1),
    ("ORIGINredirect", 1),
]

# One of each of these, perhaps.
OPTIONS = [
    [["--sequential"], ["--gather"], ["--as-completed"]],
    [[], ["-c", "1"], ["-c", "7", "--window", "9"], ["-c", "auto"], ["--per-host", "2"]],
    [[], [], ["--loops", "3"]],
    [[], [], ["--dedupe"], ["--repeat", "3"]],
    [[], ["--retry", "1", "--retry-delay", "0.001"]],
    [[], [], ["-o", "{index}"], ["-o", "{name}"], ["-O", "-J"], ["--include-body"]],
    [[], [], [], ["--fail-fast"], ["--race"], ["--deadline", "0.05"], "SIGINT", "SIGINT"],
    [[], [], [], ["--only", "failed"], ["--only", "ok"]],
    [[], ["--ok-status", "404,503"], ["--fail-on", "3"], ["--fail-on", "error"]],
]

REASONS = {"interrupted", "deadline", "fail-fast", "race lost"}


def draw(generator, seed, origin):
    drawn = [generator.choice(CHOICES) for _ in range(LINES)]
    lines = [
        (line.replace("ORIGIN", origin.url()).replace("NUMBER", f"{seed}-{at}"), count)
        for at, (line, count) in enumerate(drawn)
    ]
    return "".join(line + "\n" for line, _ in lines), [count for _, count in lines]


def expected_lines(counts, times):
    """The numbers of the lines, each as often as it has records."""
    return [number for number, count in enumerate(counts, 1) for _ in range(count * times)]


@pytest.mark.parametrize("seed", range(60))
def test_every_record_is_there_once(haul_running, origin, tmp_path, seed):
    generator = random.Random(seed)
    text, counts = draw(generator, seed, origin)
    chosen = [generator.choice(group) for group in OPTIONS]
    is_interrupted = "SIGINT" in chosen
    options = [argument for choice in chosen if choice != "SIGINT" for argument in choice]
    told = f"seed {seed}: {' '.join(options)}"
    (tmp_path / "list").write_text(text, encoding="utf-8")
    arguments = ["-s", "-j", "--glob", *options, "--failed", "failed", "--summary-json", "summary", "-i", "list"]
    with haul_running(*arguments, cwd=tmp_path) as run:
        output = b""
        if is_interrupted:
            more = generator.randrange(1, 20)
            while output.count(b"\n") < more and run.stdout.receive(10**9):
                output, run.stdout.bytes = output + run.stdout.bytes, b""
            run.interrupt()
        output += run.stdout.rest()
        errors = run.stderr.rest()
        status = run.wait()
    records = support.parse_records(output)
    summary = json.loads((tmp_path / "summary").read_text(encoding="ascii"))

    # The counts agree with each other.
    classes = summary["classes"]
    assert summary["urls"] == summary["ok"] + summary["not_ok"], told
    assert summary["not_ok"] == sum(classes.values()), told
    assert summary["unstarted"] <= classes.get("cancelled", 0), told

    # Those that were written are those that were counted.
    indexes = sorted(record["index"] for record in records)
    assert len(set(indexes)) == len(indexes), told
    only = next((kind for kind in ("failed", "ok") if kind in options), None)
    wanted = {"failed": summary["not_ok"], "ok": summary["ok"], None: summary["urls"]}[only]
    assert len(records) == wanted, told
    assert only is None or all(record["ok"] == (only == "ok") for record in records), told
    if only != "ok":
        assert collections.Counter(r["error"]["class"] for r in records if not r["ok"]) == classes, told

    # They are those of the list, up to where it was read.
    expected = expected_lines(counts, 3 if "--repeat" in options else 1)
    assert all(record["line"] == expected[record["index"]] for record in records), told
    cancelled = [record for record in records if not record["ok"] and record["error"]["class"] == "cancelled"]
    assert {record["error"]["message"] for record in cancelled} <= REASONS, told
    is_cut = is_interrupted or any(option in options for option in ("--fail-fast", "--race", "--deadline"))
    assert summary["urls"] == len(expected) or (is_cut and summary["urls"] < len(expected)), told
    assert is_cut or not classes.get("cancelled"), told
    if only is None:
        assert indexes == list(range(summary["urls"])), told
        assert "--as-completed" in options or [r["index"] for r in records] == indexes, told

    assert status in {0, 1, 124, -signal.SIGINT}, (told, errors)
    assert (status == 124) <= ("--deadline" in options) and (status == -signal.SIGINT) <= is_interrupted, told
    if summary["not_ok"] == 0 and "--race" not in options:
        assert status in (0, -signal.SIGINT), told
