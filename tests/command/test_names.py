"""Names: looked up on the loop, against a name server that answers, refuses, delays, truncates and lies."""

import struct
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


@pytest.fixture
def names():
    """A name server that knows good.test, which is this machine."""
    with NameServer() as names:
        names.answers["good.test"] = ["127.0.0.1"]
        yield names


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


FAILED = "no name server could tell the host's addresses"
SILENT = "no name server answered on the host's name"


@pytest.mark.parametrize(
    "answer, message",
    [
        (lambda question: question.answer(), "the host's name has no address"),
        (lambda question: question.answer(code=SERVER_FAILURE), FAILED),
        (lambda question: question.answer(code=REFUSED), FAILED),
        (lambda question: question.answer(*aliases("bad.test", "b.test", "bad.test")), "the host's name has no address"),
        (lambda question: question.answer(LOOP), "the name server's answer on the host is malformed"),
    ],
    ids=["empty", "failure", "refusal", "alias loop", "compression loop"],
)
def test_answers_without_an_address(haul, names, answer, message):
    names.answers["bad.test"] = answer
    record = only(haul("-j", *names.options, "http://bad.test/"))
    assert record["error"] == {"class": "dns", "code": 6, "message": message}
    assert record["time"]["dns"] == record["time"]["total"] > 0


# A name that points to itself: behind the header of 12 bytes and the question of 14.
LOOP = b"\xc0\x1a" + struct.pack("!HHIH", A, 1, 60, 4) + b"\x7f\0\0\1"


def aliases(*chain):
    return [alias_record(name, target) for name, target in zip(chain, chain[1:])]


def test_a_name_that_does_not_exist_is_asked_for_once(haul, names):
    records = haul("-j", "--sequential", *names.options, "http://none.test/a", "http://none.test/b").records()
    assert [record["error"] for record in records] == [
        {"class": "dns", "code": 6, "message": "the host's name does not exist"}
    ] * 2
    assert names.asked("none.test") == 1
    assert records[1]["time"]["dns"] == 0


@pytest.mark.parametrize("name", ["a" * 64, "a..b", "x." * 130 + "test"])
def test_names_that_are_none(haul, names, name):
    record = only(haul("-j", *names.options, f"http://{name}/"))
    assert record["error"]["class"] in ("dns", "url")
    assert names.questions == []


def test_no_name_server_is_there(haul, refused_port):
    record = only(haul("-j", "--dns-servers", f"127.0.0.1:{refused_port}", "http://good.test/"))
    assert record["error"]["class"] == "dns"
    assert record["error"]["message"] in (FAILED, SILENT)


def test_the_next_name_server_is_asked(haul, names, puppet, refused_port):
    servers_ = f"127.0.0.1:{refused_port},{names.address}"
    assert only(haul("-j", "--dns-servers", servers_, puppet.url("/x", "good.test")))["ok"]


def test_a_name_server_by_ipv6(haul, puppet):
    try:
        names = NameServer("::1")
    except OSError:
        pytest.skip("there is no IPv6 here")
    with names:
        names.answers["good.test"] = ["127.0.0.1"]
        assert only(haul("-j", *names.options, puppet.url("/x", "good.test")))["ok"]


def test_what_does_not_fit_a_datagram_comes_over_tcp(haul, names, puppet):
    many = [f"127.0.1.{number}" for number in range(1, 200)]

    def answer(question):
        if question.transport == "udp":
            return question.answer(truncated=True)
        return question.answer(*question.of_addresses(["127.0.0.1", *many]))

    names.answers["large.test"] = answer
    assert only(haul("-j", *names.options, puppet.url("/x", "large.test")))["ok"]
    assert ("large.test", A, "tcp") in names.questions


def test_lies_are_not_believed(haul, names, puppet):
    """Answers with another identity, and to another question, come before the true one."""

    def answer(question):
        lie = [address_record(question.name, "127.9.9.9")] if question.kind == A else []
        other = encode_name("liar.test") + question.section[-4:]
        return [
            question.answer(*lie, identity=question.id + 1),
            question.answer(*lie, section=other),
            question.answer(*question.of_addresses(["127.0.0.1"])),
        ]

    names.answers["good.test"] = answer
    record = only(haul("-j", *names.options, puppet.url("/x", "good.test")))
    assert (record["ok"], record["remote_ip"]) == (True, "127.0.0.1")


def test_an_alias_leads_on(haul, names, puppet):
    def answer(question):
        return question.answer(*aliases("www.test", "good.test"), *question.of_addresses(["127.0.0.1"], "good.test"))

    names.answers["www.test"] = answer
    assert only(haul("-j", *names.options, puppet.url("/x", "www.test")))["ok"]


def test_addresses_that_do_not_answer_are_passed_over(haul, names, puppet):
    """Nobody listens at the first ones, of either family. libcurl alone would let time pass after each."""
    names.answers["many.test"] = ["::1", *(f"127.0.0.{number}" for number in range(2, 10)), "127.0.0.1"]
    record = only(haul("-j", "--connect-timeout", "2s", *names.options, puppet.url("/x", "many.test")))
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


def test_with_a_proxy_only_its_name_is_looked_up(haul, names, puppet):
    names.answers["proxy.test"] = ["127.0.0.1"]
    record = only(haul("-j", *names.options, "http://far.test/x", env={"http_proxy": puppet.url("", "proxy.test")}))
    assert record["ok"] and [request.target for request in puppet.requests] == ["http://far.test/x"]
    assert {name for name, _, _ in names.questions} == {"proxy.test"}


def test_a_proxy_without_a_name(haul, names):
    record = only(haul("-j", *names.options, "http://far.test/x", env={"http_proxy": "http://none.test:3128"}))
    assert record["error"] == {"class": "dns", "code": 5, "message": "the proxy's name does not exist"}


def test_an_exception_to_the_proxy_is_looked_up(haul, names, puppet):
    env = {"http_proxy": "http://proxy.test:3128", "no_proxy": "a.test,.test"}
    assert only(haul("-j", *names.options, puppet.url("/x", "good.test"), env=env))["ok"]
    assert {name for name, _, _ in names.questions} == {"good.test"}


def test_resolve_and_connect_to_say_what_is_looked_up(haul, names, puppet):
    options = [*names.options, *puppet.resolve("known.test"), "--connect-to", f"from.test:80:good.test:{puppet.port}"]
    run = haul("-j", *options, puppet.url("/x", "known.test"), "http://from.test/y", "--sequential")
    assert [record["ok"] for record in run.records()] == [True, True]
    assert [request.field("host") for request in puppet.requests] == [f"known.test:{puppet.port}", "from.test"]
    assert {name for name, _, _ in names.questions} == {"good.test"}


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
