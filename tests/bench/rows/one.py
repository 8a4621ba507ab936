"""One URL: what it takes to start and to end."""

import measure
import servers
import table

AIMS = {"curl": 1.0}
TIMES = 30


def report(bench):
    times = TIMES // bench.scale
    with servers.nginx(bench.scratch, bench.server_pin) as server:
        url = f"{server.root}/f"
        urls = bench.clients.list_of("urls", [url])
        programs = {
            table.SUBJECT: [bench.clients.haul, url],
            "haul --body": [bench.clients.haul, "--body", url],
            "bare": [bench.clients.bare, "-c", "1", urls],
            "curl": ["curl", "-s", url],
            "`true`": ["/bin/true"],
        }
        # One run is too short a time to be told from what else the machine does.
        repeated = {
            name: ["sh", "-c", f'for i in $(seq {times}); do "$@" || exit; done', "sh", *command]
            for name, command in programs.items()
        }
        output = f"{bench.scratch}/output"
        taken = measure.interleaved(repeated, bench.rounds, lambda command: bench.run(command, output))
    for figure, unit in (("wall", "ms from exec to exit"), ("cpu", "ms of CPU")):
        table.compare(
            f"one: a single URL: {unit}",
            {name: [getattr(usage, figure) * 1e3 / times for usage in usages] for name, usages in taken.items()},
            bench.aims(AIMS) if figure == "wall" else None,
            "{:.2f}",
        )
    table.note(f"Means of {times} runs in a row. `true` is what a process costs.")
