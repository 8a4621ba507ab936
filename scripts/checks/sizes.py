"""Checks that a file and a function can be taken in at once, and that nothing is left for later. Prints what is not."""

import pathlib
import re
import sys

FILE_LINES = 500
FUNCTION_LINES = 80
# What is not the project's own text.
FOREIGN = {"__pycache__", "corpus", "node_modules"}
LATER = re.compile(r"\b(TO" r"DO|FIX" r"ME|X" r"XX|HA" r"CK)\b")


def files():
    for root in ("cmd", "lib", "man", "scripts", "tests", ".ci"):
        for path in sorted(pathlib.Path(root).rglob("*")):
            if path.is_file() and not FOREIGN & set(path.parts):
                yield path


def functions(lines):
    """The first line and the size of each C function: its braces stand in the first column."""
    begin = None
    for number, line in enumerate(lines, 1):
        if line == "{":
            begin = number
        elif line == "}" and begin:
            yield begin, number - begin
            begin = None


def main():
    wrong = []
    for path in files():
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError:
            continue
        if len(lines) > FILE_LINES and path.parts[0] != "man":
            wrong.append(f"{path}: {len(lines)} lines, and {FILE_LINES} are the most: find the second noun in it")
        if path.suffix == ".c":
            for number, size in functions(lines):
                if size > FUNCTION_LINES:
                    wrong.append(f"{path}:{number}: a function of {size} lines, and {FUNCTION_LINES} are the most")
        for number, line in enumerate(lines, 1):
            if LATER.search(line):
                wrong.append(f"{path}:{number}: left for later: {line.strip()}")
    print(*wrong, sep="\n", end="\n" if wrong else "")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
