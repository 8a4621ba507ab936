"""--write-out: what curl writes for the same format, and what haul has of its own."""

import gzip
import json
import re
import subprocess

import pytest
import servers

pytestmark = pytest.mark.sanitized

# What both know of a transfer, and what is the same whenever it is made.
SHARED = [
    "http_code", "response_code", "http_version", "method", "content_type", "num_redirects", "size_download",
    "remote_ip", "remote_port", "url_effective", "num_connects", "exitcode", "num_headers",
]  # fmt: skip

FORMAT = r"[%{http_code}]\t%{size_download} 100%% %q \q%header{content-type} %header{x-no} %{onerror}<%{exitcode}>\n"


def curl(*arguments):
    return subprocess.run(["curl", "-s", "-o", "/dev/null", *arguments], capture_output=True, check=False, timeout=60)


@pytest.mark.parametrize("path", ["/ok", "/status/404", "/size/1000", "/redirect"])
def test_it_is_what_curl_writes(haul, origin, path):
    url = origin.url(path)
    form = " ".join(f"{name}=%{{{name}}}" for name in SHARED) + r"\n"
    expected = curl("-L", "-w", form, url).stdout.replace(b"num_connects=1", b"num_connects=")
    assert haul("-w", form, url).stdout.replace(b"num_connects=1", b"num_connects=") == expected
    expected = curl("-L", "-w", FORMAT, url).stdout
    written = haul("-w", FORMAT, url).stdout
    # A status of 404 is a failure here, as if curl had --fail.
    assert written.replace(b"<0>\n", b"") == expected


def test_a_failed_transfer_is_as_with_curl(haul, refused_port):
    form = r"%{http_code} %{exitcode} %{size_download} %{time_connect} %{time_pretransfer} %{onerror}failed\n"
    url = f"http://127.0.0.1:{refused_port}/"
    assert haul("-w", form, url).stdout == curl("-w", form, url).stdout == b"000 7 0 0.000000 0.000000 failed\n"


def test_times_are_those_of_curl_and_of_the_record(haul, origin):
    names = ["time_namelookup", "time_connect", "time_pretransfer", "time_starttransfer", "time_total"]
    run = haul("-w", " ".join(f"%{{{name}}}" for name in names) + r" %{json}\n", origin.url("/ok"))
    *times, record = run.stdout.decode().split(" ", len(names))
    assert all(re.fullmatch(r"\d+\.\d{6}", time) for time in times)
    assert sorted(times, key=float) == times
    phases = json.loads(record)["time"]
    assert float(times[1]) == pytest.approx(phases["dns"] + phases["connect"])
    assert float(times[-1]) == phases["total"]


def test_one_text_a_url_in_the_order_of_the_mode(haul, origin):
    urls = [origin.url(f"/delay/{delay}") for delay in (60, 30, 0)]
    assert haul("--gather", "-w", r"%{index} %{tag}\n", *(f"{url}\ttag" for url in urls)).stdout == b"0 tag\n1 tag\n2 tag\n"


def test_the_urls_of_a_glob_share_their_number(haul, origin):
    urls = [origin.url("/ok?{a,b}"), origin.url("/ok")]
    assert haul("--gather", "-w", "%{urlnum} ", *urls).stdout == b"0 0 1 "


def test_a_format_of_a_file_is_one_line(haul, origin, tmp_path):
    (tmp_path / "format").write_text("%{http_code}\r\n %{method}\n\\n")
    assert haul("-w", "@format", origin.url("/ok"), cwd=tmp_path).stdout == b"200 GET\n"
    assert haul("-w", "@-", origin.url("/ok"), stdin="%{http_code}").stdout == b"200"
    run = haul("-w", "@-", "-i", "-", stdin="%{http_code}")
    assert run.returncode == 2
    run = haul("-w", "@missing", "sleep:0", cwd=tmp_path)
    assert (run.returncode, run.stdout) == (2, b"")
    assert run.stderr == b"haul: -w, --write-out: cannot read missing: No such file or directory; try 'haul --help'\n"


def test_a_name_that_there_is_not_is_wrong_usage(haul):
    run = haul("-w", "%{nope}", "sleep:0")
    assert (run.returncode, run.stdout) == (2, b"")
    assert run.stderr == b"haul: -w, --write-out: there is no %{nope}; try 'haul --help'\n"
    assert haul("-w", "x", "-j", "sleep:0").returncode == 2


def test_what_goes_to_standard_error(haul, origin):
    run = haul("-w", r"out\n%{stderr}err %{http_code}\n", origin.url("/ok"))
    assert (run.stdout, run.stderr) == (b"out\n", b"err 200\n")


@pytest.mark.parametrize("mode", ["sequential", "gather", "as-completed"])
def test_behind_each_body_stands_its_text(haul, origin, mode):
    urls = [origin.url(path) for path in ("/ok", "/status/404", "/size/100000", "/ok")]
    run = haul("--mode", mode, "--body", "-w", r"<%{http_code} %{size_download}>\n", *urls)
    big = haul("--body", origin.url("/size/100000")).stdout
    parts = [b"ok\n<200 3>\n", b"<404 9>\n", big + b"<200 100000>\n", b"ok\n<200 3>\n"]
    if mode == "as-completed":
        rest = run.stdout
        for part in parts:
            assert part in rest
            rest = rest.replace(part, b"", 1)
        assert rest == b""
    else:
        assert run.stdout == b"".join(parts)


def test_only_chooses_here_too(haul, origin):
    urls = [origin.url("/ok"), origin.url("/status/404")]
    assert haul("--only", "failed", "-w", r"%{url}\n", *urls).stdout.decode() == urls[1] + "\n"


def test_what_servers_say_is_escaped(haul, origin):
    run = haul("-w", r"%{input} %{errormsg}\n", "http://\x1b]0;x\x07/")
    assert b"\x1b" not in run.stdout
    assert run.stdout.count(b"\n") == 1


def test_what_curl_says(haul, origin):
    """The same names have the same values, but for ports and times."""
    names = "http_code size_header size_request size_upload size_download num_redirects redirect_url local_ip num_headers"
    text = " ".join(f"%{{{name}}}" for name in names.split()) + "\n"
    for path, options in [
        ("/ok", []),
        ("/redirect-chain/3", ["-L"]),
        ("/redirect?to=/ok", ["-L", "-H", "X-A: b"]),
        ("/redirect?to=/ok?2", []),
        ("/echo", ["-d", "a=b"]),
    ]:
        url = origin.url(path)
        curl = ["curl", "-q", "-s", "-A", "me", "-w", text, "-o", "/dev/null", *options, url]
        theirs = subprocess.run(curl, check=True, capture_output=True).stdout
        ours = haul("-A", "me", "-w", text, *(options if "-L" in options else [*options, "--no-location"]), url)
        assert ours.stdout == theirs, path


def test_the_pieces_of_urls(haul, origin):
    url = origin.url("/redirect?to=/ok%3Fa").replace("//", "//me:secret@")
    form = "%{url.user} %{url.password} %{url.path} %{url.query} %{urle.host}:%{urle.port} %{urle.path}?%{urle.query}"
    assert haul("-w", form, url).stdout.decode() == f"me *** /redirect to=/ok%3Fa 127.0.0.1:{origin.port} /ok?a"


def test_the_referer_is_that_of_the_request(haul, puppet):
    line = {"url": puppet.url("/1"), "method": "POST"}
    for options in ([puppet.url("/1")], ["--input-format", "jsonl"]):
        run = haul("-e", "http://from.example/", "-w", "%{referer}", *options, stdin=json.dumps(line))
        assert run.stdout == b"http://from.example/"
    assert haul("-w", "<%{referer}>", puppet.url("/1")).stdout == b"<>"


def test_a_compressed_body_has_two_sizes(haul, puppet):
    body = gzip.compress(b"x" * 10000)
    puppet.answers["/x"] = servers.response(200, "Content-Encoding: gzip", body=body)
    for options, delivered in ((["--compressed"], 10000), ([], len(body))):
        expected = curl(*options, "-w", "%{size_download}", puppet.url("/x")).stdout
        assert expected == str(len(body)).encode()
        run = haul("-w", "%{size_download} %{size_delivered}", *options, puppet.url("/x"))
        assert run.stdout == expected + f" {delivered}".encode()


def test_the_redirect_that_is_one_too_many(haul, origin):
    form = "%{redirect_url} %{exitcode} %{num_redirects} %{url_effective} %{http_code}"
    arguments = ["--max-redirs", "1", "-w", form, origin.url("/redirect-chain/3")]
    assert haul(*arguments).stdout == curl("-L", *arguments).stdout


def test_which_connection(haul, origin):
    paths = ["/ok", "/until-close", "/ok"]
    run = haul("--gather", "-c", "1", "-w", "%{conn_id} ", *[origin.url(path) for path in paths], "sleep:0")
    assert run.stdout == b"1 1 2 -1 "
    record, number = haul("--record", "full", "-w", "%{json} %{conn_id}", origin.url("/ok")).stdout.rsplit(b" ", 1)
    assert json.loads(record)["connection"] == int(number) == 1


def test_when_the_request_was_sent(haul, origin):
    """libcurl tells it from 8.10 on."""
    sent, end = haul("-w", "%{time_posttransfer}|%{time_total}", "-d", "a=b", origin.url("/echo")).stdout.split(b"|")
    assert sent == b"" or 0 < float(sent) <= float(end)


def test_where_it_was_sent_from(haul, puppet):
    run = haul("-w", "%{local_ip} %{local_port} %{remote_port}", puppet.url("/1"))
    address, local, remote = run.stdout.decode().split()
    assert address == "127.0.0.1" and int(remote) == puppet.port and local != remote
    assert haul("-w", "[%{local_ip}][%{local_port}][%{redirect_url}]", "sleep:0").stdout == b"[][][]"


def test_a_password_in_a_redirect_is_masked(haul, origin):
    url = origin.url("/redirect?to=http://me:secret@a.example/x")
    assert haul("--no-location", "-w", "%{redirect_url}", url).stdout == b"http://me:***@a.example/x"


def test_time_of_redirects(haul, origin):
    run = haul("-w", "%{time_redirect} %{time_total}\n", origin.url("/redirect?to=/delay/50"), origin.url("/ok"))
    times = [tuple(map(float, line.split())) for line in run.stdout.decode().splitlines()]
    redirected, plain = sorted(times, reverse=True)
    assert 0 < redirected[0] < redirected[1] - 0.05
    assert plain[0] == 0


def test_the_record_agrees(haul, origin):
    """What a record tells, a variable of that name tells as well."""
    names = [
        "index",
        "line",
        "url",
        "method",
        "status",
        "attempts",
        "redirects",
        "final_url",
        "http_version",
        "content_type",
        "bytes",
        "remote_ip",
        "remote_port",
        "ts",
        "start",
        "time.total",
    ]
    text = "%{json}\t" + "\t".join(f"%{{{name}}}" for name in names)
    record, *values = haul("-w", text, origin.url("/redirect?to=/ok")).stdout.decode().split("\t")
    told = json.loads(record, parse_float=str)
    told["time.total"] = told["time"]["total"]
    assert [str(told[name]) for name in names] == values
