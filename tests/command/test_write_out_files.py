"""%output{FILE} of --write-out: where parts of the text go."""

import os
import threading

import pytest

pytestmark = pytest.mark.sanitized

FORM = r"%{index}%output{one}1%{index}\n%output{>>two}2%{index}\n%{stdout}!\n"


def test_parts_go_to_files_in_the_order_of_the_mode(haul, origin, tmp_path, mode):
    (tmp_path / "two").write_text("before\n")
    run = haul("--mode", mode, "-w", FORM, *[origin.url(f"/delay/{20 * delay}") for delay in (2, 1, 0)], cwd=tmp_path)
    order = [line[0] for line in run.stdout.decode().splitlines()]
    assert (sorted(order), run.stderr) == (["0", "1", "2"], b"")
    if mode != "as-completed":
        assert order == ["0", "1", "2"]
    assert (tmp_path / "one").read_text() == "".join(f"1{index}\n" for index in order)
    assert (tmp_path / "two").read_text() == "before\n" + "".join(f"2{index}\n" for index in order)


def test_a_file_is_emptied_once_for_the_run(haul, tmp_path):
    for _ in range(2):
        assert haul("-w", r"%output{one}%{index}%output{>>one}\n", "--repeat", "3", "sleep:0", cwd=tmp_path).returncode == 0
        assert sorted((tmp_path / "one").read_text()) == sorted("0\n1\n2\n")


def test_two_names_of_a_file_do_not_write_over_each_other(haul, tmp_path):
    assert haul("-w", "%output{one}a%output{./one}b", "sleep:0", cwd=tmp_path).returncode == 0
    assert sorted((tmp_path / "one").read_text()) == ["a", "b"]


def test_a_new_file_is_as_the_umask_has_it(haul, tmp_path):
    haul("-w", "%output{one}a", "sleep:0", cwd=tmp_path)
    mask = os.umask(0)
    os.umask(mask)
    assert (tmp_path / "one").stat().st_mode & 0o777 == 0o666 & ~mask


def test_standard_output_by_another_name_keeps_its_order(haul):
    run = haul("-w", "a%output{/dev/stdout}b%output{/dev/fd/2}c%output{/dev/fd/1}d", "sleep:0")
    assert (run.stdout, run.stderr) == (b"abd", b"c")


def test_a_pipe_takes_a_part_however_slow_its_reader(haul, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    got = []
    reader = threading.Thread(target=lambda: got.append((tmp_path / "pipe").read_bytes()))
    reader.start()
    run = haul("-w", r"%output{pipe}%{index} " + "x" * 500 + r"\n", "--gather", "--repeat", "1000", "sleep:0", cwd=tmp_path)
    reader.join()
    assert run.returncode == 0
    assert [line.split()[0] for line in got[0].splitlines()] == [str(index).encode() for index in range(1000)]


def test_with_bodies_too(haul, origin, tmp_path):
    run = haul("--body", "-w", r"%output{codes}%{http_code}\n", origin.url("/ok"), origin.url("/ok"), cwd=tmp_path)
    assert run.stdout == b"ok\n" * 2
    assert (tmp_path / "codes").read_text() == "200\n" * 2


def test_what_is_done_is_not_written_again(haul, origin, tmp_path):
    arguments = ["-w", r"%output{>>codes}%{url}\n", "--journal", "journal", "--resume", origin.url("/ok")]
    for _ in range(2):
        assert haul(*arguments, cwd=tmp_path).returncode == 0
    assert (tmp_path / "codes").read_text() == origin.url("/ok") + "\n"


def test_secrets_are_masked_there_too(haul, origin, tmp_path):
    haul("-w", "%output{one}%{url}", origin.url("/ok").replace("//", "//me:secret@"), cwd=tmp_path)
    assert (tmp_path / "one").read_text() == origin.url("/ok").replace("//", "//me:***@")


@pytest.mark.parametrize("name, why", [("no/x", "No such file or directory"), (".", "Is a directory")])
def test_a_file_that_cannot_be_opened_is_told_before_anything_is_fetched(haul, puppet, tmp_path, name, why):
    run = haul("-w", f"%output{{{name}}}x", puppet.url("/1"), cwd=tmp_path)
    assert (run.returncode, run.stdout) == (2, b"")
    assert run.stderr.decode() == f"haul: cannot write to {name}: {why}\n"
    assert puppet.requests == []


def test_a_file_that_cannot_be_written_ends_the_run(haul):
    run = haul("-w", "a%output{/dev/full}x", "sleep:0")
    assert run.returncode == 3
    assert run.stderr == b"haul: cannot write to /dev/full: No space left on device\n"


def test_a_file_has_a_name(haul):
    run = haul("-w", "%output{>>}a", "sleep:0")
    assert (run.returncode, run.stdout) == (2, b"")
    assert run.stderr == b"haul: -w, --write-out: there is no %output{>>}; try 'haul --help'\n"


def test_no_list_that_is_read_is_written(haul, tmp_path):
    (tmp_path / "list").write_text("sleep:0\n")
    run = haul("-w", "%output{./list}x", "-i", "list", cwd=tmp_path)
    assert (run.returncode, (tmp_path / "list").read_text()) == (2, "sleep:0\n")
    assert run.stderr.startswith(b"haul: -w, --write-out would write ./list, which is a list that is read")


@pytest.mark.parametrize("option", ["--failed", "--journal", "--summary-json"])
def test_no_other_option_writes_the_same(haul, tmp_path, option):
    run = haul("-w", "%output{one}x", option, "one", "sleep:0", cwd=tmp_path)
    assert run.returncode == 2
    assert run.stderr.startswith(f"haul: -w, --write-out and {option} would write the same file".encode())
    assert not (tmp_path / "one").exists()
