"""haul and its peers: which are installed, in which version, and the line of shell with which each does a job.

A line reads its list from standard input, a URL a line, takes six at a time, and writes the bodies to standard output;
what cannot do that writes files into its working directory. $ORDER and $RETRY stand for options that a job gives, and
$LIST for the list as a file, or -.
"""

import dataclasses
import os
import pathlib
import re
import subprocess

HERE = pathlib.Path(__file__).parent
BUILD = pathlib.Path(os.environ.get("HAUL_BUILD") or HERE.parents[1] / "build").resolve()


@dataclasses.dataclass(frozen=True)
class Peer:
    name: str
    line: str
    version_line: str
    order: str = ""  # what has the bodies come in the order of the list
    retry: str = ""  # what has it try again after a 429
    writes_files: bool = False

    def title(self):
        """How the table names it."""
        return self.name if self.name == "haul" else f"{self.name} {self.version()}"

    def version(self):
        """None: it is not installed."""
        run = subprocess.run(
            ["sh", "-c", self.version_line], env=environment(), capture_output=True, text=True, check=False
        )
        found = re.search(r"\d+(\.\d+)+|\d{8}", run.stdout)
        return found.group() if run.returncode == 0 and found else None


def environment(**more):
    """Without proxies, and with haul and its peers in the path; the system's Python has the system's aiohttp."""
    plain = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    path = f"{BUILD / 'cmd'}:/usr/bin:/bin:{plain.get('PATH', '')}"
    return {**plain, "PATH": path, "XDG_CONFIG_HOME": "/no/such/folder", "LC_ALL": "C", "ORDER": "", "RETRY": "", "HERE": str(HERE), **more}


PEERS = [
    Peer("haul", "haul -s --body -c 6 $ORDER $RETRY", "haul --version", order="--gather", retry="--retry 3"),
    Peer(
        "curl -Z",
        "sed -u 's/.*/url = \"&\"/' | curl -sfZ --parallel-max 6 $RETRY -K -",
        "curl --version",
        retry="--retry 3",
    ),
    Peer("xargs -P curl", "xargs -P 6 -n 1 curl -sf $RETRY", "xargs --version", retry="--retry 3"),
    Peer("GNU parallel", "parallel -j 6 $ORDER curl -sf $RETRY", "parallel --version", order="-k", retry="--retry 3"),
    Peer(
        "wget2",
        "wget2 -q -O - --max-threads=6 ${RETRY:---tries=1} -i $LIST",
        "wget2 --version",
        retry="--tries=4 --waitretry=1",
    ),
    Peer(
        "aria2",
        "aria2c -q -j 6 $RETRY -i -",
        "aria2c --version",
        retry="--max-tries=4 --retry-wait=1",
        writes_files=True,
    ),
    Peer("aiohttp", "python3 $HERE/gather.py", "python3 -c 'import aiohttp; print(aiohttp.__version__)'"),
]
