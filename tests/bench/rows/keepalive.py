"""Many small URLs of one host, on connections that are kept: what a request costs."""

import shutil

import servers
import table

AIMS = {"bare": 1.1, "wget2": 1.1, "curl -Z": 0.45}
IN_FLIGHT = 50


def report(bench):
    count = 20000 // bench.scale
    with servers.nginx(bench.scratch, bench.server_pin) as server:
        # Each URL differs, since wget2 fetches the same one once.
        urls = bench.clients.list_of("urls", (f"{server.root}/f?{i}" for i in range(count)))
        programs = bench.clients.commands(urls, IN_FLIGHT)
        if shutil.which("h2load"):
            programs["h2load"] = ["h2load", "--h1", "-n", f"{count}", "-c", f"{IN_FLIGHT}", f"{server.root}/f"]
        taken = bench.compare(programs, count)
    table.compare(
        f"cpu: {count:,} small URLs of one host, {IN_FLIGHT} in flight: µs of CPU a request",
        {name: [usage.cpu * 1e6 / count for usage in usages] for name, usages in taken.items()},
        bench.aims(AIMS),
        "{:.1f}",
    )
    table.note("haul writes a record a URL to a file; the others write none. h2load has no list either.")
