"""Checks the tables that say where programs and tests come from, and what answers the complaints about asyncio: that
each number has its row, and that what a row names is there. Prints what is not."""

import pathlib
import re
import sys

TESTS = pathlib.Path("tests/unit")
EXAMPLES = pathlib.Path("lib/examples")
MAN = pathlib.Path("man")

SEEDS = 26
CPYTHON_TESTS = 88
COMPLAINTS = 22


def rows(name, count, wrong):
    """The rows of a table as their number and the rest; tells of numbers that are missing or none."""
    path = TESTS / name
    found = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            number, rest = line.split(maxsplit=1)
            found.append((int(number), rest))
    numbers = {number for number, _ in found}
    wrong.extend(f"{path}: {number} is missing" for number in sorted(set(range(1, count + 1)) - numbers))
    wrong.extend(f"{path}: {number} is none of 1 to {count}" for number in sorted(numbers - set(range(1, count + 1))))
    return found


def what_is_wrong_with_example(number, name, meson):
    source = EXAMPLES / f"{name}.c"
    if not source.exists():
        return f"{source} is not there"
    head = source.read_text(encoding="utf-8").partition("*/")[0]
    if not re.search(rf"\bProgram {number} of the tutorials\b", head):
        return f'the head of {source} does not say "Program {number} of the tutorials"'
    if not source.with_suffix(".expected").exists():
        return f"{source.with_suffix('.expected')} is not there"
    if f"  '{name}',\n" not in meson:
        return f"{EXAMPLES / 'meson.build'} does not list it, so that no test runs it"
    return None


def above(place):
    """The comments right above the test at PLACE, as FILE:FUNCTION, and above the structs and helpers that it has to
    itself; None: there is no such test."""
    name, _, function = place.partition(":")
    path = TESTS / name
    match = path.exists() and re.search(
        rf"^static void {re.escape(function)}\(void \*\*state\)$", path.read_text(encoding="utf-8"), re.MULTILINE
    )
    if not match:
        return None
    before = match.string[: match.start()]
    last_test = before.rfind("\nstatic void test_")
    return " ".join(re.findall(r"^/\*(.*?)\*/", before[last_test + 1 :], re.MULTILINE | re.DOTALL))


def what_is_wrong_with_port(name, place):
    if place.startswith("left out:"):
        return None if place.removeprefix("left out:").strip() else "left out without a reason"
    comment = above(place)
    if comment is None:
        return f"no test {place}"
    bare = name.rpartition(".")[2]
    if place.endswith(f":{bare}") or re.search(rf"CPython:.*\b{re.escape(bare)}\b", comment, re.DOTALL):
        return None
    return f'no comment "CPython: {name}" above {place}'


def is_section(place):
    """Whether PLACE, as PAGE:SECTION, is there."""
    page, _, section = place.partition(":")
    path = MAN / page
    heading = rf"^\.S[hs] {re.escape(section)}$"
    return path.exists() and re.search(heading, path.read_text(encoding="utf-8"), re.MULTILINE)


def departures_without_a_test():
    """The tests of CPython that the page for people who come from asyncio departs from, and that haul has not."""
    ported = set()
    for source in TESTS.glob("test_*.c"):
        for comment in re.findall(r"/\*(.*?)\*/", source.read_text(encoding="utf-8"), re.DOTALL):
            ported.update(re.findall(r"\btest_\w+", comment.partition("CPython:")[2]))
    page = (MAN / "libhaul-asyncio.7").read_text(encoding="utf-8")
    return sorted(set(re.findall(r"\btest_\w+", page)) - ported)


def main():
    wrong = []
    meson = (EXAMPLES / "meson.build").read_text(encoding="utf-8")
    for number, rest in rows("seeds.txt", SEEDS, wrong):
        reason = what_is_wrong_with_example(number, rest.split()[0], meson)
        wrong.extend([f"seeds.txt, {number}: {reason}"] if reason else [])
    for number, rest in rows("cpython_tests.txt", CPYTHON_TESTS, wrong):
        reason = what_is_wrong_with_port(*rest.split(maxsplit=1))
        wrong.extend([f"cpython_tests.txt, {number}: {reason}"] if reason else [])
    for number, rest in rows("complaints.txt", COMPLAINTS, wrong):
        for place in re.split(r",\s+", rest.partition(" | ")[2]):
            if not (above(place) is not None if place.startswith("test_") else is_section(place)):
                wrong.append(f"complaints.txt, {number}: {place or 'nothing that answers it'} is not there")
    wrong.extend(f"libhaul-asyncio.7: no test is CPython's {name}" for name in departures_without_a_test())
    print(*wrong, sep="\n", end="\n" if wrong else "")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
