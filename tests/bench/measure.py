"""Runs programs and measures what they took."""

import dataclasses
import os
import shutil
import statistics
import subprocess
import time


@dataclasses.dataclass
class Usage:
    wall: float  # seconds
    cpu: float  # user and system, seconds
    status: int
    output: str


def run(command, output=None, stdin=None):
    """Runs COMMAND with its standard output in the file OUTPUT, or else handed back."""
    begin = time.monotonic()
    with open(output or os.devnull, "wb") as file, open(stdin or os.devnull, "rb") as source:
        process = subprocess.Popen(
            command, stdin=source, stdout=file if output else subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        text = "" if output else process.stdout.read().decode()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.monotonic() - begin
    return Usage(wall, usage.ru_utime + usage.ru_stime, process.returncode, text)


def run_with_peak(command, scratch, stdin=None, output=None):
    """Also the most memory in kB that COMMAND had resident.

    GNU time measures it: the figure of a child of this interpreter would begin with the interpreter's own."""
    figure = f"{scratch}/peak"
    usage = run(["time", "--quiet", "--format=%M", f"--output={figure}", *command], output, stdin)
    if usage.status != 0:
        raise RuntimeError(f"{command[0]} ended with {usage.status}")
    with open(figure, encoding="utf-8") as file:
        return usage, int(file.read())


def peak_memory(command, scratch, stdin, output=os.devnull):
    return run_with_peak(command, scratch, stdin, output)[1]


def interleaved(programs, rounds, measure):
    """The figures of each of PROGRAMS, a dict of name to what MEASURE takes, of so many rounds. Each round begins with
    another program, so that what the machine does meanwhile falls on all alike."""
    figures = {name: [] for name in programs}
    names = list(programs)
    for number in range(rounds):
        shift = number % len(names)
        for name in names[shift:] + names[:shift]:
            figures[name].append(measure(programs[name]))
    return figures


def verdict(reached):
    return "reached" if reached else "**missed**"


def spread(figures, form="{:.3f}"):
    return f"{form} ({form} to {form})".format(statistics.median(figures), min(figures), max(figures))


def ratios(figures, others):
    """Figure by figure of the same round."""
    return [figure / other for figure, other in zip(figures, others)]


def pins():
    """How to start a server and a client so that neither takes the other's core; on a single core they share it."""
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < 2 or not shutil.which("taskset"):
        return [], []
    return ["taskset", "--cpu-list", str(cores[0])], ["taskset", "--cpu-list", str(cores[1])]
