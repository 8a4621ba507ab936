"""The exit statuses, and which of them counts where several apply."""

import os
import pathlib
import re
import signal
import subprocess

import pytest
import support

pytestmark = pytest.mark.sanitized


def test_0_every_url_was_ok(haul, origin, mode):
    assert haul("--mode", mode, origin.url("/ok"), "sleep:0", origin.url("/redirect")).returncode == 0


def test_0_an_empty_list(haul, mode):
    run = haul("--mode", mode, "-i", "/dev/null")
    assert (run.returncode, run.stdout) == (0, b"")
    assert run.stderr == b"haul: the list is empty: nothing was fetched\n"


@pytest.mark.parametrize("form", [[], ["-j"], ["--body"], ["-s"], ["--summary=total"]])
def test_1_at_least_one_was_not(haul, origin, mode, form):
    assert haul("--mode", mode, *form, origin.url("/ok"), origin.url("/status/404")).returncode == 1


@pytest.mark.parametrize("path", ["/status/500", "/drop", "/garbage", "/redirect-loop"])
def test_1_however_it_failed(haul, origin, path):
    assert haul(origin.url(path)).returncode == 1


def test_124_the_deadline(haul, mode):
    run = haul("--mode", mode, "--deadline", "0.1", "ftp://x/", "sleep:1000")
    assert run.returncode == 124


def test_124_before_a_list_that_cannot_be_read(haul):
    assert haul("--deadline", "0.1", "-i", "/no/such/list", "sleep:1000").returncode == 124


def test_2_wrong_usage(haul):
    for mistake in (["--nonsense"], ["-c", "0"], ["--body", "-j"], ["compare", "-j"]):
        assert haul(*mistake, "sleep:0").returncode == 2


def test_2_a_list_that_cannot_be_read(haul, mode):
    assert haul("--mode", mode, "-i", "/no/such/list", "sleep:0").returncode == 2
    assert haul("--mode", mode, "-i", "/no/such/list").returncode == 2


def test_an_unreadable_list_is_not_called_empty(haul):
    assert b"empty" not in haul("-i", "/no/such/list").stderr


def test_2_nothing_to_read_but_a_terminal(haul_on_terminal):
    with haul_on_terminal() as run:
        status, screen = run.wait()
    assert status == 2
    assert screen.startswith(b"Usage: haul")


def test_a_terminal_is_read_where_asked_for(haul_on_terminal):
    with haul_on_terminal("-i", "-") as run:
        run.type(b"sleep:0\n\x04")
        assert run.wait()[0] == 0


def test_2_counts_more_than_1(haul, origin):
    run = haul("-i", "/no/such/list", origin.url("/status/404"), origin.url("/ok"))
    assert run.returncode == 2
    assert len(run.lines()) == 2


@pytest.mark.parametrize("form", [[], ["-j"], ["--body"]])
def test_3_counts_more_than_2_and_1(haul_running, origin, form):
    with open("/dev/full", "wb") as full:
        lines = ["-i", "/no/such/list", origin.url("/status/404"), origin.url("/ok")]
        with haul_running(*form, *lines, stdout=full) as run:
            assert run.wait() == 3


def test_141_counts_more_than_2_and_1(haul_running, origin, puppet):
    lines = ["-i", "/no/such/list", origin.url("/status/404"), puppet.url("/held/0")]
    with haul_running("-j", *lines) as run:
        run.record()
        puppet.wait_for("/held/0")
        run.process.stdout.close()
        assert run.wait() == 141


@pytest.mark.parametrize("which, status", [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_130_and_143_a_signal_counts_most(puppet, which, status):
    """A shell says 128 and the signal's number of what a signal ended."""
    lines = ["-i", "/no/such/list", "x:y", puppet.url("/held/0")]
    process = subprocess.Popen(
        ["bash", "-c", '(echo "$BASHPID"; exec "$@"); echo $?', "bash", support.HAUL, "-s", "-j", *lines],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=support.environment(),
    )
    with process:
        child = int(process.stdout.readline())
        puppet.wait_for("/held/0")
        os.kill(child, which)
        assert process.stdout.read().splitlines()[-1] == str(status).encode()


def test_sigpipe_that_is_ignored_makes_no_difference(puppet):
    with support.Running(
        "-j", puppet.url("/held/0"), preexec_fn=lambda: signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    ) as run:
        puppet.wait_for("/held/0")
        run.process.stdout.close()
        assert run.wait() == 141


# What else is written makes no difference.
FILES = ["-o", "out/{index}", "--create-dirs", "--failed", "failed", "--etags", "tags", "--summary-json", "summary"]


def test_0_with_files(haul, origin, mode, tmp_path):
    assert haul("--mode", mode, *FILES, origin.url("/ok"), "sleep:0", cwd=tmp_path).returncode == 0


def test_1_with_files(haul, origin, mode, tmp_path):
    assert haul("--mode", mode, *FILES, origin.url("/ok"), origin.url("/short"), cwd=tmp_path).returncode == 1
    # A file that cannot be written is its URL's failure, not haul's.
    (tmp_path / "x" / "0").mkdir(parents=True)
    assert haul("-o", "x/{index}", origin.url("/ok"), cwd=tmp_path).returncode == 1


def test_2_with_files(haul, origin, tmp_path):
    assert haul(*FILES, origin.url("/short"), "-i", "/no/such/list", cwd=tmp_path).returncode == 2
    assert haul("-o", "{nothing}", "sleep:0").returncode == 2
    assert haul("--etags", "/", "sleep:0").returncode == 2


@pytest.mark.parametrize("option", ["--failed", "--summary-json"])
def test_3_a_file_at_the_end_that_cannot_be_written(haul, origin, option, tmp_path):
    lines = [origin.url("/status/404"), "-i", "/no/such/list"]
    assert haul(option, "/dev/full", *lines, cwd=tmp_path).returncode == 3
    assert haul(option, "no/such/folder", *lines, cwd=tmp_path).returncode == 3


def test_124_with_files(haul, puppet, mode, tmp_path):
    lines = [puppet.url("/1"), puppet.url("/held/0")]
    assert haul("--mode", mode, "--deadline", "0.1", *FILES, *lines, cwd=tmp_path).returncode == 124


def test_141_with_files(haul_running, puppet, tmp_path):
    """The lines have lost their reader, though the bodies have not."""
    with haul_running(*FILES, "--deadline", "60", puppet.url("/held/0"), cwd=tmp_path) as run:
        puppet.wait_for("/held/0")
        run.process.stdout.close()
        assert run.wait() == 141


@pytest.mark.parametrize("which", [signal.SIGINT, signal.SIGTERM], ids=["130", "143"])
def test_130_and_143_with_files(haul_running, puppet, which, tmp_path):
    """A shell says 128 and the number of the signal that ended it."""
    with haul_running(*FILES, "--deadline", "60", "x:y", puppet.url("/held/0"), cwd=tmp_path) as run:
        puppet.wait_for("/held/0")
        run.interrupt(which)
        run.stdout.rest()
        assert run.wait() == -which


def rows_of_the_manual():
    manual = (pathlib.Path(__file__).parents[2] / "man" / "haul.1").read_text(encoding="utf-8")
    section = manual.partition("\n.Sh EXIT STATUS\n")[2].partition("\n.Sh ")[0]
    return re.findall(r"^\.It (\d+)$", section, re.MULTILINE)


def test_each_row_has_a_test():
    rows = rows_of_the_manual()
    tests = [name for name in globals() if name.startswith("test_")]
    assert rows
    for row in rows:
        assert any(row in name.split("_") for name in tests), row
        assert any(row in name.split("_") and name.endswith("with_files") for name in tests) or row == "3", row


def test_the_table_is_in_the_help_and_in_the_manual(haul):
    help_text = haul("--help").stdout.decode()
    table = dict(re.findall(r"^ +(\d+) {2,}(.+)$", help_text, re.MULTILINE))
    assert list(table) == ["0", "1", "2", "3", "124", "130", "141", "143"]
    assert rows_of_the_manual() == list(table)
