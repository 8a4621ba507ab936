"""What machine it is, and what is installed on it."""

import contextlib
import os
import platform
import re
import subprocess
import sys


def _first_line(*command):
    with contextlib.suppress(OSError):
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        if done.returncode == 0:
            return done.stdout.splitlines()[0].partition(" (")[0]
    return None


def describe(haul, is_pinned, rounds):
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        model = re.search(r"^model name\s*: (.*)$", file.read(), re.MULTILINE)
    system = platform.freedesktop_os_release()["PRETTY_NAME"]
    core = model.group(1) if model else platform.machine()
    print(f"{os.cpu_count()} × {core}, Linux {platform.release()}, {system}.")
    print("Server and client on", "a core each." if is_pinned else "the same core.", end=" ")
    print(f"{rounds} rounds in turn; ratios are of figures of the same round.", end=" ")
    load = os.getloadavg()[0]
    busy = "others were at work, so that the figures are disturbed" if load > 0.5 else "nothing else was at work"
    print(f"The load was {load:.1f} before the start: {busy}.\n")
    versions = [
        _first_line(haul, "--version"),
        _first_line("nginx", "-v"),
        _first_line("curl", "--version"),
        _first_line("wget2", "--version"),
        _first_line("h2load", "--version"),
        _first_line("go", "version"),
        _first_line(sys.executable, "-c", "import aiohttp; print('aiohttp', aiohttp.__version__)"),
    ]
    print(*(f"- {version}" for version in versions if version), sep="\n")
