"""Checks that `haul --help` and the manual pages name the same options. Prints what only one of them names.

    options.py BUILD
"""

import pathlib
import re
import subprocess
import sys

# What prints the options, and the page that explains them.
PAIRS = [(["--help"], "man/haul.1"), (["compare", "--help"], "man/haul-compare.1"), (["report", "--help"], "man/haul-report.1")]


def options_of_help(haul, arguments):
    output = subprocess.run([haul, *arguments], check=True, capture_output=True, text=True).stdout
    found = set()
    for line in output.splitlines():
        # The options of a line stand before the gap that leads to their meaning.
        if line.lstrip().startswith("-"):
            found.update(re.findall(r"(?<![\w-])--?\w[\w-]*", re.split(r"\s{2,}", line.strip())[0]))
    return found


def options_of_page(page):
    found = set()
    for line in pathlib.Path(page).read_text(encoding="utf-8").splitlines():
        if line.startswith(".It Fl"):
            found.update(f"-{name}" for name in re.findall(r"\bFl ([\w-]+)", line.replace("\\-", "-")))
    return found


def main():
    haul = pathlib.Path(sys.argv[1], "cmd", "haul")
    wrong = []
    for arguments, page in PAIRS:
        command = " ".join(["haul", *arguments])
        printed, explained = options_of_help(haul, arguments), options_of_page(page)
        wrong.extend(f"{option}: printed by {command}, and not explained in {page}" for option in printed - explained)
        wrong.extend(f"{option}: explained in {page}, and not printed by {command}" for option in explained - printed)
        if not printed:
            wrong.append(f"{command} prints no option")
    print(*sorted(wrong), sep="\n", end="\n" if wrong else "")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
