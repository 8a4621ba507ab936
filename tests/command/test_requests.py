"""What is sent: each option that says so, beside curl where curl has it."""

import base64
import itertools
import json
import pathlib
import subprocess

import pytest
import servers
import support

pytestmark = pytest.mark.sanitized

CURL = ["curl", "--silent", "--show-error", "--user-agent", "haul", "--output", "/dev/null"]
HAUL = ["--silent", "--user-agent", "haul"]


def only(run):
    (record,) = run.records()
    return record


def sent(puppet):
    """What arrived since the last time, for comparing: fields in any order."""
    with puppet._changed:
        requests, puppet.requests = puppet.requests, []
    return [(request.method, request.target, sorted(request.fields), request.body) for request in requests]


def sent_by_curl(puppet, *arguments, cwd=None, stdin=None):
    run = subprocess.run(
        [*CURL, *arguments], input=stdin, capture_output=True, cwd=cwd, env=support.environment(), check=False
    )
    assert run.returncode in (0, 47), run.stderr
    return sent(puppet)


def sent_by_haul(puppet, *arguments, cwd=None, stdin=None):
    run = support.run_haul(*HAUL, *arguments, cwd=cwd, stdin=stdin)
    assert run.returncode in (0, 1), run.stderr
    return sent(puppet)


@pytest.mark.parametrize(
    "options",
    [
        ["-X", "DELETE"],
        ["-X", "PUT", "-d", "a=b"],
        ["--request", "PATCH", "--data", "x"],
        ["-H", "X-One: a", "-H", "X-Two: b", "-H", "Accept:", "-H", "X-Empty;"],
        ["-H", "User-Agent: other", "-H", "Host: other.test"],
        ["-H", "@fields"],
        ["-d", "a=1", "-d", "b=2&c=3"],
        ["-d", ""],
        ["-d", "@lines"],
        ["-d", "first", "-d", "@lines"],
        ["--data-binary", "@lines"],
        ["--data-binary", "@nul"],
        ["--data-urlencode", "a b&c=d"],
        ["--data-urlencode", "just text+"],
        ["--data-urlencode", "=x y/ä~"],
        ["--data-urlencode", "name=x=y@z"],
        ["--data-urlencode", "@lines"],
        ["--data-urlencode", "name@lines", "-d", "b=2"],
        ["--json", '{"a": 1}'],
        ["--json", "@json", "-H", "Accept: text/plain"],
        ["--json", '{"a":', "--json", "1}"],
        ["-d", '["a', "--json", 'b"]'],
        ["-G", "-d", "a=1", "--data-urlencode", "b=x y"],
        ["-G"],
        ["-I"],
        ["-I", "-G", "-d", "x=y"],
        ["-I", "-X", "OPTIONS"],
        ["-A", "other/1.0"],
        ["-A", ""],
        ["-e", "http://from.test/x"],
        ["-e", "http://from.test/x;auto"],
        ["-e", ";auto"],
        ["-u", "name:pass:word"],
        ["-u", "name:"],
        ["--oauth2-bearer", "token"],
        ["-u", "name:word", "--oauth2-bearer", "token"],
        ["-b", "a=b; c=d", "-b", "e=f"],
        ["-r", "0-3"],
        ["-r", "5"],
        ["-r", "-5"],
        ["-r", "0-1,4-5"],
    ],
)
def test_what_is_sent_is_what_curl_sends(puppet, tmp_path, options):
    (tmp_path / "fields").write_text("X-Of: file\r\nX-More:  b\n")
    (tmp_path / "lines").write_bytes(b"one=1\r\ntwo=2\n")
    (tmp_path / "nul").write_bytes(b"a\0b\n\xff")
    (tmp_path / "json").write_text('{"no JSON, but a file": ')
    for url in (puppet.url("/x"), puppet.url("/x?y=z")):
        by_curl = sent_by_curl(puppet, *options, url, cwd=tmp_path)
        assert len(by_curl) == 1
        assert sent_by_haul(puppet, *options, url, cwd=tmp_path) == by_curl


def test_data_may_come_from_standard_input(puppet):
    by_curl = sent_by_curl(puppet, "-d", "@-", puppet.url("/x"), stdin=b"a=1\nb=2\n")
    assert sent_by_haul(puppet, "-d", "@-", puppet.url("/x"), stdin=b"a=1\nb=2\n") == by_curl
    for options in ([], ["-i", "-", puppet.url("/x")]):
        run = support.run_haul("-d", "@-", *options, stdin=b"a=1\n")
        assert run.returncode == 2
        assert run.stderr.startswith(b"haul: standard input is read as data: ")
    assert sent(puppet) == []


def test_a_large_body_arrives_whole(haul, puppet, tmp_path):
    body = bytes(range(256)) * 10000
    (tmp_path / "body").write_bytes(body)
    assert haul("-H", "Expect:", "--data-binary", "@body", puppet.url("/x"), cwd=tmp_path).returncode == 0
    assert puppet.requests[0].body == body


METHODS = {
    "GET": [],
    "HEAD": ["-I"],
    "POST": ["-d", "a=b"],
    "an empty POST": ["-d", ""],
    "JSON": ["--json", "{}", "-H", "Content-Type:"],
    "-X POST": ["-X", "POST"],
    "-X POST with data": ["-X", "POST", "-d", "a=b"],
    "-X PUT with data": ["-X", "PUT", "-d", "a=b"],
    "-X DELETE": ["-X", "DELETE"],
    "data in the query": ["-G", "-d", "a=b"],
}


@pytest.mark.parametrize("method", METHODS)
def test_redirects_change_requests_as_with_curl(puppet, method):
    """One redirect, and two of all kinds."""
    kinds = [301, 302, 303, 307, 308]
    for statuses in [*((status,) for status in kinds), *itertools.product(kinds, kinds)]:
        query = "?a=b" if "-G" in METHODS[method] else ""
        for number, status in enumerate(statuses):
            location = f"Location: /{number + 1}"
            puppet.answers[f"/{number}" + (query if number == 0 else "")] = servers.response(
                status, location, body=b"" if "-I" in METHODS[method] else b"elsewhere\n"
            )
        puppet.answers[f"/{len(statuses)}"] = servers.response(body=b"" if "-I" in METHODS[method] else b"ok\n")
        by_curl = sent_by_curl(puppet, "-L", *METHODS[method], puppet.url("/0"))
        assert len(by_curl) == len(statuses) + 1
        assert sent_by_haul(puppet, *METHODS[method], puppet.url("/0")) == by_curl, statuses


def test_what_tells_of_a_body_stays_behind_with_it(haul, puppet):
    """curl sends these fields with the GET, too."""
    puppet.answers["/moved"] = servers.response(303, "Location: /there")
    puppet.answers["/kept"] = servers.response(307, "Location: /there")
    fields = ["-H", "Content-Type: text/x", "-H", "content-language: de", "-H", "X-Content: y"]
    for path in ("/moved", "/kept"):
        assert haul("-d", "x", *fields, puppet.url(path)).returncode == 0
    seen = [
        (request.method, request.field("content-type"), request.field("content-language"), request.field("x-content"))
        for request in puppet.requests
    ]
    assert seen == [
        ("POST", "text/x", "de", "y"),
        ("GET", None, None, "y"),
        ("POST", "text/x", "de", "y"),
        ("POST", "text/x", "de", "y"),
    ]


CREDENTIALS = {
    "user": ["-u", "name:secret"],
    "bearer": ["--oauth2-bearer", "secret"],
    "field": ["-H", "Authorization: secret", "-H", "cookie: a=secret", "-H", "X-Other: kept"],
    "none": [],
}


@pytest.mark.parametrize("trust", [[], ["--location-trusted"]])
@pytest.mark.parametrize("credentials", CREDENTIALS)
@pytest.mark.parametrize("is_in_url", [False, True])
def test_credentials_follow_where_curls_do(puppet, credentials, trust, is_in_url):
    """To another host, to another port, on from there, and back, where curl forgets some of them. haul sends to the
    first origin what it sent it at first. Newer curl (8.14) forgets a URL's credentials on any redirect to a whole URL,
    so that those are compared with -u."""
    with servers.Puppet() as other:
        host = puppet.url("", "a.test"), puppet.url("", "b.test"), other.url("", "a.test")
        puppet.answers["/0"] = servers.response(302, "Location: /1")
        puppet.answers["/1"] = servers.response(302, f"Location: {host[0]}/2")
        puppet.answers["/2"] = servers.response(302, f"Location: {host[1]}/3")
        puppet.answers["/3"] = servers.response(302, "Location: /4")
        puppet.answers["/4"] = servers.response(302, f"Location: {host[2]}/5")
        other.answers["/5"] = servers.response(302, f"Location: {host[0]}/6")
        resolve = [*puppet.resolve("a.test", "b.test"), *other.resolve("a.test")]
        url = host[0].replace("//", "//name:word@" if is_in_url else "//") + "/0"
        arguments = [*trust, *CREDENTIALS[credentials], *resolve, url]
        to_curl = arguments
        if is_in_url and credentials == "none":
            to_curl = ["-u", "name:word", *trust, *resolve, f"{host[0]}/0"]
        by_curl = [sent_by_curl(puppet, "-L", *to_curl), sent(other)]
        assert [target for _, target, _, _ in by_curl[0] + by_curl[1]] == ["/0", "/1", "/2", "/3", "/4", "/6", "/5"]
        by_haul = [sent_by_haul(puppet, *arguments), sent(other)]
        assert [by_haul[0][:-1], by_haul[1]] == [by_curl[0][:-1], by_curl[1]]
        first, back = by_haul[0][0], by_haul[0][-1]
        assert (first[1], back[1], first[2]) == ("/0", "/6", back[2])


@pytest.mark.parametrize("trust", [False, True])
def test_cookies_of_the_command_line_stay_with_the_origin(haul, puppet, trust):
    """curl's go everywhere."""
    puppet.answers["/0"] = servers.response(302, "Location: /1")
    puppet.answers["/1"] = servers.response(302, "Location: " + puppet.url("/2", "b.test"))
    puppet.answers["/2"] = servers.response(302, "Location: " + puppet.url("/3", "a.test"))
    options = ["--location-trusted"] if trust else []
    haul(*options, "-b", "a=secret", *puppet.resolve("a.test", "b.test"), puppet.url("/0", "a.test"))
    cookies = [request.field("cookie") for request in puppet.requests]
    assert cookies == ["a=secret", "a=secret", "a=secret" if trust else None, "a=secret"]


def test_credentials_in_a_redirect_are_for_the_origin_alone(haul, puppet):
    """Who sends one elsewhere does not say as whom."""
    puppet.answers["/along"] = servers.response(302, "Location: " + puppet.url("/there", "n:p@a.test"))
    puppet.answers["/away"] = servers.response(302, "Location: " + puppet.url("/there", "n:p@b.test"))
    urls = [puppet.url(path, "a.test") for path in ("/along", "/away")]
    run = haul("--sequential", "-j", *puppet.resolve("a.test", "b.test"), *urls)
    assert [request.field("authorization") for request in puppet.requests if request.target == "/there"] == [
        "Basic " + base64.b64encode(b"n:p").decode(),
        None,
    ]
    assert [record["final_url"] for record in run.records()] == [
        puppet.url("/there", "n:***@a.test"),
        puppet.url("/there", "n:***@b.test"),
    ]


def test_a_host_field_is_for_its_host(haul, puppet):
    puppet.answers["/0"] = servers.response(302, "Location: /1")
    puppet.answers["/1"] = servers.response(302, "Location: " + puppet.url("/2", "b.test"))
    haul("-H", "Host: virtual", *puppet.resolve("a.test", "b.test"), puppet.url("/0", "a.test"))
    assert [request.field("host") for request in puppet.requests] == ["virtual", "virtual", f"b.test:{puppet.port}"]


@pytest.mark.parametrize(
    ("hosts", "authorized"),
    [
        (["a.test"], ["a.test"]),
        (["A.Test", "www.a.test"], ["a.test", "www.a.test"]),
        ([".a.test"], ["a.test", "www.a.test"]),
        ([".test"], ["a.test", "www.a.test", "nota.test"]),
        (["test"], []),
    ],
)
def test_auth_hosts_narrow_who_gets_credentials(haul, puppet, hosts, authorized):
    names = ["a.test", "www.a.test", "nota.test"]
    options = [option for host in hosts for option in ("--auth-host", host)]
    secrets = ["-u", "n:p", "-b", "a=b", "-H", "X-Plain: y"]
    haul("--sequential", *options, *secrets, *puppet.resolve(*names), *[puppet.url("/", name) for name in names])
    seen = {request.field("host").partition(":")[0]: request for request in puppet.requests}
    assert [name for name in names if seen[name].field("authorization")] == authorized
    assert [name for name in names if seen[name].field("cookie")] == authorized
    assert all(request.field("x-plain") == "y" for request in seen.values())


def test_auth_hosts_hold_for_the_fields_of_a_line(haul, puppet):
    """They alone are given for all."""
    line = {"url": puppet.url("/", "a.test"), "headers": {"Authorization": "secret", "X-Plain": "y"}}
    options = ["--input-format", "jsonl", "--auth-host", "b.test", *puppet.resolve("a.test")]
    haul(*options, stdin=json.dumps(line) + "\n")
    (request,) = puppet.requests
    assert (request.field("authorization"), request.field("x-plain")) == (None, "y")


@pytest.mark.parametrize("name", ["Host", "hOST"])
@pytest.mark.parametrize("value", ["bank.test", ["a.test", "bank.test"], ""], ids=["one", "two", "empty"])
def test_a_line_does_not_choose_whose_cookies_it_gets(haul, puppet, tmp_path, name, value):
    file = tmp_path / "cookies"
    file.write_text("# Netscape HTTP Cookie File\nbank.test\tFALSE\t/\tFALSE\t0\tid\tsecret\n")
    line = json.dumps({"url": puppet.url("/"), "headers": {name: value}}) + "\n"
    for option in (["-b", file], ["--cookie-jar", tmp_path / "jar"], ["-b", file, "--auth-host", "bank.test"]):
        run = haul("-j", "--input-format", "jsonl", *option, stdin=line)
        (record,) = run.records()
        assert record["error"]["class"] == "url" and "Host" in record["error"]["message"]
    assert puppet.requests == []


def test_a_line_that_gets_no_cookies_chooses_its_host(haul, puppet):
    line = {"url": puppet.url("/"), "headers": {"Host": "bank.test"}}
    haul("--input-format", "jsonl", "-b", "a=b", stdin=json.dumps(line) + "\n")
    assert puppet.requests[0].field("host") == "bank.test"


def test_auth_hosts_hold_for_trusted_redirects(haul, puppet):
    puppet.answers["/0"] = servers.response(302, "Location: " + puppet.url("/1", "b.test"))
    puppet.answers["/1"] = servers.response(302, "Location: " + puppet.url("/2", "c.test"))
    options = ["--location-trusted", "--auth-host", "a.test", "--auth-host", "c.test", "-u", "n:p"]
    haul(*options, *puppet.resolve("a.test", "b.test", "c.test"), puppet.url("/0", "a.test"))
    assert [request.field("authorization") is not None for request in puppet.requests] == [True, False, True]


def test_auth_hosts_hold_for_the_user_information_of_urls(haul, puppet):
    """Which goes to its own origin, whatever they are."""
    puppet.answers["/0"] = servers.response(302, "Location: " + puppet.url("/1", "b.test"))
    puppet.answers["/1"] = servers.response(302, "Location: " + puppet.url("/2", "c.test"))
    puppet.answers["/2"] = servers.response(302, "Location: " + puppet.url("/3", "a.test"))
    options = ["--location-trusted", "--auth-host", "c.test", *puppet.resolve("a.test", "b.test", "c.test")]
    haul(*options, puppet.url("/0", "n:p@a.test"))
    assert [request.field("authorization") is not None for request in puppet.requests] == [True, False, True, True]


@pytest.mark.parametrize("referer", ["x;auto", ";auto", "http://from.test/;auto", "http://from.test/"])
def test_the_referer_after_redirects(puppet, referer):
    puppet.answers["/0?q"] = servers.response(302, "Location: /1")
    puppet.answers["/1"] = servers.response(302, "Location: /2")
    url = puppet.url("/0?q#part").replace("//", "//name:word@")
    by_curl = sent_by_curl(puppet, "-L", "-e", referer, url)
    assert len(by_curl) == 3
    assert sent_by_haul(puppet, "-e", referer, url) == by_curl


def test_the_referer_stays_behind_where_it_was_secret(haul, puppet, certificates):
    with servers.Puppet(certificates.context()) as secret:
        secret.answers["/0"] = servers.response(302, "Location: /1")
        secret.answers["/1"] = servers.response(302, "Location: " + puppet.url("/2"))
        haul("--cacert", certificates.ca, "-e", ";auto", secret.url("/0"))
        assert [request.field("referer") for request in secret.requests] == [None, secret.url("/0")]
    assert puppet.requests[0].field("referer") is None


@pytest.mark.parametrize(
    ("options", "method"), [([], "GET"), (["-I"], "HEAD"), (["-d", "x"], "POST"), (["-X", "PURGE"], "PURGE")]
)
def test_a_record_has_the_method(haul, origin, options, method):
    record = only(haul("-j", *options, origin.url("/redirect?to=/ok")))
    assert (record["ok"], record["redirects"], record["method"]) == (True, 1, method)


def test_only_the_header_is_asked_for(haul, origin):
    records = haul("--sequential", "-j", "-I", origin.url("/size/500"), origin.url("/size/500")).records()
    assert [(record["ok"], record["bytes"], record["reused"]) for record in records] == [
        (True, 0, False),
        (True, 0, True),
    ]


@pytest.mark.parametrize(
    ("path", "is_kept"),
    [
        ("/size/0", True),
        ("/size/16383", True),
        ("/size/16384", False),
        ("/size/10000000", False),
        ("/chunked?pieces=3&piece=6000", False),
        ("/endless-body", False),
        ("/status/404", True),
        ("/redirect?to=/ok", True),
    ],
)
def test_without_a_body_a_small_rest_keeps_the_connection(haul, origin, path, is_kept):
    run = haul("--sequential", "-j", "--no-body", origin.url(path), origin.url("/size/2"))
    first, second = run.records()
    assert (first["ok"], first["bytes"]) == ("404" not in path, 0)
    assert (second["ok"], second["bytes"], second["reused"]) == (True, 0, is_kept)


def test_without_a_body_a_rest_that_comes_with_the_header_keeps_the_connection(haul, puppet):
    """Though its size is not known."""
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    puppet.answers["/x"] = head + b"3\r\nok\n\r\n0\r\n\r\n"
    records = haul("--sequential", "-j", "--no-body", puppet.url("/x"), puppet.url("/x")).records()
    assert [(record["ok"], record["bytes"], record["reused"]) for record in records] == [
        (True, 0, False),
        (True, 0, True),
    ]


@pytest.mark.parametrize("path", ["/hang-body?promise=100000", "/until-close?delay=1&piece=1&pause=100000&size=9"])
def test_without_a_body_nothing_waits_for_it(haul, origin, path):
    """A server that has sent the header and is silent then is not waited for."""
    record = only(haul("-j", "--no-body", "--idle-timeout", 50, origin.url(path), timeout=40))
    assert (record["ok"], record["status"], record["bytes"]) == (True, 200, 0)


def test_without_a_body_the_others_have_theirs(haul, puppet):
    """Handles are used again: what one request was told the next does not remember."""
    assert haul("--body", "--no-body", puppet.url("/x")).stdout == b""
    assert haul("--body", puppet.url("/x")).stdout == b"ok\n"


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (["--json", "http://a.test/"], "--json posts, as in curl; for JSON output: -j"),
        (["--json", '{"a":1} x'], "--json posts, as in curl; for JSON output: -j"),
        (["--json", ""], "--json posts, as in curl; for JSON output: -j"),
        (["-X", "GET /x"], "the method is no token"),
        (["-X", ""], "-X, --request: the METHOD is empty"),
        (["-X", "HEAD", "-d", "x"], "a HEAD has no body"),
        (["-I", "-d", "x"], "-I, --head sends no data: leave one out, or add -G, --get"),
        (["-H", "no field"], '-H, --header: a header field is one line, "Name: value"'),
        (["-H", "A: b\r\nC: d"], '-H, --header: a header field is one line, "Name: value"'),
        (["-H", "A b: c"], 'a header field is not "Name: value"'),
        (["-H", "@missing"], "-H, --header: cannot read missing: No such file or directory"),
        (["-d", "@missing"], "-d, --data: cannot read missing: No such file or directory"),
        (["--data-urlencode", "a@."], "--data-urlencode: cannot read .: Is a directory"),
        (["--oauth2-bearer", "a\nb"], "what becomes a header field has a line break"),
        (["-A", "a\nb"], "-A, --user-agent: a header field is one line"),
        (["-r", "some"], '-r, --range: "some" is not a range like 0-99, 100- or -50'),
        (["--auth-host", "http://a/"], '--auth-host: "http://a/" is not HOST'),
        (["--auth-host", "a:81"], '--auth-host: "a:81" is not HOST'),
        (["--auth-host", "*.a"], '--auth-host: "*.a" is not HOST'),
        (["--auth-host", "::1"], '--auth-host: "::1" is not HOST'),
        (["--auth-host", "."], '--auth-host: "." is not HOST'),
    ],
)
def test_what_cannot_be_sent_is_a_mistake(haul, tmp_path, options, problem):
    run = haul(*options, "http://a.test/", cwd=tmp_path)
    assert (run.returncode, run.stdout) == (2, b"")
    assert run.stderr.decode() == f"haul: {problem}; try 'haul --help'\n"


@pytest.mark.parametrize(
    "options",
    [
        ["-u", "name:s3cret"],
        ["-uname:s3cret"],
        ["--user=name:s3cret"],
        ["--oauth2-bearer", "s3cret"],
        ["-b", "a=s3cret"],
        ["-H", "Authorization: s3cret"],
        ["-d", "password=s3cret"],
        ["--json", '"s3cret"'],
    ],
)
def test_a_secret_does_not_stay_in_the_arguments(haul_running, puppet, options):
    with haul_running("-j", *options, puppet.url("/held")) as run:
        puppet.wait_for("/held")
        arguments = pathlib.Path(f"/proc/{run.process.pid}/cmdline").read_bytes()
        puppet.release("/held")
        assert run.wait() == 0
        shown = run.stdout.rest() + run.stderr.rest()
    assert b"s3cret" not in arguments
    assert b"s3cret" not in shown
    assert "s3cret" in str(puppet.requests) or base64.b64encode(b"name:s3cret").decode() in str(puppet.requests)


@pytest.mark.parametrize(
    "options",
    [
        ["-u", "name:s3cret", "-e", "http://name:s3cret@h/"],
        ["http://name:s3cret@127.0.0.1:1/", "--", "http://name:*3cret@127.0.0.1:1/", "a:**s3cret@"],
    ],
)
def test_nor_as_long_as_other_options_are_read(haul_running, options):
    with haul_running("-d", "@-", *options) as run:
        name = pathlib.Path(f"/proc/{run.process.pid}/wchan").read_text
        while "pipe" not in name():
            assert run.process.poll() is None
        arguments = pathlib.Path(f"/proc/{run.process.pid}/cmdline").read_bytes()
    assert b"3cret" not in arguments
    assert arguments.count(b"\0") == len(options) + 3


def test_a_name_with_a_mistake_does_not_show_the_value(haul, tmp_path):
    (tmp_path / "config").write_text("oauth2-baerer s3cret\n")
    for arguments in (["--oauth2-baerer=s3cret"], ["-K", str(tmp_path / "config")]):
        run = haul(*arguments, "sleep:0")
        assert run.returncode == 2
        assert b"did you mean --oauth2-bearer?" in run.stderr
        assert b"s3cret" not in run.stderr


def test_compare_sends_the_same(haul, puppet):
    haul("compare", "--runs", 1, "-H", "X-A: b", "-I", puppet.url("/x"))
    assert [(request.method, request.field("x-a")) for request in puppet.requests] == [("HEAD", "b")] * 4
