"""Checks that mistakes with coroutines do not compile, with each compiler that is there.

    misuse.py INCLUDE_FOLDER

Each case is the body of a coroutine. The right one compiles without a warning; of the others each is refused, and for
its own reason: a part of the message is given. Speaks TAP.
"""

import shutil
import subprocess
import sys

FLAGS = ["-std=c11", "-Wpedantic", "-Wall", "-Wextra", "-Wshadow", "-Werror", "-c", "-o", "/dev/null", "-x", "c", "-"]

SOURCE = """
#include <haul/haul.h>
struct nap {{ struct haul_coroutine coroutine; int seconds; int code; struct haul_coroutine *child; }};
struct haul_step nap(struct haul_task *task, struct haul_coroutine *coroutine);
struct haul_step nap(struct haul_task *task, struct haul_coroutine *coroutine)
{{
    HAUL_BEGIN(nap);
    {body}
    HAUL_FINALLY;
    {finally_}
    HAUL_END;
}}
"""

LATE_HEADER = """
#include <haul/haul.h>
struct nap { int seconds; struct haul_coroutine coroutine; };
struct haul_step nap(struct haul_task *task, struct haul_coroutine *coroutine);
struct haul_step nap(struct haul_task *task, struct haul_coroutine *coroutine)
{
    HAUL_BEGIN(nap);
    HAUL_FINALLY;
    HAUL_END;
}
"""


def coroutine(body="", finally_=""):
    return SOURCE.format(body=body, finally_=finally_)


RIGHT = {
    "await, return, fail": coroutine(
        """HAUL_AWAIT(haul_sleep(task, self->seconds * HAUL_SECOND));
        HAUL_AWAIT_CODE(self->code, haul_sleep(task, 0));
        if (self->code != 0)
            HAUL_FAIL(self->code);
        HAUL_RETURN(.integer = 1);""",
        "HAUL_AWAIT_CODE(self->code, haul_sleep(task, 0));",
    ),
    "yield, receive, yield from": coroutine(
        """HAUL_YIELD(.integer = 1);
        self->seconds = (int)haul_received(coroutine).integer;
        HAUL_YIELD_CODE(self->code, 0);
        HAUL_YIELD_FROM(self->child);
        HAUL_YIELD_FROM_CODE(self->code, self->child);"""
    ),
    "an ordinary switch without an await": coroutine(
        """switch (self->seconds) {
        case 1:
            HAUL_FAIL(-1);
        default:
            break;
        }"""
    ),
}

# What is wrong, the program, and what each compiler's message has.
WRONG = {
    "two awaits on a line": (
        coroutine("HAUL_AWAIT(haul_sleep(task, 0)); HAUL_AWAIT(haul_sleep(task, 0));"),
        "duplicate case",
    ),
    "two yields on a line": (coroutine("HAUL_YIELD(0); HAUL_YIELD(0);"), "duplicate case"),
    "an await and a yield on a line": (
        coroutine("HAUL_AWAIT(haul_sleep(task, 0)); HAUL_YIELD_FROM(self->child);"),
        "duplicate case",
    ),
    "return 0": (coroutine("return 0;"), "incompatible"),
    "an await in an ordinary switch": (
        coroutine(
            """switch (self->seconds) {
            case 1:
                HAUL_AWAIT(haul_sleep(task, 0));
                break;
            default:
                break;
            }"""
        ),
        "case label value|overflow converting case value|conversion from",
    ),
    "a yield in an ordinary switch": (
        coroutine(
            """switch (self->seconds) {
            case 1:
                HAUL_YIELD(0);
                break;
            default:
                break;
            }"""
        ),
        "case label value|overflow converting case value|conversion from",
    ),
    "a yield from in an ordinary switch": (
        coroutine(
            """switch (self->seconds) {
            case 1:
                HAUL_YIELD_FROM(self->child);
                break;
            default:
                break;
            }"""
        ),
        "case label value|overflow converting case value|conversion from",
    ),
    "HAUL_YIELD in finally": (coroutine("", "HAUL_YIELD(0);"), "does not yield behind HAUL_FINALLY"),
    "HAUL_YIELD_CODE in finally": (
        coroutine("", "HAUL_YIELD_CODE(self->code, 0);"),
        "does not yield behind HAUL_FINALLY",
    ),
    "HAUL_YIELD_FROM in finally": (
        coroutine("", "HAUL_YIELD_FROM(self->child);"),
        "does not yield behind HAUL_FINALLY",
    ),
    "HAUL_YIELD_FROM_CODE in finally": (
        coroutine("", "HAUL_YIELD_FROM_CODE(self->code, self->child);"),
        "does not yield behind HAUL_FINALLY",
    ),
    "a yield from what is no coroutine": (coroutine("HAUL_YIELD_FROM(&self->seconds);"), "incompatible"),
    "HAUL_AWAIT in finally": (coroutine("", "HAUL_AWAIT(haul_sleep(task, 0));"), "use HAUL_AWAIT_CODE"),
    "HAUL_RETURN in finally": (coroutine("", "HAUL_RETURN(.integer = 1);"), "does not stand behind HAUL_FINALLY"),
    "HAUL_FAIL in finally": (coroutine("", "HAUL_FAIL(-1);"), "does not stand behind HAUL_FINALLY"),
    "an answer taken for an int": (coroutine("int code = haul_sleep(task, 0); (void)code;"), "incompatible|initializing"),
    "a call that is not awaited": (coroutine("haul_sleep(task, 0);"), "unused.result|ignoring return value"),
    "an await of an int": (coroutine("HAUL_AWAIT(haul_future_done(NULL));"), "incompatible"),
    "a header that is not first": (LATE_HEADER, "the header comes first"),
    "arguments that are not there": (coroutine("(void)HAUL_CALL(nap, .minutes = 1);"), "minutes"),
}


def compile_with(compiler, folder, source):
    return subprocess.run(
        [compiler, "-I", folder, *FLAGS], input=source, capture_output=True, text=True, check=False
    )


def main():
    number = 0
    failed = False

    def tell(holds, name, output):
        nonlocal number, failed
        number += 1
        failed = failed or not holds
        print(f"{'ok' if holds else 'not ok'} {number} - {name}")
        if not holds:
            print("\n".join("# " + line for line in output.splitlines()))

    compilers = [compiler for compiler in ("gcc", "clang") if shutil.which(compiler)]
    print(f"1..{len(compilers) * (len(RIGHT) + len(WRONG))}")
    for compiler in compilers:
        for name, source in RIGHT.items():
            result = compile_with(compiler, sys.argv[1], source)
            tell(result.returncode == 0, f"{compiler}: {name}", result.stderr)
        for name, (source, parts) in WRONG.items():
            result = compile_with(compiler, sys.argv[1], source)
            told = any(part in result.stderr for part in parts.split("|"))
            tell(result.returncode != 0 and told, f"{compiler}: {name}", result.stderr or "it compiles")
    return failed


if __name__ == "__main__":
    sys.exit(main())
