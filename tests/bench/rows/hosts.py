"""One URL of each of many hosts."""

import subprocess
import time

import measure
import servers
import table

IN_FLIGHT = 1000
AIM = 2.0


def report(bench):
    count = 8000 // bench.scale
    nginx = servers.nginx(bench.scratch, bench.server_pin, descriptors=32768)
    with nginx as server, servers.name_server(bench.server_pin) as name_server:
        many = bench.clients.list_of("many", (f"{server.root_at(i)}/f" for i in range(1, count + 1)))
        named = bench.clients.list_of("named", (f"{server.root_by_name(i)}/f" for i in range(1, count + 1)))
        one = bench.clients.list_of("one", (f"{server.root}/once?{i}" for i in range(count)))
        of_many, of_one = (bench.clients.commands(urls, IN_FLIGHT) for urls in (many, one))
        bare = of_many["bare"]
        by_name = [*bench.clients.commands(named, IN_FLIGHT)["haul"], "--dns-servers", name_server]
        programs = {
            table.SUBJECT: by_name,
            "haul, by address": of_many["haul"],
            "haul, one host": of_one["haul"],
            "bare": [bare[0], "-f", *bare[1:]],
            "bare, one host": of_one["bare"],
            "Go": of_many.get("Go"),
        }
        taken = bench.compare({name: command for name, command in programs.items() if command}, count)
        most = most_threads([*bench.client_pin, *by_name])
    table.compare(
        f"hosts: {count:,} hosts, one URL each, {IN_FLIGHT:,} in flight: µs of CPU a request",
        {name: [usage.cpu * 1e6 / count for usage in usages] for name, usages in taken.items()},
        bench.aims({"haul, one host": AIM}),
        "{:.1f}",
    )
    table.note(
        "The hosts are loopback addresses; by name, each is looked up by a name server, whose CPU is not counted. Those"
        " of the others need no lookup. One host: the same, each on a fresh connection, which the server closes."
    )
    bench.aim("haul's threads at most", most, 1)


def most_threads(command):
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        most = 0
        while process.poll() is None:
            most = max(most, measure.threads(process.pid))
            time.sleep(0.002)
    return most
