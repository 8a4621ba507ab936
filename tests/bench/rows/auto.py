"""-c auto beside every number that could have been given, on an origin that takes longer past a knee."""

import dataclasses
import json
import statistics

import measure
import servers
import table

WALL_AIM = 1.1
LATENCY_AIM = 2
NUMBERS = [2**power for power in reversed(range(10))]

# Name, path, URLs.
ORIGINS = [
    ("4 workers, 10 ms", "/knee/4?work=10", 1500),
    ("20 workers, 20 ms", "/knee/20?work=20", 3000),
    ("20 workers, 20 ms, varied by 100 %", "/knee/20?work=20&noise=100", 3000),
    ("20 workers, 20 ms, 40 ms away", "/knee/20?work=20&travel=40", 3000),
    ("60 workers, 50 ms", "/knee/60?work=50", 4000),
]


@dataclasses.dataclass
class Run:
    wall: float
    median: float  # of the latencies, seconds


def report(bench):
    table.heading("auto: -c auto beside the best of -c 1, 2, 4 … 512, on an origin that has so many workers")
    print(
        "| origin | URLs | best -c | its wall, s | auto ÷ it | aim | its median latency, ms | auto ÷ it | aim |\n"
        f"|{' --- |' * 9}"
    )
    for name, path, count in ORIGINS:
        line(bench, name, path, count // bench.scale)


def line(bench, name, path, count):
    with servers.origin(bench.build, bench.server_pin) as root:
        urls = bench.clients.list_of("urls", (f"{root}{path}&{i}" for i in range(count)))
        programs = candidates(bench, urls)
        taken = measure.interleaved(
            {program: program for program in [*programs, "auto"]},
            bench.rounds,
            lambda program: take(bench, urls, program),
        )
    numbers, best = zip(*(best_of(taken, programs, number) for number in range(bench.rounds)))
    walls = [run.wall for run in best]
    medians = [run.median * 1000 for run in best]
    wall_ratios = measure.ratios([run.wall for run in taken["auto"]], walls)
    median_ratios = measure.ratios([run.median * 1000 for run in taken["auto"]], medians)
    cells = [name, f"{count:,}", ", ".join(map(str, sorted(set(numbers))))]
    cells += [measure.spread(walls, "{:.2f}"), measure.spread(wall_ratios, "{:.2f}"), aim(bench, wall_ratios, WALL_AIM)]
    cells += [measure.spread(medians, "{:.0f}"), measure.spread(median_ratios, "{:.2f}")]
    cells.append(aim(bench, median_ratios, LATENCY_AIM))
    print(f"| {' | '.join(cells)} |")


def candidates(bench, urls):
    """Numbers that may be the best, the least first. Below one that is far from it all are farther, and take long."""
    found, shortest = [], float("inf")
    for number in NUMBERS:
        wall = take(bench, urls, number).wall
        shortest = min(wall, shortest)
        if wall > 1.3 * shortest:
            break
        found.insert(0, number)
    return found


def aim(bench, ratios, most):
    verdict = f": {measure.verdict(statistics.median(ratios) <= most)}" if bench.scale == 1 else ""
    return f"at most {most}{verdict}"


def best_of(taken, programs, number):
    """The best of a round, and its -c. Of those whose wall times are alike it is the least: more only wait longer."""
    shortest = min(taken[program][number].wall for program in programs)
    for program in programs:
        if taken[program][number].wall <= 1.02 * shortest:
            return program, taken[program][number]
    raise AssertionError("the shortest is among them")


def take(bench, urls, concurrency):
    records = f"{bench.scratch}/records"
    usage = bench.run([bench.clients.haul, "-j", "-c", f"{concurrency}", "-i", urls], records)
    with open(records, encoding="utf-8") as file:
        latencies = [json.loads(record)["time"]["total"] for record in file]
    return Run(usage.wall, statistics.median(latencies))
