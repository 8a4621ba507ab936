"""The five jobs. Each gives what a peer made of it, in a few words: a cell of the table."""

import contextlib
import json
import os
import pathlib
import signal
import socket
import subprocess
import tempfile

from peers import environment
from server import LINES, Server

# It runs out only where a peer hangs.
PATIENCE = 10
# How long a list that goes on waits for its first request.
LOOK = 1.5


class Run:
    """A peer at work in a folder of its own. Its list is made of URLS; without them it is what is written to `list`. A
    context manager."""

    def __init__(self, peer, urls=None, **options):
        self.folder = tempfile.TemporaryDirectory()
        files = pathlib.Path(self.folder.name)
        self.output = files / "output"
        self.output.mkdir()
        source = subprocess.PIPE
        if urls:
            (files / "list").write_text("".join(f"{url}\n" for url in urls), encoding="utf-8")
            source = (files / "list").open("rb")
        self.process = subprocess.Popen(
            ["sh", "-c", peer.line],
            stdin=source,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=self.output,
            env=environment(LIST=str(files / "list") if urls else "-", **options),
            start_new_session=True,
        )
        self.list = self.process.stdin or source

    def __enter__(self):
        return self

    def __exit__(self, *_):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.process.stdout.close()
        with contextlib.suppress(BrokenPipeError):
            self.list.close()
        self.folder.cleanup()

    def finish(self):
        """Its exit status and what it wrote, files included."""
        output, _ = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, output + b"".join(file.read_bytes() for file in sorted(self.output.iterdir()))


def is_json(line):
    try:
        json.loads(line)
    except ValueError:
        return False
    return True


def torn_lines(peer):
    """Six bodies of JSON lines come slowly and at once: is each line whole?"""
    if peer.writes_files:
        return "only files"
    with Server() as server, Run(peer, server.urls("/lines/{}", range(6))) as run:
        _, output = run.finish()
    lines = output.splitlines()
    return "none" if len(lines) == 6 * LINES and all(map(is_json, lines)) else "torn"


def order_with(peer, options):
    delays = [600, 400, 200, 0]
    with Server() as server, Run(peer, server.urls("/delay/{}", delays), ORDER=options) as run:
        _, output = run.finish()
    return " ".join(str(1 + delays.index(int(line.removeprefix(b"/delay/")))) for line in output.split())


def input_order(peer):
    """Four answers, the first of the list the slowest: in which order do they come out?"""
    if peer.writes_files:
        return "only files"
    order = order_with(peer, "")
    return f"{order}, with `{peer.order}` {order_with(peer, peer.order)}" if peer.order else order


def streaming(peer):
    """The list is a pipe, and stays open behind its first line: when does the first request come?"""
    with Server() as server, Run(peer) as run:
        run.list.write(f"{server.url('/ok/1')}\n".encode())
        run.list.flush()
        if server.wait_for_request(LOOK):
            return "at once"
        run.list.close()
        return "at its end" if server.wait_for_request(LOOK) else "never"


def status_with(peer, bad):
    with Server() as server, Run(peer, [server.url("/ok/1"), bad(server), server.url("/ok/2")]) as run:
        return run.finish()[0]


@contextlib.contextmanager
def refusing():
    """A port that is taken, and does not listen."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        yield holder.getsockname()[1]


def exit_status(peer):
    """Two URLs are good, the one between them is a 404, or refuses: what is the exit status?"""
    missing = status_with(peer, lambda server: server.url("/missing"))
    with refusing() as port:
        refused = status_with(peer, lambda server: f"http://127.0.0.1:{port}/")
    return f"{missing}, {refused}"


def too_many_requests(peer):
    """Twelve URLs of a host that answers 429 with "Retry-After: 1" for a second: how many come? Who waits with all that is
    for the host needs 18 requests: the first six, and then each once."""
    with Server() as server, Run(peer, server.urls("/busy/{}", range(12)), RETRY=peer.retry) as run:
        _, output = run.finish()
        is_patient = len(server.paths) <= 6 + 12
    came = output.splitlines().count(b"ok")
    return f"{came} of 12" + ("" if came == 0 else ", 18 requests" if is_patient else ", more requests")


JOBS = {
    "lines torn": torn_lines,
    "order": input_order,
    "first request": streaming,
    "exit status": exit_status,
    "429": too_many_requests,
}
