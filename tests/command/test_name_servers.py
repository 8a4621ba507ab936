"""Name servers that answer, refuse, delay, truncate and lie; search domains, the hosts file, and settings that change.
What must not wait for a name server's silence has a second to connect: it is asked again after two."""

import os
import socket
import struct
import subprocess
import threading

import pytest
import servers
import support
from name_server import (
    A,
    AAAA,
    FORMAT_ERROR,
    NO_NAME,
    NOT_IMPLEMENTED,
    REFUSED,
    SERVER_FAILURE,
    NameServer,
    address_record,
    alias_record,
    encode_name,
)

pytestmark = pytest.mark.sanitized

PROMPT = ["--connect-timeout", "1s"]


def only(run):
    (record,) = run.records()
    return record


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


def test_no_name_server_is_there(haul, refused_port):
    record = only(haul("-j", *PROMPT, "--dns-servers", f"127.0.0.1:{refused_port}", "http://good.test/"))
    assert record["error"] == {"class": "dns", "code": 6, "message": FAILED}


def test_the_next_name_server_is_asked(haul, names, puppet, refused_port):
    """At once, where one refuses."""
    servers_ = f"127.0.0.1:{refused_port},{names.address}"
    assert only(haul("-j", *PROMPT, "--dns-servers", servers_, puppet.url("/x", "good.test")))["ok"]


@pytest.mark.parametrize("code", [SERVER_FAILURE, REFUSED, NOT_IMPLEMENTED])
def test_the_next_name_server_is_asked_where_one_fails(haul, names, puppet, code):
    with NameServer() as failing:
        failing.answers["good.test"] = lambda question: question.answer(code=code)
        servers_ = f"{failing.address},{names.address}"
        assert only(haul("-j", *PROMPT, "--dns-servers", servers_, puppet.url("/x", "good.test")))["ok"]
        assert failing.asked("good.test") == names.asked("good.test") == 1


def test_the_next_name_server_is_asked_where_one_is_silent(haul, names, puppet):
    with NameServer() as silent:
        silent.answers["good.test"] = lambda question: None
        servers_ = f"{silent.address},{names.address}"
        assert only(haul("-j", "--dns-servers", servers_, puppet.url("/x", "good.test")))["ok"]
        assert silent.asked("good.test") == 1


def test_a_name_that_does_not_exist_is_not_asked_for_elsewhere(haul, names):
    with NameServer() as other:
        record = only(haul("-j", "--dns-servers", f"{other.address},{names.address}", "http://good.test/"))
        assert record["error"]["message"] == "the host's name does not exist"
    assert names.questions == []


@pytest.mark.skipif(not support.has_ipv6(), reason="there is no IPv6 here")
def test_a_name_server_by_ipv6(haul, puppet):
    with NameServer("::1") as names:
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


@pytest.mark.parametrize("silent, error_class", [(AAAA, None), (A, "timeout")])
def test_one_family_does_not_wait_for_the_other(haul, names, puppet, silent, error_class):
    """But where its address is of no use: nobody listens at the IPv6 one."""
    answer = lambda question: question.answer(*question.of_addresses(["127.0.0.1", "::1"]))  # noqa: E731
    names.answers["half.test"] = lambda question: None if question.kind == silent else answer(question)
    record = only(haul("-j", *PROMPT, *names.options, puppet.url("/x", "half.test")))
    assert (record["error"] and record["error"]["class"]) == error_class


@pytest.mark.parametrize("code", [NO_NAME, SERVER_FAILURE, REFUSED, NOT_IMPLEMENTED])
def test_one_family_is_enough(haul, names, puppet, code):
    """Whatever is said of the other."""
    answer = lambda question: question.answer(*question.of_addresses(["127.0.0.1"]))  # noqa: E731
    names.answers["half.test"] = lambda question: (
        question.answer(code=code) if question.kind == AAAA else answer(question)
    )
    assert only(haul("-j", *PROMPT, *names.options, puppet.url("/x", "half.test")))["ok"]


def test_truncated_without_end(haul, names):
    """Over TCP, too: what cannot be had whole is not used, and it ends."""
    names.answers["large.test"] = lambda question: question.answer(truncated=True)
    record = only(haul("-j", *names.options, "http://large.test/"))
    assert record["error"]["class"] == "dns"


def test_no_tcp_where_it_is_needed(haul):
    """The port of the datagrams refuses connections."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams:
        datagrams.bind(("127.0.0.1", 0))
        port = datagrams.getsockname()[1]
        thread = threading.Thread(target=truncate, args=[datagrams], daemon=True)
        thread.start()
        record = only(haul("-j", "--connect-timeout", "10s", "--dns-servers", f"127.0.0.1:{port}", "http://a.test/"))
        datagrams.sendto(b"", datagrams.getsockname())
        thread.join()
    assert record["error"] == {"class": "dns", "code": 6, "message": FAILED}


def truncate(datagrams):
    """Answers each question with the request to come again over TCP."""
    while len(message := datagrams.recvfrom(4096)) and message[0]:
        question, peer = message
        datagrams.sendto(question[:2] + struct.pack("!HHHHH", 0x8380, 1, 0, 0, 0) + question[12:-11], peer)


def test_a_name_server_that_knows_no_extensions(haul, names, puppet):
    """It calls a question with EDNS malformed, and is asked without."""
    asked = []

    def answer(question):
        asked.append(question.has_extensions)
        if question.has_extensions:
            return question.answer(code=FORMAT_ERROR)
        return question.answer(*question.of_addresses(["127.0.0.1"]))

    names.answers["old.test"] = answer
    assert only(haul("-j", *PROMPT, *names.options, puppet.url("/x", "old.test")))["ok"]
    assert {True, False} == set(asked)


@pytest.mark.parametrize("ttl", [0, 1, 2**31 - 1, 2**31, 2**32 - 1])
def test_times_to_live(haul, names, puppet, ttl):
    names.ttl = ttl
    urls = [puppet.url(f"/{number}", "good.test") for number in range(3)]
    assert all(record["ok"] for record in haul("-j", "--sequential", *names.options, *urls).records())


@pytest.mark.parametrize(
    "garbage", [b"\0", b"\xff" * 11, b"\0" * 12, b"\xff" * 64, bytes(range(256)) * 4], ids=["1", "11", "0", "ff", "all"]
)
def test_garbage_is_passed_over(haul, names, puppet, garbage):
    """What cannot be an answer to the question is none. The true one comes behind it; to later versions of c-ares, when
    they ask again, at once."""
    seen = set()

    def answer(question):
        true = question.answer(*question.of_addresses(["127.0.0.1"]))
        is_first = question.kind not in seen
        seen.add(question.kind)
        return [garbage, true] if is_first else true

    names.answers["good.test"] = answer
    assert only(haul("-j", *PROMPT, *names.options, puppet.url("/x", "good.test")))["ok"]


@pytest.mark.parametrize("size", [1, 5, 20])
def test_an_answer_that_breaks_off(haul, names, size):
    names.answers["bad.test"] = lambda question: question.answer(*question.of_addresses(["127.0.0.1", "::1"]))[:-size]
    record = only(haul("-j", *names.options, "http://bad.test/"))
    assert record["error"]["message"] == "the name server's answer on the host is malformed"


def test_answers_from_elsewhere_are_not_believed(haul, names, puppet):
    """From another port they do not come through, though all else is right."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as liar:

        def answer(question):
            lie = [address_record(question.name, "127.9.9.9")] if question.kind == A else []
            liar.sendto(question.answer(*lie), question.peer)
            return question.answer(*question.of_addresses(["127.0.0.1"]))

        names.answers["good.test"] = answer
        record = only(haul("-j", *PROMPT, *names.options, puppet.url("/x", "good.test")))
    assert (record["ok"], record["remote_ip"]) == (True, "127.0.0.1")


@pytest.mark.parametrize(
    "options, host, asked",
    [
        ("ndots:1", "www", ["www.one.test", "www.two.test"]),
        ("ndots:1", "www.", ["www"]),
        ("ndots:1", "www.two", ["www.two", "www.two.one.test", "www.two.two.test"]),
        ("ndots:2", "www.two", ["www.two.one.test", "www.two.two.test", "www.two"]),
        ("ndots:1", "none", ["none.one.test", "none.two.test", "none"]),
    ],
)
def test_search_domains(haul, names, puppet, options, host, asked):
    names.answers["www.two.test"] = ["127.0.0.1"]
    env = {"LOCALDOMAIN": "one.test two.test", "RES_OPTIONS": options}
    record = only(haul("-j", *names.options, puppet.url("/x", host), env=env))
    assert [name for name, kind, _ in names.questions if kind == A] == asked
    assert record["ok"] == (asked[-1] == "www.two.test")
    if record["ok"]:
        assert puppet.requests[0].field("host") == f"{host}:{puppet.port}"


def test_a_search_domain_that_fails_hides_nothing(haul, names):
    """Whether the name exists is not known then."""
    names.answers["www.one.test"] = lambda question: question.answer(code=SERVER_FAILURE)
    record = only(haul("-j", *names.options, "http://www/", env={"LOCALDOMAIN": "one.test two.test"}))
    assert record["error"] == {"class": "dns", "code": 6, "message": FAILED}
    assert names.asked("www.two.test") == names.asked("www") == 1


def can_mount():
    return subprocess.run(["unshare", "-rm", "true"], capture_output=True, check=False).returncode == 0


def with_file(file, place, *arguments):
    """The command that runs haul where this file stands in the place of another."""
    script = f'mount --bind "{file}" {place} && exec "$@"'
    return ["unshare", "-rm", "sh", "-c", script, "sh", *support.command(arguments)]


@pytest.mark.skipif(not os.path.exists("/etc/hosts") or not can_mount(), reason="the hosts file cannot be replaced")
def test_the_hosts_file(names, puppet, tmp_path):
    hosts = tmp_path / "hosts"
    hosts.write_text("127.0.0.1 one.test ALIAS both.test # two.test\n::1 both.test\n")
    urls = [puppet.url("/x", host) for host in ("one.test", "alias", "both.test", "good.test", "two.test")]
    command = with_file(hosts, "/etc/hosts", "--gather", "-j", *names.options, *urls)
    run = subprocess.run(command, stdout=subprocess.PIPE, env=support.environment(), check=False)
    records = support.parse_records(run.stdout)
    assert [record["error"] and record["error"]["class"] for record in records] == [None] * 4 + ["dns"]
    assert {name for name, _, _ in names.questions} == {"good.test", "two.test"}


@pytest.mark.skipif(not os.path.exists("/etc/resolv.conf") or not can_mount(), reason="resolv.conf cannot be replaced")
def test_settings_that_change(names, puppet, tmp_path):
    """A long run notices."""
    settings = tmp_path / "resolv.conf"
    settings.write_text("search one.test\n")
    names.answers["www.two.test"] = ["127.0.0.1"]
    urls = ["http://before/", puppet.url("/held"), "sleep:1.1", puppet.url("/x", "www")]
    command = with_file(settings, "/etc/resolv.conf", "-j", "--sequential", *names.options, *urls)
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=support.environment()) as run:
        puppet.wait_for("/held")
        settings.write_text("search two.test\n")
        puppet.release("/held")
        records = support.parse_records(run.stdout.read())
    assert [record["ok"] for record in records] == [False, True, True, True]
    assert [name for name, kind, _ in names.questions if kind == A] == ["before.one.test", "before", "www.two.test"]
