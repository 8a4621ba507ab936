"""Globs: one line that stands for many URLs, as in curl."""

import shutil
import subprocess

import pytest

pytestmark = pytest.mark.sanitized

PATTERNS = [
    "{a,b}",
    "{a,b}[1-2]",
    "[a-c:2]",
    "[001-010:4]",
    "[8-11]",
    "[08-11]",
    "[1-010]",
    "[1-1]",
    "[a-a]",
    "{a}",
    "{a,}",
    "{a\\,b,c}",
    "{a\\}b,c}",
    "\\{a\\}",
    "\\[1-3\\]",
    "[]",
    "[::1]x[1-2]",
    "[dead:beef::1]",
    # What is refused.
    "{a,{b,c}}",
    "{[1-2],b}",
    "{}",
    "{a",
    "{a]b}",
    "a]",
    "a}",
    "[",
    "[3-1]",
    "[c-a]",
    "[A-z]",
    "[1-1:2]",
    "[1-5:9]",
    "[1-3:0]",
    "[-1-3]",
    "[1-3}",
    "[1-3:-1]",
    "[1-18446744073709551616]",
    "[1 -3]",
]


def expand(haul, *arguments, **more):
    """The inputs of the records, in order; a None for each that was refused."""
    run = haul("--dry-run", "-j", *arguments, **more)
    return [record["input"] if record["ok"] else None for record in run.records()]


def expand_as_curl(pattern):
    """What curl makes of a pattern in a path; [None] where it refuses it."""
    run = subprocess.run(
        ["curl", "-q", "-s", "-o", "/dev/null", "-w", "%{url}\n", "file:///no/such/folder/" + pattern],
        capture_output=True,
        check=False,
    )
    if run.returncode == 3:
        return [None]
    return [line.removeprefix("file:///no/such/folder/") for line in run.stdout.decode().splitlines()]


@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")
@pytest.mark.parametrize("pattern", PATTERNS)
def test_globs_are_those_of_curl(haul, pattern):
    expanded = expand(haul, "http://h/" + pattern)
    assert [text and text.removeprefix("http://h/") for text in expanded] == expand_as_curl(pattern)


def test_arguments_have_globs_and_each_record_its_url(haul, origin):
    run = haul("-j", "--gather", origin.url("/status/{200,404}?[1-2]"), origin.url("/status/201"))
    assert [(record["index"], record["line"], record["status"], record["input"]) for record in run.records()] == [
        (0, 1, 200, origin.url("/status/200?1")),
        (1, 1, 200, origin.url("/status/200?2")),
        (2, 1, 404, origin.url("/status/404?1")),
        (3, 1, 404, origin.url("/status/404?2")),
        (4, 2, 201, origin.url("/status/201")),
    ]


@pytest.mark.parametrize("option", ["-g", "--globoff"])
def test_globoff_takes_arguments_as_they_are(haul, option):
    assert expand(haul, option, "h/{a,b}[1-2]", "h/[") == ["h/{a,b}[1-2]", "h/["]


def test_addresses_in_brackets_are_no_globs(haul):
    assert expand(haul, "http://[::1]:80/", "[::1]/{a,b}") == ["http://[::1]:80/", "[::1]/a", "[::1]/b"]


def test_lists_have_globs_only_where_it_is_said(haul):
    assert expand(haul, stdin="h/{a,b}\n") == ["h/{a,b}"]
    assert expand(haul, "--glob", stdin="h/{a,b}\ttag\n[::1]/\n") == ["h/a", "h/b", "[::1]/"]
    # Arguments and lists are two things.
    assert expand(haul, "--glob", "-g", "-i", "-", "h/[1-2]", stdin="h/{a,b}\n") == ["h/a", "h/b", "h/[1-2]"]


def test_a_brace_at_the_begin_is_a_glob_where_there_are_globs(haul):
    assert expand(haul, "{a,b}.example/") == ["a.example/", "b.example/"]
    assert expand(haul, "--glob", stdin="{a,b}.example/\n") == ["a.example/", "b.example/"]


def test_json_lines_have_globs_where_it_is_said(haul):
    text = '{"url": "h/{a,b}", "tag": [1]}\n'
    assert expand(haul, "--input-format", "jsonl", stdin=text) == ["h/{a,b}"]
    assert expand(haul, "--input-format", "jsonl", "--glob", stdin=text) == ["h/a", "h/b"]


def test_a_pattern_that_is_none_is_one_record_with_its_reason(haul):
    run = haul("-j", "h/[3-1]", "sleep:0")
    refused, good = run.records()
    assert refused["input"] == "h/[3-1]"
    assert refused["error"]["class"] == "url"
    assert refused["error"]["message"] == "glob: bad range at position 3; -g takes braces and brackets as they are"
    assert good["ok"]
    assert run.returncode == 1


def test_of_a_list_no_option_is_recommended_that_is_for_arguments(haul):
    (record,) = haul("--glob", "-j", stdin="h/[3-1]\n").records()
    assert record["error"]["message"] == "glob: bad range at position 3"


def test_how_many_one_line_may_stand_for(haul):
    assert len(expand(haul, "--glob-max", "6", "h/[1-3][1-2]")) == 6
    (record,) = haul("--dry-run", "-j", "--glob-max", "5", "h/[1-3][1-2]").records()
    assert record["error"]["message"].startswith("glob: it stands for more than 5 URLs (--glob-max)")
    assert len(expand(haul, "h/[1-100000]")) == 100000
    assert expand(haul, "h/[1-100001]") == [None]


def test_urls_of_a_pattern_are_made_when_there_is_room(haul_running, puppet):
    """So is what follows it: nothing is read ahead of the window."""
    pattern = puppet.url("/held/[1-100000]")
    with haul_running("-c", "2", "--window", "2", pattern) as run:
        puppet.wait_for("/held/1", "/held/2")
        puppet.release("/held/1")
        puppet.wait_for("/held/3")
        assert len(puppet.targets()) == 3
        run.interrupt()
        run.wait()


def test_the_window_counts_records(haul_running, puppet):
    with haul_running("-c", "4", "--window", "3", "--gather", puppet.url("/held/{a,b}[1-2]")) as run:
        puppet.wait_for("/held/a1", "/held/a2", "/held/b1")
        puppet.release("/held/a2", "/held/b1")
        puppet.wait_for_answer("/held/b1")
        assert "/held/b2" not in puppet.targets()
        puppet.release("/held/a1")
        puppet.wait_for("/held/b2")
        puppet.release("/held/b2")
        assert run.wait() == 0


def test_compare_has_globs_too(haul):
    run = haul("compare", "--runs", "1", "--export-json", "-", "sleep:0.00[1-2]")
    assert run.returncode == 0
    assert b"sleep:0.001" in run.stdout
    assert b"sleep:0.002" in run.stdout
