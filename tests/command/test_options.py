"""The command line: help, mistakes, and what is read when."""

import json
import os
import signal
import subprocess

import pytest
import support

# A label of 64 letters is no host name, so that no server of names is asked.
NO_HOST = "x" * 64


@pytest.mark.parametrize("option", ["-h", "--help"])
@pytest.mark.parametrize("command", [[], ["compare"]])
def test_help_is_written_to_standard_output(haul, command, option):
    run = haul(*command, option, "--nonsense")
    assert run.returncode == 0
    assert run.stderr == b""
    assert run.lines()[0].startswith("Usage: haul")
    assert ("--runs" in run.stdout.decode()) == (command == ["compare"])
    assert max(len(line) for line in run.lines()) <= 80


@pytest.mark.parametrize("option", ["-V", "--version"])
def test_the_version_names_the_libraries(haul, option):
    run = haul(option)
    assert run.returncode == 0
    name, version, curl, c_ares, ev = run.stdout.decode().split()
    assert name == "haul"
    assert version[0].isdigit()
    assert curl.startswith("libcurl/")
    assert c_ares.startswith("c-ares/")
    assert ev.startswith("libev/")


def test_help_that_cannot_be_written_is_told():
    with open("/dev/full", "wb") as full:
        run = subprocess.run([support.HAUL, "--help"], stdout=full, stderr=subprocess.PIPE, check=False)
    assert run.returncode == 3
    assert run.stderr == b"haul: cannot write to standard output: No space left on device\n"


def test_help_whose_reader_went_away_ends_quietly():
    reader, writer = os.pipe()
    os.close(reader)
    run = subprocess.run(
        [support.HAUL, "--help"],
        stdout=writer,
        stderr=subprocess.PIPE,
        check=False,
        restore_signals=False,
        preexec_fn=lambda: signal.signal(signal.SIGPIPE, signal.SIG_IGN),
    )
    os.close(writer)
    assert run.returncode == 141
    assert run.stderr == b""


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-c", "0"], "-c, --concurrency: \"0\" is not a number from 1 to 100000, or auto; try 'haul --help'"),
        (["-c", "abc"], "-c, --concurrency: \"abc\" is not a number from 1 to 100000, or auto; try 'haul --help'"),
        (["--jsonlines"], "unknown option --jsonlines; try 'haul --help'"),
        (["--jsonlin"], "unknown option --jsonlin (did you mean --jsonl?); try 'haul --help'"),
        (["--body", "-j"], "--body and -j or --format both say what to write: give one of them; try 'haul --help'"),
        (["--runs", "3"], "--runs is an option of 'haul compare', not of 'haul'; try 'haul --help'"),
        (["compare", "-j"], "-j, --jsonl is an option of 'haul', not of 'haul compare'; try 'haul compare --help'"),
        (["-\x1b\nx"], "unknown option -\\x1b; try 'haul --help'"),
    ],
)
def test_a_mistake_is_one_line_and_exit_status_2(haul, arguments, message):
    run = haul(*arguments, "sleep:0")
    assert run.returncode == 2
    assert run.stdout == b""
    assert run.stderr.decode() == f"haul: {message}\n"


@pytest.mark.parametrize("command", [[], ["compare"], ["-j"]])
def test_nothing_to_read_but_a_terminal_is_a_mistake(haul_on_terminal, command):
    with haul_on_terminal(*command) as run:
        status, screen = run.wait()
    assert status == 2
    assert screen.startswith(b"Usage: haul")


def test_without_urls_standard_input_is_read(haul):
    run = haul("-j", stdin="\ufeffsleep:0\ttag\r\n\n# comment\n  sleep:0  ")
    assert run.returncode == 0
    found = sorted((record["line"], record["input"], record["tag"]) for record in run.records())
    assert found == [(1, "sleep:0", "tag"), (4, "sleep:0", None)]


def test_arguments_and_lists_keep_their_order(haul, tmp_path):
    (tmp_path / "list").write_text("sleep:0.002\nsleep:0.003")
    run = haul("--gather", "-j", "sleep:0.001", "-i", "list", "-i-", "--", "-j:x", stdin="sleep:0.004\n", cwd=tmp_path)
    assert [(record["line"], record["input"]) for record in run.records()] == [
        (1, "sleep:0.001"),
        (1, "sleep:0.002"),
        (2, "sleep:0.003"),
        (1, "sleep:0.004"),
        (2, "-j:x"),
    ]
    assert run.returncode == 1


def test_a_list_that_cannot_be_read_is_told_and_the_others_run(haul, tmp_path):
    (tmp_path / "good").write_text("sleep:0\n")
    run = haul("-j", "-i", "missing", "-i", ".", "-i", "good", cwd=tmp_path)
    assert run.returncode == 2
    assert [record["input"] for record in run.records()] == ["sleep:0"]
    assert run.stderr.decode().splitlines()[:2] == [
        "haul: cannot read missing: No such file or directory",
        "haul: cannot read .: Is a directory",
    ]


def test_closed_standard_input_is_a_list_that_cannot_be_read():
    run = subprocess.run(
        ["sh", "-c", 'exec "$0" <&-', support.HAUL], capture_output=True, check=False, env=support.environment()
    )
    assert run.returncode == 2
    assert run.stderr.startswith(b"haul: cannot read standard input: Bad file descriptor\n")


def test_an_empty_argument_does_not_pass_for_success(haul):
    run = haul("-j", "")
    assert run.returncode == 1
    (record,) = run.records()
    assert record["input"] == ""
    assert record["error"]["class"] == "url"


def test_a_file_given_as_url_gets_a_hint_and_stays_a_url(haul, tmp_path):
    (tmp_path / NO_HOST).write_text("sleep:0\n")
    run = haul("-j", NO_HOST, cwd=tmp_path)
    assert run.returncode == 1
    assert run.stderr.decode().splitlines()[0] == (
        f"haul: {NO_HOST} is taken as a URL; to read URLs from it: -i {NO_HOST}"
    )
    assert [record["input"] for record in run.records()] == [NO_HOST]


def test_a_line_too_long_is_refused_and_the_next_is_fetched(haul):
    run = haul("--gather", "-j", stdin="x" * (1024 * 1024) + "\nsleep:0\n")
    assert run.returncode == 1
    long, short = run.records()
    assert (long["line"], len(long["input"]), long["error"]["class"]) == (1, 65536, "url")
    assert long["error"]["message"] == "the line is longer than 1 MB"
    assert (short["line"], short["ok"]) == (2, True)


def test_a_line_is_never_an_option(haul):
    run = haul("-j", stdin="--help:x\n-i:/etc/passwd\n")
    assert run.returncode == 1
    assert sorted(json.loads(line)["input"] for line in run.lines()) == ["--help:x", "-i:/etc/passwd"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("--failed", "--summary-json"),
        ("--failed", "--journal"),
        ("--journal", "--etags"),
        ("--summary-json", "--cookie-jar"),
        ("-o", "--failed"),
        ("--etags", "--report"),
        ("--report", "--har"),
        ("--har", "--trace"),
    ],
)
def test_no_two_options_write_one_file(haul, tmp_path, one, other):
    run = haul(one, "x", other, "x", "sleep:0", cwd=tmp_path)
    shown = "-o, --output" if one == "-o" else one
    problem = f"haul: {shown} and {other} would write the same file: name another for one of them; try 'haul --help'\n"
    assert (run.returncode, run.stderr.decode()) == (2, problem)
    assert list(tmp_path.iterdir()) == []
    # By another name, too.
    (tmp_path / "x").touch()
    assert haul(one, "x", other, "./x", "sleep:0", cwd=tmp_path).returncode == 2


def test_two_options_may_write_to_one_device(haul):
    assert haul("--failed", "/dev/null", "--summary-json", "/dev/null", "sleep:0").returncode == 0
