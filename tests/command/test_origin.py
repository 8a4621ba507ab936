"""The origin does what its table says, seen over raw sockets: the other tests stand on it."""

import contextlib
import json
import re
import resource
import select
import signal
import socket
import subprocess

import pytest
import support

pytestmark = pytest.mark.sanitized

FILLER = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.\n"


def request(target, *fields, method="GET", version="1.1", body=b""):
    lines = [f"{method} {target} HTTP/{version}", "Host: origin", *fields, "", ""]
    return "\r\n".join(lines).encode() + body


def read_all(connection):
    return b"".join(iter(lambda: connection.recv(65536), b""))


def ask(origin, target, *fields, **more):
    """Sends one request that is to be the last, and gives all that comes."""
    with origin.connect() as connection:
        connection.sendall(request(target, "Connection: close", *fields, **more))
        return read_all(connection)


def receive_until(connection, text):
    """Reads up to the end of `text`, byte by byte, so that nothing behind it is taken."""
    got = b""
    while not got.endswith(text):
        more = connection.recv(1)
        assert more, f"ended after {got!r}"
        got += more
    return got


def read_answer(connection):
    """Reads one answer that says its length: its head and its body."""
    head = receive_until(connection, b"\r\n\r\n")
    left = int(re.search(rb"\r\nContent-Length: (\d+)\r\n", head)[1])
    body = b""
    while len(body) < left:
        body += connection.recv(left - len(body))
    return head, body


def parse(answer):
    """Status line, fields (a list of pairs) and body."""
    head, _, body = answer.partition(b"\r\n\r\n")
    status, *fields = head.split(b"\r\n")
    return status, [tuple(field.split(b": ", 1)) for field in fields], body


def test_ok(origin):
    status, fields, body = parse(ask(origin, "/ok"))
    assert status == b"HTTP/1.1 200 OK"
    assert fields == [(b"Content-Type", b"text/plain"), (b"Content-Length", b"3"), (b"Connection", b"close")]
    assert body == b"ok\n"


def test_an_unknown_path_is_not_found(origin):
    for target in ("/what", "/okay", "/ok/", "/size", "ok"):
        assert parse(ask(origin, target))[0] == b"HTTP/1.1 404 Not Found"


@pytest.mark.parametrize("status", [200, 201, 400, 404, 500, 503, 599])
def test_status(origin, status):
    line, _, body = parse(ask(origin, f"/status/{status}"))
    assert line.startswith(b"HTTP/1.1 %d " % status)
    assert body == b"as asked\n"


@pytest.mark.parametrize("status", [204, 304])
def test_a_status_without_a_body(origin, status):
    _, fields, body = parse(ask(origin, f"/status/{status}"))
    assert body == b""
    assert b"Content-Length" not in dict(fields)


@pytest.mark.parametrize("size", [0, 1, 63, 64, 65, 4096, 4097, 65536, 65537, 1_000_000])
def test_size(origin, size):
    _, fields, body = parse(ask(origin, f"/size/{size}"))
    assert dict(fields)[b"Content-Length"] == b"%d" % size
    assert body == (FILLER * (size // 64 + 1))[:size]


def test_bytes(origin):
    assert parse(ask(origin, "/bytes?a%00b%ff%0a&c=d%"))[2] == b"a\0b\xff\n&c=d%"


def test_echo_gives_the_head_back_byte_for_byte(origin):
    sent = request("/echo?x=%20y", "Connection: close", "X-Odd:   \t and \x7f ")
    with origin.connect() as connection:
        connection.sendall(sent)
        assert parse(read_all(connection))[2] == sent


def test_a_body_with_nul(origin):
    assert parse(ask(origin, "/nul"))[2] == b"before\0after\0\n"


def test_header_values_may_hold_any_bytes(origin):
    _, fields, _ = parse(ask(origin, "/header?X-One=%1b[31m%00%ff&X%20Two=%e2%80%ae&X-Three"))
    assert (b"X-One", b"\x1b[31m\0\xff") in fields
    assert (b"X Two", b"\xe2\x80\xae") in fields
    assert (b"X-Three", b"") in fields


def test_type(origin):
    assert dict(parse(ask(origin, "/type?content-type=text/html;%20charset%3dx"))[1])[b"Content-Type"] == (
        b"text/html; charset=x"
    )
    assert b"Content-Type" not in dict(parse(ask(origin, "/type"))[1])


def test_reason(origin):
    assert parse(ask(origin, "/reason?text=It%20is%1b&status=418"))[0] == b"HTTP/1.1 418 It is\x1b"
    assert parse(ask(origin, "/reason"))[0] == b"HTTP/1.1 200 "


def test_chunked(origin):
    _, fields, body = parse(ask(origin, "/chunked?pieces=3&piece=20&pause=1"))
    assert dict(fields)[b"Transfer-Encoding"] == b"chunked"
    assert b"Content-Length" not in dict(fields)
    pieces = [(FILLER * 2)[start : start + 20] for start in (0, 20, 40)]
    # A piece never wraps around the end of the filler, which is far longer than a line.
    assert body == b"".join(b"14\r\n%s\r\n" % piece for piece in pieces) + b"0\r\n\r\n"


def test_drip_sends_single_bytes(origin):
    with origin.connect() as connection:
        connection.sendall(request("/drip?bytes=5&pause=1"))
        head, body = read_answer(connection)
    assert b"Content-Length: 5\r\n" in head
    assert body == FILLER[:5]


def test_a_pause_stands_between_pieces(origin):
    with origin.connect() as connection:
        connection.sendall(request("/drip?bytes=2&pause=900000"))
        receive_until(connection, b"\r\n\r\n")
        assert connection.recv(10) == b"0"
        # The second byte does not come while other requests are served.
        assert parse(ask(origin, "/ok"))[2] == b"ok\n"
        assert not select.select([connection], [], [], 0)[0]


def test_the_head_can_drip(origin):
    with origin.connect() as connection:
        connection.sendall(request("/drip-head?pause=1"))
        assert read_answer(connection)[0].startswith(b"HTTP/1.1 200 OK\r\n")


def test_until_close(origin):
    status, fields, body = parse(ask(origin, "/until-close?size=5000"))
    assert status == b"HTTP/1.1 200 OK"
    assert b"Content-Length" not in dict(fields)
    assert len(body) == 5000


def test_redirect(origin):
    status, fields, _ = parse(ask(origin, "/redirect?to=http://a.test/%3fx%01"))
    assert status == b"HTTP/1.1 302 Found"
    assert dict(fields)[b"Location"] == b"http://a.test/?x\x01"
    assert parse(ask(origin, "/redirect?to=/&status=301"))[0].startswith(b"HTTP/1.1 301 ")


def test_redirect_loop(origin):
    assert dict(parse(ask(origin, "/redirect-loop"))[1])[b"Location"] == b"/redirect-loop"


def test_redirect_chain(origin):
    target, visited = "/redirect-chain/3", []
    while target:
        visited.append(target)
        status, fields, _ = parse(ask(origin, target))
        target = dict(fields).get(b"Location", b"").decode()
    assert visited == [f"/redirect-chain/{left}" for left in (3, 2, 1, 0)]
    assert status == b"HTTP/1.1 200 OK"


def test_no_location(origin):
    status, fields, _ = parse(ask(origin, "/no-location"))
    assert status == b"HTTP/1.1 302 Found"
    assert b"Location" not in dict(fields)


def test_retry(origin):
    status, fields, _ = parse(ask(origin, "/retry?after=20&status=503"))
    assert (status, dict(fields)[b"Retry-After"]) == (b"HTTP/1.1 503 Service Unavailable", b"20")
    assert parse(ask(origin, "/retry"))[0] == b"HTTP/1.1 429 Too Many Requests"


def test_flaky(origin):
    assert [parse(ask(origin, "/flaky/x?times=2"))[0].split()[1] for _ in range(4)] == [b"503", b"503", b"200", b"200"]
    assert parse(ask(origin, "/flaky/y"))[0].split()[1] == b"503"


def test_drop(origin):
    assert ask(origin, "/drop") == b""


def test_reset(origin):
    with pytest.raises(ConnectionResetError):
        ask(origin, "/reset")


def test_garbage(origin):
    assert not ask(origin, "/garbage").startswith(b"HTTP")


def test_half_header(origin):
    assert ask(origin, "/half-header") == b"HTTP/1.1 200 OK\r\nContent-Ty"


@pytest.mark.parametrize("promise, send", [(100, 50), (10, 20), (10, 0)])
def test_short(origin, promise, send):
    _, fields, body = parse(ask(origin, f"/short?promise={promise}&send={send}"))
    assert dict(fields)[b"Content-Length"] == b"%d" % promise
    assert len(body) == send


def test_bad_chunk(origin):
    assert parse(ask(origin, "/bad-chunk"))[2] == b"5\r\nfirst\r\nthis is no size\r\n"


@pytest.mark.parametrize("path, what", [("/endless-header", b"X-Endless: "), ("/endless-body", FILLER)])
def test_endless(origin, path, what):
    with origin.connect() as connection:
        connection.sendall(request(path))
        got = b""
        while len(got) < 3_000_000:
            got += connection.recv(65536)
        assert got.count(what) > 40_000
        assert (b"\r\n\r\n" in got) == (path == "/endless-body")
    origin.wait_until(in_flight=0)


def test_silent(origin):
    with origin.connect() as connection:
        connection.sendall(request("/silent"))
        origin.wait_until(in_flight=1)
        assert parse(ask(origin, "/ok"))[2] == b"ok\n"
        assert not select.select([connection], [], [], 0)[0]
    origin.wait_until(in_flight=0, open=0)


def test_hang_body(origin):
    with origin.connect() as connection:
        connection.sendall(request("/hang-body?promise=20&send=7"))
        head = receive_until(connection, b"\r\n\r\n")
        assert b"Content-Length: 20\r\n" in head
        assert connection.recv(7, socket.MSG_WAITALL) == FILLER[:7]
        assert parse(ask(origin, "/ok"))[2] == b"ok\n"
        assert not select.select([connection], [], [], 0)[0]
        assert origin.stats()["in_flight"] == 1
    origin.wait_until(in_flight=0, open=0)


def test_a_delay_holds_up_only_its_own_answer(origin):
    with origin.connect() as slow, origin.connect() as quick:
        slow.sendall(request("/delay/900000"))
        origin.wait_until(in_flight=1)
        quick.sendall(request("/delay/1"))
        assert read_answer(quick)[1] == b"ok\n"
        assert not select.select([slow], [], [], 0)[0]
    assert parse(ask(origin, "/size/3?delay=1"))[2] == b"012"


def test_a_client_that_goes_during_a_delay_is_noticed(origin):
    with origin.connect() as connection:
        connection.sendall(request("/delay/900000"))
        origin.wait_until(in_flight=1, open=1)
    origin.wait_until(in_flight=0, open=0)


def test_parameters_combine(origin):
    status, fields, body = parse(ask(origin, "/ok?status=503&size=3&delay=1&piece=2&pause=1"))
    assert status == b"HTTP/1.1 503 Service Unavailable"
    assert (dict(fields)[b"Content-Length"], body) == (b"3", b"012")


def test_connections_are_kept(origin):
    with origin.connect() as connection:
        for _ in range(3):
            connection.sendall(request("/ok"))
            assert read_answer(connection)[1] == b"ok\n"
    stats = origin.wait_until(open=0)
    assert (stats["connections"], stats["requests"]) == (1, 3)


@pytest.mark.parametrize(
    "sent",
    [request("/ok", version="1.0"), request("/ok", "connection: Close"), request("/ok?close=1")],
    ids=["HTTP/1.0", "field", "parameter"],
)
def test_connections_are_closed_when_asked(origin, sent):
    with origin.connect() as connection:
        connection.sendall(sent)
        assert parse(read_all(connection))[2] == b"ok\n"


def test_pipelined_requests_are_answered_in_order(origin):
    with origin.connect() as connection:
        connection.sendall(request("/delay/20") + request("/bytes?second") + request("/bytes?third"))
        assert [read_answer(connection)[1] for _ in range(3)] == [b"ok\n", b"second", b"third"]


def test_a_request_may_come_in_pieces(origin):
    with origin.connect() as connection:
        for byte in request("/bytes?whole", "Content-Length: 3", body=b"abc"):
            connection.sendall(bytes([byte]))
        assert read_answer(connection)[1] == b"whole"


def test_a_request_may_be_long(origin):
    text = "x" * 200_000
    assert parse(ask(origin, "/bytes?" + text))[2] == text.encode()


def test_a_body_is_skipped(origin):
    with origin.connect() as connection:
        connection.sendall(request("/ok", "Content-Length: 50000", method="POST", body=b"GET /\n\r\n" * 6250))
        connection.sendall(request("/bytes?next"))
        assert [read_answer(connection)[1] for _ in range(2)] == [b"ok\n", b"next"]


def test_head(origin):
    _, fields, body = parse(ask(origin, "/size/500", method="HEAD"))
    assert (dict(fields)[b"Content-Length"], body) == (b"500", b"")


def test_an_absolute_target_is_understood_as_a_proxy_would(origin):
    assert parse(ask(origin, "http://elsewhere.test:80/bytes?yes"))[2] == b"yes"
    assert parse(ask(origin, "http://elsewhere.test"))[2] == b"ok\n"


@pytest.mark.parametrize(
    "sent",
    [
        b"\r\n\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET / HTTP/2.0\r\n\r\n",
        b"GET / HTTP/1.1\r\nno colon\r\n\r\n",
        b"GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n",
        b"GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"GET / HTTP/1.1\r\nX: " + b"x" * (1 << 20),
    ],
)
def test_what_is_no_request_is_refused(origin, sent):
    with origin.connect() as connection:
        connection.sendall(sent)
        assert receive_until(connection, b"\r\n").startswith(b"HTTP/1.1 400 ")


def test_counts(origin):
    for target in ("/ok", "/ok?x", "/status/404", '/"%41\x7f'):
        ask(origin, target)
    stats = origin.wait_until(open=0)
    assert stats == {
        "connections": 4,
        "open": 0,
        "requests": 4,
        "in_flight": 0,
        "peak_in_flight": 1,
        "paths": {"/ok": 2, "/status/404": 1, '/"%41\x7f': 1},
    }


def test_asking_for_counts_is_not_counted(origin):
    origin.stats()
    assert origin.stats()["requests"] == 0
    assert origin.wait_until(open=0)["connections"] == 0
    with origin.connect() as connection:
        connection.sendall(request("/stats"))
        assert json.loads(read_answer(connection)[1])["connections"] == 0


def test_the_peak_is_what_was_in_flight_at_once(origin):
    connections = [origin.connect() for _ in range(20)]
    for connection in connections:
        connection.sendall(request("/silent"))
    assert origin.wait_until(in_flight=20)["peak_in_flight"] == 20
    for connection in connections:
        connection.close()
    assert origin.wait_until(in_flight=0)["peak_in_flight"] == 20
    assert origin.reset()["peak_in_flight"] == 0


def test_thousands_at_once():
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    count = min(5000, hard - 200)
    with support.Origin() as origin:
        connections = []
        for _ in range(count):
            connections.append(origin.connect())
            connections[-1].sendall(request("/silent"))
        assert origin.wait_until(in_flight=count)["open"] == count
        for connection in connections:
            connection.close()
        assert origin.wait_until(open=0)["peak_in_flight"] == count


def test_it_ends_with_its_input():
    with support.Origin() as origin:
        with origin.connect() as connection:
            connection.sendall(request("/silent"))
            origin.wait_until(in_flight=1)
            assert origin.stop() == 0
            assert connection.recv(1) == b""


@pytest.mark.parametrize("which", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_with_a_signal(which):
    with support.Origin() as origin:
        origin.process.send_signal(which)
        assert origin.process.wait(support.PATIENCE) == 0


def run_origin(*arguments):
    return subprocess.run(
        [support.ORIGIN, *arguments], stdin=subprocess.DEVNULL, capture_output=True, timeout=support.PATIENCE, check=False
    )


def test_a_crew_takes_requests_in_turn():
    """Three for two workers, one of whom is busy for long: the third request, though short, is done after the first."""
    with support.Origin() as origin, contextlib.ExitStack() as stack:
        connections = [stack.enter_context(origin.connect()) for _ in range(3)]
        for count, (connection, work) in enumerate(zip(connections, (300, 100000, 1)), 1):
            connection.sendall(request(f"/knee/2?work={work}"))
            origin.wait_until(in_flight=count)
        receive_until(connections[2], b"ok\n")
        assert select.select(connections[:2], [], [], 0)[0] == connections[:1]


def test_what_is_above_the_limit_is_refused_at_once(origin):
    with origin.connect() as first, origin.connect() as second:
        for count, connection in enumerate((first, second), 1):
            connection.sendall(request("/limit/2?work=100000"))
            origin.wait_until(in_flight=count)
        assert parse(ask(origin, "/limit/2"))[0].startswith(b"HTTP/1.1 429")
        assert parse(ask(origin, "/limit/2?refusal=503"))[0].startswith(b"HTTP/1.1 503")
    origin.wait_until(in_flight=0)
    assert parse(ask(origin, "/limit/2"))[0].startswith(b"HTTP/1.1 200")


def test_the_port_and_the_address_can_be_given(refused_port):
    with support.Origin("--port", str(refused_port), "--address", "127.0.0.2") as origin:
        assert origin.root == f"http://127.0.0.2:{refused_port}/"
        assert parse(ask(origin, "/ok"))[2] == b"ok\n"


def test_a_port_that_is_taken_is_reported(origin):
    run = run_origin("--port", str(origin.port))
    assert (run.returncode, run.stdout, run.stderr) == (1, b"", b"origin: Address already in use\n")


@pytest.mark.parametrize("arguments", [["--what"], ["--port", "x"], ["--port", "65536"], ["--backlog", "-1"]])
def test_wrong_options_are_refused(arguments):
    run = run_origin(*arguments)
    assert (run.returncode, run.stdout) == (2, b"")
    assert run.stderr


def test_help():
    run = run_origin("--help")
    assert run.returncode == 0
    assert run.stdout.startswith(b"usage: origin ")


def test_a_refused_port_refuses(refused_port):
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", refused_port), timeout=support.PATIENCE)
