"""Checks that each public header has its manual page, and each page its place. Prints what has not.

A header <haul/NAME.h> has man/haul_NAME.3, whose SYNOPSIS includes it and names its functions, and which tells of its
structs, macros and constants. Meson installs all pages, and libhaul.3 lists all of section 3.
"""

import pathlib
import re
import sys

import symbols

PAGES = pathlib.Path("man")

# What stands for the others, or has nothing to call.
WITHOUT_PAGE = {"haul", "embedded", "linkage"}


def section(page, name):
    return page.partition(f"\n.Sh {name}\n")[2].partition("\n.Sh ")[0]


def defined(header):
    """The structs that a header completes, and its macros and constants, as a user may name them."""
    text = re.sub(r"/\*.*?\*/", "", header.read_text(encoding="utf-8"), flags=re.DOTALL)
    structs = re.findall(r"^struct (haul_[a-z]\w*) \{", text, re.MULTILINE)
    macros = re.findall(r"^#define (HAUL_[A-Z]\w*)", text, re.MULTILINE)
    constants = re.findall(r"^\s+(HAUL_[A-Z]\w*)(?: = \w+)?,", text, re.MULTILINE)
    return {*structs, *macros, *constants} - {f"HAUL_{header.stem.upper()}_H"}


def problems_of_header(header, functions):
    page = PAGES / f"haul_{header.stem}.3"
    if not page.exists():
        yield f"{page}: there is none for <haul/{header.name}>"
        return
    text = page.read_text(encoding="utf-8")
    synopsis = section(text, "SYNOPSIS")
    if f"\n.In haul/{header.name}\n" not in f"\n{synopsis}":
        yield f"{page}: its SYNOPSIS does not include the header: .In haul/{header.name}"
    # A coroutine is declared by its type: .Vt haul_step_fn haul_fetch ;
    shown = re.findall(r"^\.(?:F[no]|Vt \w+_fn) (haul_\w+)", synopsis, re.MULTILINE)
    for name in sorted(functions - set(shown)):
        yield f"{page}: its SYNOPSIS does not show {name}"
    for name in sorted(defined(header) - set(re.findall(r"\w+", text))):
        yield f"{page}: it does not tell of {name}"
    if not section(text, "EXAMPLES"):
        yield f"{page}: it has no EXAMPLES"


def problems():
    functions = symbols.declared_by_header()
    for header in sorted(pathlib.Path("lib/haul").glob("*.h")):
        if header.stem not in WITHOUT_PAGE:
            yield from problems_of_header(header, functions[header.name])
    installed = re.findall(r"'([\w-]+\.\d)'", (PAGES / "meson.build").read_text(encoding="utf-8"))
    listed = section((PAGES / "libhaul.3").read_text(encoding="utf-8"), "HEADERS")
    for page in sorted(PAGES.glob("*.[1-8]")):
        if page.name not in installed:
            yield f"{page}: man/meson.build does not install it"
        if page.match("haul_*.3") and f"\n.It Xr {page.stem} 3\n" not in f"\n{listed}":
            yield f"{page}: HEADERS of libhaul.3 does not list it"


def main():
    found = list(problems())
    print(*found, sep="\n", end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
