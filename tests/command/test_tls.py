"""TLS: what is trusted, and what is said of what is not."""

import subprocess

import pytest
import servers

pytestmark = [pytest.mark.sanitized, pytest.mark.threads]

CURL_NOT_VERIFIED = 60


@pytest.fixture
def secure(certificates):
    """A server with a certificate for good.test and 127.0.0.1, by a CA that nobody knows."""
    with servers.Puppet(tls=certificates.context()) as server:
        yield server


def only(run):
    (record,) = run.records()
    return record


def test_a_ca_that_is_given_is_trusted(haul, secure, certificates, mode):
    urls = [secure.url("/1"), secure.url("/2", "good.test")]
    run = haul("--mode", mode, "-j", "--cacert", certificates.ca, *secure.resolve("good.test"), *urls)
    assert [record["ok"] for record in run.records()] == [True, True]
    for record in run.records():
        assert record["time"]["tls"] > 0
        assert record["status"] == 200


def test_what_is_not_trusted_fails_alone(haul, secure, puppet, mode):
    run = haul("--mode", mode, "-j", secure.url("/secret"), puppet.url("/plain"))
    failed, good = sorted(run.records(), key=lambda record: record["index"])
    assert good["ok"]
    assert (failed["error"]["class"], failed["error"]["code"]) == ("tls", CURL_NOT_VERIFIED)
    assert "issuer" in failed["error"]["message"]
    assert (failed["status"], failed["attempts"], failed["bytes"]) == (0, 1, 0)
    assert secure.requests == []
    assert run.returncode == 1


def test_the_phase_that_a_certificate_failed_in_is_tls(haul, secure):
    time = only(haul("-j", secure.url("/")))["time"]
    assert time["tls"] > 0
    assert (time["wait"], time["transfer"]) == (0, 0)


def test_who_failed_a_handshake_is_known(haul, secure):
    (record,) = haul("-j", secure.url("/")).records()
    assert record["error"]["class"] == "tls"
    assert f"https://{record['remote_ip']}:{record['remote_port']}/" == secure.url("/")
    with servers.never_answering() as port:
        (record,) = haul("-j", "--max-time", "200ms", f"https://127.0.0.1:{port}/").records()
    assert (record["remote_ip"], record["remote_port"], record["time"]["wait"]) == ("127.0.0.1", port, 0)


def test_a_certificate_is_for_its_names(haul, secure, certificates):
    options = ["--cacert", certificates.ca, *secure.resolve("bad.test")]
    record = only(haul("-j", *options, secure.url("/", "bad.test")))
    assert (record["error"]["class"], record["error"]["code"]) == ("tls", CURL_NOT_VERIFIED)
    assert secure.requests == []


def test_what_a_handshake_made_of_the_certificate_is_what_curl_says(haul, secure, certificates):
    form = "%{ssl_verify_result} %{proxy_ssl_verify_result} %{http_connect}\\n"
    for options in ([], ["-k"], ["--cacert", certificates.ca]):
        curl = ["curl", "-q", "-s", "-o", "/dev/null", "-w", form, *options, secure.url("/1")]
        theirs = subprocess.run(curl, check=False, capture_output=True).stdout
        assert haul("-s", "-w", form, *options, secure.url("/1")).stdout == theirs
        assert theirs.startswith(b"0 ") == ("--cacert" in options)


@pytest.mark.parametrize("options", [[], ["-k"]])
def test_the_certificates_are_those_that_curl_shows(haul, secure, options):
    form = "%{num_certs}\\n%{certs}"
    curl = ["curl", "-q", "-s", "-o", "/dev/null", "-w", form, *options, secure.url("/1")]
    theirs = subprocess.run(curl, check=False, capture_output=True).stdout
    assert haul("-s", "-w", form, *options, secure.url("/1")).stdout == theirs
    assert theirs.startswith(b"1\nSubject:") == bool(options)


def test_what_a_handshake_showed_is_known_behind_a_redirect(haul, secure):
    secure.answers["/1"] = servers.response(302, "Location: /2")
    form = "%{ssl_verify_result} %{num_certs} %{num_connects} %{url_effective} %{certs}"
    curl = ["curl", "-q", "-s", "-o", "/dev/null", "-L", "-k", "-w", form, secure.url("/1")]
    theirs = subprocess.run(curl, check=True, capture_output=True).stdout
    assert haul("-k", "-w", form, secure.url("/1")).stdout == theirs
    assert theirs.startswith(f"20 1 1 {secure.url('/2')} Subject:".encode())


def test_a_connection_that_was_there_shows_none(haul, secure):
    run = haul("-k", "-c", "1", "-w", "%{num_certs}%{certs}\\n", secure.url("/1"), secure.url("/2"))
    assert run.stdout.startswith(b"1Subject:")
    assert run.stdout.endswith(b"-----END CERTIFICATE-----\n\n0\n")


@pytest.mark.parametrize("option", ["-k", "--insecure"])
def test_insecure_takes_any(haul, secure, option):
    options = secure.resolve("bad.test")
    run = haul("--gather", "-j", option, *options, secure.url("/1"), secure.url("/2", "bad.test"))
    assert [record["ok"] for record in run.records()] == [True, True]


def test_a_ca_that_is_given_replaces_the_others(haul, secure, certificates, tmp_path):
    other = servers.Certificates(tmp_path)
    record = only(haul("-j", "--cacert", other.ca, secure.url("/")))
    assert record["error"]["class"] == "tls"
    record = only(haul("-j", "--cacert", other.ca, "--cacert", certificates.ca, secure.url("/")))
    assert record["ok"]


BROKEN = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"


@pytest.mark.parametrize("text", [None, "", "no certificate\n", BROKEN], ids=["missing", "empty", "text", "broken"])
@pytest.mark.parametrize("command", [[], ["compare"]])
def test_a_ca_file_that_cannot_be_used_is_a_mistake(haul, puppet, tmp_path, command, text):
    if text is not None:
        (tmp_path / "ca.pem").write_text(text)
    run = haul(*command, "--cacert", "ca.pem", puppet.url("/"), cwd=tmp_path)
    assert (run.returncode, run.stdout) == (2, b"")
    assert run.stderr.startswith(b"haul: --cacert ca.pem: ")
    assert len(run.stderr.splitlines()) == 1
    assert puppet.requests == []


def test_a_directory_as_ca_file_is_a_mistake(haul, tmp_path):
    run = haul("--cacert", tmp_path, "sleep:0")
    assert (run.returncode, run.stdout) == (2, b"")


def test_connections_are_reused(haul, secure, certificates):
    run = haul("--sequential", "-j", "--cacert", certificates.ca, *[secure.url("/")] * 3)
    assert [record["reused"] for record in run.records()] == [False, True, True]
    assert [record["time"]["tls"] > 0 for record in run.records()] == [True, False, False]


def test_http_and_https_redirect_to_each_other(haul, secure, puppet, certificates):
    puppet.answers["/up"] = servers.response(302, f"Location: {secure.url('/down')}")
    secure.answers["/down"] = servers.response(302, f"Location: {puppet.url('/end')}")
    record = only(haul("-j", "--cacert", certificates.ca, puppet.url("/up")))
    assert (record["ok"], record["redirects"], record["final_url"]) == (True, 2, puppet.url("/end"))
    assert record["time"]["tls"] > 0


def test_a_redirect_to_what_is_not_trusted_fails(haul, secure, puppet):
    puppet.answers["/up"] = servers.response(302, f"Location: {secure.url('/')}")
    record = only(haul("-j", puppet.url("/up")))
    assert (record["error"]["class"], record["redirects"], record["final_url"]) == ("tls", 1, secure.url("/"))
    assert record["status"] == 0


def test_a_server_that_speaks_no_tls(haul, puppet, mode):
    with servers.garbage() as port:
        run = haul("--mode", mode, "-j", f"https://127.0.0.1:{port}/", puppet.url("/x"))
    failed, good = sorted(run.records(), key=lambda record: record["index"])
    assert good["ok"]
    assert (failed["error"]["class"], failed["error"]["code"]) == ("tls", 35)


def test_a_server_that_closes_in_the_handshake(haul, mode):
    with servers.garbage(b"") as port:
        record = only(haul("--mode", mode, "-j", f"https://127.0.0.1:{port}/"))
    assert (record["error"]["class"], record["error"]["code"]) == ("tls", 35)


def test_a_line_without_a_scheme_is_https(haul, secure, certificates):
    record = only(haul("-j", "--cacert", certificates.ca, f"127.0.0.1:{secure.port}/x"))
    assert (record["ok"], record["url"]) == (True, secure.url("/x"))
