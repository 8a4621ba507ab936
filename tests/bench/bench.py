"""Measures haul beside its peers on loopback servers and prints tables in Markdown. See scripts/bench."""

import argparse
import contextlib
import os
import pathlib
import platform
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile

import measure
import servers
import tasks

# What haul is to reach: its figure divided by the program's.
CPU_AIMS = {"bare": 1.25, "wget2": 1.4, "curl -Z": 0.6}
WALL_AIM = 0.45
MEMORY_AIM = 4096


class Bench:
    def __init__(self, options, scratch):
        self.build = pathlib.Path(options.build).resolve()
        self.rounds = options.rounds
        self.scale = 10 if options.quick else 1
        self.scratch = scratch
        self.server_pin, self.client_pin = measure.pins()
        self.haul = str(self.build / "cmd" / "haul")
        self.bare = str(self.build / "tests" / "bench" / "bare")

    def list_of(self, name, lines):
        path = f"{self.scratch}/{name}"
        with open(path, "w", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in lines)
        return path

    def programs(self, urls, concurrency):
        """The commands that fetch the list URLS, by name; those that are not installed are left out."""
        with open(urls, encoding="utf-8") as lines:
            config = self.list_of(
                "curl", (f'url = "{line.strip()}"\noutput = "{os.devnull}"' for line in lines)
            )
        gather = str(pathlib.Path(__file__).with_name("gather.py"))
        commands = {
            "haul -j": [self.haul, "-j", "-c", f"{concurrency}", "-i", urls],
            "bare": [self.bare, "-c", f"{concurrency}", urls],
            "wget2": ["wget2", "-q", "-O", os.devnull, f"--max-threads={concurrency}", "-i", urls],
            "curl -Z": ["curl", "-s", "-Z", "--parallel-max", f"{concurrency}", "--config", config],
            "aiohttp": [sys.executable, gather, f"{concurrency}", urls],
        }
        if subprocess.run([sys.executable, "-c", "import aiohttp"], stderr=subprocess.DEVNULL).returncode != 0:
            del commands["aiohttp"]
        return {name: command for name, command in commands.items() if shutil.which(command[0])}

    def compare(self, programs, figure):
        def take(command):
            usage = measure.run([*self.client_pin, *command], f"{self.scratch}/output")
            if usage.status != 0:
                raise RuntimeError(f"{' '.join(command)} ended with {usage.status}")
            return getattr(usage, figure)

        return measure.interleaved(programs, self.rounds, take)

    def table(self, title, figures, aims):
        print(f"\n### {title}\n\n| program | median (spread) | haul ÷ it | aim |\n| --- | --- | --- | --- |")
        haul = figures["haul -j"]
        for name, taken in figures.items():
            if name == "haul -j":
                print(f"| {name} | {measure.spread(taken)} | | {aims.get(name, '')} |")
                continue
            ratio = measure.ratios(haul, taken)
            aim = f"at most {aims[name]}: {measure.verdict(statistics.median(ratio) <= aims[name])}" if name in aims else ""
            print(f"| {name} | {measure.spread(taken)} | {measure.spread(ratio, '{:.2f}')} | {aim} |")

    def cpu(self):
        count = 20000 // self.scale
        with servers.nginx(self.scratch, self.server_pin) as root:
            # Each URL differs, since wget2 fetches the same one once.
            urls = self.list_of("urls", (f"{root}/f?{i}" for i in range(count)))
            figures = self.compare(self.programs(urls, 50), "cpu")
        title = f"{count:,} small keep-alive URLs, 50 in flight, records to a file: CPU seconds (user + system)"
        self.table(title, figures, CPU_AIMS)

    def wall(self):
        with servers.origin(self.build, self.server_pin) as root:
            urls = self.list_of("urls", (f"{root}/delay/20?{i}" for i in range(1000)))
            programs = self.programs(urls, 50)
            # It has no list and no records: how far server and machine are from the ideal.
            if shutil.which("h2load"):
                programs["h2load"] = ["h2load", "--h1", "-n", "1000", "-c", "50", f"{root}/delay/20"]
            figures = self.compare(programs, "wall")
        aim = f"at most {WALL_AIM} s: {measure.verdict(statistics.median(figures['haul -j']) <= WALL_AIM)}"
        self.table("1,000 URLs of 20 ms, 50 in flight: wall seconds (ideal 0.400)", figures, {"haul -j": aim})

    def memory(self):
        print("\n### Peak memory, the list on standard input\n")
        print("| list | 10,000 lines | long list | difference | aim |\n| --- | --- | --- | --- | --- |")
        self.memory_row("sleep:0", 1000000 // self.scale, lambda i: "sleep:0")
        with servers.nginx(self.scratch, self.server_pin) as root:
            self.memory_row("a small file of nginx's", 200000 // self.scale, lambda i: f"{root}/f?{i}")

    def memory_row(self, name, count, line):
        command = [*self.client_pin, self.haul, "-j", "-c", "50"]
        peaks = []
        for size in (10000, count):
            stdin = self.list_of("urls", (line(i) for i in range(size)))
            peaks.append(measure.peak_memory(command, self.scratch, stdin))
        more = peaks[1] - peaks[0]
        print(
            f"| {name} | {peaks[0]:,} kB | {peaks[1]:,} kB ({count:,} lines) | {more:,} kB "
            f"| at most {MEMORY_AIM:,} kB: {measure.verdict(more <= MEMORY_AIM)} |"
        )

    def flight(self):
        count = 2000 // self.scale
        with servers.origin(self.build, self.server_pin) as root:
            urls = self.list_of("urls", (f"{root}/delay/1000?{i}" for i in range(count)))
            records = f"{self.scratch}/records"
            usage = measure.run([*self.client_pin, self.haul, "-j", "-c", f"{count}", "-i", urls], records)
            bare = measure.run([*self.client_pin, self.bare, "-c", f"{count}", urls])
        with open(records, encoding="utf-8") as lines:
            ok = sum('"ok":true' in line for line in lines)
        print(f"\n### {count:,} in flight at once on one host, each of 1 s\n")
        print("| program | succeeded | wall | aim |\n| --- | --- | --- | --- |")
        print(f"| haul -j | {ok:,} | {usage.wall:.3f} s | every one: {measure.verdict(ok == count)} |")
        print(f"| bare | {bare.output.split()[0]} | {bare.wall:.3f} s | |")

    def tasks(self):
        tasks.report(self)


def first_line(*command):
    with contextlib.suppress(OSError):
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        return done.stdout.splitlines()[0].partition(" (")[0]
    return None


def describe_machine(bench):
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        model = re.search(r"^model name\s*: (.*)$", file.read(), re.MULTILINE)
    system = platform.freedesktop_os_release()["PRETTY_NAME"]
    print(f"{os.cpu_count()} × {model.group(1) if model else platform.machine()}, Linux {platform.release()}, {system}.")
    print("Server and client on", "a core each." if bench.client_pin else "the same core.", end=" ")
    print(f"{bench.rounds} rounds in turn; ratios are of figures of the same round.\n")
    versions = [
        first_line(bench.haul, "--version"),
        first_line("nginx", "-v"),
        first_line("curl", "--version"),
        first_line("wget2", "--version"),
        first_line("h2load", "--version"),
        first_line(sys.executable, "-c", "import aiohttp; print('aiohttp', aiohttp.__version__)"),
    ]
    print(*(f"- {version}" for version in versions if version), sep="\n")


def main():
    rows = ["cpu", "wall", "memory", "flight", "tasks"]
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("rows", nargs="*", default=rows, metavar="ROW", help=f"some of {', '.join(rows)}")
    parser.add_argument("--rounds", type=int, default=5, help="how often each program runs (default 5)")
    parser.add_argument("--quick", action="store_true", help="a tenth of the size, to see that all runs")
    parser.add_argument("--build", default="build", help=argparse.SUPPRESS)
    options = parser.parse_args()
    unknown = set(options.rows) - set(rows)
    if unknown:
        parser.error(f"no such row: {', '.join(sorted(unknown))}")

    # The servers and bare need as many descriptors as there are in flight.
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, 65536), most))
    for row in options.rows:
        with tempfile.TemporaryDirectory() as scratch:
            bench = Bench(options, scratch)
            if row == options.rows[0]:
                describe_machine(bench)
            getattr(bench, row)()
            sys.stdout.flush()


if __name__ == "__main__":
    main()
