"""How large an answer may be: bodies with --max-filesize, headers always."""

import gzip

import pytest
import servers
from endless import ENDLESS, Endless

pytestmark = pytest.mark.sanitized

TOO_LARGE = {"class": "size", "code": 63, "message": "Maximum file size exceeded"}


def only(run):
    (record,) = run.records()
    return record


def chunked(body, size=1000):
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)
    return b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\n\r\n"


def until_closed(body):
    return b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + body


@pytest.mark.parametrize("wrap", [lambda body: servers.response(body=body), chunked, until_closed], ids=["length", "chunked", "close"])
def test_the_bound_itself_is_no_offence(haul, puppet, wrap):
    puppet.answers.update({f"/{size}": wrap(bytes(size)) for size in (4095, 4096, 4097)})
    run = haul("--gather", "-j", "--max-filesize", "4k", *(puppet.url(f"/{size}") for size in (4095, 4096, 4097)))
    assert [record["error"] for record in run.records()] == [None, None, TOO_LARGE]
    assert [record["bytes"] for record in run.records()][:2] == [4095, 4096]
    assert run.returncode == 1


def test_what_the_header_promises_is_refused_at_once(haul, puppet):
    """Without any of the body, that never comes."""
    puppet.answers["/held"] = [b"HTTP/1.1 200 OK\r\nContent-Length: 4097\r\n\r\n", b""]
    puppet.release("/held")
    record = only(haul("-j", "--max-filesize", "4096", puppet.url("/held")))
    assert (record["error"], record["bytes"], record["status"]) == (TOO_LARGE, 0, 200)


def test_a_promise_beyond_all_numbers(haul, puppet):
    puppet.answers["/x"] = b"HTTP/1.1 200 OK\r\nContent-Length: 9223372036854775807\r\n\r\n"
    assert only(haul("-j", "--max-filesize", "1G", puppet.url("/x")))["error"] == TOO_LARGE


@pytest.mark.parametrize("body_option", [["-j"], ["-j", "--include-body"], ["--body"]])
def test_what_comes_is_counted_as_it_comes(haul, origin, body_option):
    """Whether somebody looks at it or not."""
    run = haul(*body_option, "--max-filesize", "10000", origin.url("/endless-body"))
    assert run.returncode == 1
    if body_option[0] == "-j":
        record = only(run)
        assert (record["error"], record["bytes"]) == (TOO_LARGE, 10000)
    assert origin.wait_for_standstill()["in_flight"] == 0


def test_a_lie_about_the_length(haul, puppet):
    """Chunks are what counts where there are chunks."""
    answer = chunked(bytes(5000)).replace(b"\r\n", b"\r\nContent-Length: 10\r\n", 1)
    puppet.answers["/less"] = answer
    puppet.answers["/more"] = chunked(bytes(10)).replace(b"\r\n", b"\r\nContent-Length: 5000\r\n", 1)
    less, more = haul("--gather", "-j", "--max-filesize", "4k", puppet.url("/less"), puppet.url("/more")).records()
    assert (less["error"], less["bytes"]) == (TOO_LARGE, 4096)
    assert (more["ok"], more["bytes"]) == (True, 10)


def test_a_bomb(haul, puppet):
    """50 MB in 50 kB; and one within another."""
    bomb = gzip.compress(bytes(50_000_000))
    puppet.answers["/one"] = servers.response(200, "Content-Encoding: gzip", body=bomb)
    puppet.answers["/two"] = servers.response(200, "Content-Encoding: gzip, gzip", body=gzip.compress(bomb))
    for path in ("/one", "/two"):
        record = only(haul("-j", "--compressed", "--max-filesize", "100k", puppet.url(path)))
        assert (record["error"], record["bytes"]) == (TOO_LARGE, 102400)
    record = only(haul("-j", "--max-filesize", "100k", puppet.url("/one")))
    assert (record["ok"], record["bytes"]) == (True, len(bomb))


def test_of_a_body_that_is_decoded_the_length_says_nothing(haul, puppet):
    """It is a little longer than what it stands for."""
    body = bytes(range(100))
    packed = gzip.compress(body, 0)
    assert len(packed) > 110
    puppet.answers["/x"] = servers.response(200, "Content-Encoding: gzip", body=packed)
    record = only(haul("-j", "--compressed", "--max-filesize", "110", puppet.url("/x")))
    assert (record["ok"], record["bytes"]) == (True, 100)


def test_answers_without_a_body(haul, puppet):
    """Their length is another one's."""
    puppet.answers["/head"] = b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n"
    puppet.answers["/304"] = b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5000\r\n\r\n"
    puppet.answers["/early"] = b"HTTP/1.1 103 Early Hints\r\nContent-Length: 5000\r\n\r\n" + servers.response()
    puppet.answers["/large"] = servers.response(body=bytes(500000))
    assert only(haul("-j", "--max-filesize", "1k", "-I", puppet.url("/head")))["ok"]
    assert only(haul("-j", "--max-filesize", "1k", puppet.url("/304")))["ok"]
    assert only(haul("-j", "--max-filesize", "1k", puppet.url("/early")))["ok"]
    assert only(haul("-j", "--max-filesize", "1k", "--no-body", puppet.url("/large")))["ok"]


@pytest.mark.parametrize("wrap", [chunked, until_closed], ids=["chunked", "close"])
def test_bodies_of_errors_and_of_redirects(haul, puppet, wrap):
    puppet.answers["/error"] = wrap(bytes(5000)).replace(b"200 OK", b"404 Not Found", 1)
    puppet.answers["/redirect"] = wrap(bytes(5000)).replace(b"200 OK", b"302 Found\r\nLocation: /ok", 1)
    for path, status in (("/error", 404), ("/redirect", 302)):
        record = only(haul("-j", "--max-filesize", "1000", puppet.url(path)))
        assert (record["error"], record["status"], record["bytes"]) == (TOO_LARGE, status, 1000)


def test_each_hop_has_its_own(haul, puppet):
    puppet.answers["/a"] = servers.response(302, "Location: /b", body=bytes(900))
    puppet.answers["/b"] = servers.response(body=bytes(900))
    record = only(haul("-j", "--max-filesize", "1000", puppet.url("/a")))
    assert (record["ok"], record["bytes"]) == (True, 900)


def test_nothing_stands_under_a_final_name(haul, origin, tmp_path):
    run = haul("-j", "--max-filesize", "1000", "-o", str(tmp_path / "x"), origin.url("/endless-body"))
    assert (only(run)["error"], only(run)["file"]) == (TOO_LARGE, None)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("loops", [1, 3])
def test_on_every_loop(haul, origin, loops):
    urls = [origin.url(f"/endless-body?{number}") for number in range(8)]
    urls += [url.replace("127.0.0.1", f"127.0.0.{number}") for number, url in enumerate(urls, 2)]
    run = haul("--loops", loops, "-j", "--max-filesize", "1M", *urls[:8])
    assert [(record["error"], record["bytes"]) for record in run.records()] == [(TOO_LARGE, 1 << 20)] * 8


@pytest.mark.skipif(not servers.NGINX, reason="nginx is not installed")
def test_others_on_the_connection_go_on(haul, origin, certificates, tmp_path):
    with servers.Http2(tmp_path, certificates, origin) as server:
        urls = [f"{server.root}/ok?0", f"{server.root}/endless-body", f"{server.root}/drip?bytes=60&pause=5", f"{server.root}/ok"]
        run = haul("--gather", "-j", "-c", "9", "--cacert", str(certificates.ca), "--max-filesize", "100k", *urls)
    records = run.records()
    assert [record["error"] for record in records] == [None, TOO_LARGE, None, None]
    assert {record["http_version"] for record in records} == {"2"}


def test_it_is_not_tried_again(haul, origin):
    record = only(haul("-j", "--retry", 3, "--max-filesize", 1, origin.url("/ok")))
    assert (record["error"], record["attempts"], record["bytes"]) == (TOO_LARGE, 1, 0)


def test_0_is_no_bound(haul, origin):
    assert only(haul("-j", "--max-filesize", "0", origin.url("/ok")))["ok"]


@pytest.mark.parametrize("value", ["", "k", "-1", "1.5M", "1kB", "1 k", "1t", "9223372036854775808", "9007199254740992k"])
def test_bad_values(haul, value):
    run = haul(f"--max-filesize={value}", "sleep:0")
    assert run.returncode == 2
    assert b"--max-filesize" in run.stderr


def test_compare_has_it(haul, origin):
    run = haul("compare", "--runs", 1, "--max-filesize", "1k", origin.url("/endless-body"))
    assert b"size" in run.stdout + run.stderr


@pytest.mark.parametrize("kind", ENDLESS)
@pytest.mark.parametrize("options", [[], ["--include-headers"]], ids=["plain", "kept"])
def test_headers_without_end(haul, kind, options):
    with Endless(*ENDLESS[kind]) as server:
        record = only(haul("-j", *options, server.url))
    assert record["error"]["class"] == "size"
    assert record["error"]["message"] in (
        "the header of the answer is larger than 300 kB",
        "the header of the answer has more than 5000 lines",
        "a header line is longer than 100 kB",
    )
    # What was taken, and what fits between two sockets.
    assert server.sent < 30_000_000


MANY = {
    "same": ["A" * 50 + ": 1"] * 4900,
    "distinct": [f"{'A' * 40}{number}: 1" for number in range(4900)],
    "retry-after": ["Retry-After: 1"] * 4900,
}


@pytest.mark.parametrize("kind", MANY)
@pytest.mark.parametrize("options", [[], ["-w", "%{num_headers}\n"]], ids=["plain", "kept"])
def test_many_fields_hold_nobody_up(haul, puppet, kind, options):
    """A time that grew with their square would be minutes here."""
    puppet.answers["/many"] = servers.response(503, *MANY[kind])
    run = haul("--sequential", *options, *[puppet.url("/many")] * 20)
    assert len(run.lines()) == 20
    if options:
        assert set(run.lines()) == {"4901"}
