"""A server that speaks just enough HTTP/2 (RFC 9113), over TLS, to end a connection in the ways that servers do."""

import contextlib
import socket
import struct
import threading

DATA, HEADERS, SETTINGS, GOAWAY, WINDOW_UPDATE = 0, 1, 4, 7, 8
PREFACE_SIZE = 24
NO_ERROR, INTERNAL_ERROR = 0, 2


def frame(kind, flags, stream, payload=b""):
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


def goaway(last_stream, error):
    return frame(GOAWAY, 0, 0, struct.pack(">II", last_stream, error))


def answer(stream):
    """Status 200, whole, with an end of its headers and of the stream."""
    return frame(HEADERS, 0x5, stream, b"\x88")


def begin(stream):
    """Status 200, with a body to come."""
    return frame(HEADERS, 0x4, stream, b"\x88")


def empty_data(stream):
    return frame(DATA, 0, stream)


def window_update(_):
    return frame(WINDOW_UPDATE, 0, 0, struct.pack(">I", 1))


class Http2Frames:
    """On the first connection the second request is answered by what FAREWELL gives for its stream, and the end of the
    connection; all others by 200. A context manager; `connections` counts."""

    def __init__(self, certificates, farewell):
        self.context = certificates.context()
        self.context.set_alpn_protocols(["h2"])
        self.farewell = farewell
        self.connections = 0

    def __enter__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.root = f"https://127.0.0.1:{self.listener.getsockname()[1]}"
        self.thread = threading.Thread(target=self._serve)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.thread.join()
        self.listener.close()

    def _serve(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                self.connections += 1
                with contextlib.suppress(OSError, EOFError), self.context.wrap_socket(connection, server_side=True) as tls:
                    self._talk(tls.makefile("rwb", buffering=0), self.connections == 1)

    def _talk(self, stream, is_first):
        def read(size):
            data = b""
            while len(data) < size:
                piece = stream.read(size - len(data))
                if not piece:
                    raise EOFError
                data += piece
            return data

        read(PREFACE_SIZE)
        stream.write(frame(SETTINGS, 0, 0) + frame(SETTINGS, 0x1, 0))
        requests = 0
        while True:
            head = read(9)
            read(int.from_bytes(head[:3], "big"))
            if head[3] != HEADERS:
                continue
            requests += 1
            if not self._answer(stream, int.from_bytes(head[5:], "big"), is_first and requests == 2):
                return

    def _answer(self, stream, number, is_last):
        """Whether the connection goes on."""
        stream.write(self.farewell(number) if is_last else answer(number))
        return not is_last


class Flood(Http2Frames):
    """Begins to answer, and goes on with frames that carry nothing, without a pause, until the client goes."""

    def __init__(self, certificates, nothing):
        super().__init__(certificates, None)
        self.nothing = nothing

    def _answer(self, stream, number, _):
        stream.write(begin(number))
        frames = self.nothing(number) * 20000
        while True:
            stream.write(frames)
