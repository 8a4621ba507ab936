"""How servers are reached: each option that says so."""

import gzip
import os
import socket
import socketserver
import ssl
import subprocess
import threading

import pytest
import servers
import support
from name_server import NameServer

pytestmark = pytest.mark.sanitized


def only(run):
    (record,) = run.records()
    return record


@pytest.fixture
def proxy():
    with servers.Puppet() as proxy:
        yield proxy


@pytest.mark.parametrize("option", ["-x", "--proxy"])
def test_a_proxy_is_gone_by(haul, proxy, puppet, option):
    env = {"http_proxy": puppet.root}
    record = only(haul("-j", option, proxy.root, "http://nowhere.test/x", env=env))
    assert (record["ok"], record["remote_port"]) == (True, proxy.port)
    assert proxy.targets() == ["http://nowhere.test/x"]


def test_an_empty_proxy_is_none(haul, proxy, puppet):
    assert only(haul("-j", "-x", "", puppet.url("/x"), env={"http_proxy": proxy.root}))["ok"]
    assert (proxy.targets(), puppet.targets()) == ([], ["/x"])


@pytest.mark.parametrize("proxy", ["ftp://a.test", "a b", "://a"])
def test_what_is_no_proxy_is_a_mistake(haul, proxy):
    run = haul("-x", proxy, "http://a.test/")
    assert (run.returncode, run.stdout) == (2, b"")
    assert run.stderr.startswith(b"haul: -x, --proxy: a proxy is [SCHEME://]")


def test_hosts_go_without_the_proxy(haul, proxy, puppet):
    env = {"no_proxy": "a.test"}
    urls = [puppet.url("/x", host) for host in ("a.test", "b.test")]
    options = ["-x", proxy.root, *puppet.resolve("a.test", "b.test")]
    haul("--sequential", *options, *urls, env=env)
    haul("--sequential", *options, "--noproxy", "b.test", *urls, env=env)
    assert [request.field("host")[:6] for request in proxy.requests] == ["b.test", "a.test"]


def test_the_proxys_password_is_for_the_proxy(haul_running, proxy):
    with haul_running("-v", "-x", proxy.root.replace("//", "//name:s3cret@"), "http://nowhere.test/held") as run:
        proxy.wait_for("http://nowhere.test/held")
        with open(f"/proc/{run.process.pid}/cmdline", "rb") as arguments:
            assert b"s3cret" not in arguments.read()
        proxy.release("/held")
        proxy.release("http://nowhere.test/held")
        shown = run.stdout.rest() + run.stderr.rest()
        assert run.wait() == 0
    assert b"s3cret" not in shown
    assert proxy.requests[0].field("proxy-authorization")


def test_compressed_bodies_are_asked_for_and_decoded(haul, puppet):
    text = b"text " * 1000
    puppet.answers["/x"] = servers.response(200, "Content-Encoding: gzip", body=gzip.compress(text))
    run = haul("--body", "--compressed", puppet.url("/x"))
    assert (run.stdout, run.returncode) == (text, 0)
    assert only(haul("-j", "--compressed", puppet.url("/x")))["bytes"] == len(text)
    assert "gzip" in puppet.requests[0].field("accept-encoding")
    haul("--body", puppet.url("/x"))
    assert puppet.requests[-1].field("accept-encoding") is None


@pytest.fixture
def demanding(certificates):
    """A server that wants a certificate."""
    context = certificates.context()
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(certificates.ca)
    with servers.Puppet(tls=context) as server:
        yield server


def test_a_certificate_is_shown(haul, demanding, certificates, tmp_path):
    both, locked = tmp_path / "both.pem", tmp_path / "a:b.pem"
    both.write_bytes(certificates.certificate.read_bytes() + certificates.key.read_bytes())
    subprocess.run(
        ["openssl", "ec", "-in", certificates.key, "-aes256", "-passout", "pass:s3:cret", "-out", tmp_path / "locked.key"],
        check=True,
        capture_output=True,
    )
    locked.write_bytes(certificates.certificate.read_bytes() + (tmp_path / "locked.key").read_bytes())
    ways = [
        ["--cert", certificates.certificate, "--key", certificates.key],
        ["--cert", both],
        ["--cert", str(locked).replace(":", "\\:") + ":s3:cret"],
    ]
    for way in ways:
        assert only(haul("-j", "--cacert", certificates.ca, *way, demanding.url("/x")))["ok"], way
    assert not only(haul("-j", "--cacert", certificates.ca, demanding.url("/x")))["ok"]
    assert len(demanding.targets()) == len(ways)


@pytest.mark.parametrize("option", ["--cert", "--key"])
def test_a_certificate_that_is_not_there_is_a_mistake(haul, option):
    run = haul(option, "missing", "https://a.test/")
    assert run.returncode == 2
    assert b": cannot read missing: No such file or directory; try" in run.stderr


def test_the_ciphers_are_those_that_are_said(haul, certificates):
    context = certificates.context()
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("ECDHE-ECDSA-AES128-GCM-SHA256")
    with servers.Puppet(tls=context) as server:
        options = ["-j", "--cacert", certificates.ca, "--ciphers"]
        assert only(haul(*options, "ECDHE-ECDSA-AES128-GCM-SHA256", server.url("/x")))["ok"]
        record = only(haul(*options, "ECDHE-ECDSA-AES256-GCM-SHA384", server.url("/x")))
        assert record["error"]["class"] == "tls"


def test_the_lowest_tls_is_the_one_that_is_said(haul, certificates):
    context = certificates.context()
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    with servers.Puppet(tls=context) as server:
        options = ["-j", "--cacert", certificates.ca]
        assert only(haul(*options, "--tlsv1.2", server.url("/x")))["ok"]
        assert only(haul(*options, "--tlsv1.3", server.url("/x")))["error"]["class"] == "tls"


@pytest.mark.parametrize(("options", "version"), [([], "1.1"), (["--http1.0"], "1.0"), (["--http1.1"], "1.1")])
def test_the_version_of_http_is_the_one_that_is_said(haul, origin, options, version):
    run = haul("--body", *options, origin.url("/echo"))
    assert run.lines()[0] == f"GET /echo HTTP/{version}"


def test_http2_is_offered_with_tls_unless_it_is_not_to_be(haul, origin, certificates, tmp_path):
    (tmp_path / "nginx").mkdir()
    with servers.Http2(tmp_path / "nginx", certificates, origin) as server:
        options = ["-j", "--cacert", certificates.ca]
        urls = [server.root + "/ok"]
        assert only(haul(*options, *urls))["http_version"] == "2"
        assert only(haul(*options, "--http2", *urls))["http_version"] == "2"
        assert only(haul(*options, "--http1.1", *urls))["http_version"] == "1.1"


def test_http2_is_offered_without_tls_where_that_is_said(haul, puppet):
    haul("--sequential", "--http2", puppet.url("/x"))
    haul("--sequential", puppet.url("/x"))
    assert [request.field("upgrade") for request in puppet.requests] == ["h2c", None]


def test_http2_may_be_spoken_without_asking(haul):
    """What begins is HTTP/2's preface."""
    with socket.create_server(("127.0.0.1", 0)) as listener, support.Running(
        "-j", "--http2-prior-knowledge", f"http://127.0.0.1:{listener.getsockname()[1]}/"
    ) as run:
        connection, _ = listener.accept()
        with connection:
            assert connection.recv(24, socket.MSG_WAITALL) == b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
        assert run.wait() == 1


def test_http3_is_said_to_be_missing_where_it_is(haul):
    features = subprocess.run(["curl", "--version"], capture_output=True, check=True).stdout
    run = haul("--http3", "sleep:0")
    if b"HTTP3" in features:
        assert run.returncode == 0
    else:
        assert (run.returncode, run.stderr) == (2, b"haul: --http3: libcurl cannot do that here; try 'haul --help'\n")


@pytest.fixture
def six():
    """A server at ::1."""

    class Server(servers._Server):
        address_family = socket.AF_INET6

    class Six(servers.Puppet):
        def __init__(self):
            super().__init__()
            self._server.server_close()
            self._server = Server(("::1", 0), servers._Conversation)
            self._server.puppet = self
            self.port = self._server.server_address[1]
            self._thread = threading.Thread(target=self._server.serve_forever, args=(0.005,), daemon=True)

    with Six() as server:
        yield server


@pytest.mark.parametrize("resolver", ["haul", "resolve"])
@pytest.mark.parametrize(("option", "address"), [("-4", "127.0.0.1"), ("-6", "::1")])
def test_the_family_of_addresses_is_the_one_that_is_said(haul, six, resolver, option, address):
    with NameServer() as names, servers.Puppet() as puppet:
        names.answers["both.test"] = ["127.0.0.1", "::1"]
        port = six.port if option == "-6" else puppet.port
        known = names.options if resolver == "haul" else ["--resolve", f"both.test:{port}:127.0.0.1,[::1]"]
        urls = [f"http://both.test:{port}/{number}" for number in range(3)]
        for record in haul("-j", "--sequential", option, *known, *urls).records():
            assert (record["ok"], record["remote_ip"]) == (True, address)


@pytest.mark.parametrize(("option", "address"), [("-4", "::1"), ("-6", "127.0.0.1")])
def test_a_name_without_such_addresses_has_none(haul, option, address):
    with NameServer() as names:
        names.answers["one.test"] = [address]
        for record in haul("-j", option, *names.options, "http://one.test/", "http://one.test/2").records():
            assert record["error"]["class"] == "dns"


def test_the_interface_is_where_connections_come_from(haul):
    with socket.create_server(("127.0.0.1", 0)) as listener, support.Running(
        "-j", "--interface", "127.0.0.3", f"http://127.0.0.1:{listener.getsockname()[1]}/"
    ) as run:
        connection, (peer, _) = listener.accept()
        with connection:
            connection.sendall(servers.response())
            assert run.record()["ok"]
        assert run.wait() == 0
    assert peer == "127.0.0.3"


def test_a_unix_socket_takes_the_place_of_all_hosts(haul, tmp_path):
    class Server(servers._Server):
        address_family = socket.AF_UNIX

        def server_bind(self):
            socketserver.TCPServer.server_bind(self)

    path = os.fspath(tmp_path / "socket")
    with servers.Puppet() as puppet, Server(path, servers._Conversation) as server:
        server.puppet = puppet
        threading.Thread(target=server.serve_forever, args=(0.005,), daemon=True).start()
        urls = ["http://a.test/1", "http://a.test/2", "http://127.0.0.1:1/3"]
        run = haul("-j", "--sequential", "--unix-socket", path, *urls)
        server.shutdown()
    assert [(record["ok"], record["reused"]) for record in run.records()] == [
        (True, False),
        (True, True),
        (True, False),
    ]
    assert puppet.targets() == ["/1", "/2", "/3"]


@pytest.mark.parametrize(
    ("options", "targets"),
    [
        ([], ["/c", "/b?x=/../y", "/..c"]),
        (["--path-as-is"], ["/a/../b/./../c", "/a/../b?x=/../y", "/..c"]),
        (["--path-as-is", "-G", "-d", "q"], ["/a/../b/./../c?q", "/a/../b?x=/../y&q", "/..c?q"]),
    ],
)
def test_dots_stay_in_paths_where_that_is_said(haul, puppet, options, targets):
    urls = [puppet.url(path) for path in ("/a/../b/./../c", "/a/../b?x=/../y", "/..c")]
    run = haul("-j", "--sequential", *options, *urls)
    assert puppet.targets() == targets
    assert [record["url"] for record in run.records()] == [puppet.url(target) for target in targets]


@pytest.mark.parametrize(
    ("protocols", "are_allowed"),
    [
        ("=https", (False, True)),
        ("=http", (True, False)),
        ("-http", (False, True)),
        ("-all,HTTPS,+http", (True, True)),
        ("-all,https", (False, True)),
        ("-ftp,gopher", (True, True)),
        ("https", (True, True)),
    ],
)
def test_protocols_are_allowed_or_not(haul, puppet, certificates, protocols, are_allowed):
    with servers.Puppet(tls=certificates.context()) as secure:
        puppet.answers["/there"] = servers.response(302, "Location: " + secure.url("/x"))
        secure.answers["/back"] = servers.response(302, "Location: " + puppet.url("/x"))
        options = ["-j", "--sequential", "--cacert", certificates.ca, "--proto", protocols]
        records = haul(*options, puppet.url("/x"), secure.url("/x"), puppet.url("/there"), secure.url("/back")).records()
    http, https = are_allowed
    assert [record["ok"] for record in records] == [http, https, http and https, http and https]
    refused = [record["error"] for record in records if record["error"]]
    assert all("http" in error["message"] and "is not allowed" in error["message"] for error in refused)
    assert {error["class"] for error in refused} == (set() if http and https else {"url", "redirect"})


def test_no_protocol_is_a_mistake(haul):
    run = haul("--proto", "=ftp", "http://a.test/")
    assert (run.returncode, run.stderr) == (
        2,
        b"haul: --proto: \"=ftp\" leaves neither http nor https; try 'haul --help'\n",
    )


def test_the_protocol_of_urls_without_one(haul, puppet):
    text = f"127.0.0.1:{puppet.port}/x"
    run = haul("-j", "--proto-default", "http", "-i", "-", text, stdin=text + "\n")
    assert [(record["ok"], record["url"]) for record in run.records()] == [(True, puppet.url("/x"))] * 2
    assert only(haul("-j", "--proto-default", "HTTPS", text))["url"].startswith("https://")
    assert haul("--proto-default", "ftp", text).returncode == 2


def test_credentials_come_from_netrc(haul, puppet, tmp_path):
    (tmp_path / ".netrc").write_text("machine a.test login name password word\n")
    puppet.answers["/moved"] = servers.response(302, "Location: " + puppet.url("/there", "b.test"))
    known = puppet.resolve("a.test", "b.test")
    for options in (["-n"], []):
        haul(*options, *known, puppet.url("/moved", "a.test"), env={"HOME": str(tmp_path)})
    seen = [request.field("authorization") for request in puppet.requests]
    assert seen == ["Basic bmFtZTp3b3Jk", None, None, None]


def test_without_a_netrc_file_it_is_as_with_curl(haul, puppet, tmp_path):
    """Which goes on without, or, newer, does not begin."""
    url, home = puppet.url("/x"), {"HOME": str(tmp_path)}
    curl = subprocess.run(["curl", "-s", "-n", url], env=support.environment(home), capture_output=True, check=False)
    requests = len(puppet.requests)
    record = only(haul("-j", "-n", url, env=home))
    error = record["error"] or {"code": 0, "class": None, "message": None}
    assert error["code"] == curl.returncode
    assert len(puppet.requests) == 2 * requests
    if requests == 0:
        assert (error["class"], error["message"]) == ("local", "~/.netrc is missing or cannot be read")


class TestCookies:
    def test_they_are_kept_and_sent_back(self, haul, puppet, tmp_path):
        """By domain, path and all: libcurl knows how. Those of the command line come on top."""
        puppet.answers["/login"] = servers.response(
            302, "Location: /in", "Set-Cookie: id=1", "Set-Cookie: deep=2; path=/in/deep"
        )
        puppet.answers["/in"] = servers.response(302, "Location: " + puppet.url("/other", "b.test"))
        jar = tmp_path / "jar"
        urls = [puppet.url(path, "a.test") for path in ("/login", "/in/deep")]
        options = ["--sequential", "--cookie-jar", jar, *puppet.resolve("a.test", "b.test")]
        assert haul(*options, "-b", "own=3", *urls).returncode == 0
        seen = [(request.target, request.field("cookie")) for request in puppet.requests]
        assert seen == [
            ("/login", "own=3"),
            ("/in", "id=1; own=3"),
            ("/other", None),
            ("/in/deep", "deep=2; id=1; own=3"),
        ]
        assert jar.stat().st_mode & 0o777 == 0o600
        assert sorted(line.split("\t")[5:] for line in jar.read_text().splitlines()[1:]) == [["deep", "2"], ["id", "1"]]

    def test_a_file_is_where_they_begin(self, haul, puppet, tmp_path):
        jar = tmp_path / "jar"
        jar.write_text("# Netscape HTTP Cookie File\n127.0.0.1\tFALSE\t/\tFALSE\t0\told\t1\n")
        puppet.answers["/set"] = servers.response(200, "Set-Cookie: new=2")
        haul("-b", jar, "--cookie-jar", jar, puppet.url("/set"))
        haul("-b", jar, puppet.url("/get"))
        assert [request.field("cookie") for request in puppet.requests] == ["old=1", "new=2; old=1"]

    def test_without_a_file_none_are_kept(self, haul, puppet):
        puppet.answers["/set"] = servers.response(200, "Set-Cookie: new=2")
        haul("--sequential", puppet.url("/set"), puppet.url("/get"))
        haul("--sequential", "-b", "missing", puppet.url("/set"), puppet.url("/get"))
        assert [request.field("cookie") for request in puppet.requests] == [None, None, None, "new=2"]

    def test_those_of_many_at_once_are_all_kept(self, haul, origin, tmp_path):
        jar = tmp_path / "jar"
        urls = [origin.url(f"/header?Set-Cookie=n{number}%3d{number}") for number in range(40)]
        assert haul("-c", 20, "--cookie-jar", jar, *urls).returncode == 0
        assert len(jar.read_text().splitlines()) == 41

    @pytest.mark.parametrize("option", ["-b", "--cookie-jar"])
    def test_a_file_that_cannot_be_used_is_told(self, haul, tmp_path, option):
        run = haul(option, "file/below", "sleep:0", cwd=tmp_path) if option != "-b" else None
        if run:
            assert (run.returncode, run.stdout) == (2, b"")
            assert run.stderr == b"haul: --cookie-jar file/below: No such file or directory\n"
        else:
            (tmp_path / "file").write_text("")
            run = haul(option, "file/below", "sleep:0", cwd=tmp_path)
            assert (run.returncode, run.stderr) == (2, b"haul: --cookie file/below: Not a directory\n")

    def test_a_jar_that_cannot_be_written_is_told(self, haul, origin):
        run = haul("--cookie-jar", "/dev/full", origin.url("/ok"))
        assert run.returncode == 3
        assert run.stderr == b"haul: --cookie-jar /dev/full: No space left on device\n"

    def test_compare_has_no_jar(self, haul):
        assert haul("compare", "-b", "file", "sleep:0").returncode == 2
        assert haul("compare", "--cookie-jar", "file", "sleep:0").returncode == 2


class TestVerbose:
    def test_it_tells_what_curl_tells(self, haul, puppet):
        run = haul("-v", "--body", "-H", "X-A: b", puppet.url("/x"))
        lines = run.stderr.decode().splitlines()
        assert lines[lines.index("> GET /x HTTP/1.1") + 1] == f"> Host: 127.0.0.1:{puppet.port}"
        assert {"> X-A: b", "> ", "< HTTP/1.1 200 Status", "< Content-Length: 3", "< "} <= set(lines)
        assert any(line.startswith("* Connected to 127.0.0.1") for line in lines)
        assert run.stdout == b"ok\n"

    def test_lines_of_many_are_whole(self, haul, origin):
        run = haul("-v", "-j", "-c", 30, *[origin.url(f"/size/{number}") for number in range(60)])
        lines = run.stderr.decode().splitlines()
        assert all(line[:2] in ("* ", "> ", "< ") for line in lines)
        requests = [line for line in lines if line.startswith("> GET")]
        assert sorted(requests) == sorted(f"> GET /size/{number} HTTP/1.1" for number in range(60))

    def test_secrets_are_not_told(self, haul, puppet, tmp_path):
        puppet.answers["/x"] = servers.response(200, "Set-Cookie: id=s3cret")
        options = ["-v", "-j", "--sequential", "-u", "name:s3cret", "-b", "a=s3cret", "-H", "Proxy-Authorization: s3cret"]
        url = puppet.url("/x").replace("//", "//name:s3cret@")
        run = haul(*options, "--cookie-jar", tmp_path / "jar", url, url)
        assert b"s3cret" not in run.stderr
        assert run.stderr.count(b"> Authorization: ***\n") == 2
        assert run.stderr.count(b"> Cookie: ***\n") == 2
        assert run.stderr.count(b"< Set-Cookie: ***\n") == 2

    def test_secrets_are_not_told_without_a_space_either(self, haul, puppet):
        puppet.answers["/x"] = servers.response(200, "Set-Cookie:id=s3cret")
        fields = ["Authorization:Bearer s3cret", "cookie:a=s3cret"]
        run = haul("-v", *(option for field in fields for option in ("-H", field)), puppet.url("/x"))
        assert b"s3cret" not in run.stderr
        for line in (b"> Authorization:***\n", b"> cookie:***\n", b"< Set-Cookie:***\n"):
            assert line in run.stderr

    def test_secrets_of_http2_are_not_told(self, haul, origin, certificates, tmp_path):
        (tmp_path / "nginx").mkdir()
        with servers.Http2(tmp_path / "nginx", certificates, origin) as server:
            options = ["-v", "--cacert", certificates.ca, "-b", "a=s3cret", "--oauth2-bearer", "s3cret"]
            run = haul("--body", *options, server.root + "/echo")
        assert b"s3cret" not in run.stderr
        assert run.stdout.count(b"s3cret") == 2

    def test_what_servers_send_is_escaped(self, haul, puppet):
        puppet.answers["/x"] = servers.response(200, "X-Evil: \x1b[31m")
        run = haul("-v", puppet.url("/x"))
        assert b"\x1b" not in run.stderr
        assert b"< X-Evil: \\x1b[31m\n" in run.stderr


@pytest.mark.parametrize("option", ["-f", "-N", "-Z", "--fail", "--no-buffer", "--parallel"])
def test_what_curls_users_write_changes_nothing(haul, origin, option):
    run = haul(option, "-j", origin.url("/status/404"), origin.url("/ok"))
    assert (run.returncode, len(run.records())) == (1, 2)


def test_curls_names_of_limits(haul, origin):
    haul("--parallel-max", 3, *[origin.url("/delay/5")] * 12)
    assert origin.stats()["peak_in_flight"] <= 3
    origin.reset()
    haul("--parallel-max-host", 2, *[origin.url("/delay/5")] * 12)
    assert origin.stats()["peak_in_flight"] <= 2


def test_errors_are_shown_in_silence_where_that_is_said(haul):
    assert haul("-s", "gopher://a").stderr == b""
    assert haul("-sS", "gopher://a").stderr == b"haul: 1 of 1 URL not ok (1 url)\n"
    assert haul("-sS", "sleep:0").stderr == b""


@pytest.mark.parametrize("user", ["name:s3cret", "s3cret"])
def test_a_password_in_an_argument_does_not_stay_there(haul_running, puppet, user):
    url = puppet.url("/held").replace("//", f"//{user}@")
    with haul_running("-j", url) as run:
        puppet.wait_for("/held")
        with open(f"/proc/{run.process.pid}/cmdline", "rb") as arguments:
            assert url.replace("s3cret", "******").encode() in arguments.read()
        puppet.release("/held")
        record = run.record()
        assert run.wait() == 0
    assert record["url"] == url.replace("s3cret", "***")
    assert puppet.requests[0].field("authorization")
