"""The three modes: what runs at once, and in which order results leave."""

import pytest

pytestmark = [pytest.mark.sanitized, pytest.mark.threads]


def indexes(run):
    return [record["index"] for record in run.records()]


def test_sequential_is_one_after_another(haul, origin):
    urls = [origin.url(f"/delay/{delay}?{number}") for number, delay in enumerate([30, 1, 20, 1, 10])]
    run = haul("--sequential", "-j", *urls)
    assert [record["input"] for record in run.records()] == urls
    assert origin.stats()["peak_in_flight"] == 1


def test_sequential_stays_so_whatever_the_concurrency(haul, origin):
    haul("--sequential", "-c", 20, "--per-host", 20, *[origin.url("/delay/5")] * 10)
    assert origin.stats()["peak_in_flight"] == 1


def test_sequential_begins_a_url_when_the_one_before_has_ended(haul_running, puppet):
    with haul_running("--sequential", puppet.url("/held/1"), puppet.url("/held/2")) as run:
        puppet.wait_for("/held/1")
        puppet.release("/held/1")
        run.stdout.line()
        puppet.wait_for("/held/2")
        puppet.release("/held/2")
        assert run.wait() == 0
    assert puppet.happened("released", "/held/1") < puppet.happened("arrived", "/held/2")


def test_gather_lets_a_result_leave_once_it_and_all_before_it_are_done(haul_running, puppet):
    held = [f"/held/{number}" for number in range(4)]
    with haul_running("--gather", "-j", *[puppet.url(path) for path in held]) as run:
        puppet.wait_for(*held)
        puppet.release("/held/2")
        puppet.release("/held/0")
        assert run.record()["index"] == 0
        puppet.release("/held/1")
        assert [run.record()["index"] for _ in range(2)] == [1, 2]
        puppet.release("/held/3")
        assert run.record()["index"] == 3
        assert run.wait() == 0
        assert run.stdout.rest() == b""


def test_as_completed_lets_each_leave_as_it_finishes(haul_running, puppet):
    held = [f"/held/{number}" for number in range(4)]
    with haul_running("--as-completed", "-j", *[puppet.url(path) for path in held]) as run:
        puppet.wait_for(*held)
        for number in (2, 0, 3, 1):
            puppet.release(held[number])
            assert run.record()["index"] == number
        assert run.wait() == 0
        assert run.stdout.rest() == b""


def test_as_completed_is_the_default(haul_running, puppet):
    with haul_running("-j", puppet.url("/held/slow"), puppet.url("/quick")) as run:
        assert run.record()["index"] == 1
        puppet.release("/held/slow")
        assert run.record()["index"] == 0


def test_mode_is_the_long_form_and_the_last_one_counts(haul):
    slow_first = ["sleep:0.2", "sleep:0.001"]
    assert indexes(haul("--mode", "gather", "-j", *slow_first)) == [0, 1]
    assert indexes(haul("--mode=as-completed", "-j", *slow_first)) == [1, 0]
    assert indexes(haul("--gather", "--mode", "as-completed", "-j", *slow_first)) == [1, 0]
    assert indexes(haul("--as-completed", "-j", *slow_first, "--sequential")) == [0, 1]


def test_an_unknown_mode_is_a_mistake(haul):
    run = haul("--mode", "parallel", "sleep:0")
    assert (run.returncode, run.stdout) == (2, b"")
    assert run.stderr.startswith(b"haul: --mode: ")


def test_each_line_gives_one_record_and_one_request(haul, origin, mode):
    urls = [origin.url(f"/delay/{number * 7 % 5}?{number}") for number in range(300)]
    run = haul("--mode", mode, "-j", "-c", 20, stdin="\n".join(urls))
    assert run.returncode == 0
    assert sorted(indexes(run)) == list(range(300))
    assert [record["input"] for record in sorted(run.records(), key=lambda record: record["index"])] == urls
    assert sum(origin.stats()["paths"].values()) == 300
    if mode != "as-completed":
        assert indexes(run) == list(range(300))


def test_what_failed_keeps_its_place_in_gather(haul, origin, refused_port):
    urls = [
        origin.url("/delay/50"),
        f"http://127.0.0.1:{refused_port}/",
        "no such:scheme",
        origin.url("/status/404"),
        origin.url("/drop"),
        origin.url("/ok"),
    ]
    run = haul("--gather", "-j", *urls)
    assert [record["input"] for record in run.records()] == urls
    assert [record["ok"] for record in run.records()] == [True, False, False, False, False, True]


@pytest.mark.parametrize("options", [["--gather"], ["--as-completed"]])
def test_results_leave_while_the_list_is_still_coming(haul_running, puppet, options):
    with haul_running(*options, "-j") as run:
        for number in range(3):
            run.stdin.write(puppet.url(f"/{number}\n").encode())
            assert run.record()["index"] == number
        run.stdin.close()
        assert run.wait() == 0


def test_sleeps_run_in_every_mode(haul, mode):
    run = haul("--mode", mode, "-j", "sleep:0.02", "sleep:0.01", "sleep:0")
    assert run.returncode == 0
    assert sorted(indexes(run)) == [0, 1, 2]
    for record in run.records():
        assert (record["ok"], record["status"]) == (True, 0)


def test_a_slow_url_does_not_hold_up_its_neighbours(haul_running, puppet):
    quick = [puppet.url(f"/{number}") for number in range(20)]
    with haul_running("-c", 2, "-j", puppet.url("/held/slow"), *quick) as run:
        assert sorted(run.record()["index"] for _ in quick) == list(range(1, 21))
        puppet.release("/held/slow")
        assert run.record()["index"] == 0
