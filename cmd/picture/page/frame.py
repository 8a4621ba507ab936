"""Makes the page's C source of its parts, while haul is built: report.html with the style and the scripts put in.

    frame.py OUTPUT.c report.html report.css SCRIPT.js...

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
    return f"const unsigned char {name}[] = {{\n    " + ",\n    ".join(rows) + f",\n}};\nconst size_t {name}_size = sizeof({name});\n"


def main(output, page, style, *scripts):
    page = Path(page).read_text(encoding="utf-8")
    style = "\n" + Path(style).read_text(encoding="utf-8")
    script = '\n"use strict";\n\n' + "\n".join(Path(name).read_text(encoding="utf-8") for name in scripts)
    assert "</script" not in script and "</style" not in style, "an element would end in its midst"
    page = put(page, "{{script hash}}", source_of(script))
    page = put(page, "{{style hash}}", source_of(style))
    page = put(page, "{{style}}", style)
    page = put(page, "{{script}}", script)
    head, tail = page.split("{{data}}")
    Path(output).write_text('#include "picture/page_frame.h"\n\n' + c_array("page_head", head) + "\n" + c_array("page_tail", tail), encoding="utf-8")


main(*sys.argv[1:])
