"""A list that is fetched again: only what has changed comes, and what has not is ok all the same."""

import fcntl
import os
import resource
import signal
import stat

import pytest
import servers
import support
from test_files import files_of, tree

pytestmark = pytest.mark.sanitized


class Tagged(servers.Puppet):
    """Knows what it has by tags, as servers do."""

    def __init__(self):
        super().__init__()
        self.tags = {}

    def answer(self, conversation, request):
        tag = self.tags.get(request.target)
        fields = [f"ETag: {tag}"] if tag else []
        if tag and request.field("if-none-match") == tag:
            conversation.wfile.write(f"HTTP/1.1 304 Not Modified\r\nETag: {tag}\r\n\r\n".encode())
        else:
            conversation.wfile.write(servers.response(200, *fields, body=(tag or "none").encode()))
        return True


@pytest.fixture
def tagged():
    with Tagged() as server:
        yield server


def statuses(run):
    return [record["status"] for record in sorted(run.records(), key=lambda record: record["index"])]


def test_what_has_not_changed_is_not_fetched_again(haul, tagged, mode, tmp_path):
    tagged.tags = {"/a": '"1"', "/b": 'W/"2"'}
    arguments = ["--mode", mode, "-j", "--etags", "tags", *map(tagged.url, ["/a", "/b", "/c"])]
    first = haul(*arguments, cwd=tmp_path)
    assert (first.returncode, statuses(first)) == (0, [200, 200, 200])
    second = haul(*arguments, cwd=tmp_path)
    assert (second.returncode, statuses(second)) == (0, [304, 304, 200])
    assert all(record["ok"] for record in second.records())
    tagged.tags["/a"] = '"3"'
    assert statuses(haul(*arguments, cwd=tmp_path)) == [200, 304, 200]
    assert statuses(haul(*arguments, cwd=tmp_path)) == [304, 304, 200]


def test_files_stay_where_nothing_has_changed(haul, tagged, tmp_path):
    tagged.tags = {"/a": '"1"', "/b": '"2"'}
    arguments = ["-j", "--gather", "-O", "--etags", "tags", *map(tagged.url, ["/a", "/b"])]
    assert files_of(haul(*arguments, cwd=tmp_path)) == ["a", "b"]
    tagged.tags["/b"] = '"3"'
    assert files_of(haul(*arguments, cwd=tmp_path)) == [None, "b"]
    files = tree(tmp_path)
    assert (files["a"], files["b"]) == (b'"1"', b'"3"')


def test_a_file_that_is_missing_is_fetched_all_the_same(haul, tagged, tmp_path):
    tagged.tags = {"/a": '"1"'}
    arguments = ["-j", "-O", "--etags", "tags", tagged.url("/a")]
    haul(*arguments, cwd=tmp_path)
    (tmp_path / "a").unlink()
    assert files_of(haul(*arguments, cwd=tmp_path)) == ["a"]


def test_a_file_that_is_kept_is_not_fetched_again(haul, tagged, tmp_path):
    """With --no-clobber what has changed comes beside what is there."""
    tagged.tags = {"/a": '"1"', "/b": '"2"'}
    arguments = ["-j", "--gather", "-O", "--no-clobber", "--etags", "tags", *map(tagged.url, ["/a", "/b"])]
    assert files_of(haul(*arguments, cwd=tmp_path)) == ["a", "b"]
    tagged.tags["/b"] = '"3"'
    again = haul(*arguments, cwd=tmp_path)
    assert (statuses(again), files_of(again)) == ([304, 200], [None, "b.1"])
    (tmp_path / "a").unlink()
    assert statuses(haul(*arguments, cwd=tmp_path)) == [200, 304]


def test_what_fails_has_no_tag(haul, puppet, tmp_path):
    puppet.answers["/a"] = servers.response(404, 'ETag: "1"')
    haul("--etags", "tags", puppet.url("/a"), cwd=tmp_path)
    assert (tmp_path / "tags").read_bytes() == b""


def test_the_file_of_tags(haul, tagged, tmp_path):
    tagged.tags = {"/a": '"1"'}
    url = tagged.url("/a").replace("http://", "http://me:secret@")
    haul("--etags", "tags", url, cwd=tmp_path)
    tags = tmp_path / "tags"
    assert tags.read_text(encoding="ascii") == f'"1"\t{url.replace("secret", "***")}\n'
    assert stat.S_IMODE(os.stat(tags).st_mode) == 0o600


@pytest.mark.parametrize("left", ['"cut', '"cut"\thttp://h', "no tab\n", "\n\n\t\n", "\t\n"])
def test_what_is_no_line_of_tags_is_left_alone(haul, tagged, tmp_path, left):
    tagged.tags = {"/a": '"1"'}
    (tmp_path / "tags").write_text(left, encoding="ascii")
    arguments = ["-j", "--etags", "tags", tagged.url("/a")]
    assert statuses(haul(*arguments, cwd=tmp_path)) == [200]
    assert statuses(haul(*arguments, cwd=tmp_path)) == [304]


@pytest.mark.parametrize("left", ["no tag", "Word", "https://h/a\nhttps://h/b", "\0"])
def test_what_is_not_ours_stays_in_the_file(haul, tagged, tmp_path, left):
    """Somebody may have named the wrong file."""
    tagged.tags = {"/a": '"1"'}
    (tmp_path / "tags").write_text(left, encoding="ascii")
    arguments = ["-j", "--etags", "tags", tagged.url("/a")]
    assert statuses(haul(*arguments, cwd=tmp_path)) == [200]
    expected = f'{left}\n"1"\t{tagged.url("/a")}\n'
    assert (tmp_path / "tags").read_text(encoding="ascii") == expected
    assert statuses(haul(*arguments, cwd=tmp_path)) == [304]


@pytest.mark.parametrize("arguments", [["-i", "list"], ["-i", "-"], ["-i", "link"]])
def test_a_list_is_no_file_of_tags(haul, tmp_path, arguments):
    """It would get a line more for each that is read."""
    (tmp_path / "list").write_bytes(b"sleep:0")
    (tmp_path / "link").symlink_to("list")
    with (tmp_path / "list").open("rb") as stdin:
        run = haul("--etags", "list", *arguments, stdin=stdin, cwd=tmp_path)
    assert (run.returncode, run.stdout) == (2, b"")
    assert run.stderr == b"haul: --etags list: it is a list that is read\n"
    assert (tmp_path / "list").read_bytes() == b"sleep:0"


def test_standard_output_is_no_file_of_tags(haul_running, tmp_path):
    with (tmp_path / "tags").open("wb") as output:
        with haul_running("-j", "--etags", "tags", "sleep:0", stdout=output, cwd=tmp_path) as run:
            assert run.stderr.rest() == b"haul: --etags tags: it is standard output\n"
            assert run.wait() == 2
    assert (tmp_path / "tags").read_bytes() == b""


def test_a_file_of_tags_that_cannot_be_used(haul, tmp_path):
    for path, reason in {"/nowhere/tags": "No such file or directory", "/dev/null": "it is no regular file"}.items():
        run = haul("--etags", path, "sleep:0")
        assert (run.returncode, run.stdout) == (2, b"")
        assert run.stderr == f"haul: --etags {path}: {reason}\n".encode()


@pytest.mark.parametrize(
    "value, field",
    [
        ("Sat, 21 Nov 2026 10:00:00 GMT", "Sat, 21 Nov 2026 10:00:00 GMT"),
        ("2026-11-21", "Sat, 21 Nov 2026 00:00:00 GMT"),
        ("2026-11-21T10:20:30Z", "Sat, 21 Nov 2026 10:20:30 GMT"),
        ("21 Nov 2026 10:20:30", "Sat, 21 Nov 2026 10:20:30 GMT"),
        ("20261121", "Sat, 21 Nov 2026 00:00:00 GMT"),
        ("Sunday, 06-Nov-94 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 GMT"),
        ("Sun Nov  6 08:49:37 1994", "Sun, 06 Nov 1994 08:49:37 GMT"),
        ("Sat, 21 Nov 2026 01:20:30 +0200", "Fri, 20 Nov 2026 23:20:30 GMT"),
        ("2026-11-21T10:20:30-05:30", "Sat, 21 Nov 2026 15:50:30 GMT"),
        ("2026-11-21 10:20:30 +0000", "Sat, 21 Nov 2026 10:20:30 GMT"),
        ("2028-02-29", "Tue, 29 Feb 2028 00:00:00 GMT"),
    ],
)
def test_time_conditions(haul, puppet, value, field):
    assert haul("-z", value, puppet.url("/a")).returncode == 0
    assert puppet.requests[-1].field("if-modified-since") == field
    assert haul("-z", "-" + value, puppet.url("/a")).returncode == 0
    assert puppet.requests[-1].field("if-unmodified-since") == field


def test_one_time_is_asked_for(haul, puppet):
    """The last one; and a field that was given with -H takes its place, as with curl."""
    assert haul("-z", "2026-11-20", "-z", "-2026-11-21", puppet.url("/a")).returncode == 0
    assert puppet.requests[-1].field("if-modified-since") is None
    assert puppet.requests[-1].field("if-unmodified-since") == "Sat, 21 Nov 2026 00:00:00 GMT"
    assert haul("-H", "If-Modified-Since: never", "-z", "2026-11-20", puppet.url("/a")).returncode == 0
    assert [field for field in puppet.requests[-1].fields if field.startswith("If-M")] == ["If-Modified-Since: never"]


def test_the_time_of_a_file(haul, puppet, tmp_path):
    (tmp_path / "x").touch()
    os.utime(tmp_path / "x", (1_000_000_000, 1_000_000_000))
    assert haul("-z", "x", puppet.url("/a"), cwd=tmp_path).returncode == 0
    assert puppet.requests[-1].field("if-modified-since") == "Sun, 09 Sep 2001 01:46:40 GMT"
    for neither in ("neither", "2026-02-30", "31 Sep 2026", ""):
        run = haul("-z", neither, puppet.url("/a"), cwd=tmp_path)
        assert run.returncode == 2
        assert f'"{neither}" is neither a date like 2026-11-21 nor a file'.encode() in run.stderr


@pytest.mark.parametrize("more", [[], ["--journal", "journal", "--resume"]])
def test_a_body_that_has_not_left_is_not_known(haul_running, haul, tagged, tmp_path, more):
    """All of it has come, and nobody reads it: what is lost with the process has to come again."""
    tagged.tags = {"/a": '"1"'}
    arguments = ["--body", "--sequential", "--etags", "tags", *more, tagged.url("/a")]
    reading, writing = os.pipe()
    with open(reading, "rb", buffering=0), open(writing, "wb", buffering=0) as pipe:
        pipe.write(b"x" * fcntl.fcntl(pipe, fcntl.F_GETPIPE_SZ))
        with haul_running(*arguments, tagged.url("/held"), stdout=pipe, cwd=tmp_path) as run:
            tagged.wait_for("/held")
            assert (tmp_path / "tags").read_bytes() == b""
            run.interrupt(signal.SIGKILL)
            run.wait()
    again = haul(*arguments, cwd=tmp_path)
    assert (again.returncode, again.stdout) == (0, b'"1"')
    assert (tmp_path / "tags").read_bytes().count(b"\n") == 1


def test_a_tag_is_known_before_it_is_in_the_file(haul_running, tagged, tmp_path):
    tagged.tags = {"/a": '"1"', "/b": '"2"'}
    urls = [tagged.url(path) for path in ("/a", "/b", "/a", "/b")]
    reading, writing = os.pipe()
    with open(reading, "rb", buffering=0), open(writing, "wb", buffering=0) as pipe:
        pipe.write(b"x" * fcntl.fcntl(pipe, fcntl.F_GETPIPE_SZ))
        with haul_running("--sequential", "--etags", "tags", *urls, tagged.url("/held"), stdout=pipe, cwd=tmp_path) as run:
            tagged.wait_for("/held")
            assert (tmp_path / "tags").read_bytes() == b""
            run.interrupt(signal.SIGKILL)
            run.wait()
    assert [request.field("if-none-match") for request in tagged.requests[:4]] == [None, None, '"1"', '"2"']


def test_tags_that_cannot_be_written_cost_nothing_else(haul_running, tagged, tmp_path):
    tagged.tags = {f"/{number}": f'"{number}"' for number in range(9)}
    limit = {"preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100)), "cwd": tmp_path}
    urls = [tagged.url(path) for path in tagged.tags]
    with haul_running("-j", "--sequential", "-s", "--etags", "tags", *urls, *urls, **limit) as run:
        lines = run.stdout.rest().splitlines()
        errors = run.stderr.rest()
        assert run.wait() == 3
    assert len(lines) == 18
    assert errors == b"haul: cannot write to the tags tags: File too large\n"
    assert (tmp_path / "tags").read_bytes()[-1:] in (b"", b"\n")


def test_nobody_else_uses_the_tags(haul_running, haul, puppet, tmp_path):
    with haul_running("--etags", "tags", puppet.url("/held"), cwd=tmp_path) as run:
        puppet.wait_for("/held")
        other = haul("--etags", "tags", puppet.url("/a"), cwd=tmp_path)
        assert (other.returncode, other.stderr) == (2, b"haul: --etags tags: another program uses it\n")
        puppet.release("/held")
        assert run.wait(support.PATIENCE) == 0


def test_old_tags_leave_the_file(haul, tagged, tmp_path):
    """Those of URLs that were not fetched stay, and so does what is no line of a tag."""
    tagged.tags = {"/a": '"1"'}
    tags, url = tmp_path / "tags", tagged.url("/a")
    others = ['"x"\thttp://a.example/\n', "something else\n"]
    old = [f'"{number}"\t{url}\n' for number in range(1000, 1110)]
    tags.write_text("".join(others + old[:50]), encoding="ascii")
    haul("--etags", "tags", url, cwd=tmp_path)
    assert tags.read_text(encoding="ascii") == "".join(others + old[:50] + [f'"1"\t{url}\n'])
    tags.write_text("".join(others + old), encoding="ascii")
    tags.chmod(0o640)
    haul("--etags", "tags", url, cwd=tmp_path)
    assert tags.read_text(encoding="ascii") == "".join([*others, f'"1"\t{url}\n'])
    assert stat.S_IMODE(os.stat(tags).st_mode) == 0o640
    assert sorted(tree(tmp_path)) == ["tags"]
    assert statuses(haul("-j", "--etags", "tags", url, cwd=tmp_path)) == [304]
