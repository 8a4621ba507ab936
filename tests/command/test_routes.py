"""Whose name is looked up: the host's, or the proxy's, or that which --connect-to says; or nobody's."""

import pytest
import servers

pytestmark = pytest.mark.sanitized


def only(run):
    (record,) = run.records()
    return record


@pytest.fixture
def proxy(puppet):
    """One that leads to the puppet where it is asked for a tunnel, and answers all else by itself."""
    with servers.Tunnel(puppet.port) as proxy:
        yield proxy


# Who is reached: the server, the proxy, or the server by a tunnel through the proxy.
SERVER, PROXY, TUNNEL = "server", "proxy", "tunnel"

# The URL is http://far.test/x; {proxy} and {server} are ports.
ROUTES = [
    # options, has a proxy, no_proxy, names that are asked for, who is reached
    ([], False, "", ["far.test"], None),
    (["--connect-to", "far.test:80:good.test:{server}"], False, "", ["good.test"], SERVER),
    (["--connect-to", "other.test:80:good.test:{server}"], False, "", ["far.test"], None),
    (["--connect-to", "::good.test:{server}"], False, "", ["good.test"], SERVER),
    (["--connect-to", "::127.0.0.1:{server}"], False, "", [], SERVER),
    (["--connect-to", "far.test:80:localhost:{server}"], False, "", [], SERVER),
    (
        ["--connect-to", "far.test:80:there.test:{server}", "--resolve", "there.test:{server}:127.0.0.1"],
        False,
        "",
        [],
        SERVER,
    ),
    # What is said of the host that is not connected to does not matter.
    (
        ["--connect-to", "far.test:80:good.test:{server}", "--resolve", "far.test:80:127.0.0.9"],
        False,
        "",
        ["good.test"],
        SERVER,
    ),
    ([], True, "", ["proxy.test"], PROXY),
    ([], True, "other.test", ["proxy.test"], PROXY),
    ([], True, "far.test", ["far.test"], None),
    ([], True, "test", ["far.test"], None),
    (["--resolve", "far.test:80:127.0.0.9"], True, "", ["proxy.test"], PROXY),
    (["--resolve", "proxy.test:{proxy}:127.0.0.1"], True, "", [], PROXY),
    (["--resolve", "*:{proxy}:127.0.0.1"], True, "", [], PROXY),
    (["--resolve", "proxy.test:1:127.0.0.9"], True, "", ["proxy.test"], PROXY),
    (["--connect-to", "far.test:80:none.test:{server}"], True, "", ["proxy.test"], TUNNEL),
    (["--connect-to", "proxy.test:{proxy}:none.test:1"], True, "", ["proxy.test"], PROXY),
    (["--connect-to", "far.test:80:good.test:{server}"], True, "far.test", ["good.test"], SERVER),
    (
        ["--connect-to", "far.test:80:none.test:{server}", "--resolve", "proxy.test:{proxy}:127.0.0.1"],
        True,
        "",
        [],
        TUNNEL,
    ),
    (
        ["--connect-to", "far.test:80:there.test:{server}", "--resolve", "there.test:{server}:127.0.0.1"],
        True,
        "far.test",
        [],
        SERVER,
    ),
]


@pytest.mark.parametrize("options, has_proxy, no_proxy, asked, reached", ROUTES)
def test_whose_name_is_looked_up(haul, names, puppet, proxy, options, has_proxy, no_proxy, asked, reached):
    """In each combination."""
    names.answers["proxy.test"] = ["127.0.0.1"]
    env = {"http_proxy": proxy.url("", "proxy.test"), "no_proxy": no_proxy} if has_proxy else {}
    options = [option.format(server=puppet.port, proxy=proxy.port) for option in options]
    record = only(haul("-j", *names.options, *options, "http://far.test/x", env=env))
    assert sorted({name for name, _, _ in names.questions}) == asked
    assert record["ok"] == (reached is not None)
    assert len(puppet.requests) == (reached in (SERVER, TUNNEL))
    assert len(proxy.requests) == (reached in (PROXY, TUNNEL))
    if reached != PROXY and reached:
        assert puppet.requests[0].field("host") == "far.test"


@pytest.mark.parametrize("by_name", [True, False])
@pytest.mark.parametrize("scheme", ["http", "socks5h", "socks4a"])
def test_the_proxy_looks_up_the_host(haul, names, puppet, certificates, scheme, by_name):
    """Of a tunnel, only the proxy's own name is asked for, if it has one."""
    names.answers["proxy.test"] = ["127.0.0.1"]
    with servers.Puppet(tls=certificates.context()) as server:
        kind = servers.Tunnel if scheme == "http" else servers.Socks
        with kind(server.port) as proxy:
            host = "proxy.test" if by_name else "127.0.0.1"
            env = {"https_proxy": f"{scheme}://{host}:{proxy.port}"}
            run = haul("-j", "--cacert", certificates.ca, *names.options, "https://good.test/x", env=env)
            assert only(run)["ok"]
            assert proxy.targets() == ["good.test:443"]
    assert {name for name, _, _ in names.questions} == ({"proxy.test"} if by_name else set())


def test_a_proxy_without_a_name(haul, names):
    record = only(haul("-j", *names.options, "http://far.test/x", env={"http_proxy": "http://none.test:3128"}))
    assert record["error"] == {"class": "dns", "code": 5, "message": "the proxy's name does not exist"}


def test_many_urls_by_one_proxy_are_one_question(haul, names, proxy):
    names.answers["proxy.test"] = ["127.0.0.1"]
    env = {"http_proxy": proxy.url("", "proxy.test")}
    urls = [f"http://h{number}.test/" for number in range(60)]
    assert all(record["ok"] for record in haul("-j", *names.options, *urls, env=env).records())
    assert {name for name, _, _ in names.questions} == {"proxy.test"}
    assert names.asked("proxy.test") == 1


def test_an_entry_of_resolve_that_may_grow_old_is_used(haul, names, puppet):
    run = haul("-j", *names.options, "--resolve", f"+known.test:{puppet.port}:127.0.0.1", puppet.url("/x", "known.test"))
    assert [record["ok"] for record in run.records()] == [True]
    assert names.questions == []


def test_an_entry_of_resolve_that_is_taken_out_leaves_what_is_looked_up(haul, names, puppet):
    run = haul("-j", *names.options, "--resolve", f"-good.test:{puppet.port}", puppet.url("/x", "good.test"))
    assert [record["ok"] for record in run.records()] == [True]


def test_resolve_and_connect_to_for_different_urls(haul, names, puppet):
    options = [*names.options, *puppet.resolve("known.test"), "--connect-to", f"from.test:80:good.test:{puppet.port}"]
    run = haul("-j", *options, puppet.url("/x", "known.test"), "http://from.test/y", "--sequential")
    assert [record["ok"] for record in run.records()] == [True, True]
    assert [request.field("host") for request in puppet.requests] == [f"known.test:{puppet.port}", "from.test"]
    assert {name for name, _, _ in names.questions} == {"good.test"}
