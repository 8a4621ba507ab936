"""Proxies from the environment: as curl reads them, once, and never by accident."""

import base64
import subprocess

import pytest
import servers
import support

pytestmark = pytest.mark.sanitized


@pytest.fixture
def proxy():
    with servers.Puppet() as proxy:
        yield proxy


def only(run):
    (record,) = run.records()
    return record


@pytest.mark.parametrize("variable", ["http_proxy", "all_proxy", "ALL_PROXY"])
def test_a_proxy_gets_the_request(haul, proxy, variable):
    record = only(haul("-j", "http://nowhere.test/x?y", env={variable: proxy.root}))
    assert (record["ok"], record["url"], record["bytes"]) == (True, "http://nowhere.test/x?y", 3)
    assert (record["remote_ip"], record["remote_port"]) == ("127.0.0.1", proxy.port)
    (request,) = proxy.requests
    assert (request.target, request.field("host")) == ("http://nowhere.test/x?y", "nowhere.test")


def test_whether_one_was_used(haul, proxy, puppet):
    form = "%{proxy_used} %{remote_port}"
    used = haul("-x", proxy.root, "-w", form, "http://nowhere.test/").stdout
    assert used == f"1 {proxy.port}".encode()
    direct = haul("-x", proxy.root, "--noproxy", "127.0.0.1", "-w", form, puppet.url("/")).stdout
    assert direct == haul("-w", form, puppet.url("/")).stdout == f"0 {puppet.port}".encode()
    assert haul("-x", proxy.root, "-w", "%{proxy_used}", "sleep:0").stdout == b"0"


def test_without_a_variable_there_is_none(haul, proxy, puppet):
    """HTTP_PROXY in capitals may come from a request's field, in a program that a web server runs."""
    for env in ({}, {"HTTP_PROXY": proxy.root}, {"https_proxy": proxy.root}, {"http_proxy": ""}):
        assert only(haul("-j", puppet.url("/x"), env=env))["ok"]
    assert proxy.requests == []


def test_the_own_variable_comes_before_that_for_all(haul, proxy, refused_port):
    env = {"http_proxy": proxy.root, "all_proxy": f"http://127.0.0.1:{refused_port}"}
    assert only(haul("-j", "http://nowhere.test/", env=env))["ok"]


@pytest.mark.parametrize(
    "variable, exceptions",
    [
        ("no_proxy", "127.0.0.1"),
        ("NO_PROXY", "127.0.0.1"),
        ("no_proxy", "a.test, 127.0.0.1 ,b.test"),
        ("no_proxy", "*"),
    ],
)
def test_exceptions_go_without(haul, proxy, puppet, variable, exceptions):
    assert only(haul("-j", puppet.url("/x"), env={"http_proxy": proxy.root, variable: exceptions}))["ok"]
    assert (proxy.targets(), puppet.targets()) == ([], ["/x"])


def test_an_exception_is_for_a_domain_and_what_is_below_it(haul, proxy, puppet):
    hosts = ["good.test", "www.good.test", "notgood.test", "other.test"]
    urls = [puppet.url("/x", host) for host in hosts]
    env = {"http_proxy": proxy.root, "no_proxy": "good.test"}
    run = haul("--gather", "-j", *puppet.resolve(*hosts), *urls, env=env)
    assert [record["remote_port"] for record in run.records()] == [puppet.port] * 2 + [proxy.port] * 2


@pytest.mark.parametrize("status", [403, 502])
def test_what_a_proxy_answers_to_connect_is_what_curl_says(haul, proxy, status):
    proxy.answers["nowhere.test:443"] = servers.response(status)
    form = "%{http_connect} %{http_code}"
    curl = ["curl", "-q", "-s", "-x", proxy.root, "-w", form, "https://nowhere.test/"]
    theirs = subprocess.run(curl, check=False, capture_output=True).stdout
    assert theirs == f"{status} 000".encode()
    assert haul("-s", "-x", proxy.root, "-w", form, "https://nowhere.test/").stdout == theirs
    assert haul("-x", proxy.root, "-w", form, "http://nowhere.test/").stdout == b"000 200"


def test_a_proxy_sees_each_hop(haul, proxy):
    proxy.answers["http://a.test/"] = servers.response(302, "Location: http://b.test/there")
    record = only(haul("-j", "http://a.test/", env={"http_proxy": proxy.root}))
    assert (record["ok"], record["final_url"], record["redirects"]) == (True, "http://b.test/there", 1)
    assert proxy.targets() == ["http://a.test/", "http://b.test/there"]


def test_credentials_go_to_the_proxy_and_nowhere_else(haul, proxy):
    url = proxy.root.replace("//", "//name:secret@")
    for form in (["-j"], [], ["--body", "--summary=total"]):
        run = haul(*form, "http://a.test/", "http://a.test:99999/", env={"http_proxy": url})
        assert b"secret" not in run.stdout + run.stderr
    for request in proxy.requests:
        assert request.field("proxy-authorization") == "Basic " + base64.b64encode(b"name:secret").decode()
        assert request.field("authorization") is None


@pytest.mark.one_loop
def test_connections_to_a_proxy_are_reused_for_other_hosts(haul, proxy):
    urls = [f"http://{name}.test/" for name in "abcde"]
    run = haul("--sequential", "-j", *urls, env={"http_proxy": proxy.root})
    assert [record["reused"] for record in run.records()] == [False, True, True, True, True]


def test_a_limit_for_a_host_is_for_that_of_the_url(haul_running, proxy):
    urls = [f"http://{name}.test/held/{name}" for name in "aabb"]
    held = sorted(set(urls))
    proxy.answers.clear()
    with haul_running("--per-host", 1, "-j", *urls, env={"http_proxy": proxy.root}) as run:
        proxy.wait_for(*held)
        records = support.parse_records(run.stdout.rest())
        assert run.wait() == 0
    assert len(records) == 4


@pytest.mark.parametrize("path", ["refused", "dns"])
def test_a_proxy_that_cannot_be_reached(haul, refused_port, mode, path):
    proxy = f"http://127.0.0.1:{refused_port}" if path == "refused" else f"http://{'x' * 64}:80"
    run = haul("--mode", mode, "-j", "http://a.test/", "sleep:0", "https://b.test/", env={"all_proxy": proxy})
    errors = {record["input"]: record["error"] for record in run.records()}
    assert errors.pop("sleep:0") is None
    # libcurl's later versions do not always tell a proxy's name from a host's.
    expected = [("connect", 7)] if path == "refused" else [("dns", 5), ("dns", 6)]
    for error in errors.values():
        assert (error["class"], error["code"]) in expected
        assert error["message"]
    assert run.returncode == 1


@pytest.mark.parametrize("status", [403, 407, 502])
def test_a_proxy_that_makes_no_tunnel(haul, proxy, mode, status):
    proxy.answers["a.test:443"] = servers.response(status)
    run = haul("--mode", mode, "-j", "https://a.test/", "sleep:0", env={"https_proxy": proxy.root})
    failed, good = sorted(run.records(), key=lambda record: record["index"])
    assert good["ok"]
    assert failed["error"]["class"] == "connect"
    assert failed["error"]["message"] == "the proxy made no connection"
    # It is the proxy's status, and not what the server sent.
    assert (failed["status"], failed["bytes"]) == (0, 0)
    assert proxy.requests[0].method == "CONNECT"


@pytest.mark.parametrize("answer", [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\n", b"HTTP/1.1 2"])
def test_a_proxy_that_misbehaves_in_a_tunnel(haul, proxy, answer):
    proxy.answers["a.test:443"] = answer + b"Connection: close" * (answer == b"")
    record = only(haul("-j", "--connect-timeout", "1", "https://a.test/", env={"https_proxy": proxy.root}))
    assert record["ok"] is False
    assert record["error"]["class"] in ("connect", "protocol", "tls", "timeout")


def test_https_goes_through_a_tunnel(haul, certificates):
    with servers.Puppet(tls=certificates.context()) as server, servers.Tunnel(server.port) as proxy:
        record = only(haul("-j", "--cacert", certificates.ca, "https://good.test/x", env={"https_proxy": proxy.root}))
        assert (record["ok"], record["bytes"]) == (True, 3)
        assert proxy.targets() == ["good.test:443"]
        assert server.targets() == ["/x"]
        assert server.requests[0].field("proxy-authorization") is None


def test_what_a_proxy_is_to_know_is_told_to_no_other(haul, puppet, proxy, certificates):
    field = ("-H", "Proxy-Authorization: Basic secret", "-H", "X-A: b")
    assert only(haul("-j", *field, puppet.url("/x")))["ok"]
    assert only(haul("-j", *field, "-x", proxy.root, "http://a.test/"))["ok"]
    with servers.Puppet(tls=certificates.context()) as server, servers.Tunnel(server.port) as tunnel:
        trust = ("--cacert", str(certificates.ca))
        assert only(haul("-j", *field, *trust, "-x", tunnel.root, "https://good.test/"))["ok"]
        (connected,), (inside,) = tunnel.requests, server.requests
    for request, has_secret, has_other in (
        (puppet.requests[0], False, True),
        (proxy.requests[0], True, True),
        (connected, True, False),
        (inside, False, True),
    ):
        assert (request.field("proxy-authorization") == "Basic secret", request.field("x-a") == "b") == (has_secret, has_other)
