"""Limits: what is in flight at once, in all and for a host, and how far reading goes ahead of what has left."""

import re

import pytest
import support

pytestmark = [pytest.mark.sanitized, pytest.mark.threads]


def held(puppet, count, host=None, begin=0):
    """Paths that are held, and their URLs."""
    paths = [f"/held/{number}" for number in range(begin, begin + count)]
    return paths, [puppet.url(path, host) for path in paths]


def test_concurrency_is_reached_and_never_passed(haul_running, puppet):
    paths, urls = held(puppet, 12)
    with haul_running("-c", 4, *urls) as run:
        for done, path in enumerate(paths):
            puppet.wait_for(*paths[: min(done + 4, 12)])
            puppet.release(path)
        assert run.wait() == 0
    assert puppet.peak == 4


def test_a_place_is_free_when_a_transfer_has_ended_and_not_before(haul_running, puppet):
    paths, urls = held(puppet, 3)
    with haul_running("--gather", "-c", 2, *urls) as run:
        puppet.wait_for(*paths[:2])
        puppet.release(paths[1])
        puppet.wait_for(paths[2])
        puppet.release(paths[0], paths[2])
        assert run.wait() == 0
    assert puppet.happened("released", paths[1]) < puppet.happened("arrived", paths[2])


def test_fifty_are_in_flight_without_options(haul_running, puppet):
    paths, urls = held(puppet, 70)
    with haul_running("--per-host", 0, *urls) as run:
        puppet.wait_for_count(50)
        puppet.release(*paths)
        assert run.wait() == 0
    assert puppet.peak == 50


def test_one_host_has_ten_without_options_and_others_pass_its_lines(haul_running, puppet):
    paths, urls = held(puppet, 30)
    with haul_running(*puppet.resolve("other.test"), *urls, puppet.url("/other", "other.test")) as run:
        # All lines were read by then, and twenty of them wait aside.
        puppet.wait_for("/other", *paths[:10])
        assert sorted(puppet.targets()) == sorted([*paths[:10], "/other"])
        puppet.release(*paths)
        assert run.wait() == 0
    assert puppet.peaks[f"127.0.0.1:{puppet.port}"] == 10


def test_a_host_has_no_limit_of_its_own_where_concurrency_is_given(haul_running, puppet):
    paths, urls = held(puppet, 30)
    with haul_running("-c", 30, *urls) as run:
        puppet.wait_for(*paths)
        puppet.release(*paths)
        assert run.wait() == 0


@pytest.mark.parametrize("options", [["-c", 20, "--per-host", 3], ["--per-host", 3, "-c", 20], ["--per-host=3"]])
def test_the_limit_for_a_host_is_kept_beside_that_of_all(haul_running, puppet, options):
    paths, urls = held(puppet, 8)
    with haul_running(*options, *puppet.resolve("other.test"), *urls, puppet.url("/other", "other.test")) as run:
        puppet.wait_for("/other", *paths[:3])
        puppet.release(*paths)
        assert run.wait() == 0
    assert puppet.peaks[f"127.0.0.1:{puppet.port}"] == 3


def test_hosts_are_names_and_ports_and_schemes(haul_running, puppet, origin):
    """One place a host, and all of these have theirs at once."""
    hosts = ["127.0.0.1", "127.0.0.2", "a.test", "b.test"]
    connect = ["--connect-to", f"127.0.0.2:{puppet.port}:127.0.0.1:{puppet.port}", *puppet.resolve("a.test", "b.test")]
    paths = [f"/held/{host}" for host in hosts]
    urls = [puppet.url(path, host) for path, host in zip(paths, hosts)]
    with haul_running("--per-host", 1, *connect, *urls, origin.url("/silent")) as run:
        puppet.wait_for(*paths)
        origin.wait_until(in_flight=1)
        run.interrupt()
        run.wait()


def test_lines_of_one_host_keep_their_order(haul, origin):
    urls = [origin.url(f"/delay/2?{number}") for number in range(30)]
    run = haul("--as-completed", "--per-host", 1, "-j", *urls)
    assert [record["index"] for record in run.records()] == list(range(30))
    assert origin.stats()["peak_in_flight"] == 1


def test_a_line_that_waits_aside_takes_no_place_of_all(haul_running, puppet):
    """Four places; a host with one of them has five lines; three others are in flight all the same."""
    names = ["b.test", "c.test", "d.test"]
    urls = [puppet.url(f"/held/{number}") for number in range(5)]
    urls += [puppet.url(f"/held/{name}", name) for name in names]
    with haul_running("-c", 4, "--per-host", 1, *puppet.resolve(*names), *urls) as run:
        puppet.wait_for("/held/0", *[f"/held/{name}" for name in names])
        assert len(puppet.targets()) == 4
        puppet.release(*[f"/held/{number}" for number in range(5)], *[f"/held/{name}" for name in names])
        assert run.wait() == 0


def test_sleeps_take_places(haul):
    run = haul("-c", 3, "--summary=total", *["sleep:0.01"] * 9)
    assert re.search(rb"^in flight +mean [0-9.]+, peak 3$", run.stderr, re.MULTILINE)


def test_sleeps_wait_for_no_host(haul):
    run = haul("--summary=total", *["sleep:0.2"] * 20)
    assert re.search(rb"^in flight +mean [0-9.]+, peak 20$", run.stderr, re.MULTILINE)


@pytest.mark.parametrize("mode", ["gather", "as-completed"])
def test_what_was_read_and_has_not_left_fits_in_the_window(haul_running, puppet, mode):
    """Whatever was read has a record when the run is interrupted: five in flight or waiting aside."""
    _, urls = held(puppet, 100)
    with haul_running("--mode", mode, "--per-host", 2, "--window", 5, "-j") as run:
        run.stdin.write("".join(url + "\n" for url in urls).encode())
        puppet.wait_for("/held/0", "/held/1")
        run.interrupt()
        records = support.parse_records(run.stdout.rest())
    assert sorted(record["attempts"] for record in records) == [0, 0, 0, 1, 1]


def test_finished_results_that_wait_for_their_turn_are_in_the_window(haul_running, puppet):
    with haul_running("--gather", "--window", 3, "-j") as run:
        urls = [puppet.url("/held/first"), *[puppet.url(f"/{number}") for number in range(1, 10)]]
        run.stdin.write("".join(url + "\n" for url in urls).encode())
        puppet.wait_for("/held/first", "/1", "/2")
        puppet.release("/held/first")
        assert [run.record()["index"] for _ in range(10)] == list(range(10))
    assert puppet.happened("released", "/held/first") < puppet.happened("arrived", "/3")


def test_gather_names_the_url_that_it_stands_still_for(haul_running, puppet, tmp_path):
    """And ten thousand is the window without options: so many lines were read by then."""
    slow = puppet.url("/held/slow").replace("//", "//name:secret@")
    (tmp_path / "urls").write_text("sleep:0\n" * 12_000)
    with haul_running("--gather", "-j", slow, "-i", tmp_path / "urls") as run:
        assert slow.replace("secret", "***") in run.stderr.line().decode()
        run.interrupt()
        records = support.parse_records(run.stdout.rest())
        assert run.stderr.rest() == b"haul: 1 of 10000 URLs not ok (1 cancelled)\n"
    assert [record["index"] for record in records] == list(range(10_000))


def test_two_thousand_at_once_on_one_host(haul_running, haul, origin):
    with haul_running("-c", 2000) as run:
        run.stdin.write((origin.url("/silent") + "\n").encode() * 1000)
        run.stdin.write((origin.url("/silent") + "\n").encode() * 1000)
        origin.wait_until(in_flight=2000)
        run.interrupt()
        assert len(run.stdout.rest().splitlines()) == 2000
    run = haul("-c", 2000, "-j", stdin=(origin.url("/delay/500") + "\n") * 2000)
    assert (run.returncode, run.stderr) == (0, b"")
    assert len(run.lines()) == 2000


@pytest.mark.parametrize(
    "option, value",
    [
        *(("-c", value) for value in ("0", "-1", "abc", "", "1.5", "100001", "5x", " 5", "99999999999999999999")),
        *(("--per-host", value) for value in ("-1", "abc", "", "100001")),
        *(("--window", value) for value in ("0", "abc", "-5", "")),
    ],
)
def test_a_limit_that_is_no_number_is_a_mistake(haul, option, value):
    run = haul(option, value, "sleep:0")
    assert (run.returncode, run.stdout) == (2, b"")
    (line,) = run.stderr.decode().splitlines()
    assert option in line
