"""The shells' completions, made from the table of options."""

import re
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
    assert complete("-c", "") == []
    assert complete("--input-format", "j") == ["jsonl"]


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
    script = f"source {FOLDER / 'haul.fish'}; complete -C 'haul --form'"
    run = subprocess.run(["fish", "-N", "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert run.stdout.startswith("--format\t")
