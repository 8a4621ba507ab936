"""Several event loops: hosts are dealt to them, and all that is promised for one loop holds for all of them together."""

import os
import re
import resource
import signal

import pytest
import servers
import support

pytestmark = [pytest.mark.sanitized, pytest.mark.threads]

LOOPS = ["--loops", "3"]

# So many that each loop has some of them.
HOSTS = [f"h{number}.test" for number in range(24)]


def held(puppet, each):
    """URLs that are held, so many of each host, one host after the other."""
    paths = [f"/held/{host}/{number}" for number in range(each) for host in HOSTS]
    return paths, [puppet.url(path, path.split("/")[2]) for path in paths]


def to_origin(origin, path):
    """A URL of the path for each host, and the options that have them reach the origin."""
    return [f"http://{host}{path}" for host in HOSTS], ["--connect-to", f"::127.0.0.1:{origin.port}"]


def by_index(records):
    return sorted(records, key=lambda record: record["index"])


def test_each_has_a_thread(haul_running, puppet):
    with haul_running("--loops", "4", puppet.url("/held")) as run:
        puppet.wait_for("/held")
        assert len(os.listdir(f"/proc/{run.process.pid}/task")) >= 4
        puppet.release("/held")
        assert run.wait() == 0


def test_limits_hold_for_the_whole(haul_running, puppet):
    paths, urls = held(puppet, 4)
    with haul_running(*LOOPS, "-c", 9, "--per-host", 2, *puppet.resolve(*HOSTS), *urls) as run:
        done = 0
        while done < len(paths):
            puppet.wait_for_count(min(done + 9, len(paths)))
            puppet.release(puppet.targets()[done])
            done += 1
        assert run.wait() == 0
    assert puppet.peak == 9
    assert max(puppet.peaks[f"{host}:{puppet.port}"] for host in HOSTS) <= 2
    assert sorted(puppet.targets()) == sorted(paths)


def test_a_host_is_full_and_the_others_are_not(haul_running, puppet):
    paths, urls = held(puppet, 3)
    with haul_running(*LOOPS, "-c", 100, "--per-host", 1, *puppet.resolve(*HOSTS), *urls) as run:
        puppet.wait_for(*paths[: len(HOSTS)])
        assert len(puppet.targets()) == len(HOSTS)
        puppet.release(*paths)
        assert run.wait() == 0
    assert {puppet.peaks[f"{host}:{puppet.port}"] for host in HOSTS} == {1}


def test_every_line_has_its_record_in_the_order_of_its_mode(haul, origin, mode):
    delays = [(number * 7) % 5 for number in range(len(HOSTS) * 10)]
    lines = [f"http://{HOSTS[number % len(HOSTS)]}/delay/{delay}?{number}" for number, delay in enumerate(delays)]
    _, options = to_origin(origin, "/")
    run = haul(*LOOPS, "-j", "-c", 30, "--mode", mode, *options, stdin="\n".join(lines))
    assert run.returncode == 0
    records = run.records()
    assert [record["input"] for record in by_index(records)] == lines
    assert all(record["ok"] for record in records)
    if mode != "as-completed":
        assert [record["index"] for record in records] == list(range(len(lines)))
    assert origin.stats()["peak_in_flight"] == 1 if mode == "sequential" else origin.stats()["peak_in_flight"] <= 30
    for record in records:
        time = record["time"]
        assert time["total"] == pytest.approx(sum(time[part] for part in ("dns", "connect", "tls", "wait", "transfer")))
        assert time["queue"] >= 0


def test_bodies_are_whole_and_unmixed(haul, mode):
    """Each is of one letter, and of a length of its own."""
    sizes = {chr(ord("A") + number): 3 ** (number % 11) + number for number in range(len(HOSTS))}
    with servers.Puppet() as puppet:
        for letter, size in sizes.items():
            puppet.answers["/" + letter] = servers.response(body=letter.encode() * size)
        urls = [puppet.url("/" + letter, host) for letter, host in zip(sizes, HOSTS)]
        run = haul(*LOOPS, "--mode", mode, "--body", *puppet.resolve(*HOSTS), *urls)
    assert run.returncode == 0
    assert run.stderr == b""
    runs = [(match[0][0], len(match[0])) for match in re.finditer(r"(.)\1*", run.stdout.decode())]
    assert sorted(runs) == sorted(sizes.items())
    if mode != "as-completed":
        assert runs == list(sizes.items())


def test_a_large_body_goes_straight_through(haul, origin):
    urls, options = to_origin(origin, "/size/3000000")
    run = haul(*LOOPS, "--body", *options, *urls)
    assert run.returncode == 0
    assert len(run.stdout) == 3000000 * len(urls)


def test_a_redirect_gives_its_places_back_before_it_asks_for_others(haul, puppet):
    """Round all hosts, each with one place, and fewer places in all than there are fetches."""
    for number, host in enumerate(HOSTS):
        target = puppet.url(f"/{number + 1}", HOSTS[(number + 1) % len(HOSTS)])
        puppet.answers[f"/{number}"] = servers.response(302, f"Location: {target}")
    begins = range(0, len(HOSTS), 3)
    urls = [puppet.url(f"/{number}", HOSTS[number]) for number in begins]
    options = ["-c", 4, "--per-host", 1, "--max-redirs", len(HOSTS), *puppet.resolve(*HOSTS)]
    run = haul(*LOOPS, "-j", "--gather", *options, *urls)
    assert run.returncode == 0
    for record, begin in zip(run.records(), begins):
        assert record["ok"]
        assert record["redirects"] == len(HOSTS) - begin
        assert record["final_url"] == puppet.url(f"/{len(HOSTS)}", HOSTS[0])
    assert puppet.peak <= 4
    assert {puppet.peaks[f"{host}:{puppet.port}"] for host in HOSTS} == {1}


def test_time_runs_out_on_each_loop(haul, origin):
    urls, options = to_origin(origin, "/silent")
    run = haul(*LOOPS, "-j", "--max-time", "0.05", *options, *urls)
    assert run.returncode == 1
    assert {(record["error"]["class"], record["error"]["message"]) for record in run.records()} == {
        ("timeout", "not done within 50 ms")
    }
    assert len(run.records()) == len(HOSTS)


def test_an_interruption_reaches_each_loop(haul_running, puppet, mode):
    paths, urls = held(puppet, 2)
    options = ["-c", 30, "--per-host", 1, *puppet.resolve(*HOSTS)]
    with haul_running(*LOOPS, "--mode", mode, "-j", *options, *urls) as run:
        in_flight = 1 if mode == "sequential" else len(HOSTS)
        puppet.wait_for_count(in_flight)
        if mode != "sequential":
            puppet.release(paths[0])
            assert run.record()["ok"]
            in_flight += 1
            puppet.wait_for_count(in_flight)
        run.interrupt(signal.SIGINT)
        records = support.parse_records(run.stdout.rest())
        assert run.wait() == -signal.SIGINT
    assert {(record["error"]["class"], record["error"]["message"]) for record in records} == {
        ("cancelled", "interrupted")
    }
    read = 1 if mode == "sequential" else len(paths)
    assert len(records) == (read if mode == "sequential" else read - 1)
    begun = in_flight if mode == "sequential" else in_flight - 1
    assert sum(record["attempts"] for record in records) == begun


def test_a_name_is_looked_up_on_the_loop_of_its_host(haul, origin):
    """localhost needs no name server, and is another host on each port."""
    urls = [f"http://{host}:{origin.port}/ok" for host in ("localhost", "127.0.0.1", "[::ffff:127.0.0.1]")]
    run = haul(*LOOPS, "-j", "--resolver", "haul", *urls)
    assert [record["ok"] for record in run.records()] == [True] * 3


def test_certificates_are_verified_on_each_loop(haul, certificates):
    with servers.Puppet(tls=certificates.context()) as secure:
        urls = [secure.url(f"/{number}", "good.test") for number in range(4)] + [secure.url("/address")]
        options = ["-j", *secure.resolve("good.test")]
        run = haul(*LOOPS, "--cacert", certificates.ca, *options, *urls)
        assert [record["ok"] for record in run.records()] == [True] * 5
        run = haul(*LOOPS, *options, *urls)
        assert {record["error"]["class"] for record in run.records()} == {"tls"}


@pytest.mark.parametrize("loops", [3, 64])
def test_descriptors_that_are_short_fail_nothing(haul_running, origin, loops):
    """Where there are too few for so many loops, there are fewer loops."""
    urls, options = to_origin(origin, "/delay/1")
    limit = {"preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (40, 40))}
    lines = "\n".join(urls * 6).encode()
    with haul_running("--loops", loops, "-j", "-c", 60, *options, **limit) as run:
        run.stdin.write(lines)
        run.stdin.close()
        records = support.parse_records(run.stdout.rest())
    assert len(records) == len(HOSTS) * 6
    assert all(record["ok"] for record in records)


def test_two_hundred_at_once_over_many_hosts(haul, origin):
    hosts = [f"h{number}.test" for number in range(50)]
    lines = [f"http://{hosts[number % 50]}/ok?{number}" for number in range(2000)]
    run = haul(*LOOPS, "-j", "-c", 200, *to_origin(origin, "/")[1], stdin="\n".join(lines))
    assert run.returncode == 0
    assert [record["input"] for record in by_index(run.records())] == lines
    assert all(record["ok"] for record in run.records())
    assert origin.stats()["requests"] == 2000


def test_a_comparison(haul, origin):
    urls, options = to_origin(origin, "/ok")
    run = haul("compare", "--runs", 1, *LOOPS, *options, *urls)
    assert run.returncode == 0
    assert origin.stats()["requests"] >= 3 * len(HOSTS)
