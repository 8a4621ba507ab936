"""-C -: what a run has left is continued, if it is still the same, and never mixed with anything else."""

import hashlib
import signal

import pytest
import servers
from test_files import files_of, tree, wait_until

pytestmark = pytest.mark.sanitized

WHOLE = bytes(range(256)) * 4
TAG = 'ETag: "one"'


def answer(status, *fields, body):
    return servers.response(status, *fields, body=body)


def leave_half(haul_running, puppet, directory, *fields, how=signal.SIGINT, options=()):
    """Has haul end in the midst of a file."""
    whole = answer(200, *fields, body=WHOLE)
    puppet.answers["/held/a"] = [whole[:-600], whole[-600:]]
    with haul_running("-C", "-", "-O", "-s", *options, puppet.url("/held/a"), cwd=directory) as run:
        puppet.release("/held/a")
        wait_until(lambda: tree(directory).get("a.part") == WHOLE[:-600])
        run.interrupt(how)
        assert run.wait() == -how


def rest(begin, *fields, size=len(WHOLE)):
    """What a server answers to who asks for the bytes from there on."""
    return answer(206, f"Content-Range: bytes {begin}-{size - 1}/{size}", *fields, body=WHOLE[begin:])


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_what_was_left_is_continued(haul, haul_running, puppet, tmp_path, how):
    leave_half(haul_running, puppet, tmp_path, TAG, how=how)
    assert sorted(tree(tmp_path)) == ["a.part", "a.part.validator"]
    begin = len(WHOLE) - 600 - 1
    puppet.answers["/held/a"] = rest(begin, TAG)
    puppet.release("/held/a")
    run = haul("-C", "-", "-O", "-j", "--sha256", puppet.url("/held/a"), cwd=tmp_path)
    (record,) = run.records()
    assert (record["status"], record["ok"], record["file"]) == (206, True, "a")
    assert record["sha256"] == hashlib.sha256(WHOLE).hexdigest()
    assert tree(tmp_path) == {"a": WHOLE}
    assert puppet.requests[-1].field("range") == f"bytes={begin}-"
    assert puppet.requests[-1].field("if-range") == '"one"'


def test_what_is_whole_is_skipped(haul, puppet, tmp_path):
    (tmp_path / "a").write_bytes(b"whole")
    run = haul("-C", "-", "-O", "-j", puppet.url("/a"), puppet.url("/b"), cwd=tmp_path)
    assert run.returncode == 0
    assert files_of(run) == ["a", "b"]
    assert puppet.targets() == ["/b"]
    assert tree(tmp_path) == {"a": b"whole", "b": b"ok\n"}


def test_what_has_changed_is_fetched_anew(haul, haul_running, puppet, tmp_path):
    leave_half(haul_running, puppet, tmp_path, TAG)
    puppet.answers["/held/a"] = answer(200, 'ETag: "two"', body=b"new")
    puppet.release("/held/a")
    run = haul("-C", "-", "-O", "-j", puppet.url("/held/a"), cwd=tmp_path)
    assert run.returncode == 0
    assert tree(tmp_path) == {"a": b"new"}


def test_another_part_than_was_asked_for_is_not_taken(haul, haul_running, puppet, tmp_path):
    leave_half(haul_running, puppet, tmp_path, TAG)
    left = tree(tmp_path)
    puppet.answers["/held/a"] = rest(100, TAG)
    puppet.release("/held/a")
    run = haul("-C", "-", "-O", "-j", puppet.url("/held/a"), cwd=tmp_path)
    assert run.records()[0]["error"]["message"] == "cannot continue a: the server sends another part of it"
    assert tree(tmp_path) == left


def test_a_failure_before_the_answer_leaves_it_as_it_was(haul, haul_running, puppet, tmp_path):
    leave_half(haul_running, puppet, tmp_path, TAG)
    left = tree(tmp_path)
    puppet.answers["/held/a"] = answer(503, body=b"later")
    puppet.release("/held/a")
    assert haul("-C", "-", "-O", puppet.url("/held/a"), cwd=tmp_path).returncode == 1
    assert tree(tmp_path) == left


@pytest.mark.parametrize("fields", [[], ['ETag: W/"weak"'], ["Last-Modified: yesterday", "Date: today"]])
def test_without_a_validator_nothing_is_left(haul_running, puppet, tmp_path, fields):
    leave_half(haul_running, puppet, tmp_path, *fields)
    assert tree(tmp_path) == {}


def test_a_date_is_a_validator(haul, haul_running, puppet, tmp_path):
    dates = ["Last-Modified: Sat, 21 Nov 2026 10:00:00 GMT", "Date: Sat, 21 Nov 2026 10:00:01 GMT"]
    leave_half(haul_running, puppet, tmp_path, *dates)
    puppet.answers["/held/a"] = rest(len(WHOLE) - 601, *dates)
    puppet.release("/held/a")
    assert haul("-C", "-", "-O", puppet.url("/held/a"), cwd=tmp_path).returncode == 0
    assert puppet.requests[-1].field("if-range") == "Sat, 21 Nov 2026 10:00:00 GMT"
    assert tree(tmp_path) == {"a": WHOLE}


def test_a_date_of_the_same_second_is_none(haul_running, puppet, tmp_path):
    dates = ["Last-Modified: Sat, 21 Nov 2026 10:00:00 GMT", "Date: Sat, 21 Nov 2026 10:00:00 GMT"]
    leave_half(haul_running, puppet, tmp_path, *dates)
    assert tree(tmp_path) == {}


def test_what_another_url_has_left_is_not_continued(haul, haul_running, puppet, tmp_path):
    leave_half(haul_running, puppet, tmp_path, TAG)
    puppet.answers["/other/a"] = answer(200, TAG, body=b"other")
    assert haul("-C", "-", "-O", puppet.url("/other/a"), cwd=tmp_path).returncode == 0
    assert puppet.requests[-1].field("range") is None
    assert tree(tmp_path) == {"a": b"other"}


@pytest.mark.parametrize("content", [b"", b"\n", b'"one"', b'"one"\n', b'"one"\n0123456789abcdef\n', b"x" * 5000])
def test_a_validator_that_is_none_is_not_used(haul, puppet, tmp_path, content):
    (tmp_path / "a.part").write_bytes(b"half")
    (tmp_path / "a.part.validator").write_bytes(content)
    assert haul("-C", "-", "-O", puppet.url("/a"), cwd=tmp_path).returncode == 0
    assert puppet.requests[-1].field("range") is None
    assert tree(tmp_path)["a"] == b"ok\n"


def test_it_can_be_interrupted_again_and_again(haul, haul_running, puppet, tmp_path):
    leave_half(haul_running, puppet, tmp_path, TAG)  # whose release holds for the first pieces of all that follow
    for end in (600, 700, 800, 801):
        begin = len(tree(tmp_path)["a.part"]) - 1
        whole = rest(begin, TAG)
        puppet.answers["/held/a"] = [whole[: end - len(WHOLE)], whole[end - len(WHOLE) :]]
        with haul_running("-C", "-", "-O", "-s", puppet.url("/held/a"), cwd=tmp_path) as run:
            wait_until(lambda end=end: tree(tmp_path)["a.part"] == WHOLE[:end])
            run.interrupt()
            assert run.wait() == -signal.SIGINT
    puppet.answers["/held/a"] = rest(800, TAG)
    assert haul("-C", "-", "-O", puppet.url("/held/a"), cwd=tmp_path).returncode == 0
    assert tree(tmp_path) == {"a": WHOLE}


def test_what_does_not_go_together(haul):
    for options in (["-C", "5"], ["-C", "-", "--no-clobber"], ["-C", "-", "-r", "5-"], ["-C", "-", "--compressed"]):
        assert haul("-O", *options, "sleep:0").returncode == 2
    assert haul("-C", "-", "-o", "{status}", "sleep:0").returncode == 2
