"""Whether the figures of `haul compare` are right: on delays that are known, beside hyperfine's, and where there is no
difference."""

import heapq
import json
import shutil
import statistics

import servers
import table

DELAYS = [50, 500, 75, 100, 60, 150, 70, 200, 80, 250, 90, 300, 55, 350, 65, 400, 85, 110, 95, 130]  # milliseconds
PLACES = 8
ALARMS_AT_MOST = 5


def report(bench):
    with servers.origin(bench.build, bench.server_pin) as root:
        urls = bench.clients.list_of("urls", (f"{root}/delay/{delay}" for delay in DELAYS))
        modes = compare_modes(bench, urls)
        known(bench, modes, urls)
        if shutil.which("hyperfine"):
            beside_hyperfine(bench, modes, urls)
        with_itself(bench, root)


def rounds(bench):
    return 5 if bench.scale == 1 else 1


def compare_modes(bench, urls):
    """The figures of each mode, by its name."""
    command = ["compare", "-s", "-c", str(PLACES), "--modes", "sequential,gather,as-completed"]
    command += ["--runs", str(rounds(bench))]
    exported = bench.run([bench.clients.haul, *command, "--export-json", "-", "-i", urls]).output
    return {mode["mode"]: mode for mode in json.loads(exported)["modes"]}


def allowed(places):
    """How long the delays take at so many places, in the order of the list, in seconds."""
    ends = [0] * places
    for delay in DELAYS:
        heapq.heapreplace(ends, ends[0] + delay)
    return max(ends) / 1000


def is_near(value, expected):
    return abs(value - expected) <= 0.03 * expected + 0.005


def judge(bench, rows, title):
    """A table of what was measured and what was expected; each is to be within 3 % and 5 ms."""
    table.heading(title)
    print("| figure | measured | expected | off by |\n| --- | --- | --- | --- |")
    for name, measured, expected in rows:
        print(f"| {name} | {measured:.3f} | {expected:.3f} | {1000 * (measured - expected):+.1f} ms |")
    bench.aim("Figures that are off by more than 3 % and 5 ms", sum(not is_near(*row[1:]) for row in rows), 0)


def waits(bench, urls):
    """Of each URL the time.wait of its record, the median of some runs, and its delay."""
    seen = [[] for _ in DELAYS]
    for _ in range(rounds(bench)):
        for line in bench.run([bench.clients.haul, "-sj", "-c", str(PLACES), "-i", urls]).output.splitlines():
            record = json.loads(line)
            seen[record["index"]].append(record["time"]["wait"])
    return [(statistics.median(taken), delay / 1000) for taken, delay in zip(seen, DELAYS, strict=True)]


def known(bench, modes, urls):
    off = max(waits(bench, urls), key=lambda wait: abs(wait[0] - wait[1]))
    rows = [
        ("sequential, wall: the sum", modes["sequential"]["wall"]["median"], sum(DELAYS) / 1000),
        (f"gather, wall: what {PLACES} places allow", modes["gather"]["wall"]["median"], allowed(PLACES)),
        ("as-completed, wall: the same", modes["as-completed"]["wall"]["median"], allowed(PLACES)),
        ("as-completed, first out: the shortest", modes["as-completed"]["first_out"], min(DELAYS) / 1000),
        ("gather, ideal", modes["gather"]["ideal"], allowed(PLACES)),
        ("time.wait of the record that is off most", *off),
    ]
    judge(bench, rows, "figures: 20 URLs of 50 to 500 ms, seconds")


def beside_hyperfine(bench, modes, urls):
    """Wall times of programs have a start and an end of the program in them, which a list of nothing shows."""
    export = f"{bench.scratch}/hyperfine.json"
    names = {"sequential": "--sequential", "gather": "--gather", "as-completed": "--as-completed"}
    commands = [f"{bench.clients.haul} -s {option} -c {PLACES} -i {urls}" for option in names.values()]
    # It wants two runs at least.
    options = ["-N", "--warmup", "1", "--runs", str(max(2, rounds(bench))), "--export-json", export]
    bench.run(["hyperfine", *options, f"{bench.clients.haul} -s sleep:0", *commands])
    with open(export, encoding="utf-8") as file:
        start, *medians = (result["median"] for result in json.load(file)["results"])
    rows = [
        (f"{name}, wall", modes[name]["wall"]["median"], median - start)
        for name, median in zip(names, medians, strict=True)
    ]
    judge(bench, rows, f"figures: beside hyperfine's, less the program's start of {1000 * start:.1f} ms, seconds")


def seed(time):
    """The origin's noise follows from the size of its crew; sizes that are near begin alike."""
    return 1000 + time * 7919 % 9000


def with_itself(bench, root):
    """Two sides that are one server, with delays drawn anew each time. With five rounds the test's own chance of a false
    alarm is 8 in 252: 3.2 of 100 are to be expected."""
    times = 100 // bench.scale
    alarms = 0
    for time in range(times):
        paths = [f"/knee/{seed(time)}?work=5&noise=100&{number}" for number in range(4)]
        sides = ["--base", f"one={root}", "--base", f"other={root}"]
        exported = bench.run([bench.clients.haul, "compare", "-s", *sides, "--export-json", "-", *paths]).output
        alarms += any(pair["different"] for pair in json.loads(exported)["pairs"])
    table.heading("figures: a mode compared with itself, where delays vary from none to twice as much")
    bench.aim(f"Differences found in {times} comparisons", alarms, ALARMS_AT_MOST)
