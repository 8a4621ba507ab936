"""--format, --only and --color: which form results have, and which of them are written."""

import csv
import io
import json

import pytest

pytestmark = pytest.mark.sanitized


def flatten(record, prefix=""):
    """The fields of a record as they stand in CSV."""
    flat = {}
    for key, value in record.items():
        if isinstance(value, dict):
            flat.update(flatten(value, f"{prefix}{key}."))
        elif isinstance(value, bool):
            flat[prefix + key] = str(value).lower()
        else:
            flat[prefix + key] = "" if value is None else str(value)
    return flat


def test_csv_has_the_fields_of_the_record(haul, origin):
    lines = [origin.url("/ok") + '\ta "tag", with a comma', origin.url("/status/404"), "ftp://x/", "sleep:0"]
    record_run = haul("--sequential", "--format", "jsonl", stdin="\n".join(lines))
    run = haul("--sequential", "--format", "csv", stdin="\n".join(lines))
    assert run.returncode == 1
    rows = list(csv.DictReader(io.StringIO(run.stdout.decode())))
    assert len(rows) == len(run.lines()) - 1 == 4
    for row, record in zip(rows, record_run.records()):
        expected = flatten({key: value for key, value in record.items() if key != "v"})
        expected.pop("error", None)
        expected["url"] = record["url"] or record["input"]
        measured = {key for key in row if key.startswith(("time.", "ts", "start"))}
        assert {key: value for key, value in row.items() if key not in measured} == {
            key: expected.get(key, "") for key in row if key not in measured
        }
        assert measured == {key for key in expected if key.startswith(("time.", "ts", "start"))}


def test_a_tag_that_is_json_stays_json(haul):
    tag = {"a": 'with "marks", \\ and\n\t', "b": ["\x85", "\u202e", "\x7f", 1]}
    line = json.dumps({"url": "sleep:0", "tag": tag}, ensure_ascii=False)
    row = next(csv.DictReader(io.StringIO(haul("--input-format", "jsonl", "--format", "csv", stdin=line).stdout.decode())))
    assert json.loads(row["tag"]) == tag
    written = haul("--input-format", "jsonl", "-w", r"%{tag}\n", stdin=line).stdout.decode()
    assert json.loads(written) == tag
    assert not set("\x85\u202e\x7f") & set(row["tag"] + written)
    note = haul("--input-format", "jsonl", stdin=line).stdout.decode().rstrip("\n").split("\t")[4]
    assert json.loads(note) == [tag]


def test_csv_of_an_empty_list_is_the_names(haul):
    run = haul("--format", "csv", stdin="")
    assert [line.split(",")[0] for line in run.lines()] == ["index"]


def test_j_is_jsonl(haul):
    for form in (["-j"], ["--jsonl"], ["--format=jsonl"], ["--format", "csv", "-j"]):
        assert json.loads(haul(*form, "sleep:0").stdout)["input"] == "sleep:0"


def test_text_is_aligned_and_tsv_is_not_wherever_it_goes(haul, haul_on_terminal):
    assert haul("--format", "text", "sleep:0").stdout.startswith(b"0         ")
    assert haul("--format", "tsv", "sleep:0").stdout.count(b"\t") == 4
    with haul_on_terminal("--format", "tsv", "-s", "sleep:0") as run:
        assert run.wait()[1].count(b"\t") == 4


@pytest.mark.parametrize("only, expected", [("ok", ["200", "0"]), ("failed", ["404", "url"])])
def test_only_chooses_and_all_count(haul, origin, only, expected):
    urls = [origin.url("/ok"), origin.url("/status/404"), "sleep:0", "ftp://x/"]
    run = haul("--sequential", "--only", only, *urls)
    assert [line.split("\t")[0] for line in run.lines()] == expected
    assert run.returncode == 1
    assert run.stderr == b"haul: 2 of 4 URLs not ok (1 url, 1 http)\n"


def test_colour_is_where_it_is_asked_for(haul, haul_on_terminal):
    coloured = b"\x1b[32m0\x1b[0m"
    assert coloured in haul("--format", "text", "--color", "always", "sleep:0", env={"NO_COLOR": "1"}).stdout
    for form in ([], ["--format", "text"], ["--color", "always"]):
        assert b"\x1b" not in haul(*form, "sleep:0").stdout
    for when, env, is_coloured in (
        ("auto", {}, True),
        ("auto", {"NO_COLOR": "1"}, False),
        ("never", {}, False),
        ("always", {"NO_COLOR": "1"}, True),
    ):
        with haul_on_terminal("-s", "--color", when, "sleep:0", env=env) as run:
            assert (coloured in run.wait()[1]) == is_coloured
