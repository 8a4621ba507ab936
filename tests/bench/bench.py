"""Measures haul beside its peers on loopback servers and prints tables in Markdown. See scripts/bench."""

import argparse
import contextlib
import datetime
import io
import pathlib
import resource
import sys
import tempfile

import clients
import machine
import measure
import table
from rows import auto, bodies, crowd, figures, first, hosts, http2, keepalive, memory, one, tasks, tls, wall

ROWS = {
    "cpu": keepalive.report,
    "tls": tls.report,
    "flight": crowd.report,
    "hosts": hosts.report,
    "memory": memory.report,
    "wall": wall.report,
    "first": first.report,
    "one": one.report,
    "body": bodies.report,
    "http2": http2.report,
    "auto": auto.report,
    "tasks": tasks.report,
    "figures": figures.report,
}
RESULTS = pathlib.Path(__file__).with_name("results.md")


class Bench:
    """What each row is given."""

    def __init__(self, options, scratch):
        self.build = pathlib.Path(options.build).resolve()
        self.rounds = options.rounds
        self.scale = 10 if options.quick else 1
        self.scratch = scratch
        self.server_pin, self.client_pin = measure.pins()
        self.clients = clients.Clients(self.build, scratch)

    def run(self, command, output=None, stdin=None):
        """Its standard output is handed back, or stands in the file OUTPUT. A failure is the end."""
        usage = measure.run([*self.client_pin, *command], output, stdin, home=self.scratch)
        if usage.status != 0:
            raise RuntimeError(f"{' '.join(command)} ended with {usage.status}")
        return usage

    def compare(self, programs, count):
        """What each of PROGRAMS took in each round to fetch COUNT URLs. They write to a file."""
        return measure.interleaved(programs, self.rounds, lambda command: self.fetch(command, count))

    def fetch(self, command, count):
        """Runs a client that is to succeed with COUNT URLs."""
        output = f"{self.scratch}/output"
        usage = self.run(command, output)
        with open(output, encoding="utf-8", errors="replace") as file:
            succeeded = clients.count_succeeded(file.read())
        if succeeded is not None and succeeded != count:
            raise RuntimeError(f"{' '.join(command)} fetched {succeeded} of {count}")
        return usage

    def aims(self, aims):
        """Those that a row has, at full size: in a small run the start-up weighs too much."""
        return aims if self.scale == 1 else {}

    def aim(self, title, value, most, unit=""):
        """Prints what is to be reached by itself."""
        verdict = f": {measure.verdict(value <= most)}" if self.scale == 1 else ""
        table.note(f"{title}: {value:,}{unit}; at most {most:,}{unit}{verdict}.")


class Copy(io.TextIOBase):
    """Prints, and keeps what it printed."""

    def __init__(self, stream):
        self.stream = stream
        self.kept = []

    def write(self, text):
        self.kept.append(text)
        return self.stream.write(text)

    def flush(self):
        self.stream.flush()


def report(options):
    today = datetime.datetime.now(datetime.timezone.utc).date()
    print(f"## {today}{', at a tenth of the size' if options.quick else ''}\n")
    for number, row in enumerate(options.rows):
        with tempfile.TemporaryDirectory() as scratch:
            bench = Bench(options, scratch)
            if number == 0:
                machine.describe(bench.clients.haul, bench.client_pin, bench.rounds)
            ROWS[row](bench)
            sys.stdout.flush()


def parse():
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("rows", nargs="*", default=list(ROWS), metavar="ROW", help=f"some of {', '.join(ROWS)}")
    parser.add_argument("--rounds", type=int, default=5, help="how often each program runs (default 5)")
    parser.add_argument("--quick", action="store_true", help="a tenth of the size, to see that all runs")
    parser.add_argument("--save", action="store_true", help="keep the tables in tests/bench/results.md")
    parser.add_argument("--build", default="build", help=argparse.SUPPRESS)
    options = parser.parse_args()
    unknown = set(options.rows) - set(ROWS)
    if unknown:
        parser.error(f"no such row: {', '.join(sorted(unknown))}")
    return options


def main():
    options = parse()
    # The servers and clients need as many descriptors as there are in flight.
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, 65536), most))
    copy = Copy(sys.stdout)
    with contextlib.redirect_stdout(copy):
        report(options)
    if options.save:
        RESULTS.write_text("# What scripts/bench measured last\n\n" + "".join(copy.kept), encoding="utf-8")


if __name__ == "__main__":
    main()
