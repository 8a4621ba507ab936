"""What the command tests are made of: the origin, running haul, and haul on a terminal."""

import contextlib
import fcntl
import json
import os
import pathlib
import pty
import select
import signal
import socket
import struct
import subprocess
import termios
import time
import urllib.request

BUILD = pathlib.Path(os.environ.get("HAUL_BUILD") or pathlib.Path(__file__).parents[2] / "build").resolve()
ORIGIN = BUILD / "tests" / "origin" / "origin"
HAUL = BUILD / "cmd" / "haul"

LOOPS = ["--loops", os.environ["HAUL_LOOPS"]] if os.environ.get("HAUL_LOOPS") else []

# How long a test waits for what must come. It is long because it only ever runs out when something is broken.
PATIENCE = 60

PROXIES = {"http_proxy", "https_proxy", "all_proxy", "no_proxy"}


def environment(extra=None):
    """A plain one: no proxy, the C locale, colours as by default, no configuration and no place where a program could
    make one. A value of None in `extra` unsets."""
    plain = {name: value for name, value in os.environ.items() if name.lower() not in PROXIES | {"no_color"}}
    plain.update({"LC_ALL": "C", "TERM": "xterm", "XDG_CONFIG_HOME": "/dev/null/none"}, **(extra or {}))
    return {name: value for name, value in plain.items() if value is not None}


class Origin:
    """The loopback server, running. A context manager, which is not content with an exit status other than 0."""

    def __init__(self, *arguments, program=ORIGIN):
        # Its standard input is a pipe of ours: it ends with us, however we end.
        self.process = subprocess.Popen(
            [program, "--until-eof", *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment()
        )
        line = self.process.stdout.readline().decode()
        if not line.startswith("origin: listening on http://"):
            self.stop()
            raise RuntimeError(f"the origin did not start: {line!r}")
        self.root = line.split()[-1]
        self.host, port = self.root.removeprefix("http://").rstrip("/").rsplit(":", 1)
        self.port = int(port)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        status = self.stop()
        assert status == 0, f"the origin ended with {status}"

    def url(self, path="/"):
        return self.root + path.removeprefix("/")

    def _ask(self, path):
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(self.url(path), timeout=PATIENCE) as answer:
            return json.load(answer)

    def stats(self):
        """The counters: connections, open, requests, in_flight, peak_in_flight, paths. Asking is not counted."""
        return self._ask("/stats")

    def reset(self):
        """Zeroes the counters, once nothing is in flight."""
        self.wait_until(in_flight=0)
        return self._ask("/stats/reset")

    def wait_until(self, **counters):
        """Waits until the counters have these values; gives all of them."""
        deadline = time.monotonic() + PATIENCE
        while True:
            stats = self.stats()
            if all(stats[name] == value for name, value in counters.items()):
                return stats
            if time.monotonic() > deadline:
                raise TimeoutError(f"waited for {counters}, the origin has {stats}")
            time.sleep(0.005)

    def wait_for_standstill(self):
        """Waits until nothing is in flight and two looks see the same; gives the counters. A look too early would only
        make a test see less."""
        before = None
        while True:
            stats = self.wait_until(in_flight=0)
            if before and stats["requests"] == before["requests"] > 0:
                return stats
            before = stats
            time.sleep(0.1)

    def connect(self):
        """A raw connection."""
        return socket.create_connection((self.host, self.port), timeout=PATIENCE)

    def stop(self):
        """Its exit status."""
        self.process.stdin.close()
        try:
            return self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        finally:
            self.process.stdout.close()


def parse_records(output):
    """The records in what `haul -j` wrote."""
    return [json.loads(line) for line in output.decode().splitlines()]


class Finished(subprocess.CompletedProcess):
    """A run of haul that is over: .args .stdout .stderr (bytes) .returncode"""

    def records(self):
        return parse_records(self.stdout)

    def lines(self):
        """The lines of standard output, as text."""
        return self.stdout.decode().splitlines()


def command(arguments):
    """haul's command line; numbers may stand among the arguments. With so many event loops as the environment says."""
    texts = [str(argument) if isinstance(argument, (int, float)) else argument for argument in arguments]
    subcommand = texts[:1] if texts[:1] == ["compare"] else []
    return [HAUL, *subcommand, *LOOPS, *texts[len(subcommand) :]]


def run_haul(*arguments, stdin=None, env=None, timeout=PATIENCE, cwd=None):
    """Runs haul to its end. `stdin`: text or bytes for its standard input, a file, or nothing: then it is empty."""
    if isinstance(stdin, str):
        stdin = stdin.encode()
    source = {"input": stdin} if isinstance(stdin, bytes) else {"stdin": stdin or subprocess.DEVNULL}
    run = subprocess.run(
        command(arguments),
        capture_output=True,
        env=environment(env),
        timeout=timeout,
        cwd=cwd,
        check=False,
        **source,
    )
    return Finished(run.args, run.returncode, run.stdout, run.stderr)


def peak_memory(*arguments, cwd=None):
    """What haul has taken at most, in kB, when it has ended well."""
    program = ["/usr/bin/python3", "-c", "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True);"
               "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"]  # fmt: skip
    run = subprocess.run(
        [*program, *command(arguments)], capture_output=True, check=True, cwd=cwd, env=environment(), timeout=PATIENCE
    )
    return int(run.stdout)


class Output:
    """What arrives on a descriptor, while it arrives."""

    def __init__(self, descriptor):
        self.descriptor = descriptor
        self.bytes = b""
        self.ended = False

    def receive(self, deadline):
        """Waits for some more; false at the end."""
        if self.ended:
            return False
        if not select.select([self.descriptor], [], [], max(0, deadline - time.monotonic()))[0]:
            raise TimeoutError(f"nothing more came after {self.bytes!r}")
        try:
            more = os.read(self.descriptor, 65536)
        except OSError:  # How a terminal ends, with EIO.
            more = b""
        self.ended = not more
        self.bytes += more
        return not self.ended

    def wait_for(self, text, timeout=PATIENCE):
        """Waits until it holds `text`; takes and returns everything up to its end."""
        deadline = time.monotonic() + timeout
        while text not in self.bytes:
            if not self.receive(deadline):
                raise EOFError(f"it ended without {text!r}: {self.bytes!r}")
        taken, self.bytes = self.bytes.split(text, 1)
        return taken + text

    def line(self, timeout=PATIENCE):
        return self.wait_for(b"\n", timeout)

    def rest(self, timeout=PATIENCE):
        deadline = time.monotonic() + timeout
        while self.receive(deadline):
            pass
        taken, self.bytes = self.bytes, b""
        return taken


class Running:
    """haul while it runs: write to .stdin, read from .stdout (an Output); .process is its Popen. A context manager."""

    def __init__(self, *arguments, env=None, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more):
        self.process = subprocess.Popen(
            command(arguments),
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
            bufsize=0,
            env=environment(env),
            **more,
        )
        self.stdin = self.process.stdin
        self.stdout = Output(self.process.stdout.fileno()) if self.process.stdout else None
        self.stderr = Output(self.process.stderr.fileno()) if self.process.stderr else None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            if stream:
                stream.close()
        self.process.wait()

    def record(self, timeout=PATIENCE):
        """The next record of `haul -j`."""
        return json.loads(self.stdout.line(timeout))

    def interrupt(self, which=signal.SIGINT):
        self.process.send_signal(which)

    def wait(self, timeout=PATIENCE):
        """Its exit status, negative for a signal."""
        return self.process.wait(timeout)


class Terminal:
    """haul on a terminal of its own, as the leader of a session there. Each of its standard streams is the terminal
    unless said otherwise. A context manager: .screen is the Output of the terminal, .type() is the keyboard."""

    def __init__(self, *arguments, env=None, rows=24, columns=80, stdin=None, stdout=None, stderr=None):
        self.master, terminal = pty.openpty()
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        try:
            self.process = subprocess.Popen(
                command(arguments),
                stdin=terminal if stdin is None else stdin,
                stdout=terminal if stdout is None else stdout,
                stderr=terminal if stderr is None else stderr,
                env=environment(env),
                start_new_session=True,
                preexec_fn=lambda: fcntl.ioctl(terminal, termios.TIOCSCTTY, 0),
            )
        finally:
            os.close(terminal)
        self.screen = Output(self.master)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self.master)

    def type(self, text):
        os.write(self.master, text)

    def wait(self, timeout=PATIENCE):
        """Reads the screen to its end; gives the exit status and what was on the screen."""
        screen = self.screen.rest(timeout)
        return self.process.wait(timeout), screen


def has_ipv6():
    """Whether this machine has its own IPv6 address."""
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


@contextlib.contextmanager
def refused():
    """A port of 127.0.0.1 that is taken and does not listen: connecting to it is refused."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        yield holder.getsockname()[1]
