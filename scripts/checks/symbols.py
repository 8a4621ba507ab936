"""Checks that what the public headers declare, what lib/haul.symbols lists, what the built library exports and what
the manual pages tell of are the same functions. Prints what is not.

    symbols.py BUILD      compares
    symbols.py --write    writes lib/haul.symbols as the headers say
"""

import pathlib
import re
import subprocess
import sys
import tempfile

SYMBOLS = pathlib.Path("lib/haul.symbols")
ENTRY = re.compile(r"^\s+(\w+);$", re.MULTILINE)


def declared_by_header():
    """The functions that each public header declares, as the compiler sees them: a set for each file's name."""
    headers = sorted(pathlib.Path("lib/haul").glob("*.h"))
    found = {header.name: set() for header in headers}
    with tempfile.NamedTemporaryFile("w", suffix=".c") as source, tempfile.NamedTemporaryFile("r") as prototypes:
        for header in headers:
            source.write(f"#include <haul/{header.name}>\n")
        source.flush()
        subprocess.run(
            ["gcc", "-std=c11", "-Ilib", "-fsyntax-only", "-aux-info", prototypes.name, source.name], check=True
        )
        for header, name in re.findall(
            r"^/\* lib/haul/(\S+?):\S+ \*/ extern .*?\b(haul_\w+)(?: \(|;)", prototypes.read(), re.MULTILINE
        ):
            found[header].add(name)
    return found


def declared():
    return set().union(*declared_by_header().values())


def listed():
    return ENTRY.findall(SYMBOLS.read_text(encoding="utf-8").partition("local:")[0])


def exported(build):
    library = pathlib.Path(build, "lib", "libhaul.so")
    lines = subprocess.run(
        ["nm", "--dynamic", "--defined-only", library], check=True, capture_output=True, text=True
    ).stdout.splitlines()
    return {line.split()[-1].partition("@")[0] for line in lines}


def described():
    """The names that begin with haul_ in the pages of section 3."""
    pages = "".join(page.read_text(encoding="utf-8") for page in sorted(pathlib.Path("man").glob("*.3")))
    return set(re.findall(r"\bhaul_\w+", pages))


def names_in_headers():
    """With the headers' own names, which are those of their pages."""
    paths = list(pathlib.Path("lib/haul").glob("*.h"))
    headers = "".join(path.read_text(encoding="utf-8") for path in paths)
    return {*re.findall(r"\bhaul_\w+", headers), *(f"haul_{path.stem}" for path in paths)}


def write(functions):
    text = SYMBOLS.read_text(encoding="utf-8")
    head, _, rest = text.partition("global:\n")
    lines = "".join(f"    {name};\n" for name in sorted(functions))
    SYMBOLS.write_text(f"{head}global:\n{lines}local:{rest.partition('local:')[2]}", encoding="utf-8")


def main():
    functions = declared()
    if sys.argv[1] == "--write":
        write(functions)
        return 0

    wrong = []

    def compare(names, others, message):
        wrong.extend(f"{name}: {message}" for name in sorted(set(names) - set(others)))

    symbols, library, pages = listed(), exported(sys.argv[1]), described()
    if symbols != sorted(set(symbols)):
        wrong.append(f"{SYMBOLS}: not sorted, or a name stands there twice")
    compare(functions, symbols, f"declared in lib/haul/, and not in {SYMBOLS}")
    compare(symbols, functions, f"in {SYMBOLS}, and not declared in lib/haul/")
    compare(symbols, library, f"in {SYMBOLS}, and the library does not define it")
    compare(library, symbols, f"exported, and not in {SYMBOLS}")
    compare(functions, pages, "declared in lib/haul/, and no page of section 3 tells of it")
    compare(pages, names_in_headers(), "in a page of section 3, and in no header of lib/haul/")
    print(*wrong, sep="\n", end="\n" if wrong else "")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
