"""-C -: what a run has left is continued, if it is still the same, and never mixed with anything else."""

import hashlib
import signal

import pytest
import servers
from test_files import FailingFirst, files_of, tree, wait_until

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


BEGIN = len(WHOLE) - 601
LIES = {
    "another part": rest(100, TAG),
    "a part of it": answer(206, f"Content-Range: bytes {BEGIN}-{BEGIN + 99}/1024", TAG, body=WHOLE[BEGIN : BEGIN + 100]),
    "less than it says": answer(206, f"Content-Range: bytes {BEGIN}-1023/1024", TAG, body=WHOLE[BEGIN:-1]),
    "more than it says": answer(206, f"Content-Range: bytes {BEGIN}-1022/1023", TAG, body=WHOLE[BEGIN:]),
    "nobody knows of what size": answer(206, f"Content-Range: bytes {BEGIN}-1023/*", TAG, body=WHOLE[BEGIN:]),
    "of no size": answer(206, f"Content-Range: bytes {BEGIN}-1023/-9223372036854775808", TAG, body=WHOLE[BEGIN:]),
    "of another version": rest(BEGIN, 'ETag: "two"'),
    "after another begin": answer(206, f"Content-Range: bytes {BEGIN}-1023/1024", TAG, body=b"?" + WHOLE[BEGIN + 1 :]),
    "it does not tell which": answer(206, TAG, body=WHOLE[BEGIN:]),
    "nothing": answer(206, f"Content-Range: bytes {BEGIN}-1023/1024", TAG, body=b""),
}


@pytest.mark.parametrize("lie", LIES)
def test_what_is_not_the_rest_is_not_taken(haul, haul_running, puppet, tmp_path, lie):
    """And what was left goes, so that the next run is not stopped by the same."""
    leave_half(haul_running, puppet, tmp_path, TAG)
    puppet.answers["/held/a"] = LIES[lie]
    puppet.release("/held/a")
    run = haul("-C", "-", "-O", "-j", puppet.url("/held/a"), cwd=tmp_path)
    message = "cannot continue a: what the server sends does not go on from what is there"
    assert run.records()[0]["error"]["message"] == message
    assert tree(tmp_path) == {}


def test_a_part_that_there_is_not_is_not_asked_for_again(haul, haul_running, puppet, tmp_path):
    leave_half(haul_running, puppet, tmp_path, TAG)
    puppet.answers["/held/a"] = answer(416, "Content-Range: bytes */5", body=b"no")
    puppet.release("/held/a")
    assert haul("-C", "-", "-O", puppet.url("/held/a"), cwd=tmp_path).returncode == 1
    assert tree(tmp_path) == {}


def test_a_file_that_is_made_anew_has_no_old_validator(haul_running, puppet, tmp_path):
    """Or what is left of it would be continued as if it were of the other."""
    leave_half(haul_running, puppet, tmp_path, TAG)
    other = answer(200, 'ETag: "other"', body=b"x" * 1000)
    puppet.answers["/held/other/a"] = [other[:-10], other[-10:]]
    with haul_running("-O", puppet.url("/held/other/a"), cwd=tmp_path) as run:
        puppet.release("/held/other/a")
        wait_until(lambda: tree(tmp_path).get("a.part") == b"x" * 990)
        run.interrupt(signal.SIGKILL)
        run.wait()
    assert tree(tmp_path) == {"a.part": b"x" * 990}


def test_another_attempt_without_an_answer_leaves_what_is_there(haul, puppet, tmp_path):
    """And the next run continues it."""
    half = answer(200, TAG, "Connection: close", body=WHOLE)[:-600]
    puppet.answers["/a"] = FailingFirst(half, answer(503, body=b"later"))
    retry = ["--retry", 1, "--retry-all-errors", "--retry-delay", "1ms"]
    assert haul("-C", "-", "-O", *retry, puppet.url("/a"), cwd=tmp_path).returncode == 1
    assert tree(tmp_path)["a.part"] == WHOLE[:-600]
    puppet.answers["/a"] = rest(BEGIN, TAG)
    assert haul("-C", "-", "-O", puppet.url("/a"), cwd=tmp_path).returncode == 0
    assert tree(tmp_path) == {"a": WHOLE}


def broken(whole, by):
    """An answer that ends too early."""
    return whole.replace(b"\r\n", b"\r\nConnection: close\r\n", 1)[:-by]


AGAIN = ["--retry", 5, "--retry-all-errors", "--retry-delay", "1ms"]


@pytest.mark.parametrize("more", [[], ["--sha256"], ["--fail-with-body"]])
def test_another_attempt_goes_on_where_one_broke_off(haul, puppet, tmp_path, more):
    puppet.answers["/a"] = FailingFirst(
        broken(answer(200, TAG, body=WHOLE), 600),
        answer(503, body=b"later"),
        broken(rest(BEGIN, TAG), 100),
        broken(rest(len(WHOLE) - 101, TAG), 101),
        rest(len(WHOLE) - 101, TAG),
    )
    run = haul("-j", "-C", "-", "-O", *AGAIN, *more, puppet.url("/a"), cwd=tmp_path)
    (record,) = run.records()
    assert (record["status"], record["ok"], record["file"], len(record["tries"])) == (206, True, "a", 5)
    assert record.get("sha256") in (None, hashlib.sha256(WHOLE).hexdigest())
    assert tree(tmp_path) == {"a": WHOLE}
    ranges = [request.field("range") for request in puppet.requests]
    assert ranges == [None, *[f"bytes={BEGIN}-"] * 2, *[f"bytes={len(WHOLE) - 101}-"] * 2]
    assert [request.field("if-range") for request in puppet.requests] == [None, *['"one"'] * 4]


def test_another_attempt_begins_anew_where_the_file_has_changed(haul, puppet, tmp_path):
    """And what goes on after that does so from the new one."""
    new = WHOLE[::-1]
    puppet.answers["/a"] = FailingFirst(
        broken(answer(200, TAG, body=WHOLE), 600),
        broken(answer(200, 'ETag: "two"', body=new), 1000),
        answer(206, "Content-Range: bytes 23-1023/1024", 'ETag: "two"', body=new[23:]),
    )
    run = haul("-j", "-C", "-", "-O", "--sha256", *AGAIN, puppet.url("/a"), cwd=tmp_path)
    (record,) = run.records()
    assert (record["ok"], record["sha256"]) == (True, hashlib.sha256(new).hexdigest())
    assert tree(tmp_path) == {"a": new}
    assert [request.field("if-range") for request in puppet.requests] == [None, '"one"', '"two"']


def test_another_attempt_begins_anew_where_nothing_tells_the_version(haul, puppet, tmp_path):
    """Then it asks for no part, though the one before did."""
    puppet.answers["/a"] = FailingFirst(
        broken(answer(200, TAG, body=WHOLE), 600),
        broken(answer(200, body=WHOLE), 600),
        answer(200, body=WHOLE),
    )
    assert haul("-C", "-", "-O", *AGAIN, "-H", "X-Own: 1", puppet.url("/a"), cwd=tmp_path).returncode == 0
    assert tree(tmp_path) == {"a": WHOLE}
    assert [request.field("range") for request in puppet.requests] == [None, f"bytes={BEGIN}-", None]
    assert {request.field("x-own") for request in puppet.requests} == {"1"}


def test_another_attempt_takes_no_lies(haul, puppet, tmp_path):
    puppet.answers["/a"] = FailingFirst(broken(answer(200, TAG, body=WHOLE), 600), LIES["another part"])
    run = haul("-j", "-C", "-", "-O", *AGAIN, puppet.url("/a"), cwd=tmp_path)
    assert "does not go on from what is there" in run.records()[0]["error"]["message"]
    assert tree(tmp_path) == {}


def test_the_body_of_an_error_does_not_take_the_place_of_what_was_left(haul, haul_running, puppet, tmp_path):
    leave_half(haul_running, puppet, tmp_path, TAG)
    left = tree(tmp_path)
    puppet.answers["/held/a"] = answer(404, body=b"gone")
    puppet.release("/held/a")
    run = haul("-j", "-C", "-", "-O", "--fail-with-body", puppet.url("/held/a"), cwd=tmp_path)
    (record,) = run.records()
    assert (record["status"], record["file"], record["error"]["class"]) == (404, None, "http")
    assert tree(tmp_path) == left


@pytest.mark.parametrize("more", [[], ["--sha256"]])
def test_what_is_left_beside_a_whole_file_goes(haul, haul_running, puppet, tmp_path, more):
    """Another haul has been quicker, and this one was killed. A file of one's own that is called so stays."""
    leave_half(haul_running, puppet, tmp_path, TAG, how=signal.SIGKILL)
    (tmp_path / "a").write_bytes(WHOLE)
    (tmp_path / "b").write_bytes(b"whole")
    (tmp_path / "b.part").write_bytes(b"own")
    assert haul("-C", "-", "-O", *more, puppet.url("/a"), puppet.url("/b"), cwd=tmp_path).returncode == 0
    assert tree(tmp_path) == {"a": WHOLE, "b": b"whole", "b.part": b"own"}


def test_what_another_program_writes_beside_a_whole_file_stays(haul, haul_running, puppet, tmp_path):
    whole = answer(200, TAG, body=WHOLE)
    puppet.answers["/held/a"] = [whole[:-600], whole[-600:]]
    with haul_running("-C", "-", "-O", puppet.url("/held/a"), cwd=tmp_path) as run:
        puppet.release("/held/a")
        wait_until(lambda: tree(tmp_path).get("a.part") == WHOLE[:-600])
        (tmp_path / "a").write_bytes(b"whole")
        assert haul("-C", "-", "-O", puppet.url("/held/a"), cwd=tmp_path).returncode == 0
        assert sorted(tree(tmp_path)) == ["a", "a.part", "a.part.validator"]
        puppet.release("/held/a")
        assert run.wait() == 0
    assert tree(tmp_path) == {"a": WHOLE}


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
