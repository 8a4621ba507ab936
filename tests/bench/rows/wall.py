"""How long a list takes whose answers take their time."""

import shutil

import servers
import table

AIMS = {"h2load": 1.02}


def report(bench):
    with servers.origin(bench.build, bench.server_pin) as root:
        urls = bench.clients.list_of("urls", (f"{root}/delay/20?{i}" for i in range(1000)))
        programs = bench.clients.commands(urls, 50)
        # It has no list and no records: how far server and machine are from the ideal.
        if shutil.which("h2load"):
            programs["h2load"] = ["h2load", "--h1", "-n", "1000", "-c", "50", f"{root}/delay/20"]
        taken = bench.compare(programs, 1000)
    table.compare(
        "wall: 1,000 URLs of 20 ms, 50 in flight: seconds from start to end (ideal 0.400)",
        {name: [usage.wall for usage in usages] for name, usages in taken.items()},
        bench.aims(AIMS),
    )
