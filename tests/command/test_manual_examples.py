"""Compiles and runs the example of each page of section 3, and compares what it prints with what its page says.

Its section EXAMPLES has two literal displays: a whole program, and all that it prints.
"""

import collections
import pathlib
import re
import subprocess

import pytest
import support

ROOT = pathlib.Path(__file__).parents[2]
LIBRARY = support.BUILD / "lib"
LONGEST_PROGRAM = 64

ESCAPES = {"\\e": "\\", "\\&": "", "\\-": "-", "\\(aq": "'", "\\(dq": '"'}


def has_examples(page):
    return "\n.Sh EXAMPLES\n" in page.read_text(encoding="utf-8")


PAGES = [page for page in sorted(ROOT.glob("man/*.3")) if has_examples(page)]


def plain(display):
    """A literal display as its reader sees it."""
    assert not re.search(r"^[.']", display, re.MULTILINE), "a line of a display begins like a macro; put \\& before it"
    return re.sub(r"\\(?:\(..|.)", lambda match: ESCAPES[match.group()], display)


def example(page):
    """The program of a page, and what it prints."""
    section = page.read_text(encoding="utf-8").partition("\n.Sh EXAMPLES\n")[2].partition("\n.Sh ")[0] + "\n"
    displays = re.findall(r"^\.Bd -literal\b.*\n((?:.*\n)*?)^\.Ed$", section, re.MULTILINE)
    assert len(displays) == 2, "EXAMPLES has two displays: the program, and what it prints"
    return plain(displays[0]), plain(displays[1])


def compile_program(source, program):
    """The sanitizer has a program that loses memory end with a status other than 0."""
    flags = ["-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Werror", "-fsanitize=address"]
    library = [f"-L{LIBRARY}", "-lhaul", f"-Wl,-rpath,{LIBRARY}"]
    arguments = [*flags, f"-I{ROOT / 'lib'}", "-x", "c", "-", "-o", program, *library]
    subprocess.run(["cc", *arguments], input=source, text=True, check=True)


@pytest.mark.parametrize("page", PAGES, ids=[page.name for page in PAGES])
def test_an_example_prints_what_its_page_says(page, tmp_path):
    source, output = example(page)
    compile_program(source, tmp_path / "program")
    run = subprocess.run(
        [tmp_path / "program"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=support.environment(),
        timeout=support.PATIENCE,
        check=False,
    )
    assert (run.stdout, run.stderr, run.returncode) == (output, "", 0)


def test_there_are_examples():
    assert PAGES


def test_no_two_pages_have_the_same_example():
    pages = collections.defaultdict(list)
    for page in PAGES:
        pages[example(page)[0]].append(page.name)
    assert [names for names in pages.values() if len(names) > 1] == []


def test_an_example_can_be_taken_in_at_once():
    lengths = {page.name: example(page)[0].count("\n") for page in PAGES}
    assert {name: length for name, length in lengths.items() if length > LONGEST_PROGRAM} == {}
