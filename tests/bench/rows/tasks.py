"""What a task costs: a million asleep at once beside other runtimes, small steps, and a soak."""

import shutil
import statistics
import sys

import clients
import measure

# What haul is to reach. A megabyte is 10^6 bytes.
PEAK_AIM = 190
CPU_AIM = 1.0
GENERATOR_AIM = 10
SOAK_AIM = 1024  # kB from the first tenth to the last


def runtime(bench, *arguments):
    return [*bench.client_pin, str(bench.build / "tests" / "bench" / "runtime"), *map(str, arguments)]


def peers(bench):
    """The commands of the other runtimes, by name; None for one that is not installed."""
    node = shutil.which("node") or shutil.which("nodejs")
    return {
        "Python asyncio": [sys.executable, str(clients.PEERS / "tasks.py")],
        "Go": bench.clients.go("tasks"),
        "Node": [node, str(clients.PEERS / "tasks.js")] if node else None,
    }


def gather(bench, count):
    """One run of each: it prints how many outcomes were values, which are to be all."""

    def take(command):
        usage = measure.run_with_peak([*command, f"{count}"], bench.scratch)
        if usage.output.strip() != f"{count}":
            raise RuntimeError(f"{' '.join(command)} {count}: {usage.output}")
        return usage, usage.peak * 1024 / 1e6

    print(f"\n### {count:,} tasks, each asleep for 1 s and a random part of 1 s, awaited by one gather\n")
    print("| runtime | peak memory, MB | CPU seconds | wall seconds | aim |\n| --- | --- | --- | --- | --- |")
    runs = [take(runtime(bench, "gather")) for _ in range(bench.rounds)]
    cpus = [usage.cpu for usage, _ in runs]
    peaks = [peak for _, peak in runs]
    walls = [usage.wall for usage, _ in runs]
    reached = max(peaks) <= PEAK_AIM and statistics.median(cpus) <= CPU_AIM
    aim = f"at most {PEAK_AIM} MB and {CPU_AIM} s: {measure.verdict(reached)}" if bench.scale == 1 else ""
    spreads = (measure.spread(peaks, "{:.1f}"), measure.spread(cpus, "{:.2f}"), measure.spread(walls, "{:.2f}"))
    print(f"| haul | {' | '.join(spreads)} | {aim} |")
    for name, command in peers(bench).items():
        if not command:
            print(f"| {name} | not installed | | | |")
            continue
        usage, peak = take([*bench.client_pin, *command])
        print(f"| {name} | {peak:.1f} | {usage.cpu:.2f} | {usage.wall:.2f} | |")


def steps(bench):
    count = 10_000_000 // bench.scale
    rows = {
        "generator": (count, "a generator's resumption and yield"),
        "call": (count, "an await of a child coroutine, and its end"),
        "spawn": (count // 10, "a task, from its making to its end"),
        "turn": (count // 10, "a turn of the only task, by sleep(0): an iteration of the loop"),
    }
    print("\n### Nanoseconds of one step\n\n| step | median (spread) | aim |\n| --- | --- | --- |")
    for what, (times, title) in rows.items():
        figures = [float(measure.run(runtime(bench, what, times)).output) for _ in range(bench.rounds)]
        reached = statistics.median(figures) <= GENERATOR_AIM
        aim = f"at most {GENERATOR_AIM}: {measure.verdict(reached)}" if what == "generator" else ""
        print(f"| {title} | {measure.spread(figures, '{:.1f}')} | {aim} |")


def soak(bench):
    count = 10_000_000 // bench.scale
    usage = measure.run(runtime(bench, "soak", count))
    if usage.status != 0:
        raise RuntimeError(f"the soak ended with {usage.status}")
    *lines, summary = usage.output.splitlines()
    samples = [tuple(map(int, line.split())) for line in lines]
    print(f"\n### {count:,} tasks through a queue of 64 places, 1,000 at a time, some cancelled at random\n")
    print("| tasks | resident, kB | peak, kB |\n| --- | --- | --- |")
    for tasks, resident, peak in samples:
        print(f"| {tasks:,} | {resident:,} | {peak:,} |")
    grown = samples[-1][2] - samples[0][2]
    verdict = measure.verdict(grown <= SOAK_AIM)
    print(f"\n{summary}; {usage.cpu:.1f} s of CPU. The peak grew by {grown:,} kB on the way; flat: {verdict}.")


def report(bench):
    gather(bench, 1_000_000 // bench.scale)
    steps(bench)
    soak(bench)
