"""Pages in a browser: Debian's Chromium, by tests/page/driver.mjs."""

import json
import pathlib
import select
import shutil
import subprocess

import pytest
import support

DRIVER = pathlib.Path(__file__).parents[1] / "page" / "driver.mjs"
# A browser's first start takes long on a busy machine.
PATIENCE = 120


class Browser:
    """browser.open(path), and so on: what driver.mjs has as commands; a failing one is an AssertionError."""

    def __init__(self):
        chromium = shutil.which("chromium")
        if not chromium:
            pytest.skip("there is no chromium")
        assert (DRIVER.parent / "node_modules" / "playwright-core").is_dir(), "scripts/setup installs playwright-core"
        self.process = subprocess.Popen(
            ["node", DRIVER, chromium],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=support.environment(None),
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        try:
            self.process.wait(PATIENCE)
        finally:
            self.process.kill()
            self.process.wait()
            self.process.stdout.close()

    def ask(self, command, **parameters):
        request = {"command": command, **parameters}
        self.process.stdin.write(json.dumps(request, default=str).encode() + b"\n")
        self.process.stdin.flush()
        assert select.select([self.process.stdout], [], [], PATIENCE)[0], f"no answer to {request}"
        line = self.process.stdout.readline()
        assert line, f"the browser ended at {request}"
        answer = json.loads(line)
        assert "error" not in answer, f"{request}: {answer['error']}"
        return answer["result"]

    def __getattr__(self, command):
        return lambda **parameters: self.ask(command, **parameters)

    def show(self, path, **window):
        """Opens a page, and sees that it has nothing to complain of."""
        self.ask("open", path=path, **window)
        assert self.ask("complaints") == []

    def run(self, code):
        """The value of an expression in JavaScript, in the page."""
        return self.ask("evaluate", code=code)

    def texts(self, selector):
        """Of each element."""
        return self.run(f"[...document.querySelectorAll({json.dumps(selector)})].map((element) => element.textContent)")

    def text(self, selector):
        (text,) = self.texts(selector)
        return text
