"""All of a long list in flight at once on one host."""

import clients
import measure
import servers
import table

AIMS = {"bare": 1.3, "bare, one multi handle": 0.25}
MEMORY_AIM = 17  # kB each
MILLISECONDS = 1000


def report(bench):
    count = 8000 // bench.scale
    with servers.origin(bench.build, bench.server_pin) as root:
        urls = bench.clients.list_of("urls", (f"{root}/delay/{MILLISECONDS}?{i}" for i in range(count)))
        found = bench.clients.commands(urls, count)
        programs = {name: found[name] for name in ("haul", "bare", "Go") if name in found}
        # curl -Z of Debian 12 stops at 300.
        programs["bare, one multi handle"] = [bench.clients.bare, "-c", f"{count}", "-s", f"{count}", urls]
        taken = measure.interleaved(programs, bench.rounds, lambda command: take(bench, command))

    def most(figure):
        return {name: max(getattr(usage, figure) for usage in usages) for name, usages in taken.items()}

    fewest = {name: min(clients.count_succeeded(usage.output) for usage in usages) for name, usages in taken.items()}
    failed = {name: count - succeeded for name, succeeded in fewest.items()}
    peaks = most("peak")
    each = {name: f"{peak / count:.1f} kB" for name, peak in peaks.items()}
    walls = {name: f"{wall:.2f} s" for name, wall in most("wall").items()}
    resent = most("retried")
    table.compare(
        f"flight: {count:,} URLs of one host, each of {MILLISECONDS} ms, all in flight: seconds of user time",
        {name: [usage.user for usage in usages] for name, usages in taken.items()},
        bench.aims(AIMS),
        more={"memory each": each, "failed": failed, "SYNs sent again": resent, "wall": walls},
    )
    table.note("Of memory, failures, SYNs and wall time the worst round's. SYNs are counted on the whole machine.")
    bench.aim("haul's memory each", round(peaks["haul"] / count, 1), MEMORY_AIM, " kB")
    bench.aim("haul's failures", failed["haul"], 0)
    bench.aim("haul's SYNs sent again", resent["haul"], 0)


def take(bench, command):
    records = f"{bench.scratch}/records"
    usage = measure.run_with_peak([*bench.client_pin, *command], bench.scratch, output=records)
    with open(records, encoding="utf-8") as file:
        usage.output = file.read()
    return usage
