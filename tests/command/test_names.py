"""Names: looked up on the loop, against a name server that answers, refuses, delays, truncates and lies."""

import signal
import subprocess

import pytest
import servers
import support
from name_server import (
    A,
    AAAA,
    NameServer,
    REFUSED,
    SERVER_FAILURE,
    address_record,
    alias_record,
    encode_name,
)

pytestmark = pytest.mark.sanitized


def only(run):
    (record,) = run.records()
    return record


def test_a_name_is_looked_up(haul, names, puppet):
    record = only(haul("-j", *names.options, puppet.url("/x", "good.test")))
    assert (record["ok"], record["remote_ip"], record["bytes"]) == (True, "127.0.0.1", 3)
    (request,) = puppet.requests
    assert request.field("host") == f"good.test:{puppet.port}"
    assert sorted(names.questions) == [("good.test", A, "udp"), ("good.test", AAAA, "udp")]
    assert record["time"]["dns"] > 0


def test_a_trailing_dot_changes_nothing(haul, names, puppet):
    names.answers["good.test"] = ["127.0.0.1"]
    assert only(haul("-j", *names.options, puppet.url("/x", "GOOD.test.")))["ok"]
    assert names.asked("good.test") == 1


def test_a_name_that_begins_with_a_dash_harms_no_other(haul, names, puppet):
    """libcurl, told of it, would forget what it knows of the name behind the dash."""
    names.answers["-good.test"] = ["127.0.0.1"]
    puppet.answers["/close"] = servers.response(200, "Connection: close")
    urls = [puppet.url("/close", "good.test"), puppet.url("/x", "-good.test"), puppet.url("/y", "good.test")]
    first, dashed, last = haul("-j", "--sequential", *names.options, *urls).records()
    assert (first["ok"], last["ok"]) == (True, True)
    assert (dashed["error"]["class"], dashed["error"]["message"]) == ("dns", "the host's name cannot be looked up")
    assert names.asked("-good.test") == 0


def test_a_family_that_does_not_answer_gives_way_to_the_one_that_comes_late(haul, names, puppet):
    """The name server keeps the address that works to itself until the other one has been tried, and asked for anew."""
    asked = []

    def answer(question):
        asked.append(question.kind)
        is_kept_back = question.kind == A and asked.count(A) == 1
        return [] if is_kept_back else question.answer(*question.of_addresses(["127.0.0.1", "::1"]))

    names.answers["late.test"] = answer
    urls = [puppet.url("/x", "late.test"), puppet.url("/y", "late.test")]
    first, second = haul("-j", "--sequential", *names.options, *urls).records()
    assert (first["ok"], first["remote_ip"], first["attempts"]) == (True, "127.0.0.1", 1)
    assert second["ok"]
    assert len(asked) == 4


def test_many_fetches_of_a_host_are_one_question(haul, names, puppet):
    urls = [puppet.url(f"/{number}", "good.test") for number in range(60)]
    records = haul("-j", "-c", 20, *names.options, *urls).records()
    assert all(record["ok"] for record in records)
    assert names.asked("good.test") == 1


def test_each_answer_is_kept_for_as_long_as_it_says(haul_running, names, puppet):
    """At least a second, though the name server says 0."""
    names.ttl = 0
    puppet.answers["/close"] = servers.response(200, "Connection: close")
    first, second = puppet.url("/close", "good.test"), puppet.url("/held", "good.test")
    with haul_running("-j", "--sequential", *names.options, first, first, second, "sleep:1.1", first, first) as run:
        puppet.wait_for("/held")
        assert names.asked("good.test") == 1
        puppet.release("/held")
        assert run.wait() == 0
    assert names.asked("good.test") == 2


def test_numbers_and_localhost_are_not_asked_for(haul, names, puppet):
    run = haul("-j", *names.options, puppet.url("/a"), puppet.url("/b", "localhost"), puppet.url("/c", "x.localhost"))
    assert [record["ok"] for record in run.records()] == [True] * 3
    assert [record["time"]["dns"] for record in run.records()] == [0] * 3
    assert names.questions == []


@pytest.mark.parametrize("name", ["LOCALHOST", "localhost.", "a.b.Localhost."])
def test_forms_of_localhost(haul, names, puppet, name):
    assert only(haul("-j", *names.options, puppet.url("/x", name)))["ok"]
    assert names.questions == []


def test_the_hosts_file_comes_first(haul, names, puppet):
    with open("/etc/hosts", encoding="utf-8") as file:
        lines = [line.partition("#")[0].split() for line in file]
    found = [(line[0], line[1]) for line in lines if len(line) > 1 and "localhost" not in line[1] and "." in line[0]]
    if not found:
        pytest.skip("the hosts file has no name but localhost")
    address, name = found[0]
    record = only(haul("-j", "--connect-timeout", "500ms", *names.options, puppet.url("/x", name)))
    assert names.questions == []
    assert record["remote_ip"] in (address, None) and (not record["error"] or record["error"]["class"] != "dns")


def test_a_name_that_does_not_exist_is_asked_for_once(haul, names):
    records = haul("-j", "--sequential", *names.options, "http://none.test/a", "http://none.test/b").records()
    assert [record["error"] for record in records] == [
        {"class": "dns", "code": 6, "message": "the host's name does not exist"}
    ] * 2
    assert names.asked("none.test") == 1
    assert records[1]["time"]["dns"] == 0


@pytest.mark.parametrize("name", ["a" * 64, "a..b", "good.test..", "x." * 125 + "test"])
def test_names_that_are_none(haul, names, name):
    """It is said at once, and nobody is asked."""
    record = only(haul("-j", *names.options, f"http://{name}/"))
    assert record["error"] == {"class": "dns", "code": 6, "message": "the host's name cannot be looked up"}
    assert names.questions == []


@pytest.mark.parametrize("name", ["a" * 63 + ".test", ("x." * 124 + "test")])
def test_the_longest_names(haul, names, name):
    assert not only(haul("-j", *names.options, f"http://{name}/"))["ok"]
    assert names.asked(name) == 1


@pytest.mark.parametrize("name", ["hidden.onion", "HIDDEN.Onion.", "some.invalid"])
def test_names_that_nobody_is_to_be_asked_for(haul, names, name):
    names.answers[name.lower().rstrip(".")] = ["127.0.0.1"]
    record = only(haul("-j", *names.options, f"http://{name}/"))
    assert record["error"] == {"class": "dns", "code": 6, "message": "the host's name does not exist"}
    assert names.questions == []


@pytest.mark.parametrize(
    "host, name", [("b\u00fccher.test", "xn--bcher-kva.test"), ("_some_host.test", "_some_host.test")]
)
def test_unusual_names(haul, names, puppet, host, name):
    """What is not ASCII is asked for as it stands in the DNS."""
    names.answers[name] = ["127.0.0.1"]
    record = only(haul("-j", *names.options, puppet.url("/x", host)))
    if record["error"] and record["error"]["class"] == "url":
        pytest.skip("this libcurl knows no international names")
    assert record["ok"] and names.asked(name) == 1


def test_addresses_that_do_not_answer_are_passed_over(haul, names, puppet):
    """Nobody listens at the first ones, of either family. libcurl alone would let time pass after each."""
    names.answers["many.test"] = ["::1", *(f"127.0.0.{number}" for number in range(2, 10)), "127.0.0.1"]
    record = only(haul("-j", "--connect-timeout", "2s", *names.options, puppet.url("/x", "many.test")))
    assert (record["ok"], record["remote_ip"]) == (True, "127.0.0.1")


@pytest.mark.skipif(not support.has_ipv6(), reason="there is no IPv6 here")
def test_a_kind_of_address_that_does_not_answer_is_passed_over(haul, names, puppet):
    """Connections to the IPv6 address, which comes first, are neither taken nor refused."""
    names.answers["both.test"] = ["::1", "127.0.0.1"]
    with servers.never_accepting("::1", puppet.port):
        record = only(haul("-j", "--connect-timeout", "10s", *names.options, puppet.url("/x", "both.test")))
    assert (record["ok"], record["remote_ip"]) == (True, "127.0.0.1")


@pytest.mark.parametrize(
    "limit, error",
    [
        ("--connect-timeout", {"class": "timeout", "code": 28, "message": "the name was not resolved within 300 ms"}),
        ("--max-time", {"class": "timeout", "code": 28, "message": "not done within 300 ms"}),
    ],
)
def test_a_lookup_is_not_waited_for_longer_than_allowed(haul, names, puppet, limit, error):
    """And the others go on meanwhile."""
    names.answers["silent.test"] = lambda question: None
    run = haul("-j", limit, "300ms", *names.options, "http://silent.test/", puppet.url("/x", "good.test"))
    records = {record["line"]: record for record in run.records()}
    assert records[1]["error"] == error
    assert records[1]["time"]["dns"] == records[1]["time"]["total"] >= 0.3
    assert records[2]["ok"]


def test_the_end_does_not_wait_for_lookups(haul_running, names):
    names.answers["silent.test"] = lambda question: None
    with haul_running("-j", *names.options, "http://silent.test/") as run:
        names.wait_for("silent.test")
        run.interrupt()
        assert run.record()["error"]["class"] == "cancelled"
        run.wait(timeout=5)


@pytest.mark.one_loop
def test_an_interrupt_ends_all_lookups(haul_running, names):
    """Those that are under way, and those that wait to be."""
    hosts = [f"h{number}.test" for number in range(130)]
    names.is_holding = True
    with haul_running("-j", "-c", 130, *names.options, *[f"http://{host}/" for host in hosts]) as run:
        for host in hosts[:100]:
            names.wait_for(host)
        run.interrupt()
        records = [run.record() for _ in hosts]
        assert run.wait() == -signal.SIGINT
    assert {record["error"]["class"] for record in records} == {"cancelled"}
    assert sorted(record["line"] for record in records) == list(range(1, 131))


@pytest.mark.one_loop
def test_no_more_questions_than_a_hundred_at_a_time(haul_running, names, puppet):
    """None is answered before all have come that may be asked."""
    hosts = [f"h{number}.test" for number in range(130)]
    names.answers.update((host, ["127.0.0.1"]) for host in hosts)
    names.is_holding = True
    urls = [puppet.url("/x", host) for host in hosts]
    with haul_running("-j", "-c", 130, *names.options, *urls) as run:
        for host in hosts[:100]:
            names.wait_for(host)
        asked = {name for name, _, _ in names.questions}
        names.release()
        assert all(run.record()["ok"] for _ in hosts)
    assert len(asked) == 100


def test_the_target_of_a_redirect_is_looked_up(haul, names, puppet):
    names.answers["next.test"] = ["127.0.0.1"]
    puppet.answers["/go"] = servers.response(302, f"Location: {puppet.url('/there', 'next.test')}")
    record = only(haul("-j", *names.options, puppet.url("/go", "good.test")))
    assert (record["ok"], record["redirects"]) == (True, 1)
    assert (names.asked("good.test"), names.asked("next.test")) == (1, 1)


def test_the_certificate_is_for_the_name(haul, names, certificates):
    with servers.Puppet(certificates.context()) as secure:
        names.answers["bad.test"] = ["127.0.0.1"]
        urls = [secure.url("/", "good.test"), secure.url("/", "bad.test")]
        run = haul("-j", "--sequential", "--cacert", certificates.ca, *names.options, *urls)
    assert [record["error"] and record["error"]["class"] for record in run.records()] == [None, "tls"]


def test_more_hosts_than_are_remembered_at_once(haul, names, puppet):
    """A connection each, so that libcurl has to be told of each, and of the first ones again."""
    puppet.answers["/x"] = servers.response(200, "Connection: close")
    hosts = [f"h{number}.test" for number in range(90)]
    for host in hosts:
        names.answers[host] = ["127.0.0.1"]
    urls = [puppet.url("/x", host) for host in [*hosts, *hosts]]
    run = haul("-j", "--sequential", *names.options, *urls)
    assert all(record["ok"] for record in run.records())
    assert sorted({names.asked(host) for host in hosts}) == [1]


def test_the_system_resolver(haul, names, puppet):
    """Which knows nothing of the name server that the others ask."""
    record = only(haul("-j", "--resolver", "system", puppet.url("/x", "localhost")))
    assert record["ok"]
    run = haul("--resolver", "system", *names.options, puppet.url("/x", "good.test"))
    assert (run.returncode, names.questions) == (2, [])


def test_names_where_descriptors_are_short(haul, names, origin):
    """A lookup that finds no descriptor free is made again; the name is not taken for one that has no address."""
    hosts = [f"h{number}.test" for number in range(60)]
    names.answers.update((host, ["127.0.0.1"]) for host in hosts)
    urls = [f"http://{host}:{origin.port}/delay/5" for host in hosts]
    script = 'ulimit -n 24; exec "$@"'
    run = subprocess.run(
        ["sh", "-c", script, "sh", support.HAUL, "-j", "-c", "60", *names.options, *urls],
        capture_output=True,
        env=support.environment(),
        timeout=support.PATIENCE,
        check=False,
    )
    records = support.parse_records(run.stdout)
    assert [record["error"] for record in records] == [None] * len(hosts)
