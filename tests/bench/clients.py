"""The clients, and how each is told to fetch a list."""

import os
import pathlib
import shutil
import subprocess
import sys

PEERS = pathlib.Path(__file__).with_name("peers")


class Clients:
    def __init__(self, build, scratch):
        self.haul = str(build / "cmd" / "haul")
        self.bare = str(build / "tests" / "bench" / "bare")
        self.scratch = scratch
        self.has_aiohttp = _succeeds(sys.executable, "-c", "import aiohttp")

    def list_of(self, name, lines):
        path = f"{self.scratch}/{name}"
        with open(path, "w", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in lines)
        return path

    def curl_list(self, urls):
        """The list as a file of options: without an output for each, curl mixes them."""
        with open(urls, encoding="utf-8") as lines:
            return self.list_of("curl", (f'url = "{line.strip()}"\noutput = "{os.devnull}"' for line in lines))

    def go(self, name):
        """The command of a program in peers/; None where there is no Go."""
        go = shutil.which("go")
        if not go:
            return None
        program = f"{self.scratch}/{name}"
        if not pathlib.Path(program).exists():
            subprocess.run([go, "build", "-o", program, str(PEERS / f"{name}.go")], check=True)
        return [program]

    def commands(self, urls, concurrency, bundle=None, http2=False):
        """The commands that fetch the list URLS, by name, those of what is installed. BUNDLE: the certificates to
        trust; it is all that any of them trusts."""
        count = f"{concurrency}"

        def trust(*options):
            return [*options, bundle] if bundle else []

        wget2 = ["wget2", "-q", "-O", os.devnull, f"--max-threads={count}", "-i", urls]
        wget2 += ["--ca-directory=", f"--ca-certificate={bundle}"] if bundle else []
        curl = ["curl", "-s", "-Z", "--parallel-max", count, *trust("--cacert")]
        curl += ["--http2"] if http2 else []
        curl += ["--config", self.curl_list(urls)]
        go = self.go("fetch")
        commands = {
            "haul": [self.haul, "-j", "-c", count, *trust("--cacert"), "-i", urls],
            "bare": [self.bare, "-c", count, *trust("-a"), *(["-2"] if http2 else []), urls],
            "wget2": wget2,
            "curl -Z": curl,
            "aiohttp": [sys.executable, str(PEERS / "gather.py"), count, urls, *trust()] if self.has_aiohttp else None,
            "Go": [*go, count, urls, *trust()] if go else None,
        }
        return {name: command for name, command in commands.items() if command and shutil.which(command[0])}


def count_succeeded(output):
    """How many URLs were ok, by haul's records or what a peer says itself; None where it does not."""
    if output.startswith("{"):
        return output.count('"ok":true')
    return int(output.split()[0]) if output.endswith(" ok\n") else None


def _succeeds(*command):
    return subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode == 0
