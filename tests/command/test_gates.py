"""The gates themselves: what they count, and that they find what they are there to find."""

import json
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).parents[2]


def run(script, *arguments, cwd):
    return subprocess.run(
        [sys.executable, "-B", ROOT / script, *arguments], cwd=cwd, capture_output=True, text=True, check=False
    )


def program(result, stdout):
    return {"name": "x", "result": result, "stdout": stdout}


@pytest.mark.parametrize(
    ("programs", "total", "status"),
    [
        ([program("OK", "1..2\nok 1 - a\nok 2 - b\n")], "2 passed, 0 failed", 0),
        ([program("FAIL", "1..2\nok 1 - a\nnot ok 2 - b\n# not ok - tests\n")], "1 passed, 1 failed", 1),
        ([program("OK", "1..2\nok 1 - a\nnot ok 2 # SKIP b\n")], "1 passed, 0 failed, 1 skipped", 0),
        # It crashed behind its last good case, or leaked.
        ([program("FAIL", "1..2\nok 1 - a\n")], "1 passed, 1 failed", 1),
        ([program("TIMEOUT", "")], "0 passed, 1 failed", 1),
        # A program that reports no cases is one.
        ([program("OK", "hello\n")], "1 passed, 0 failed", 0),
        ([], "0 passed, 0 failed", 1),
    ],
)
def test_cases_are_counted(tmp_path, programs, total, status):
    log = tmp_path / "unit-build.json"
    log.write_text("".join(json.dumps(each) + "\n" for each in programs), encoding="utf-8")
    done = run("tests/count.py", "0", log, cwd=tmp_path)
    assert (done.stdout.splitlines()[-1], done.returncode) == (total, status)


def test_cases_of_pytest_are_counted(tmp_path):
    log = tmp_path / "command-build.xml"
    suite = '<testsuite tests="6" failures="1" errors="1" skipped="1"/>'
    log.write_text(f"<testsuites>{suite}</testsuites>", encoding="utf-8")
    done = run("tests/count.py", "1", log, cwd=tmp_path)
    assert (done.stdout, done.returncode) == ("3 passed, 2 failed, 1 skipped\n", 1)


def test_a_runner_that_failed_counts(tmp_path):
    log = tmp_path / "unit-build.json"
    log.write_text(json.dumps(program("OK", "ok 1 - a\n")), encoding="utf-8")
    done = run("tests/count.py", "1", log, cwd=tmp_path)
    assert (done.stdout.splitlines()[-1], done.returncode) == ("1 passed, 1 failed", 1)


def write(root, files):
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")


HOUSE = {
    "lib/haul/loop.h": "#include <haul/error.h>\n#include <stdint.h>\n",
    "lib/haul/error.h": "",
    "lib/haul/url.h": "",
    "lib/base/heap.h": "",
    "lib/base/heap.c": '#include "base/heap.h"\n#include <sys/types.h>\n',
    "lib/core/loop.h": '#include <haul/loop.h>\n#include "base/heap.h"\n',
    "lib/core/poll.c": "#include <ev.h>\n",
    "lib/io/stream.h": '#include "core/loop.h"\n',
    "cmd/main.c": '#include "run/front.h"\n#include <haul/loop.h>\n',
    "cmd/run/front.h": "",
}


@pytest.mark.parametrize(
    ("path", "text", "fault"),
    [
        ("lib/base/heap.c", '#include "core/loop.h"\n', '"core/loop.h" is on the floor above'),
        ("lib/base/heap.c", "#include <haul/loop.h>\n", "a public header of the floor above"),
        ("lib/net/url.c", '#include "io/stream.h"\n', "or on the other side"),
        ("lib/core/loop.c", '#include "loop.h"\n', "not rooted in lib/"),
        ("lib/core/loop.c", '#include "haul/loop.h"\n', "public headers are included as <haul/...>"),
        ("lib/core/loop.c", "#include <ev.h>\n", "comes in by its door alone: lib/core/poll.c"),
        ("cmd/main.c", "#include <curl/curl.h>\n", "comes in by its door alone"),
        ("cmd/main.c", '#include "core/loop.h"\n', "not rooted in cmd/"),
        ("lib/haul/error.h", "#include <sys/types.h>\n", "C's headers alone"),
        ("lib/haul/error.h", "#include <haul/url.h>\n", "a public header of the floor above"),
        ("lib/haul/new.h", "", "say in"),
        ("lib/base/heap.h", '#include "base/list.h"\n', "a circle of includes: lib/base/heap.h -> lib/base/list.h"),
        ("lib/examples/fetch.c", '#include "core/loop.h"\n', "examples stand for themselves"),
    ],
)
def test_an_include_that_goes_up_is_found(tmp_path, path, text, fault):
    write(tmp_path, HOUSE)
    assert run("scripts/checks/floors.py", cwd=tmp_path).stdout == ""
    write(tmp_path, {"lib/base/list.h": '#include "base/heap.h"\n', path: text})
    done = run("scripts/checks/floors.py", cwd=tmp_path)
    assert fault in done.stdout
    assert done.returncode == 1


@pytest.mark.parametrize(
    ("path", "text", "fault"),
    [
        ("lib/base/heap.c", "int x;\n" * 501, "501 lines"),
        ("lib/base/heap.c", "int f(void)\n{\n" + "    x++;\n" * 81 + "}\n", "lib/base/heap.c:2: a function of 82 lines"),
        ("cmd/main.c", "/* TO" "DO: more */\n", "cmd/main.c:1: left for later"),
    ],
)
def test_what_is_too_much_or_for_later_is_found(tmp_path, path, text, fault):
    write(tmp_path, HOUSE)
    assert run("scripts/checks/sizes.py", cwd=tmp_path).stdout == ""
    write(tmp_path, {path: text})
    done = run("scripts/checks/sizes.py", cwd=tmp_path)
    assert fault in done.stdout
    assert done.returncode == 1
