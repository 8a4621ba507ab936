"""-u NAME asks for the password on the terminal."""

import base64
import signal
import subprocess
import termios

import pytest

from support import command

pytestmark = pytest.mark.sanitized

PROMPT = b"Enter host password for user 'me':"


def authorization(puppet):
    return [request.field("authorization") for request in puppet.requests]


def shows(run):
    """Whether the terminal shows what is typed."""
    return bool(termios.tcgetattr(run.master)[3] & termios.ECHO)


def test_asked_for_once_and_not_shown(haul_on_terminal, puppet):
    with haul_on_terminal("-u", "me", puppet.url("/1"), puppet.url("/2")) as run:
        run.screen.wait_for(PROMPT)
        assert not shows(run)
        run.type(b"secret word\n")
        status, screen = run.wait()
    assert status == 0 and b"secret" not in screen and PROMPT not in screen
    expected = "Basic " + base64.b64encode(b"me:secret word").decode()
    assert authorization(puppet) == [expected] * 2


def test_asked_for_though_all_streams_are_elsewhere(haul_on_terminal, puppet, tmp_path):
    with open(tmp_path / "out", "wb") as out:
        with haul_on_terminal("-s", "-u", "me", puppet.url("/1"), stdout=out, stderr=out) as run:
            run.screen.wait_for(PROMPT)
            run.type(b"\n")
            assert run.wait()[0] == 0
    assert authorization(puppet) == ["Basic " + base64.b64encode(b"me:").decode()]
    assert (tmp_path / "out").read_bytes().startswith(b"200\t")


def test_what_is_typed_is_shown_again_behind_a_signal(haul_on_terminal, puppet):
    with haul_on_terminal("-u", "me", puppet.url("/1")) as run:
        run.screen.wait_for(PROMPT)
        run.type(b"sec\x03")
        run.screen.wait_for(b"\n")
        assert run.process.wait(60) == -signal.SIGINT
        assert shows(run)
    assert not puppet.requests


def test_the_end_of_the_terminal_is_no_password(haul_on_terminal, puppet):
    with haul_on_terminal("-u", "me", puppet.url("/1")) as run:
        run.screen.wait_for(PROMPT)
        run.type(b"\x04")
        status, screen = run.wait()
    assert status == 2 and b"haul: -u, --user: the terminal gave no password" in screen
    assert not puppet.requests


def without_terminal(*arguments):
    return subprocess.run(
        command(arguments), stdin=subprocess.DEVNULL, capture_output=True, start_new_session=True, timeout=60, check=False
    )


def test_without_a_terminal_it_is_a_mistake(puppet):
    run = without_terminal("-u", "me", puppet.url("/1"))
    assert (run.returncode, run.stdout) == (2, b"")
    assert run.stderr.startswith(b"haul: -u, --user: there is no password, and no terminal to ask for it: ")
    assert not puppet.requests


def test_not_asked_for_where_there_is_a_token(puppet):
    run = without_terminal("-u", "me", "--oauth2-bearer", "token", puppet.url("/1"))
    assert run.returncode == 0 and authorization(puppet) == ["Bearer token"]
