"""Many small URLs of one https host that speaks HTTP/2: streams on few connections."""

import shutil

import measure
import servers
import table

AIMS = {"bare": 1.15, "curl -Z": 0.6}
IN_FLIGHT = 50


def report(bench):
    count = 10000 // bench.scale
    certificate = servers.Certificate(bench.scratch, [servers.address(1)])
    with servers.nginx(bench.scratch, bench.server_pin, certificate, http2=True) as server:
        urls = bench.clients.list_of("urls", (f"{server.root}/f?{i}" for i in range(count)))
        programs = bench.clients.commands(urls, IN_FLIGHT, certificate.bundle, http2=True)
        programs.pop("aiohttp", None)  # It has no HTTP/2.
        if shutil.which("h2load"):
            programs["h2load"] = ["h2load", "-n", f"{count}", "-c", "1", "-m", f"{IN_FLIGHT}", f"{server.root}/f"]

        def take(command):
            before = server.connections()
            usage = bench.fetch(command, count)
            # The one that asks is new, too.
            return usage, server.connections() - before - 1

        taken = measure.interleaved(programs, bench.rounds, take)
    table.compare(
        f"http2: {count:,} small URLs of one https host, {IN_FLIGHT} in flight: µs of CPU a request",
        {name: [usage.cpu * 1e6 / count for usage, _ in runs] for name, runs in taken.items()},
        bench.aims(AIMS),
        "{:.1f}",
        more={"connections": {name: max(made for _, made in runs) for name, runs in taken.items()}},
    )
    table.note("Connections: the worst round's. haul has no option for HTTP/2; it takes what ALPN gives.")
