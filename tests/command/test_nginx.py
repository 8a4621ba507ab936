"""Against a real server: nginx, with keep-alive, large files, chunks, and compression on offer."""

import hashlib
import os
import re

import pytest
import servers

pytestmark = [pytest.mark.sanitized, pytest.mark.skipif(not servers.NGINX, reason="nginx is not installed")]

LARGE = 8_000_000


@pytest.fixture(scope="module")
def nginx(tmp_path_factory):
    directory = tmp_path_factory.mktemp("nginx")
    directory.chmod(0o755)
    with servers.Nginx(directory) as nginx:
        (nginx.files / "large").write_bytes(os.urandom(LARGE))
        (nginx.files / "text").write_text("line of text\n" * 10_000)
        (nginx.files / "empty").touch()
        yield nginx


def test_connections_are_kept(haul, nginx):
    """The server gives each connection's number as its answer, so that they are counted by it."""
    run = haul("--body", "--summary=total", "-c", 4, *[f"{nginx.root}/connection"] * 200)
    numbers = set(run.stdout.split())
    assert len(run.stdout.splitlines()) == 200
    assert len(numbers) <= 4
    assert f"{len(numbers)} opened, {200 - len(numbers)} reused" in run.stderr.decode()


def test_records_say_which_were_reused(haul, nginx, mode):
    run = haul("--mode", mode, "-c", 3, "-j", "--summary=total", *[f"{nginx.root}/text"] * 30)
    opened = [record for record in run.records() if not record["reused"]]
    assert 1 <= len(opened) <= (1 if mode == "sequential" else 3)
    assert re.search(rf"{len(opened)} opened, {30 - len(opened)} reused", run.stderr.decode())


def test_a_connection_is_kept_over_a_redirect_and_an_error(haul, nginx):
    urls = [f"{nginx.root}/connection", f"{nginx.root}/missing", f"{nginx.root}/moved/x", f"{nginx.root}/connection"]
    run = haul("--sequential", "--body", *urls)
    assert len(run.stdout.splitlines()) == 3
    assert len(set(run.stdout.split())) == 1


def test_a_large_file_arrives_as_it_is(haul, nginx, mode):
    run = haul("--mode", mode, "--body", f"{nginx.root}/large")
    assert len(run.stdout) == LARGE
    assert hashlib.sha256(run.stdout).digest() == hashlib.sha256((nginx.files / "large").read_bytes()).digest()


def test_several_large_files_arrive_in_order(haul, nginx):
    run = haul("--gather", "--body", *[f"{nginx.root}/large"] * 3, f"{nginx.root}/text")
    whole = (nginx.files / "large").read_bytes()
    assert run.stdout == whole * 3 + (nginx.files / "text").read_bytes()


def test_chunks_are_put_together(haul, nginx):
    run = haul("--body", f"{nginx.root}/chunked/text")
    assert run.stdout == (nginx.files / "text").read_bytes()


def test_compression_is_not_asked_for(haul, nginx):
    assert haul("--body", f"{nginx.root}/accept-encoding").stdout == b"[]\n"
    (record,) = haul("-j", f"{nginx.root}/text").records()
    assert record["bytes"] == (nginx.files / "text").stat().st_size


def test_what_a_record_says_of_nginx(haul, nginx):
    run = haul("--sequential", "-j", *[f"{nginx.root}/{name}" for name in ("text", "empty", "missing", "moved/x")])
    told = [(record["status"], record["ok"], record["bytes"], record["redirects"]) for record in run.records()]
    assert told[:2] == [(200, True, 130_000, 0), (200, True, 0, 0)]
    assert told[2][:2] == (404, False) and told[2][2] > 0
    assert told[3][0] == 200 and told[3][3] == 1
    assert {record["content_type"] for record in run.records()} == {"text/plain", "text/html"}
    assert {record["http_version"] for record in run.records()} == {"1.1"}


def test_a_url_longer_than_the_server_takes_is_its_answer(haul, nginx):
    (record,) = haul("-j", f"{nginx.root}/?{'x' * 100_000}").records()
    assert (record["status"], record["error"]["class"]) == (414, "http")


def test_two_thousand_small_ones(haul, nginx, mode):
    run = haul("--mode", mode, "-c", 50, "-j", stdin=f"{nginx.root}/text\n" * 2000)
    assert run.returncode == 0
    assert sorted(record["index"] for record in run.records()) == list(range(2000))
