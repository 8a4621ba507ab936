"""Holds the two columns of libhaul-asyncio(7) to what they are called: Python on the left, C on the right."""

import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).parents[2]
PAGE = ROOT / "man" / "libhaul-asyncio.7"
RIGHT = 26

# What stands around the second piece.
AROUND = """
struct page {{
    struct haul_coroutine coroutine;
    struct nap read;
    int *page;
    int code;
}};

static void page_close(int *page)
{{
    *page = 0;
}}

static struct haul_step page(struct haul_task *task, struct haul_coroutine *coroutine)
{{
    HAUL_BEGIN(page);
{}
    HAUL_END;
}}
"""


def columns():
    """The two columns of each piece."""
    pieces = re.findall(r"^\.Bd -literal\n(.*?)^\.Ed$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    lines = [piece.splitlines() for piece in pieces]
    return [("\n".join(x[:RIGHT].rstrip() for x in part), "\n".join(x[RIGHT:] for x in part)) for part in lines]


def test_the_left_column_is_python():
    (whole, _), (body, _) = columns()
    compile(whole, "whole", "exec")
    compile(f"async def show(page):\n{body}", "body", "exec")


def test_the_right_column_is_c():
    (_, whole), (_, body) = columns()
    coroutine, call = whole.rsplit("\n", 1)
    source = f"""#include <haul/haul.h>
{coroutine}
{AROUND.format(body)}
int main(void)
{{
    {call}
    return haul_run(HAUL_CALL(page), NULL);
}}
"""
    for compiler in ("gcc", "clang"):
        flags = ["-std=c11", "-Wpedantic", "-Wall", "-Wextra", "-Wshadow", "-Werror", f"-I{ROOT / 'lib'}"]
        subprocess.run([compiler, *flags, "-fsyntax-only", "-x", "c", "-"], input=source, text=True, check=True)
