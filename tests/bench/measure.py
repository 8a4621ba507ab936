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
    user: float  # seconds
    system: float  # seconds
    status: int
    output: str
    peak: int = 0  # the most memory that was resident, kB; 0: not measured
    retried: int = 0  # SYNs that this machine sent again meanwhile

    @property
    def cpu(self):
        return self.user + self.system


def run(command, output=None, stdin=None, home=None):
    """Runs COMMAND with its standard output in the file OUTPUT, or else handed back."""
    environment = {**os.environ, "HOME": home} if home else None
    retried = resent_syns()
    begin = time.monotonic()
    with open(output or os.devnull, "wb") as file, open(stdin or os.devnull, "rb") as source:
        process = subprocess.Popen(
            command,
            stdin=source,
            stdout=file if output else subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
        )
        text = "" if output else process.stdout.read().decode()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.monotonic() - begin
    retried = resent_syns() - retried
    return Usage(wall, usage.ru_utime, usage.ru_stime, process.returncode, text, retried=retried)


def run_with_peak(command, scratch, stdin=None, output=None):
    """Measures memory too.

    GNU time does it: the figure of a child of this interpreter would begin with the interpreter's own."""
    figure = f"{scratch}/peak"
    usage = run(["time", "--quiet", "--format=%M", f"--output={figure}", *command], output, stdin)
    if usage.status != 0:
        raise RuntimeError(f"{command[0]} ended with {usage.status}")
    with open(figure, encoding="utf-8") as file:
        usage.peak = int(file.read())
    return usage


def resent_syns():
    """As `nstat` counts them: of all programs that share this one's network."""
    with open("/proc/net/netstat", encoding="utf-8") as file:
        names, values = (line.split() for line in file if line.startswith("TcpExt:"))
    return int(values[names.index("TCPSynRetrans")])


def threads(pid):
    """How many the process has; 0: it has ended."""
    try:
        return len(os.listdir(f"/proc/{pid}/task"))
    except FileNotFoundError:
        return 0


def interleaved(programs, rounds, take):
    """What TAKE gives for each of PROGRAMS, a dict of name to what TAKE takes, of so many rounds. Each round begins
    with another program, so that what the machine does meanwhile falls on all alike."""
    taken = {name: [] for name in programs}
    names = list(programs)
    for number in range(rounds):
        shift = number % len(names)
        for name in names[shift:] + names[:shift]:
            taken[name].append(take(programs[name]))
    return taken


def verdict(reached):
    return "reached" if reached else "**missed**"


def spread(figures, form="{:.3f}"):
    return f"{form} ({form} to {form})".format(statistics.median(figures), min(figures), max(figures))


def ratios(figures, others):
    """Figure by figure of the same round."""
    return [figure / other if other else float("inf") for figure, other in zip(figures, others)]


def pins():
    """How to start a server and a client so that neither takes the other's core; on a single core they share it."""
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < 2 or not shutil.which("taskset"):
        return [], []
    return ["taskset", "--cpu-list", str(cores[0])], ["taskset", "--cpu-list", str(cores[1])]
