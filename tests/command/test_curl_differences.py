"""What haul(1) says under DIFFERENCES FROM CURL is so: both are run."""

import pathlib
import re
import shutil
import subprocess

import pytest
import servers
import support

pytestmark = pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")

PAGE = (pathlib.Path(__file__).parents[2] / "man" / "haul.1").read_text(encoding="utf-8")
SECTION = PAGE.partition("\n.Sh DIFFERENCES FROM CURL\n")[2].partition("\n.Sh ")[0]


def run_curl(*arguments, cwd=None):
    return subprocess.run(
        ["curl", "-q", "-s", *arguments],
        capture_output=True,
        env=support.environment(),
        timeout=support.PATIENCE,
        check=False,
        cwd=cwd,
    )


@pytest.fixture
def asked(puppet, haul):
    """What curl and haul ask for, given a path and options: (method, target) of each request."""

    def run(path, *options):
        run_curl("-L", *options, puppet.url(path))
        by_curl = len(puppet.requests)
        haul("-s", *options, puppet.url(path))
        requests = [(request.method, request.target) for request in puppet.requests]
        puppet.requests.clear()
        return requests[:by_curl], requests[by_curl:]

    return run


def letters(command):
    """The long options by their letters, as --help has them."""
    helped = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return dict(re.findall(r"^ *(-\w), (--[\w.-]+)", helped, re.MULTILINE))


def test_the_letters_that_differ_are_in_the_table():
    curls, hauls = letters(["curl", "--help", "all"]), letters([support.HAUL, "--help"])
    table = re.findall(r"^\.It Li (-\w) Ta Li (--\S+) Ta Li (--\S+)$", SECTION, re.MULTILINE)
    # Later releases of curl call --include --show-headers, too.
    differing = {letter: hauls[letter] for letter in hauls if letter in curls and curls[letter] != hauls[letter]}
    assert {letter: ours for letter, _, ours in table} == differing
    assert all(theirs in (curls[letter], "--include") for letter, theirs, _ in table)


@pytest.mark.parametrize("status", [300, 304, 305, 306])
def test_these_are_results_though_they_have_a_location(puppet, asked, status):
    puppet.answers["/from"] = servers.response(status, "Location: /to", body=b"")
    by_curl, by_haul = asked("/from")
    assert by_curl == [("GET", "/from"), ("GET", "/to")]
    assert by_haul == [("GET", "/from")]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("options", [(), ("-d", "x"), ("-X", "PUT", "-d", "x"), ("-X", "DELETE")])
def test_these_are_followed_alike(puppet, asked, status, options):
    puppet.answers["/from"] = servers.response(status, "Location: /to", body=b"")
    by_curl, by_haul = asked("/from", *options)
    assert by_curl == by_haul
    assert len(by_haul) == 2


def test_the_method_of_a_json_line_changes(puppet, haul):
    for status, method in ((302, "PUT"), (303, "GET")):
        puppet.answers["/from"] = servers.response(status, "Location: /to", body=b"")
        haul("-s", "--input-format", "jsonl", stdin=f'{{"url": "{puppet.url("/from")}", "method": "PUT", "body": "x"}}')
        assert [request.method for request in puppet.requests[-2:]] == ["PUT", method]


@pytest.mark.parametrize(
    ("path", "by_curl", "by_haul"),
    [
        ("/a b", [], ["/a%20b"]),
        ("/%7Euser", ["/%7Euser"], ["/~user"]),
        ("/a/%2e%2e/b", ["/a/%2e%2e/b"], ["/b"]),
        ("/a/../b", ["/b"], ["/b"]),
        ("/a%20b?", ["/a%20b?"], ["/a%20b?"]),
        ("/a//b", ["/a//b"], ["/a//b"]),
        ("/x#fragment", ["/x"], ["/x"]),
    ],
)
def test_how_urls_are_sent(asked, path, by_curl, by_haul):
    curls, hauls = asked(path)
    assert ([target for _, target in curls], [target for _, target in hauls]) == (by_curl, by_haul)


def test_what_is_not_ascii_in_a_query_is_encoded(asked):
    assert asked("/?é")[1] == [("GET", "/?%C3%A9")]
    assert asked("/?é")[0] != [("GET", "/?%C3%A9")]


def test_a_path_as_it_is(asked):
    by_curl, by_haul = asked("/a/../b", "--path-as-is")
    assert by_curl == by_haul == [("GET", "/a/../b")]


def test_a_status_of_400_is_a_failure(puppet, haul, tmp_path):
    puppet.answers["/gone"] = servers.response(404, body=b"gone\n")
    assert (run_curl(puppet.url("/gone")).returncode, haul("-s", puppet.url("/gone")).returncode) == (0, 1)
    run_curl("-o", "by-curl", puppet.url("/gone"), cwd=tmp_path)
    haul("-s", "-o", "by-haul", puppet.url("/gone"), cwd=tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["by-curl"]


def test_a_glob_that_is_wrong(puppet, haul):
    wrong = puppet.url("/[1-x]")
    run_curl(wrong, puppet.url("/x"))
    assert puppet.targets() == []
    run = haul("-s", wrong, puppet.url("/x"))
    assert (puppet.targets(), len(run.lines())) == (["/x"], 2)


def test_without_a_scheme(puppet, haul):
    address = puppet.root.removeprefix("http://")
    assert run_curl(f"{address}/x").returncode == 0
    (record,) = haul("-sj", "--dry-run", f"{address}/x").records()
    assert record["url"] == f"https://{address}/x"


def test_a_name_for_what_ends_with_a_slash(puppet, haul, tmp_path):
    assert run_curl("-O", puppet.url("/folder/"), cwd=tmp_path).returncode != 0
    assert haul("-s", "-O", puppet.url("/folder/"), cwd=tmp_path).returncode == 0
    assert (tmp_path / "index.html").exists()


def test_a_user_without_a_password(haul):
    assert haul("-u", "name", "https://a.example/").returncode == 2


@pytest.mark.parametrize("text", ["", "nothing"])
def test_what_is_no_field_is_wrong_usage(puppet, haul, text):
    assert run_curl("-H", text, puppet.url("/x")).returncode == 0
    assert len(puppet.requests) == 1
    assert haul("-H", text, puppet.url("/x")).returncode == 2
