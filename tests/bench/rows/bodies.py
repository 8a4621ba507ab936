"""One large body, to a file and to nowhere."""

import os

import measure
import servers
import table

AIMS = {"curl": 1.0}


def report(bench):
    size = 1_000_000_000 // bench.scale
    with servers.nginx(bench.scratch, bench.server_pin, bodies={"large": size}) as server:
        url = f"{server.root}/large"
        urls = bench.clients.list_of("urls", [url])
        programs = {
            table.SUBJECT: [bench.clients.haul, "--body", url],
            "bare": [bench.clients.bare, "-c", "1", "-b", urls],
            "curl": ["curl", "-s", url],
            "wget2": ["wget2", "-q", "-O", "-", url],
        }
        for output in (f"{bench.scratch}/body", os.devnull):
            taken = measure.interleaved(programs, bench.rounds, lambda command: bench.run(command, output))
            table.compare(
                f"body: {size:,} bytes to {'a file' if output != os.devnull else output}: ms of CPU",
                {name: [usage.cpu * 1e3 for usage in usages] for name, usages in taken.items()},
                bench.aims(AIMS),
                "{:.0f}",
            )
