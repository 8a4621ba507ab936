"""Checks that each include goes down the floors of lib/ or stays, that a third-party header comes in by its door
alone, that the command uses public headers only, and that no includes form a circle. Prints what does not."""

import pathlib
import re
import sys

# The floors of lib/, those of one storey side by side; an include goes to a floor before its own, or to its own.
STOREYS = [["base"], ["core"], ["io", "net"]]

# The floor that each public header describes. One that stands for all of them is of none.
PUBLIC = {
    "base": ["clock", "duration", "embedded", "error", "linkage"],
    "core": [
        "barrier", "completed", "condition", "coroutine", "descriptor", "event", "future", "gather", "generator",
        "group", "lock", "loop", "outcomes", "queue", "run", "semaphore", "shield", "sleep", "task", "timeout", "trace", "wait",
    ],
    "io": ["executor", "process", "stream"],
    "net": ["client", "cookies", "request", "result", "trust", "url"],
    None: ["haul", "version"],
}

# Third-party headers, and the only files that include them.
DOORS = {
    "ev.h": ["lib/core/poll.c"],
    "ares.h": ["lib/net/channel.c"],
    "curl/": [
        "lib/net/transfer.c", "lib/net/transfer.h", "lib/net/transfers.c", "lib/net/shard.c", "lib/net/shard.h",
        "lib/net/target.c", "lib/net/target.h", "lib/net/parser.c", "lib/net/request.c", "lib/net/settings.c",
        "lib/net/settings.h", "lib/net/debug.c", "lib/net/debug.h", "lib/net/bounds.c", "lib/net/retry_after.c", "lib/net/cookies.c", "lib/net/cookies.h",
    ],
    "openssl/": ["lib/net/trust.c", "lib/net/flood.c", "cmd/files/digest.c"],
    "cjson/": [
        "cmd/compare/baseline.c",
        "cmd/compare/export_json.c",
        "cmd/files/tag.c",
        "cmd/input/json_line.c",
        "cmd/input/json_request.c",
        "cmd/picture/track.c",
        "cmd/request/request.c",
    ],
    "valgrind/": ["lib/base/slab.c"],
}

C_HEADERS = {
    f"{name}.h"
    for name in (
        "assert complex ctype errno fenv float inttypes iso646 limits locale math setjmp signal stdalign stdarg "
        "stdatomic stdbool stddef stdint stdio stdlib stdnoreturn string tgmath threads time uchar wchar wctype"
    ).split()
}

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def includes(path):
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        match = INCLUDE.match(line)
        if match:
            yield number, match.group(1) == "<", match.group(2)


def storey(floor):
    return next(number for number, floors in enumerate(STOREYS) if floor in floors)


def floor_of(header):
    """The floor of a header as it is written in an include; None: it is of no floor."""
    room, _, name = header.rpartition("/")
    if room == "haul":
        return next(floor for floor, names in PUBLIC.items() if name.removesuffix(".h") in names)
    return room


def may_include(floor, header):
    other = floor_of(header)
    return other is None or floor is None or other == floor or storey(other) < storey(floor)


def check_library_file(path, system, header):
    room = path.parts[1]
    if system and header.startswith("haul/"):
        floor = floor_of(f"haul/{path.name}") if room == "haul" else room
        if room == "examples" or may_include(floor, header):
            return None
        return f"a public header of the floor above: <{header}>"
    if room == "haul":
        return None if system and header in C_HEADERS else "a public header includes <haul/...> and C's headers alone"
    if system:
        return None
    if not pathlib.Path("lib", header).exists() or "/" not in header:
        return f'"{header}" is not rooted in lib/'
    if room == "examples" or header.startswith("examples/"):
        return None if room == "examples" and header.startswith("examples/") else "examples stand for themselves"
    if header.startswith("haul/"):
        return "public headers are included as <haul/...>"
    return None if may_include(room, header) else f'"{header}" is on the floor above, or on the other side'


def check_command_file(path, system, header):
    if system:
        return None
    if not pathlib.Path("cmd", header).exists():
        return f'"{header}" is not rooted in cmd/'
    return None


def check_door(path, header):
    for prefix, files in DOORS.items():
        if header == prefix or (prefix.endswith("/") and header.startswith(prefix)):
            return None if str(path) in files else f"<{header}> comes in by its door alone: {', '.join(files)}"
    return None


def circles(root):
    """The circles that the headers under ROOT form with their includes."""
    graph = {
        path: [
            target
            for _, _, header in includes(path)
            if (target := pathlib.Path(root, header)).exists()
        ]
        for path in sorted(pathlib.Path(root).rglob("*.h"))
    }
    done = set()

    def walk(path, trail):
        if path in trail:
            yield trail[trail.index(path) :] + [path]
        elif path not in done:
            for target in graph[path]:
                yield from walk(target, trail + [path])
            done.add(path)

    for path in graph:
        yield from walk(path, [])


def main():
    wrong = []
    known = {name for names in PUBLIC.values() for name in names}
    for path in sorted(pathlib.Path("lib/haul").glob("*.h")):
        if path.stem not in known:
            wrong.append(f"{path}: say in {__file__} which floor it describes")
    if wrong:
        print(*wrong, sep="\n")
        return 1

    for root, check in (("lib", check_library_file), ("cmd", check_command_file)):
        for path in sorted(pathlib.Path(root).rglob("*.[ch]")):
            for number, system, header in includes(path):
                fault = check(path, system, header) or (check_door(path, header) if system else None)
                if fault:
                    wrong.append(f"{path}:{number}: {fault}")
        for circle in circles(root):
            wrong.append("a circle of includes: " + " -> ".join(map(str, circle)))
    print(*wrong, sep="\n", end="\n" if wrong else "")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
