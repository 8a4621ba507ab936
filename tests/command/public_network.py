"""--no-private where there are public addresses: test_private.py runs these tests in a network that has nothing but
loopback, with public addresses on it."""

import contextlib
import socket

import pytest
import servers
import support

PUBLIC = "93.184.216.34"
PUBLIC_V6 = "2606:2800:220:1::1"


def only(run):
    (record,) = run.records()
    return record


@contextlib.contextmanager
def untouched(port):
    """PORT of 127.0.0.1, to which nobody connects meanwhile."""
    with socket.create_server(("127.0.0.1", port)) as listener:
        listener.setblocking(False)
        yield
        with pytest.raises(BlockingIOError):
            listener.accept()


@pytest.fixture
def public():
    """A server at a public address, and nobody at the same port of 127.0.0.1."""
    with servers.Puppet(host=PUBLIC) as public, untouched(public.port):
        yield public


REFUSED = "has the address 127.0.0.1, which is loopback; --no-private refuses it"


def test_a_public_address_is_fetched(haul, names, public):
    names.answers["public.test"] = [PUBLIC]
    urls = [public.url("/a"), f"http://public.test:{public.port}/b", "http://1572395042:%d/c" % public.port]
    records = haul("--gather", "-j", "--no-private", *names.options, *urls).records()
    assert [(record["ok"], record["remote_ip"]) for record in records] == [(True, PUBLIC)] * 3


@pytest.mark.parametrize("addresses", [["127.0.0.1", PUBLIC], [PUBLIC, "10.0.0.1"], ["::1", "fd00::1", "10.0.0.1", PUBLIC]])
def test_allowed_addresses_among_refused_ones(haul, names, public, addresses):
    names.answers["mixed.test"] = addresses
    record = only(haul("-j", "--no-private", *names.options, f"http://mixed.test:{public.port}/x"))
    assert (record["ok"], record["remote_ip"]) == (True, PUBLIC)


def test_the_same_where_libcurl_has_them_all(haul, public):
    """From --resolve, without haul's resolver."""
    given = ",".join(["127.0.0.1", "[::1]", "10.0.0.1", PUBLIC])
    record = only(haul("-j", "--no-private", "--resolve", f"mixed.test:{public.port}:{given}", public.url("/x", "mixed.test")))
    assert record["error"] is None or record["error"]["class"] != "address", record
    assert (record["ok"], record["remote_ip"]) == (True, PUBLIC)


def test_an_allowed_address_that_refuses_is_no_refusal_of_ours(haul, names, public):
    names.answers["mixed.test"] = ["127.0.0.1", PUBLIC]
    with support.refused() as closed:
        record = only(haul("-j", "--no-private", *names.options, f"http://mixed.test:{closed}/"))
    assert record["error"] == {"class": "connect", "code": 7, "message": "connection refused"}


@pytest.mark.parametrize("host", ["127.0.0.1", "0x7f.1", "[::1]", "inside.test", "localhost"])
def test_a_redirect_leads_nowhere_either(haul, names, public, host):
    names.answers["inside.test"] = ["127.0.0.1"]
    public.answers["/go"] = servers.response(302, f"Location: http://{host}:{public.port}/secret")
    record = only(haul("-j", "--no-private", *names.options, public.url("/go")))
    assert (record["error"]["class"], record["redirects"], record["status"]) == ("address", 1, 0)
    assert record["final_url"].endswith("/secret")
    assert public.targets() == ["/go"]


def rebinding(*rounds):
    """Answers to a name: the addresses of the first round, then those of the next, and so on."""
    asked = []

    def answer(question):
        asked.append(question.kind)
        addresses = rounds[min(asked.count(question.kind), len(rounds)) - 1]
        return question.answer(*question.of_addresses(addresses, ttl=0))

    return answer


@pytest.mark.parametrize("keeps", [True, False])
def test_a_name_that_leads_elsewhere_later(haul, names, public, keeps):
    """A connection that is kept leads to where it was allowed; another one does not come to be."""
    names.answers["rebinding.test"] = rebinding([PUBLIC], ["127.0.0.1"])
    public.answers["/x"] = servers.response() if keeps else servers.response(200, "Connection: close")
    url = f"http://rebinding.test:{public.port}/x"
    records = haul("--sequential", "-j", "--no-private", *names.options, url, "sleep:1.1", url).records()
    assert (records[0]["ok"], records[0]["remote_ip"]) == (True, PUBLIC)
    if keeps:
        assert (records[2]["ok"], records[2]["remote_ip"], records[2]["reused"]) == (True, PUBLIC, True)
    else:
        assert records[2]["error"]["message"] == f"rebinding.test {REFUSED}"


class Forgetful(servers.Puppet):
    """Ends the first connection at its second request, without an answer."""

    def answer(self, conversation, request):
        return len(self.requests) != 2 and super().answer(conversation, request)


def test_a_connection_that_is_lost_is_not_replaced_by_a_refused_one(haul, names):
    """libcurl opens another by itself."""
    names.answers["rebinding.test"] = rebinding([PUBLIC], ["127.0.0.1"])
    with Forgetful(host=PUBLIC) as public, untouched(public.port):
        url = f"http://rebinding.test:{public.port}/x"
        first, _, last = haul("--sequential", "-j", "--no-private", *names.options, url, "sleep:1.1", url).records()
        assert len(public.requests) >= 2
    assert first["ok"]
    assert last["remote_ip"] == PUBLIC or last["error"]["class"] == "address"


def test_an_exception_from_the_proxy_goes_direct(haul, public):
    options = ["-x", "http://127.0.0.1:1", "--noproxy", f"other.test,{PUBLIC}"]
    record = only(haul("-j", "--no-private", *options, public.url("/x")))
    assert (record["ok"], record["remote_ip"]) == (True, PUBLIC)


def test_what_carries_a_public_address_of_the_other_family(haul, public):
    if not support.has_ipv6():
        pytest.skip("there is no IPv6 here")
    record = only(haul("-j", "--no-private", f"http://[::ffff:{PUBLIC}]:{public.port}/x"))
    assert record["ok"] and PUBLIC in record["remote_ip"]


def test_the_family_that_comes_late_is_waited_for(haul, names, public):
    """All of the first are refused: that settles nothing."""
    if not support.has_ipv6():
        pytest.skip("there is no IPv6 here")
    names.answers["late.test"] = ["::1", PUBLIC]
    record = only(haul("-j", "--no-private", *names.options, f"http://late.test:{public.port}/x"))
    assert (record["ok"], record["remote_ip"]) == (True, PUBLIC)
