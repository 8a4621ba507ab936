"""Makes the page's C source of its parts, while haul is built: report.html with the styles and the scripts put in.

    frame.py OUTPUT.c report.html STYLE.css... SCRIPT.js...

Nothing but these may run on the page: its policy names them by their hashes.
"""

import base64
import hashlib
import sys
from pathlib import Path


def source_of(text):
    """What a policy allows TEXT by, as the content of an element."""
    return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"


def put(page, mark, text):
    assert page.count(mark) == 1, f"{mark} stands in the page {page.count(mark)} times"
    return page.replace(mark, text)


def c_array(name, text):
    data = text.encode()
    rows = [", ".join(map(str, data[at : at + 24])) for at in range(0, len(data), 24)]
    values = ",\n    ".join(rows)
    return f"const unsigned char {name}[] = {{\n    {values},\n}};\nconst size_t {name}_size = sizeof({name});\n"


def join(paths, suffix):
    return "\n".join(Path(path).read_text(encoding="utf-8") for path in paths if path.endswith(suffix))


def main(output, page, *parts):
    page = Path(page).read_text(encoding="utf-8")
    style = "\n" + join(parts, ".css")
    script = '\n"use strict";\n\n' + join(parts, ".js")
    assert "</script" not in script and "</style" not in style, "an element would end in its midst"
    page = put(page, "{{script hash}}", source_of(script))
    page = put(page, "{{style hash}}", source_of(style))
    page = put(page, "{{style}}", style)
    page = put(page, "{{script}}", script)
    head, tail = page.split("{{data}}")
    source = f'#include "picture/page_frame.h"\n\n{c_array("page_head", head)}\n{c_array("page_tail", tail)}'
    Path(output).write_text(source, encoding="utf-8")


main(*sys.argv[1:])
