"""Checks that each public header that declares functions does so for C++ too, between HAUL__BEGIN_C and HAUL__END_C.
Prints those that do not; with --write it puts both in."""

import pathlib
import re
import sys

INCLUDE = "#include <haul/linkage.h>"
BEGIN = "HAUL__BEGIN_C"
END = "HAUL__END_C"
FUNCTION = re.compile(r"^[A-Za-z][A-Za-z0-9_ *]*\bhaul_[a-z0-9_]+(\(|;)", re.MULTILINE)


def lacks(text):
    """Whether functions of the header stand outside, or the lines are not in their order."""
    if not FUNCTION.search(text):
        return False
    places = [text.find(f"\n{line}\n") for line in (INCLUDE, BEGIN, END)]
    functions = [match.start() for match in FUNCTION.finditer(text)]
    return -1 in places or places != sorted(places) or functions[0] < places[1] or functions[-1] > places[2]


def written(text):
    """The header with the lines where they belong."""
    lines = [line for line in text.split("\n") if line not in (INCLUDE, BEGIN, END)]
    ends = [number for number, line in enumerate(lines) if line.startswith("#include <")]
    if ends:
        # Among the includes of haul's own, in their order.
        own = [number for number in ends if lines[number].startswith("#include <haul/")]
        after = [number for number in own if lines[number] < INCLUDE]
        if own:
            place = after[-1] + 1 if after else own[0]
            lines[place:place] = [INCLUDE]
        else:
            place = ends[0]
            lines[place:place] = [INCLUDE, ""]
        last = max(number for number, line in enumerate(lines) if line.startswith("#include <"))
        lines[last + 1 : last + 1] = ["", BEGIN]
    else:
        guard = next(number for number, line in enumerate(lines) if line.startswith("#define HAUL_"))
        lines[guard + 1 : guard + 1] = ["", INCLUDE, "", BEGIN]
    end = max(number for number, line in enumerate(lines) if line == "#endif")
    lines[end:end] = [END, ""]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines))


def main():
    wrong = []
    for path in sorted(pathlib.Path("lib/haul").glob("*.h")):
        text = path.read_text(encoding="utf-8")
        if lacks(text):
            if "--write" in sys.argv[1:]:
                path.write_text(written(text), encoding="utf-8")
            else:
                wrong.append(f"{path}: its functions stand outside of {BEGIN} and {END}")
    print(*wrong, sep="\n", end="\n" if wrong else "")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
