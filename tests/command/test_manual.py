"""Holds haul(1) to what haul does: each key of the record, error class, exit status and variable of -w stands there.

Its options are held to those of --help by scripts/check, its examples by test_tasks.py.
"""

import pathlib
import re

PAGE = (pathlib.Path(__file__).parents[2] / "man" / "haul.1").read_text(encoding="utf-8")
SECTIONS = {
    title: text for title, _, text in (part.partition("\n") for part in re.split(r"^\.Sh ", PAGE, flags=re.MULTILINE)[1:])
}
# As mdoc(7) orders those that are found in other pages, too.
CONVENTIONAL = ["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "ENVIRONMENT", "FILES", "EXIT STATUS", "EXAMPLES", "SEE ALSO"]


def items(section, macro="Va"):
    """The items of its lists."""
    found = re.findall(rf"^\.It {macro} (.*)$", SECTIONS[section], re.MULTILINE)
    return [name for item in found for name in item.replace(" ,", "").split()]


def keys(record):
    """Its keys in their order, those of its objects behind their own."""
    for key, value in record.items():
        yield key
        if isinstance(value, dict) and key == "time":
            yield from value


def test_each_key_of_the_record_is_explained_in_its_order(haul, origin, tmp_path):
    (record,) = haul("-sj", "--retry", 1, "--include-body", "--include-headers", origin.url("/ok")).records()
    assert [key for key in items("RECORDS") if key in keys(record)] == list(keys(record))


def test_the_keys_that_are_not_always_there_are_explained(haul, origin, tmp_path):
    (named,) = haul("-sj", "-o", "file", "--sha256", origin.url("/ok"), cwd=tmp_path).records()
    (bytes_in, bytes_out) = (haul("-sj", "--include-body", url).records()[0] for url in (b"no:\xff", origin.url("/bytes?%FF")))
    for key in {*named, *bytes_in, *bytes_out}:
        assert f".Va {key}\n" in SECTIONS["RECORDS"] or key in items("RECORDS"), key


def test_the_conventional_sections_stand_in_their_order():
    assert [title for title in SECTIONS if title in CONVENTIONAL] == CONVENTIONAL


def test_what_is_referred_to_is_there():
    headings = set(SECTIONS) | set(re.findall(r"^\.Ss (.*)$", PAGE, re.MULTILINE))
    referred = {name.rstrip(" ,.;:)") for name in re.findall(r"\bSx ([A-Za-z][A-Za-z -]*)", PAGE)}
    assert referred - headings == set()


def variables(text):
    """Those that TEXT begins with, up to the first that is no list of them."""
    listed = re.match(r"(\.Va .*\n)+", text)[0]
    return re.findall(r"\b[a-z_]{2,}\b", listed.replace(".Va", ""))


def test_each_variable_of_write_out_is_known(haul):
    told = SECTIONS["WRITE-OUT"].partition("and these of\n.Xr curl 1 :\n")[2].partition("\n.Pp\n")[0]
    known = variables(told)
    assert {"certs", "num_certs", "conn_id", "time_posttransfer", "xfer_id"} <= set(known)
    for name in known:
        assert haul("-s", "-w", f"%{{{name}}}", "sleep:0").returncode == 0, name


def test_each_key_of_the_record_is_a_variable(haul):
    (record,) = haul("-sj", "sleep:0").records()
    for key in set(record) - {"v", "time", "error"}:
        assert haul("-s", "-w", f"%{{{key}}}", "sleep:0").returncode == 0, key
