"""The shells' completions, made from the table of options."""

import os
import pty
import re
import select
import shutil
import subprocess

import pytest
import support

FOLDER = support.BUILD / "cmd" / "completion"


def complete(*words):
    """What bash offers for the last of these words."""
    script = 'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _haul; printf "%s\\n" "${COMPREPLY[@]}"'
    run = subprocess.run(
        ["bash", "--norc", "-c", script, "bash", FOLDER / "haul", "haul", *words],
        capture_output=True, text=True, check=True, timeout=support.PATIENCE,
    )  # fmt: skip
    return [line for line in run.stdout.splitlines() if line]


class Zsh:
    """An interactive zsh with haul's completion. A context manager."""

    SETUP = """
        fpath=('%s' $fpath); autoload -Uz compinit; compinit -u -D
        show() { print -r -- "<<$BUFFER>>"; BUFFER= }
        zle -N show; bindkey '^X' show; setopt no_beep no_list_beep
        print -r -- '<''<ready>>'
    """

    def __enter__(self):
        self.terminal, other = pty.openpty()
        self.process = subprocess.Popen(
            ["zsh", "-f", "-i"], stdin=other, stdout=other, stderr=other, start_new_session=True,
            env={**os.environ, "TERM": "vt100", "PS1": "$ "},
        )  # fmt: skip
        os.close(other)
        os.write(self.terminal, (self.SETUP % FOLDER).rstrip(" ").encode())
        assert self.read_shown() == "ready"
        return self

    def __exit__(self, *_):
        os.close(self.terminal)
        self.process.kill()
        self.process.wait()

    def read_shown(self):
        text = b""
        while not (shown := re.search(rb"<<([^\r\n\"$]*)>>", text)):
            assert select.select([self.terminal], [], [], support.PATIENCE)[0], text
            text += os.read(self.terminal, 4096)
        return shown[1].decode()

    def complete(self, line):
        """What the line is once it has been completed."""
        os.write(self.terminal, line.encode() + b"\t\x18")
        return self.read_shown()


def options(haul, *command):
    text = haul(*command, "--help").stdout.decode()
    return set(re.findall(r"^  (?:-\S, |    )(--[\w.-]+)", text, re.MULTILINE))


def test_an_option_is_completed():
    assert complete("--form") == ["--format"]
    assert complete("--gather", "--fail-f") == ["--fail-fast"]
    assert complete("-s", "--no-lo") == ["--no-location"]


def test_all_options_are_there(haul):
    assert {word for word in complete("--") if word.startswith("--")} == options(haul)
    for command in ("compare", "report"):
        assert {word for word in complete(command, "--") if word.startswith("--")} == options(haul, command)


def test_values_are_completed(tmp_path, monkeypatch):
    assert complete("--format", "") == ["text", "tsv", "jsonl", "csv"]
    assert complete("--format", "j") == ["jsonl"]
    (tmp_path / "urls one.txt").touch()
    monkeypatch.chdir(tmp_path)
    assert complete("-i", "urls") == ["urls one.txt"]
    assert complete("--failed", "ur") == ["urls one.txt"]
    assert complete("--unix-socket", "urls") == complete("--cert", "urls") == ["urls one.txt"]
    assert complete("-o", "ur") == ["urls one.txt"]
    assert complete("-c", "") == []
    assert complete("--input-format", "j") == ["jsonl"]


def test_a_folder_is_completed_where_one_is_wanted(tmp_path, monkeypatch):
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages.txt").touch()
    monkeypatch.chdir(tmp_path)
    assert complete("--output-dir", "pa") == ["pages"]


def test_a_value_behind_an_equals_sign_is_completed():
    # As bash takes --only=fa apart.
    assert complete("--only", "=", "fa") == ["failed"]
    assert complete("--only", "=") == ["ok", "failed"]


def test_behind_two_dashes_there_are_no_options():
    assert complete("--", "--form") == []


def test_the_subcommand_is_completed():
    assert complete("com") == ["compare"]
    assert complete("rep") == ["report"]
    assert complete("-s", "com") == []
    assert complete("compare", "--run") == ["--runs"]
    assert complete("compare", "--form") == []
    assert complete("report", "--ha") == ["--har"]


def test_files_of_records_are_completed(tmp_path, monkeypatch):
    (tmp_path / "records.jsonl").touch()
    monkeypatch.chdir(tmp_path)
    assert complete("report", "rec") == ["records.jsonl"]
    assert complete("compare", "rec") == []


@pytest.mark.parametrize("file", ["_haul", "haul.fish"])
def test_each_shell_has_all_options(haul, file):
    text = (FOLDER / file).read_text(encoding="utf-8")
    names = set(re.findall(r"--([a-z][\w.-]*)|-l ([\w.-]+)", text))
    assert {f"--{one or other}" for one, other in names} >= options(haul) | options(haul, "compare") | options(haul, "report")


@pytest.mark.parametrize("shell, file", [("zsh", "_haul"), ("fish", "haul.fish"), ("bash", "haul")])
def test_each_shell_can_read_its_file(shell, file):
    if not shutil.which(shell):
        pytest.skip(f"{shell} is not installed")
    subprocess.run([shell, "-n", FOLDER / file], check=True, timeout=support.PATIENCE)


def test_fish_completes():
    if not shutil.which("fish"):
        pytest.skip("fish is not installed")
    script = f"source '{FOLDER / 'haul.fish'}'; complete -C 'haul --form'"
    run = subprocess.run(["fish", "-N", "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert run.stdout.startswith("--format\t")


def test_fish_completes_folders(tmp_path):
    if not shutil.which("fish"):
        pytest.skip("fish is not installed")
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages.txt").touch()
    script = f"source '{FOLDER / 'haul.fish'}'; complete -C 'haul --output-dir pa'"
    run = subprocess.run(
        ["fish", "-N", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True, timeout=60
    )  # fmt: skip
    assert [line.split("\t")[0] for line in run.stdout.splitlines()] == ["pages/"]


def test_zsh_completes(tmp_path, monkeypatch):
    if not shutil.which("zsh"):
        pytest.skip("zsh is not installed")
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages.txt").touch()
    monkeypatch.chdir(tmp_path)
    with Zsh() as zsh:
        assert zsh.complete("haul --form") == "haul --format="
        assert zsh.complete("haul --format j").rstrip() == "haul --format jsonl"
        assert zsh.complete("haul com").rstrip() == "haul compare"
        assert zsh.complete("haul compare --runs").rstrip() == "haul compare --runs="
        assert zsh.complete("haul --output-dir pa") == "haul --output-dir pages/"
        assert zsh.complete("haul -i pages.").rstrip() == "haul -i pages.txt"
