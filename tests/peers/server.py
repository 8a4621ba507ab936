"""The loopback server of the jobs. What it does, by path:

/lines/NAME   40 lines of JSON, 10 kB, over a tenth of a second in pieces that end anywhere
/delay/MS     its own path as a line, after so long
/ok/NAME      a line
/busy/NAME    429 with "Retry-After: 1" and a line of complaint, until a second after the first request; then a line
"""

import http.server
import threading
import time

COMPLAINT = b"slow down\n"
LINES = 40
PIECE = 700


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.server.note(self.path)
        kind, _, rest = self.path[1:].partition("/")
        getattr(self, f"answer_{kind}", self.answer_unknown)(rest)

    def answer(self, status, body, *fields, pause=0):
        self.send_response(status)
        for name, value in (("Content-Length", len(body)), ("Content-Type", "text/plain"), *fields):
            self.send_header(name, str(value))
        self.end_headers()
        for begin in range(0, len(body), PIECE):
            self.wfile.write(body[begin : begin + PIECE])
            time.sleep(pause)

    def answer_lines(self, name):
        body = b"".join(b'{"of": "%s", "text": "%s"}\n' % (name.encode(), b"x" * 220) for _ in range(LINES))
        self.answer(200, body, pause=0.005)

    def answer_delay(self, milliseconds):
        time.sleep(int(milliseconds) / 1000)
        self.answer(200, f"{self.path}\n".encode())

    def answer_ok(self, _):
        self.answer(200, b"ok\n")

    def answer_busy(self, _):
        time.sleep(0.02)
        if time.monotonic() < self.server.first_request + 1:
            self.answer(429, COMPLAINT, ("Retry-After", 1))
        else:
            self.answer(200, b"ok\n")

    def answer_unknown(self, _):
        self.answer(404, b"there is no such path\n")

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    """A context manager. `paths` are those that were asked for."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.paths = []
        self.first_request = 0
        self._changed = threading.Condition()

    def __enter__(self):
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.005}, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()

    def handle_error(self, request, client_address):
        """A peer that goes away is no concern of the server's."""

    def url(self, path):
        return f"http://127.0.0.1:{self.server_address[1]}{path}"

    def urls(self, path, values):
        return [self.url(path.format(value)) for value in values]

    def note(self, path):
        with self._changed:
            self.first_request = self.first_request or time.monotonic()
            self.paths.append(path)
            self._changed.notify_all()

    def wait_for_request(self, seconds):
        """Whether one has come by then."""
        with self._changed:
            return self._changed.wait_for(lambda: bool(self.paths), seconds)
