"""Every line that asks for something has its records, one for each URL that it stands for, in every mode and whatever
happens to it. The lists are drawn at random; a failure says the seed."""

import collections
import json
import random

import pytest

pytestmark = pytest.mark.sanitized

LINES = 150

# What a line may be, and how many records it gives.
PLAIN = [
    ("", 0),
    (" \t\r", 0),
    ("# http://h/", 0),
    ("sleep:0", 1),
    ("sleep:0.01\ttag\t#x", 1),
    ("ftp://h/", 1),
    ('{"url": "sleep:0"}', 1),
    ("{ORIGIN}ok", 1),
    ("{ORIGIN}status/{404,500}", 1),
    ("{ORIGIN}status/404", 1),
    ("{ORIGIN}drop", 1),
    ("{ORIGIN}reset", 1),
    ("{ORIGIN}garbage", 1),
    ("{ORIGIN}half-header", 1),
    ("{ORIGIN}short", 1),
    ("{ORIGIN}redirect-loop", 1),
    ("{ORIGIN}ok#fragment", 1),
    ("{ORIGIN}delay/20", 1),
    ("http://127.0.0.1:1/", 1),
    ("\x01\x02\t\x03", 1),
    ("\0", 1),
    ("a" * 5000, 1),
    ("http://\u202eh/", 1),
]

# The same with --glob.
GLOBS = [
    ("sleep:0.00[1-3]", 3),
    ("{ORIGIN}status/{200,404}?[a-c]", 6),
    ("{ORIGIN}ok?{a", 1),
    ("[3-1]", 1),
    ("\\[1-2\\]", 1),
    ("", 0),
]

JSON = [
    ("", 0),
    ('{"url": "sleep:0", "tag": [1, {"a": null}]}', 1),
    ('{"url": "ORIGINok", "method": "POST", "body": "x"}', 1),
    ('{"url": "ORIGINok", "method": "POST", "body": "y"}', 1),
    ('{"url": "ORIGINdrop"}', 1),
    ('{"url": "ORIGINok", "headers": {"A": "\\n"}}', 1),
    ('{"url": 1}', 1),
    ('{"url"', 1),
    ("# comment", 1),
    ("\0", 1),
    (json.dumps({"url": "h", "tag": "x" * 5000, "no": 1}), 1),
]


def draw(seed, choices, origin):
    """A list, and how many records each line of it is to give, by its number."""
    generator = random.Random(seed)
    lines = [generator.choice(choices) for _ in range(LINES)]
    text = "".join(line.replace("{ORIGIN}", origin.url()).replace("ORIGIN", origin.url()) + "\n" for line, _ in lines)
    return text.rstrip("\n"), {number: count for number, (_, count) in enumerate(lines, 1) if count}


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(
    ("choices", "options", "times"),
    [
        (PLAIN, [], 1),
        (PLAIN, ["--dedupe"], 1),
        (PLAIN, ["--repeat", "2"], 2),
        (PLAIN, ["-c", "3", "--window", "4", "--dedupe"], 1),
        (GLOBS, ["--glob"], 1),
        (GLOBS, ["--glob", "--dedupe"], 1),
        (GLOBS, ["--glob", "--repeat", "2", "-c", "2"], 2),
        (JSON, ["--input-format", "jsonl"], 1),
        (JSON, ["--input-format", "jsonl", "--dedupe"], 1),
        (JSON, ["--input-format", "jsonl", "--dry-run", "--repeat", "2"], 2),
    ],
)
def test_each_line_has_its_records(haul, origin, mode, choices, options, times, seed):
    text, expected = draw(seed, choices, origin)
    run = haul("-j", "--mode", mode, *options, stdin=text)
    records = run.records()
    counts = collections.Counter(record["line"] for record in records)
    assert counts == {number: count * times for number, count in expected.items()}, f"seed {seed}"
    indexes = [record["index"] for record in records]
    assert sorted(indexes) == list(range(len(records)))
    assert mode == "as-completed" or indexes == sorted(indexes)
    assert run.returncode == (0 if all(record["ok"] for record in records) else 1)
