"""Bodies: whole, unmixed, in the order of the mode, and none of what is not ok."""

import itertools
import os
import pathlib
import re
import signal

import pytest
import servers
import support

pytestmark = [pytest.mark.sanitized, pytest.mark.threads]


def letters(output):
    """What the output consists of: each run of one byte, with its length."""
    return [(letter, sum(1 for _ in run)) for letter, run in itertools.groupby(output.decode())]


def serve_letters(puppet, sizes, prefix="/"):
    """A path for each letter, with a body of so many of it, in two pieces."""
    paths = []
    for letter, size in sizes.items():
        whole = servers.response(body=letter.encode() * size)
        paths.append(prefix + letter)
        puppet.answers[paths[-1]] = [whole[: len(whole) - size // 2], whole[len(whole) - size // 2 :]]
    return paths


def test_bodies_are_whole_and_unmixed(haul, puppet, mode):
    sizes = {"a": 300_000, "b": 1, "c": 70_000, "d": 65_536, "e": 500_000, "f": 64_000, "g": 20, "h": 1_000_000}
    run = haul("--mode", mode, "--body", *map(puppet.url, serve_letters(puppet, sizes)))
    assert run.returncode == 0
    assert run.stderr == b""
    assert sorted(letters(run.stdout)) == sorted(sizes.items())
    if mode != "as-completed":
        assert letters(run.stdout) == list(sizes.items())


def test_nothing_stands_between_bodies(haul, origin, mode):
    run = haul("--mode", mode, "--body", *[origin.url("/bytes?x%0ay")] * 3, origin.url("/size/0"), "sleep:0")
    assert run.stdout == b"x\nyx\nyx\ny"


def test_as_completed_writes_bodies_as_they_end(haul_running, puppet):
    paths = serve_letters(puppet, dict.fromkeys("abcd", 100_000), "/held/")
    with haul_running("--body", *map(puppet.url, paths)) as run:
        puppet.wait_for(*paths)
        puppet.release(*paths)
        for letter in "cadb":
            puppet.release(f"/held/{letter}")
            assert run.stdout.wait_for(letter.encode() * 100_000) == letter.encode() * 100_000
        assert run.wait() == 0
        assert run.stdout.rest() == b""


def test_gather_writes_bodies_in_the_order_of_the_input(haul_running, puppet):
    paths = serve_letters(puppet, dict.fromkeys("abc", 100_000), "/held/")
    with haul_running("--gather", "--body", *map(puppet.url, paths)) as run:
        puppet.wait_for(*paths)
        puppet.release(*paths)
        for letter in "cba":
            puppet.release(f"/held/{letter}")
        assert letters(run.stdout.rest()) == [(letter, 100_000) for letter in "abc"]


def test_the_body_whose_turn_it_is_goes_straight_through(haul_running, puppet, mode):
    """Its first half is there before the server has sent the second."""
    serve_letters(puppet, {"a": 400_000}, "/held/")
    with haul_running("--mode", mode, "--body", puppet.url("/held/a")) as run:
        puppet.release("/held/a")
        assert run.stdout.wait_for(b"a" * 200_000)
        puppet.release("/held/a")
        assert len(run.stdout.rest()) == 200_000


def test_the_first_bytes_of_a_slow_body_are_there_before_its_last(haul_running, puppet):
    puppet.answers["/held/slow"] = [servers.response(body=b"one\ntwo\n")[:-4], b"two\n"]
    with haul_running("--gather", "--body", puppet.url("/held/slow")) as run:
        puppet.release("/held/slow")
        assert run.stdout.line() == b"one\n"
        puppet.release("/held/slow")
        assert run.stdout.rest() == b"two\n"


def test_what_is_not_ok_has_a_line_on_standard_error_and_no_body(haul, origin, refused_port, mode):
    failing = {
        origin.url("/status/404"): "http: 404 Not Found",
        origin.url("/short?promise=60000&send=59999"): "protocol: ",
        origin.url("/redirect-loop"): "redirect: ",
        origin.url("/garbage"): "protocol: ",
        f"http://127.0.0.1:{refused_port}/": "connect: connection refused",
        "ftp://name:***@h.test/": "url: ",
    }
    good = origin.url("/bytes?good.")
    lines = [line for url in failing for line in (url.replace("***", "secret"), good)]
    run = haul("--mode", mode, "--body", stdin="\n".join(lines))
    assert run.returncode == 1
    assert run.stdout == b"good." * len(failing)
    messages = run.stderr.decode().splitlines()
    assert messages.pop() == "haul: 6 of 12 URLs not ok (1 url, 1 connect, 1 http, 2 protocol, 1 redirect)"
    assert len(messages) == len(failing)
    for url, reason in failing.items():
        assert any(message.startswith(f"haul: {url}: {reason}") for message in messages)


def test_a_large_body_that_fails_before_its_turn_leaves_nothing(haul_running, origin, puppet):
    short = origin.url("/short?promise=900000&send=800000")
    with haul_running("--gather", "-c", 2, "--body", puppet.url("/held"), short, puppet.url("/last")) as run:
        puppet.wait_for("/last")  # which has the place of the one before
        puppet.release("/held")
        assert run.stdout.rest() == b"ok\nok\n"
        assert run.wait() == 1


def test_a_body_that_fails_in_its_turn_is_told_with_what_was_written(haul, origin):
    run = haul("--gather", "--body", origin.url("/short?promise=900000&send=800000"), origin.url("/bytes?last"))
    written = int(re.search(rb"\(the first (\d+) bytes were written\)$", run.stderr.splitlines()[0])[1])
    assert 64 * 1024 <= written <= 800_000
    assert len(run.stdout) == written + len("last")
    assert run.returncode == 1


def test_the_body_of_a_404_is_not_written_however_large(haul, origin, mode):
    run = haul("--mode", mode, "--body", origin.url("/size/300000?status=404"), origin.url("/ok"))
    assert (run.returncode, run.stdout) == (1, b"ok\n")
    assert run.stderr.splitlines()[0] == f"haul: {origin.url('/size/300000?status=404')}: http: 404 Not Found".encode()


def test_the_body_of_a_redirect_is_not_written(haul, origin):
    assert haul("--body", origin.url("/redirect")).stdout == b"ok\n"
    assert haul("--body", "--no-location", origin.url("/redirect")).stdout == b"elsewhere\n"


def open_files(process, directory):
    """What it has open there: files without a name."""
    descriptors = f"/proc/{process.pid}/fd"
    targets = [os.readlink(f"{descriptors}/{name}") for name in os.listdir(descriptors)]
    return [target for target in targets if target.startswith(str(directory))]


def test_what_does_not_fit_in_memory_is_in_a_file_without_a_name(haul_running, origin, puppet, tmp_path):
    urls = [puppet.url("/held"), origin.url("/size/3000000"), origin.url("/size/2000000"), puppet.url("/last")]
    with haul_running("--gather", "-c", 2, "--body", *urls, env={"TMPDIR": str(tmp_path)}) as run:
        puppet.wait_for("/last")  # which has the place of those before
        assert list(tmp_path.iterdir()) == []
        assert len(open_files(run.process, tmp_path)) >= 1
        puppet.release("/held")
        output = run.stdout.rest()
        assert run.wait() == 0
    assert len(output) == 5_000_006
    assert output[3:3_000_003].startswith(output[3_000_003:-3])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("size, count", [(20_000_000, 6), (60_000, 1500)], ids=["a few large", "many small"])
def test_memory_stays_small_however_large_the_bodies(haul_running, origin, puppet, tmp_path, size, count):
    urls = [puppet.url("/held"), *[origin.url(f"/size/{size}")] * count, puppet.url("/last")]
    env = {"TMPDIR": str(tmp_path)}
    with open(tmp_path / "bodies", "wb") as bodies:
        with haul_running("--gather", "-c", 2, "--body", *urls, env=env, stdout=bodies) as run:
            puppet.wait_for("/last")
            status = pathlib.Path(f"/proc/{run.process.pid}/status").read_text(encoding="ascii")
            puppet.release("/held")
            assert run.wait() == 0
    assert (tmp_path / "bodies").stat().st_size == count * size + 6
    # 32 MB of bodies, and what haul is; a sanitizer keeps for a while what was freed.
    is_sanitized = any(name in support.HAUL.read_bytes() for name in (b"__asan_init", b"__tsan_init"))
    most = 400_000 if is_sanitized else 64_000
    assert int(re.search(r"^VmHWM:\s*(\d+) kB$", status, re.MULTILINE)[1]) < most


@pytest.mark.parametrize("directory", ["/nowhere/at/all", "/proc"])
def test_a_body_that_cannot_be_kept_fails_alone(haul_running, origin, puppet, directory):
    large = origin.url("/size/1000000")
    urls = [puppet.url("/held"), large, puppet.url("/last")]
    with haul_running("--gather", "-c", 2, "--body", *urls, env={"TMPDIR": directory}) as run:
        puppet.wait_for("/last")
        puppet.release("/held")
        assert run.stdout.rest() == b"ok\nok\n"
        assert run.stderr.line().decode().startswith(f"haul: {large}: local: the body cannot be kept in {directory}: ")
        assert run.wait() == 1


def test_binary_goes_anywhere_but_to_a_terminal(haul, haul_on_terminal, origin):
    assert haul("--body", origin.url("/nul")).stdout == b"before\0after\0\n"
    with haul_on_terminal("--gather", "--body", "-s", origin.url("/nul"), origin.url("/ok")) as run:
        status, screen = run.wait()
    assert status == 1
    refused, good = screen.decode().splitlines()
    assert refused.startswith(f"haul: {origin.url('/nul')}: local: the body is binary")
    assert good == "ok"


def test_a_reader_that_is_slow_gets_everything(haul_running, origin):
    """More than a pipe takes, and more than haul holds for its writer."""
    with haul_running("--body", *[origin.url("/size/3000000")] * 3) as run:
        origin.wait_until(requests=3)
        assert len(run.stdout.rest()) == 9_000_000
        assert run.wait() == 0


def test_bodies_and_records_exclude_each_other(haul):
    run = haul("--body", "-j", "sleep:0")
    assert (run.returncode, run.stdout) == (2, b"")


def test_bodies_leave_while_the_list_is_still_coming(haul_running, puppet):
    with haul_running("--body") as run:
        for number in range(3):
            run.stdin.write(puppet.url(f"/{number}\n").encode())
            assert run.stdout.line() == b"ok\n"
        run.stdin.close()
        assert run.wait() == 0


def test_a_body_of_many_pieces_arrives_as_it_is(haul, origin):
    run = haul("--body", origin.url("/chunked?pieces=500&piece=333"))
    plain = haul("--body", origin.url(f"/size/{500 * 333}"))
    assert len(run.stdout) == 500 * 333
    assert run.stdout == plain.stdout


def test_of_what_had_not_begun_only_the_sum_is_told(haul_running, puppet, tmp_path):
    held = [puppet.url("/held/0"), puppet.url("/held/1")]
    (tmp_path / "list").write_text("\n".join([*held, *(puppet.url(f"/{number}") for number in range(100))]))
    with haul_running("--gather", "-c", 2, "--body", "-i", tmp_path / "list") as run:
        puppet.wait_for("/held/1")
        run.interrupt()
        run.stdout.rest()
        assert run.wait() == -signal.SIGINT
        told = run.stderr.rest().decode().splitlines()
    assert told[:2] == [f"haul: {url}: cancelled: interrupted" for url in held]
    assert re.fullmatch(r"haul: \d+ of \d+ URLs not ok \(\d+ cancelled\)", told[2]) and len(told) == 3
