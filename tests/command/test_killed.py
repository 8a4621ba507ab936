"""--resume: killed at any moment, and resumed as often as it takes, a list ends with every line done."""

import json
import random
import signal

import pytest
import servers
from test_files import tree, wait_until

class Killing:
    """A list whose runs are killed, and resumed, until it is done."""

    def __init__(self, puppet, directory, seed):
        self.puppet = puppet
        self.directory = directory
        self.random = random.Random(seed)
        self.rounds = 0
        self.bodies = {}
        for number in range(120):
            self.add(number)

    def add(self, number):
        """A line, whose body is like no other."""
        size = self.random.choice([10, 5000, 70_000])
        path = f"/{number}/page-{number:03}.html"
        self.bodies[path] = (f"<{number:03}>".encode() * size)[:size] + b"\n"
        self.puppet.answers[path] = servers.response(200, body=self.bodies[path])

    def edit(self):
        """The lines in another order, some of them missing and one new."""
        self.add(1000 + self.rounds)
        lines = [f"{self.puppet.url(path)}\ttag of {path}\n" for path in self.bodies]
        self.random.shuffle(lines)
        (self.directory / "list").write_text("".join(lines[self.random.randrange(4) :]))

    def done(self):
        """What the journal holds for done: the paths."""
        journal = self.directory / "journal"
        lines = journal.read_bytes().splitlines() if journal.exists() else []
        records = [json.loads(line) for line in lines if line.endswith(b"}")]
        return {record["input"].removeprefix(self.puppet.root) for record in records if record["ok"]}

    def requested(self):
        """What this round has asked for."""
        agent = f"round-{self.rounds}"
        return [request.target for request in list(self.puppet.requests) if request.field("user-agent") == agent]

    def run(self, haul_running, options, check, is_last=False):
        """Runs it, to its end or to a moment that is drawn; its exit status."""
        self.rounds += 1
        done = self.done()
        arguments = ["-c", 4, *options, "--journal", "journal", "--resume", "-i", "list", "-A", f"round-{self.rounds}"]
        with (
            (self.directory / "bodies").open("ab") as bodies,
            haul_running(*arguments, "-s", stdout=bodies, cwd=self.directory) as run,
        ):
            count = 1000 if is_last else self.random.randint(0, 12)
            wait_until(lambda: run.process.poll() is not None or len(self.requested()) >= count)
            run.interrupt(signal.SIGKILL)
            status = run.wait()
        assert not done & set(self.requested())
        check(self)
        return status


def check_files(killing):
    """All under a final name is whole, and what is done is there."""
    files = tree(killing.directory / "out") if (killing.directory / "out").exists() else {}
    whole = {name: content for name, content in files.items() if not name.endswith(".part")}
    bodies = {path.rsplit("/")[-1]: body for path, body in killing.bodies.items()}
    for name, content in whole.items():
        assert content == bodies[name]
    assert {path.rsplit("/")[-1] for path in killing.done()} <= set(whole)


def check_stream(killing):
    """All that is done has left."""
    stream = (killing.directory / "bodies").read_bytes()
    for path in killing.done():
        assert killing.bodies[path] in stream


@pytest.mark.sanitized
@pytest.mark.parametrize("loops", [1, 2])
@pytest.mark.parametrize(
    ("options", "check"),
    [
        (["-o", "{name}", "--output-dir", "out", "--create-dirs"], check_files),
        (["-O", "--output-dir", "out", "--create-dirs", "--gather"], check_files),
        (["--body"], check_stream),
        (["--body", "--gather"], check_stream),
    ],
    ids=lambda value: "-".join(value).replace("--", "") if isinstance(value, list) else "",
)
def test_killed_at_any_moment_and_resumed_it_ends_with_every_line_done(haul_running, puppet, tmp_path, options, check, loops):
    killing = Killing(puppet, tmp_path, seed=len(options) + loops)
    options = [*options, "--loops", loops]
    for _ in range(12):
        killing.edit()
        killing.run(haul_running, options, check)
    (tmp_path / "list").write_text("".join(f"{puppet.url(path)}\ttag of {path}\n" for path in killing.bodies))
    assert killing.run(haul_running, options, check, is_last=True) == 0
    assert killing.done() == set(killing.bodies)
    # Whoever is done is asked for no more.
    assert killing.run(haul_running, options, check, is_last=True) == 0
    assert killing.requested() == []
    # Each kill costs what was under way, and no more.
    under_way = 4 if "--gather" not in options else len(killing.bodies)
    assert len(puppet.requests) <= len(killing.bodies) + 12 * (under_way + 4)
