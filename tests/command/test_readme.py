"""Holds README.md to what haul really does: each command that it shows is run, on the origin, and its output compared.

    python3 tests/command/test_readme.py      writes what comes out now into README.md

Its hosts are stand-ins: shop.example is the origin, gone.example a port that refuses. Numbers with a point are times
or ratios of them, and are not compared; nor is the order of lines where results leave as they finish.
"""

import fcntl
import json
import os
import pathlib
import pty
import re
import struct
import subprocess
import sys
import tempfile
import termios

import pytest
import support
from screen import Screen

ROOT = pathlib.Path(__file__).parents[2]
README = ROOT / "README.md"
FIRST_SCREEN_LINES = 40
COLUMNS = 120

# The list that the README's commands read.
URLS = """\
http://shop.example/delay/500
http://shop.example/delay/200
http://shop.example/status/404?delay=100
http://gone.example/
"""


def blocks(language):
    """The fenced blocks of a language, as (start, end) in the README's text."""
    text = README.read_text(encoding="utf-8")
    return [match.group(1) for match in re.finditer(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)]


def commands():
    """What the README shows of a shell: (command, output)."""
    shown = []
    for block in blocks("console"):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            shown.append((command, output.strip("\n")))
    return shown


def shown(output):
    """What stands on a terminal in the end, which breaks no line."""
    screen = Screen(10_000, 40)
    screen.write(output)
    return "\n".join(screen.text()).strip("\n")


def read_terminal(descriptor):
    output = b""
    while True:
        try:
            more = os.read(descriptor, 65536)
        except OSError:  # How a terminal ends, with EIO.
            return output
        if not more:
            return output
        output += more


class Shell:
    """A terminal on which the README's commands run."""

    def __init__(self, directory, origin_port, refused_port):
        self.directory = pathlib.Path(directory)
        (self.directory / "urls.txt").write_text(URLS, encoding="utf-8")
        programs = self.directory / "bin"
        programs.mkdir()
        hosts = (
            f"--connect-to shop.example:80:127.0.0.1:{origin_port} --connect-to gone.example:80:127.0.0.1:{refused_port}"
        )
        wrapper = programs / "haul"
        wrapper.write_text(
            "#!/bin/sh\n"
            f'if [ "$1" = compare ]; then shift; exec "{support.HAUL}" compare {hosts} "$@"; fi\n'
            f'exec "{support.HAUL}" {hosts} "$@"\n',
            encoding="utf-8",
        )
        wrapper.chmod(0o755)
        self.environment = support.environment({"NO_COLOR": "1"})
        self.environment["PATH"] = f"{programs}:{self.environment['PATH']}"

    def run(self, command):
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, COLUMNS, 0, 0))
        process = subprocess.Popen(
            ["bash", "-c", command],
            stdin=subprocess.DEVNULL,
            stdout=theirs,
            stderr=theirs,
            cwd=self.directory,
            env=self.environment,
        )
        os.close(theirs)
        output = read_terminal(ours)
        os.close(ours)
        process.wait(support.PATIENCE)
        return shown(output)


@pytest.fixture(scope="module")
def shell(running_origin, tmp_path_factory):
    with support.refused() as port:
        yield Shell(tmp_path_factory.mktemp("readme"), running_origin.port, port)


def comparable(output):
    """Without times and ratios, and without the spaces that align them; in no order."""
    without_numbers = (re.sub(r"\d+\.\d+", "0.0", line) for line in output.splitlines())
    without_ports = (re.sub(r"\b\d{5}\b", "0", line) for line in without_numbers)
    return sorted(re.sub(r"\s+", " ", line) for line in without_ports)


@pytest.mark.parametrize(("command", "output"), commands(), ids=[command for command, _ in commands()])
def test_a_command_prints_what_the_readme_says(shell, command, output):
    assert comparable(shell.run(command)) == comparable(output)


def test_the_first_screen_is_one_screen():
    first_screen = README.read_text(encoding="utf-8").partition("\n## ")[0]
    assert len(first_screen.splitlines()) <= FIRST_SCREEN_LINES
    assert "```console" in first_screen


def test_the_exit_statuses_are_those_of_help(haul):
    text = README.read_text(encoding="utf-8").partition("\n## Exit status\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (\d+) \| (.*?) \|$", text, re.MULTILINE)
    helped = haul("--help").stdout.decode().partition("Exit status:\n")[2].partition("\n\n")[0]
    assert rows == re.findall(r"^ *(\d+)  (.*)$", helped, re.MULTILINE)


def test_the_folders_of_the_map_are_there():
    text = README.read_text(encoding="utf-8").partition("\n## The source\n")[2].partition("\n## ")[0]
    paths = re.findall(r"^\| `(.*?)` \|", text, re.MULTILINE)
    assert paths
    assert [path for path in paths if not (ROOT / path).exists()] == []


def without_chance(value):
    """The same JSON value with times and ports the same, objects as lists of pairs."""
    if isinstance(value, list):
        return [(key, 0 if key == "remote_port" else without_chance(item)) for key, item in value]
    return 0.0 if isinstance(value, float) else value


def test_the_record_is_the_one_of_the_readme(shell):
    shown = json.loads(blocks("json")[0], object_pairs_hook=list)
    line = f"{dict(shown)['input']}\\t{dict(shown)['tag']}"
    record = json.loads(shell.run(f"printf '{line}' | haul -sj"), object_pairs_hook=list)
    assert without_chance(record) == without_chance(shown)
    assert isinstance(dict(record)["ts"], float)


def compile_and_run(source, directory, *arguments):
    """What a C program prints that was linked with the library as it was built."""
    library = support.BUILD / "lib"
    (directory / "program.c").write_text(source, encoding="utf-8")
    flags = ["-std=c11", "-Wpedantic", "-Wall", "-Wextra", "-Wshadow", "-Werror", f"-I{ROOT / 'lib'}"]
    link = [f"-L{library}", "-lhaul", f"-Wl,-rpath,{library}"]
    subprocess.run(["gcc", *flags, "program.c", "-o", "program", *link], cwd=directory, check=True)
    run = subprocess.run(
        [directory / "program", *arguments],
        env=support.environment(),
        timeout=support.PATIENCE,
        capture_output=True,
        text=True,
        check=False,
    )
    return run.returncode, run.stdout


def test_the_program_prints_what_the_readme_says(tmp_path):
    program, output = blocks("c")[0], blocks("text")[0]
    assert compile_and_run(program, tmp_path) == (0, output)


def rewrite():
    """Puts what the commands print now in the place of what the README shows."""
    text = README.read_text(encoding="utf-8")
    with support.Origin() as origin, support.refused() as port, tempfile.TemporaryDirectory() as directory:
        shell = Shell(directory, origin.port, port)
        for block in blocks("console"):
            shown = re.findall(r"^\$ (.*)$", block, re.MULTILINE)
            text = text.replace(block, "".join(f"$ {command}\n{shell.run(command)}\n" for command in shown))
    README.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(rewrite())
