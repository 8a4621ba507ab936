"""Checks in the library's objects what no reader of the source sees at once: that nothing is allocated but through
base/memory.h, that nothing is printed, that nobody exits or reads the environment, and that there is no variable
that outlives a call. Prints what does not hold.

    objects.py BUILD
"""

import pathlib
import re
import subprocess
import sys

# What the library does not call, but for the files named, and why.
FORBIDDEN = [
    (
        "malloc calloc realloc reallocarray free strdup strndup asprintf vasprintf getline getdelim open_memstream "
        "aligned_alloc posix_memalign memalign",
        ["base/memory.c"],
        "all allocation goes through base/memory.h, so that tests can make it fail",
    ),
    (
        "printf vprintf puts putchar fprintf vfprintf fputs fputc fwrite perror stdout stderr __printf_chk "
        "__vprintf_chk __fprintf_chk __vfprintf_chk syslog",
        [],
        "the library prints nothing",
    ),
    ("exit _exit _Exit quick_exit abort", [], "the library never exits; a programming mistake meets an assert"),
    ("getenv secure_getenv setenv putenv unsetenv setlocale", [], "the command reads the environment, and tells"),
]

# Sections of what can change; .data.rel.ro is written by the dynamic linker alone.
MUTABLE = re.compile(r"^\.(data(?!\.rel\.ro)|bss|tdata|tbss)")


def symbols(build):
    """(source, name, section) of each symbol in each object of the library; section "*UND*": it is used only."""
    library = pathlib.Path(build, "lib", "libhaul.so").resolve()
    objects = sorted(pathlib.Path(f"{library}.p").glob("*.o"))
    listing = subprocess.run(["nm", "-A", "--format=sysv", *objects], check=True, capture_output=True, text=True)
    for line in listing.stdout.splitlines():
        fields = [field.strip() for field in line.split("|")]
        if len(fields) != 7:
            continue
        # "…/base_heap.c.o:haul__heap_push"
        path, _, name = fields[0].rpartition(":")
        source = pathlib.Path(path).name.removesuffix(".o").replace("_", "/", 1)
        yield source, name, fields[6]


def main():
    wrong = set()
    for source, name, section in symbols(sys.argv[1]):
        if MUTABLE.match(section):
            wrong.add(f"lib/{source}: {name} outlives a call: the library has no state of its own")
        if section == "*UND*":
            for names, allowed, why in FORBIDDEN:
                if name in names.split() and source not in allowed:
                    wrong.add(f"lib/{source} uses {name}: {why}")
    print(*sorted(wrong), sep="\n", end="\n" if wrong else "")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
