"""A long list on standard input: memory is the window's, and not the list's."""

import os

import measure
import servers
import table

MORE_AIM = 2048
PEAK_AIM = 24 * 1024
SHORT = 10000


def report(bench):
    table.heading("memory: the most that was resident, the list on standard input")
    print("| list | 10,000 lines | long list | difference | aim |\n| --- | --- | --- | --- | --- |")
    line(bench, "sleep:0", 1000000 // bench.scale, lambda i: "sleep:0")
    with servers.nginx(bench.scratch, bench.server_pin) as server:
        line(bench, "a small file of nginx's", 200000 // bench.scale, lambda i: f"{server.root}/f?{i}")


def line(bench, name, count, url):
    command = [*bench.client_pin, bench.clients.haul, "-j", "-c", "50"]
    peaks = []
    for size in (SHORT, count):
        stdin = bench.clients.list_of("urls", (url(i) for i in range(size)))
        peaks.append(measure.run_with_peak(command, bench.scratch, stdin, os.devnull).peak)
    more = peaks[1] - peaks[0]
    reached = abs(more) <= MORE_AIM and max(peaks) <= PEAK_AIM
    verdict = f": {measure.verdict(reached)}" if bench.scale == 1 else ""
    print(
        f"| {name} | {peaks[0]:,} kB | {peaks[1]:,} kB ({count:,} lines) | {more:,} kB "
        f"| ± {MORE_AIM:,} kB, and at most {PEAK_AIM:,} kB{verdict} |"
    )
