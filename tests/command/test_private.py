"""--no-private: what is not of the public internet is not connected to, whatever names it. Public addresses are in
public_network.py, which runs where there is no network but loopback."""

import contextlib
import os
import pathlib
import socket
import subprocess
import sys

import pytest
import support

pytestmark = pytest.mark.sanitized


def only(run):
    (record,) = run.records()
    return record


@contextlib.contextmanager
def untouched(address="127.0.0.1", port=0):
    """A port of this machine to which nobody connects meanwhile."""
    with socket.create_server((address, port), family=socket.AF_INET6 if ":" in address else socket.AF_INET) as listener:
        listener.setblocking(False)
        yield listener.getsockname()[1]
        # Whoever has been here waits in the queue, even if gone.
        with pytest.raises(BlockingIOError):
            listener.accept()


@pytest.fixture
def port():
    """One for both families, where there are both."""
    with untouched() as port, contextlib.ExitStack() as stack:
        if support.has_ipv6():
            stack.enter_context(untouched("::1", port))
        yield port


LITERALS = {
    "127.0.0.1": "127.0.0.1 is loopback",
    "127.1": "127.0.0.1 is loopback",
    "0x7f.1": "127.0.0.1 is loopback",
    "0177.0.0.1": "127.0.0.1 is loopback",
    "2130706433": "127.0.0.1 is loopback",
    "127.255.255.254": "127.255.255.254 is loopback",
    "0": "0.0.0.0 is unspecified",
    "10.0.0.1": "10.0.0.1 is private",
    "169.254.169.254": "169.254.169.254 is link-local",
    "[::1]": "::1 is loopback",
    "[0:0:0:0:0:0:0:1]": "::1 is loopback",
    "[::1%25lo]": "::1 is loopback",
    "[fe80::1%25lo]": "fe80::1 is link-local",
    "[::]": ":: is unspecified",
    "[::ffff:127.0.0.1]": "::ffff:127.0.0.1 is loopback",
    "[::ffff:7f00:1]": "::ffff:127.0.0.1 is loopback",
    "[::127.0.0.1]": "::127.0.0.1 is loopback",
    "[64:ff9b::7f00:1]": "64:ff9b::7f00:1 is loopback",
    "[fd00::1]": "fd00::1 is unique-local",
    "localhost": "which is loopback",
    "localhost.": "which is loopback",
    "www.localhost": "which is loopback",
}


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_addresses_in_every_spelling(haul, port, scheme):
    run = haul("--gather", "-j", "--no-private", *(f"{scheme}://{host}:{port}/" for host in LITERALS))
    assert run.returncode == 1
    for record, message in zip(run.records(), LITERALS.values()):
        assert (record["error"]["class"], record["error"]["code"]) == ("address", 7), record["input"]
        assert message in record["error"]["message"] and record["error"]["message"].endswith("; --no-private refuses it")
        assert (record["status"], record["attempts"], record["remote_ip"], record["bytes"]) == (0, 1, None, 0)


ANSWERS = {
    "127.0.0.1": "loopback",
    "10.1.2.3": "private",
    "100.64.0.1": "shared behind carrier-grade NAT",
    "169.254.169.254": "link-local",
    "224.0.0.1": "multicast",
    "192.0.2.1": "for documentation",
    "255.255.255.255": "reserved",
    "::1": "loopback",
    "fd12::1": "unique-local",
    "::ffff:127.0.0.1": "loopback",
    "::7f00:1": "loopback",
    "64:ff9b::7f00:1": "loopback",
    "2002:7f00:1::1": "loopback",
    "2001:0:808:808::80ff:fffe": "loopback",
    "fec0::1": "site-local",
}


def test_names(haul, names, port):
    for number, address in enumerate(ANSWERS):
        names.answers[f"n{number}.test"] = [address]
    names.answers["all.test"] = ["10.0.0.1", "127.0.0.1", "::1"]
    hosts = [f"n{number}.test" for number in range(len(ANSWERS))]
    run = haul("--gather", "-j", "--no-private", *names.options, *(f"http://{host}:{port}/" for host in [*hosts, "all.test"]))
    *records, last = run.records()
    for record, host, (address, kind) in zip(records, hosts, ANSWERS.items()):
        shown = "::127.0.0.1" if address == "::7f00:1" else address
        message = f"{host} has the address {shown}, which is {kind}; --no-private refuses it"
        assert record["error"] == {"class": "address", "code": 7, "message": message}
        assert record["time"]["dns"] == record["time"]["total"]
    assert last["error"]["class"] == "address"


def test_a_name_that_has_none_is_still_that(haul, names, port):
    run = haul("-j", "--no-private", *names.options, f"http://none.test:{port}/")
    assert only(run)["error"] == {"class": "dns", "code": 6, "message": "the host's name does not exist"}


@pytest.mark.parametrize("resolver", ["haul", "system"])
def test_addresses_that_the_options_give(haul, port, resolver):
    options = ["--resolver", resolver, "--resolve", f"a.test:{port}:127.0.0.1,10.0.0.1", "--resolve", f"*:{port + 1}:127.0.0.1"]
    urls = [f"http://a.test:{port}/", f"http://b.test:{port + 1}/", "http://c.test/", "http://d.test/"]
    options += ["--connect-to", f"c.test:80:127.0.0.1:{port}", "--connect-to", f"d.test:80:localhost:{port}"]
    records = haul("--gather", "-j", "--no-private", *options, *urls).records()
    assert [record["error"]["class"] for record in records] == ["address"] * 4
    assert records[0]["error"]["message"].startswith("a.test has the address ")


def test_the_system_resolver(haul, port):
    """It is libcurl that looks up: nothing is known before the socket."""
    record = only(haul("-j", "--no-private", "--resolver", "system", f"http://localhost:{port}/"))
    assert record["error"]["class"] == "address"


def test_the_hosts_file(names, port, tmp_path):
    if subprocess.run(["unshare", "-rm", "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("the hosts file cannot be replaced")
    hosts = tmp_path / "hosts"
    hosts.write_text("127.0.0.1 one.test\n")
    script = f'mount --bind "{hosts}" /etc/hosts && exec "$@"'
    command = support.command(["-j", "--no-private", *names.options, f"http://one.test:{port}/"])
    command = ["unshare", "-rm", "sh", "-c", script, "sh", *command]
    run = subprocess.run(command, stdout=subprocess.PIPE, env=support.environment(), check=False)
    (record,) = support.parse_records(run.stdout)
    assert record["error"]["message"] == "one.test has the address 127.0.0.1, which is loopback; --no-private refuses it"
    assert names.questions == []


@pytest.mark.parametrize("loops", [1, 3])
def test_in_every_mode_and_on_every_loop(haul, port, mode, loops):
    urls = [f"http://127.0.0.{number}:{port}/" for number in range(1, 20)]
    run = haul("--mode", mode, "--loops", loops, "-j", "--no-private", *urls, "sleep:0")
    records = run.records()
    assert sorted(record["error"]["class"] for record in records if record["error"]) == ["address"] * 19
    assert [record["input"] for record in records if record["ok"]] == ["sleep:0"]


def test_it_is_not_tried_again(haul, port):
    record = only(haul("-j", "--no-private", "--retry", 5, "--retry-all-errors", f"http://127.0.0.1:{port}/"))
    assert (record["error"]["class"], record["attempts"]) == ("address", 1)


PROXIED = "a proxy would connect to it, and --no-private cannot see where; --noproxy can except it"


@pytest.mark.parametrize("scheme", ["http", "socks5h", "socks4"])
def test_a_proxy_is_not_used(haul, port, scheme):
    """It would look the name up, or follow what it is told, wherever that leads."""
    proxy = f"{scheme}://127.0.0.1:{port}"
    urls = ["http://a.test/", "https://a.test/", "http://93.184.216.34/"]
    for options, env in (["-x", proxy], {}), ([], {"http_proxy": proxy, "https_proxy": proxy}):
        records = haul("-j", "--no-private", "--noproxy", "10.0.0.0/8", *options, *urls, env=env).records()
        assert [record["error"] for record in records] == [{"class": "address", "code": 7, "message": PROXIED}] * 3


def test_an_exception_from_the_proxy_is_judged_by_its_address(haul, port):
    with untouched() as proxy:
        run = haul("-j", "--no-private", "-x", f"http://127.0.0.1:{proxy}", "--noproxy", "*", f"http://127.0.0.1:{port}/")
    assert only(run)["error"]["message"] == "127.0.0.1 is loopback; --no-private refuses it"


def test_not_with_a_unix_socket(haul):
    run = haul("--no-private", "--unix-socket", "/tmp/x", "http://a.test/")
    assert run.returncode == 2
    assert b"--unix-socket" in run.stderr and b"--no-private" in run.stderr


def test_compare_has_it(haul, port):
    run = haul("compare", "--runs", 1, "--no-private", f"http://127.0.0.1:{port}/")
    assert b"address" in run.stdout + run.stderr


ADDRESSES = ["93.184.216.34/32", "2606:2800:220:1::1/128"]


def test_where_there_are_public_addresses():
    """In a network of its own, of which loopback is all there is: nothing leaves this machine."""
    add = "".join(f"ip address add {address} dev lo nodad; " for address in ADDRESSES)
    script = f'ip link set lo up && {{ {add}}} 2>/dev/null; exec "$@"'
    enter = ["unshare", "-rn", "sh", "-c", script, "sh"]
    look = subprocess.run([*enter, "ip", "address", "show", "dev", "lo"], capture_output=True, check=False)
    if look.returncode != 0 or ADDRESSES[0].encode() not in look.stdout:
        pytest.skip("there is no network of our own to be had")
    inside = pathlib.Path(__file__).with_name("public_network.py")
    tests = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", inside]
    run = subprocess.run([*enter, *tests], capture_output=True, check=False, env={**os.environ, "HAUL_BUILD": str(support.BUILD)})
    assert run.returncode == 0, run.stdout.decode()
    assert b"passed" in run.stdout
