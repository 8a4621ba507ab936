"""Lists in JSON lines."""

import json

import pytest

pytestmark = pytest.mark.sanitized

JSONL = ["--input-format", "jsonl"]


def records_of(haul, *lines, options=()):
    """The records of a list of objects, or of lines as they are; nothing is fetched."""
    text = "".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines)
    return haul("--dry-run", "-j", *JSONL, *options, stdin=text).records()


def test_a_line_is_an_object_with_a_url(haul, origin):
    text = json.dumps({"url": origin.url("/status/204")}) + "\r\n\n" + json.dumps({"url": "sleep:0"})
    records = haul("-j", "--gather", *JSONL, stdin="\ufeff" + text).records()
    assert [(record["index"], record["line"], record["input"], record["ok"]) for record in records] == [
        (0, 1, origin.url("/status/204"), True),
        (1, 3, "sleep:0", True),
    ]


def test_arguments_stay_what_they_are(haul):
    assert [record["ok"] for record in haul("-j", *JSONL, "sleep:0").records()] == [True]


@pytest.mark.parametrize(
    "tag", ["text", "", 12345678901234567890, 0.5, True, [1, "a b"], {"id": 7, "key": None}, "a\0b", "\u202e\x85\n"]
)
def test_a_tag_is_any_json_and_comes_back(haul, tag):
    (record,) = records_of(haul, {"url": "h", "tag": tag})
    assert record["tag"] == tag


def test_a_number_is_given_back_as_it_was_written(haul):
    run = haul("--dry-run", "-j", *JSONL, stdin='{"url": "h", "tag": [12345678901234567890, 1.50, 1e400]}\n')
    assert b'"tag":[12345678901234567890,1.50,1e400],' in run.stdout


def test_no_tag_and_null_are_the_same(haul):
    assert [record["tag"] for record in records_of(haul, {"url": "h"}, {"url": "h", "tag": None})] == [None, None]


def test_a_tag_stands_in_lines_too(haul):
    run = haul(*JSONL, stdin='{"url": "sleep:0", "tag": {"a": ["\\u001b"]}}\n{"url": "sleep:0", "tag": "b"}\n')
    assert [line.split("\t")[4] for line in run.lines()] == ['[{"a":["\\u001b"]}]', "[b]"]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("http://h/", "the line is not valid JSON: a character that has no meaning, at position 6"),
        ('["http://h/"]', "the line is no JSON object"),
        ('{"url": "h"', "the line is not valid JSON at position 12"),
        ('{"url": "h"} {}', "the line is not valid JSON at position 14"),
        ({"tag": "x"}, 'the line has no field "url"'),
        ({"url": 1}, 'the field "url" is no string'),
        ({"url": "h\0"}, 'the field "url" has a NUL character (\\u0000)'),
        ({"url": "ftp://h/"}, "only http, https and sleep"),
        ('{"url": "h", "url": "h"}', 'the field "url" is there twice'),
        ({"url": "h", "header": {}}, 'there is no field "header"'),
        ({"url": "h", "method": "GET /"}, 'the field "method" is no method'),
        ({"url": "h", "method": "GET\r\nX: y"}, 'the field "method" is no method'),
        ({"url": "h", "headers": {"A": "b\r\nX: y"}}, 'the field "headers" has a line break'),
        ({"url": "h", "headers": {"A\n": "b"}}, 'the field "headers" has a name that is no token'),
        ({"url": "h", "headers": {"A": "\0"}}, 'the field "headers" has a NUL character'),
        ({"url": "h", "headers": {"Content-Length": "3"}}, 'the field "headers" has Content-Length'),
        ({"url": "h", "headers": {"transfer-encoding": "x"}}, 'the field "headers" has Content-Length or Transfer'),
        ({"url": "h", "body": "a", "body_base64": "YQ=="}, 'the field "body_base64" is beside the other body'),
        ({"url": "h", "body_base64": "Y"}, 'the field "body_base64" is no base64'),
        ({"url": "h", "max_time": "soon"}, 'the field "max_time" is neither'),
        ({"url": "h", "retry": -1}, 'the field "retry" is no number'),
        ({"url": "h", "output": ""}, 'the field "output" is empty'),
    ],
)
def test_a_bad_line_is_one_record_and_nothing_else_is_lost(haul, line, problem):
    before, bad, after = records_of(haul, {"url": "before"}, line, {"url": "after"})
    assert (before["ok"], bad["ok"], after["ok"]) == (True, False, True)
    assert (bad["line"], bad["error"]["class"], bad["error"]["code"]) == (2, "url", 3)
    assert problem in bad["error"]["message"]


def test_bytes_that_are_no_utf8_are_refused(haul):
    run = haul("--dry-run", "-j", *JSONL, stdin=b'{"url": "h\xff"}\n{"url": "h"}\n')
    assert [record["ok"] for record in run.records()] == [False, True]
    assert "no UTF-8, at position 11" in run.records()[0]["error"]["message"]


def test_depth_is_no_harm(haul):
    deep = '{"url": "h", "tag": ' + "[" * 100000 + "]" * 100000 + "}"
    assert [record["ok"] for record in records_of(haul, deep, {"url": "h"})] == [False, True]


def test_what_could_be_read_of_a_bad_line_is_in_its_record(haul):
    (record,) = records_of(haul, {"url": "h", "tag": [7], "retry": -1})
    assert (record["input"], record["tag"]) == ("h", [7])


def test_nothing_of_a_line_without_a_url_is_shown(haul):
    """It may hold what is nobody else's to see."""
    text = '{"headers": {"Authorization": "Bearer secret"}, "url": 7}\n{"headers": "secret"\n'
    for options in [["-j"], []]:
        run = haul(*options, *JSONL, stdin=text)
        assert run.returncode == 1
        assert b"secret" not in run.stdout + run.stderr


def test_a_line_too_long_is_refused_and_the_next_is_fetched(haul):
    run = haul("--dry-run", "-j", *JSONL, stdin='{"url": "h/' + "x" * 1_100_000 + '"}\n{"url": "sleep:0"}\n')
    assert [record["ok"] for record in run.records()] == [False, True]
    assert run.records()[0]["error"]["message"] == "the line is longer than 1 MB"


def test_an_at_sign_means_nothing(haul, tmp_path):
    (tmp_path / "file").write_text("sleep:0")
    (record,) = records_of(haul, {"url": "@file", "body": "@file", "headers": {"A": "@file"}, "tag": "@file"})
    assert (record["error"]["class"], record["tag"]) == ("url", "@file")


def test_a_plain_line_that_begins_with_a_brace_names_the_option(haul):
    records = haul("-j", stdin='{"url": "h"}\n {a}\n').records()
    assert [record["error"]["class"] for record in records] == ["url", "url"]
    for record in records:
        assert record["error"]["message"] == "the line begins with {: JSON lines are read with --input-format jsonl"


@pytest.mark.parametrize("form", [[], ["--format", "text"], ["--body"], ["-w", "%{url}"]])
def test_what_it_holds_is_not_shown(haul, form):
    run = haul(*form, stdin='{"url": "h", "headers": {"Authorization": "Bearer s3cret"}}\n')
    assert run.returncode == 1
    assert b"{...}" in run.stdout + run.stderr
    assert b"s3cret" not in run.stdout + run.stderr


@pytest.mark.parametrize("arguments", [["-i", "-", "--glob"], ['{"url": "h"}'], ["-g", '{"url": "h"}']])
def test_so_does_an_object_where_there_are_globs(haul, arguments):
    (record,) = haul("-j", *arguments, stdin='{ "url": "h"}\n').records()
    assert "--input-format jsonl" in record["error"]["message"]


def test_lines_are_acted_on_though_the_pipe_stays_open(haul_running, puppet):
    with haul_running("-j", *JSONL) as run:
        for number in range(3):
            url = puppet.url(f"/{number}")
            run.stdin.write(json.dumps({"url": url, "tag": number}).encode() + b"\n")
            assert run.record()["tag"] == number
        run.stdin.close()
        assert run.wait() == 0


def test_the_format_is_one_of_two(haul):
    run = haul("--input-format", "json", "sleep:0")
    assert run.returncode == 2
    assert b'"json" is not one of text and jsonl' in run.stderr
    assert haul("--input-format", "text", stdin="sleep:0").returncode == 0


def test_each_line_is_sent_as_it_says(haul, puppet):
    lines = [
        {"url": puppet.url("/plain")},
        {"url": puppet.url("/put"), "method": "PUT", "body": "b\u00f6dy", "headers": {"X-A": "1", "X-B": ["2", ""]}},
        {"url": puppet.url("/post"), "body_base64": "AAH/"},
    ]
    text = "".join(json.dumps(line) + "\n" for line in lines)
    run = haul("-j", "--sequential", *JSONL, "-H", "X-A: all", stdin=text)
    assert [record["method"] for record in run.records()] == ["GET", "PUT", "POST"]
    plain, put, post = puppet.requests[:3]
    assert (plain.method, plain.field("x-a")) == ("GET", "all")
    assert (put.method, put.field("x-a"), put.field("content-length")) == ("PUT", "1", "5")
    assert [field for field in put.fields if field.startswith("X-B:")] == ["X-B: 2", "X-B:"]
    assert (post.method, post.field("x-a"), post.field("content-length")) == ("POST", "all", "3")
    assert (plain.body, put.body, post.body) == (b"", "b\u00f6dy".encode(), b"\0\1\xff")


def test_what_cannot_be_sent_is_refused(haul):
    (record,) = records_of(haul, {"url": "h", "method": "HEAD", "body": "x"})
    assert (record["error"]["class"], record["error"]["message"]) == ("url", "a HEAD has no body")


def test_a_dry_run_tells_the_method(haul):
    records = records_of(haul, {"url": "h"}, {"url": "h", "body": "x"}, {"url": "h", "method": "PURGE"})
    assert [record["method"] for record in records] == ["GET", "POST", "PURGE"]
    assert [record["method"] for record in records_of(haul, {"url": "h"}, options=["-X", "PUT"])] == ["PUT"]


def test_a_line_may_have_a_time_of_its_own(haul, puppet):
    lines = [{"url": puppet.url("/held"), "max_time": "20ms"}, {"url": "sleep:100", "max_time": 0.03}, {"url": "sleep:0.1"}]
    text = "".join(json.dumps(line) + "\n" for line in lines)
    run = haul("-j", "--gather", "-m", "10", *JSONL, stdin=text)
    assert [record["error"] and record["error"]["message"] for record in run.records()] == [
        "not done within 20 ms",
        "not done within 30 ms",
        None,
    ]


def test_of_a_line_that_is_tried_again_only_the_last_body_is_output(haul, puppet):
    """A body that broke off was not let out before it was whole."""
    whole = b"HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n" + b"x" * 300000
    puppet.answers["/held"] = [whole[:250000], whole[250000:]]
    text = json.dumps({"url": puppet.url("/held"), "retry": 1, "max_time": 0.3}) + "\n"
    puppet.release("/held")
    run = haul("--body", "-s", "--retry-delay", "1ms", *JSONL, stdin=text)
    assert run.stdout in (b"", b"x" * 300000)
    assert len(puppet.requests) == 2
