"""A fresh connection to each of many https hosts, their certificates verified."""

import servers
import table

AIMS = {"wget2": 0.65, "curl -Z": 0.05, "Go": 2.2}
IN_FLIGHT = 50


def report(bench):
    # A tenth would be less than reading the certificates once, which is not what is looked for.
    count = 300 if bench.scale == 1 else 100
    hosts = range(1, count + 1)
    certificate = servers.Certificate(bench.scratch, [servers.address(host) for host in hosts])
    with servers.nginx(bench.scratch, bench.server_pin, certificate) as server:
        urls = bench.clients.list_of("urls", (f"{server.root_at(host)}/f" for host in hosts))
        taken = bench.compare(bench.clients.commands(urls, IN_FLIGHT, certificate.bundle), count)
    table.compare(
        f"tls: {count} https hosts, a fresh connection each, {IN_FLIGHT} in flight: ms of CPU a host",
        {name: [usage.cpu * 1e3 / count for usage in usages] for name, usages in taken.items()},
        bench.aims(AIMS),
        "{:.2f}",
    )
    table.note("Every client is given the same file: the system's authorities and the bench's.")
