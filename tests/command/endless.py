"""Servers that never come to an end."""

import socket
import threading

import support

# Headers without end: each of these is sent again and again behind the first.
ENDLESS = {
    "fields": (b"HTTP/1.1 200 OK\r\n", b"X-Field: " + b"x" * 200 + b"\r\n"),
    "small fields": (b"HTTP/1.1 200 OK\r\n", b"a:\r\n"),
    "interim answers": (b"", b"HTTP/1.1 103 Early Hints\r\nLink: </x>; rel=preload\r\n\r\n"),
    "trailers": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n", b"X-Trailer: x\r\n"),
    "a line": (b"HTTP/1.1 200 OK\r\nX-Line: ", b"x" * 1000),
}


class Endless:
    """Sends it to whoever connects, for as long as it is taken. A context manager; `sent` counts the bytes."""

    def __init__(self, first, more):
        self.first = first
        self.more = more * (64 * 1024 // len(more))
        self.sent = 0
        self.thread = threading.Thread(target=self.serve, daemon=True)

    def __enter__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = "http://127.0.0.1:%d/" % self.listener.getsockname()[1]
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.thread.join(support.PATIENCE)
        self.listener.close()

    def serve(self):
        connection, _ = self.listener.accept()
        with connection:
            connection.recv(1000)
            try:
                connection.sendall(self.first)
                while True:
                    self.sent += connection.send(self.more)
            except OSError:
                pass
