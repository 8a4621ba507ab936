"""Servers for what the origin cannot do: answers that the test lets go while haul runs, TLS, a proxy, nginx."""

import contextlib
import os
import shutil
import socket
import socketserver
import ssl
import struct
import subprocess
import threading
import time
import typing

import support


class Request(typing.NamedTuple):
    """What arrived: the head's lines without their ends, and the body."""

    method: str
    target: str
    fields: tuple
    body: bytes = b""

    def field(self, name):
        """Its value, or None."""
        found = [value for key, _, value in (line.partition(": ") for line in self.fields) if key.lower() == name]
        return found[0] if found else None


def response(status=200, *fields, body=b"ok\n"):
    """The bytes of a proper answer."""
    lines = [f"HTTP/1.1 {status} Status", f"Content-Length: {len(body)}", *fields, "", ""]
    return "\r\n".join(lines).encode() + body


class _Conversation(socketserver.StreamRequestHandler):
    def setup(self):
        if self.server.puppet.tls:
            self.request = self.server.puppet.tls.wrap_socket(self.request, server_side=True)
        self.server.puppet.connections += 1
        super().setup()

    def handle(self):
        with contextlib.suppress(OSError):
            while (request := self.read_request()) and self.server.puppet.serve(self, request):
                pass

    def read_request(self):
        line = self.rfile.readline().decode("latin-1").split()
        if len(line) != 3:
            return None
        fields = iter(lambda: self.rfile.readline().decode("latin-1").rstrip("\r\n"), "")
        request = Request(line[0], line[1], tuple(fields))
        return request._replace(body=self.rfile.read(int(request.field("content-length") or 0)))

    def finish(self):
        with contextlib.suppress(OSError):
            super().finish()


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 256

    def handle_error(self, request, client_address):
        """A handshake that fails, a connection that is reset: haul's side tells what the test wants to know."""


class Puppet:
    """A server that does as the test says. A path that begins with /held is answered when the test releases it, every
    other one at once: with `answers[path]`, or a small 200. An answer that is a list goes out a piece at a time, of
    a held path one a release. A context manager.

    `log` has what happened, in order: ("arrived", target), ("released", target), ("answered", target) when all of it
    was sent, ("closed", target) when haul ended the connection on which it was held. `requests` has the requests."""

    def __init__(self, tls=None, host="127.0.0.1", port=0):
        self.tls = tls
        self.answers = {}
        self.requests = []
        self.log = []
        self.peaks = {}
        self.connections = 0
        self._busy = {}
        self._releases = {}
        self._changed = threading.Condition()
        self._server = _Server((host, port), _Conversation)
        self._server.puppet = self
        self.port = self._server.server_address[1]
        self.root = f"{'https' if tls else 'http'}://{host}:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.005}, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def url(self, path="/", host=None):
        """Its URL, also by another name, for which haul needs `resolve(name)`."""
        return self.root.replace("127.0.0.1", host or "127.0.0.1") + path

    def resolve(self, *hosts):
        """The options that make haul come here for these names."""
        return [option for host in hosts for option in ("--resolve", f"{host}:{self.port}:127.0.0.1")]

    @property
    def peak(self):
        """The most requests that were here at once, over all hosts; `peaks` has it for each Host."""
        return self.peaks.get(None, 0)

    def targets(self):
        with self._changed:
            return [request.target for request in self.requests]

    def happened(self, what, target):
        """Whether and when it was logged: its place in the log."""
        with self._changed:
            return self.log.index((what, target)) if (what, target) in self.log else None

    def _wait(self, is_so, what):
        with self._changed:
            if not self._changed.wait_for(is_so, support.PATIENCE):
                raise TimeoutError(f"waited for {what}; there was {self.log}")

    def wait_for(self, *targets):
        """Waits until requests for all these have arrived."""
        self._wait(lambda: {("arrived", target) for target in targets} <= set(self.log), targets)

    def wait_for_count(self, count):
        self._wait(lambda: len(self.requests) >= count, f"{count} requests")

    def wait_for_answer(self, target):
        """Waits until all of the answer was sent: of a large one, haul must have taken most by then."""
        self._wait(lambda: ("answered", target) in self.log, f"the answer to {target}")

    def wait_for_closing(self, target):
        """Waits until haul has ended the connection of a held request, and notices it without an answer."""
        self._wait(lambda: ("closed", target) in self.log, f"the end of {target}")

    def release(self, *targets):
        with self._changed:
            for target in targets:
                self._releases[target] = self._releases.get(target, 0) + 1
                self._note("released", target)

    def _note(self, what, target):
        self.log.append((what, target))
        self._changed.notify_all()

    def _count(self, host, change):
        for name in (None, host):
            self._busy[name] = self._busy.get(name, 0) + change
            self.peaks[name] = max(self.peaks.get(name, 0), self._busy[name])

    def _leave(self, conversation):
        """Its request is here no more, as far as haul can tell."""
        with self._changed:
            if conversation.host is not None:
                self._count(conversation.host, -1)
            conversation.host = None

    def _is_released(self, target, times):
        return self._releases.get(target, 0) >= times

    def _hold(self, conversation, target, times):
        """Waits for a release, or for haul to end the connection; whether it was released."""
        while True:
            with self._changed:
                if self._changed.wait_for(lambda: self._is_released(target, times), 0.02):
                    return True
            if is_ended(conversation.request):
                with self._changed:
                    self._note("closed", target)
                return False

    def serve(self, conversation, request):
        """Answers; whether the connection goes on."""
        conversation.host = request.field("host")
        with self._changed:
            self.requests.append(request)
            self._count(conversation.host, 1)
            self._note("arrived", request.target)
        try:
            return self.answer(conversation, request)
        finally:
            self._leave(conversation)

    def answer(self, conversation, request):
        path = request.target.removeprefix(self.root)
        pieces = self.answers.get(path, response())
        pieces = pieces if isinstance(pieces, list) else [pieces]
        for number, piece in enumerate(pieces, 1):
            if path.startswith("/held") and not self._hold(conversation, path, number):
                return False
            if number == len(pieces):
                self._leave(conversation)
            conversation.wfile.write(piece)
        with self._changed:
            self._note("answered", request.target)
        return b"Connection: close" not in pieces[0]


class Tunnel(Puppet):
    """A proxy that lets CONNECT through, wherever to, to `port` on this machine."""

    def __init__(self, port):
        super().__init__()
        self.target_port = port

    def answer(self, conversation, request):
        if request.method != "CONNECT":
            return super().answer(conversation, request)
        with socket.create_connection(("127.0.0.1", self.target_port)) as target:
            conversation.wfile.write(b"HTTP/1.1 200 Connected\r\n\r\n")
            back = threading.Thread(target=pump, args=(target, conversation.request), daemon=True)
            back.start()
            pump(conversation.request, target)
            back.join()
        return False


class Socks(Tunnel):
    """The same of SOCKS 4 and 5. Its requests' targets are what it is told: names or addresses, with their ports."""

    def __init__(self, port):
        super().__init__(port)
        self._server.RequestHandlerClass = _SocksConversation

    def tunnel(self, conversation, target):
        with self._changed:
            self.requests.append(Request("CONNECT", target, ()))
        with socket.create_connection(("127.0.0.1", self.target_port)) as connection:
            back = threading.Thread(target=pump, args=(connection, conversation.request), daemon=True)
            back.start()
            pump(conversation.request, connection)
            back.join()


class _SocksConversation(socketserver.StreamRequestHandler):
    rbufsize = 0

    def handle(self):
        with contextlib.suppress(OSError, struct.error, IndexError):
            is_5 = self.rfile.read(1) == b"\5"
            target = self.read_5() if is_5 else self.read_4()
            self.request.sendall(b"\5\0\0\1" + bytes(6) if is_5 else b"\0\x5a" + bytes(6))
            self.server.puppet.tunnel(self, target)

    def read_text(self):
        return b"".join(iter(lambda: self.rfile.read(1), b"\0")).decode()

    def read_4(self):
        _, port, address = struct.unpack("!BH4s", self.rfile.read(7))
        self.read_text()
        is_name = address[:3] == bytes(3)
        return f"{self.read_text() if is_name else socket.inet_ntoa(address)}:{port}"

    def read_5(self):
        self.rfile.read(self.rfile.read(1)[0])
        self.request.sendall(b"\5\0")
        kind = self.rfile.read(4)[3]
        if kind == 3:
            host = self.rfile.read(self.rfile.read(1)[0]).decode()
        else:
            family, size = (socket.AF_INET, 4) if kind == 1 else (socket.AF_INET6, 16)
            host = socket.inet_ntop(family, self.rfile.read(size))
        return f"{host}:{struct.unpack('!H', self.rfile.read(2))[0]}"


def pump(source, sink):
    """Carries bytes until the end."""
    with contextlib.suppress(OSError):
        while piece := source.recv(65536):
            sink.sendall(piece)
        sink.shutdown(socket.SHUT_WR)


def is_ended(connection):
    """Whether the other side has ended it and everything was read."""
    if isinstance(connection, ssl.SSLSocket):
        return False
    try:
        return connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


@contextlib.contextmanager
def never_accepting(host="127.0.0.1", port=0):
    """A port whose queue of connections is full: connecting to it takes for ever."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket(family))
        listener.bind((host, port))
        listener.listen(0)
        for _ in range(3):
            connection = stack.enter_context(socket.socket(family))
            connection.setblocking(False)
            connection.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]


@contextlib.contextmanager
def never_answering():
    """A port to which one can connect, and that never says a word."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(64)
        yield listener.getsockname()[1]


@contextlib.contextmanager
def garbage(text=b"220 this is no TLS\r\n"):
    """A port that says this to whoever connects, whatever was asked, and closes."""

    class Talk(socketserver.BaseRequestHandler):
        def handle(self):
            self.request.recv(1)
            self.request.sendall(text)

    with _Server(("127.0.0.1", 0), Talk) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.005}, daemon=True)
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


class Certificates:
    """A CA, and a certificate by it for good.test, 127.0.0.1 and other NAMES; made with the openssl command."""

    def __init__(self, directory, *names):
        subjects = ",".join(["IP:127.0.0.1", *(f"DNS:{name}" for name in ("good.test", *names))])
        self.ca = directory / "ca.pem"
        self.key = directory / "server.key"
        self.certificate = directory / "server.pem"
        self._request("-subj", "/CN=haul's test CA", "-keyout", directory / "ca.key", "-out", self.ca)
        self._request(
            *("-subj", "/CN=good.test", "-keyout", self.key, "-out", self.certificate),
            *("-CA", self.ca, "-CAkey", directory / "ca.key"),
            *("-addext", f"subjectAltName={subjects}", "-addext", "basicConstraints=critical,CA:FALSE"),
        )

    @staticmethod
    def _request(*arguments):
        command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        subprocess.run([*command, *arguments], check=True, capture_output=True)

    def context(self):
        """For a server."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.key)
        return context


NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")


class Nginx:
    """nginx on a free port, serving the files of a directory. A context manager."""

    CONFIGURATION = """
        daemon off; master_process off; pid {directory}/pid; error_log {directory}/error.log;
        events {{ worker_connections 512; }}
        http {{
            access_log off; default_type text/plain; keepalive_requests 100000;
            client_body_temp_path {directory}/a; proxy_temp_path {directory}/b; fastcgi_temp_path {directory}/c;
            uwsgi_temp_path {directory}/d; scgi_temp_path {directory}/e;
            gzip on; gzip_types *; gzip_min_length 1;
            server {{
                listen 127.0.0.1:{port} backlog=4096; root {directory}/files;
                location = /connection {{ return 200 "$connection\\n"; }}
                location = /accept-encoding {{ return 200 "[$http_accept_encoding]\\n"; }}
                location /chunked/ {{ alias {directory}/files/; ssi on; ssi_types *; }}
                location /moved/ {{ return 301 /connection; }}
            }}
        }}
    """

    SCHEME = "http"

    def __init__(self, directory):
        self.directory = directory
        self.names = {}
        self.files = directory / "files"
        self.files.mkdir()
        self.process = None
        self.root = None

    def __enter__(self):
        for _ in range(10):
            with support.refused() as port:
                pass
            self.root = f"{self.SCHEME}://127.0.0.1:{port}"
            configuration = self.directory / "nginx.conf"
            configuration.write_text(self.CONFIGURATION.format(directory=self.directory, port=port, **self.names))
            command = [NGINX, "-p", self.directory, "-e", self.directory / "error.log", "-c", configuration]
            self.process = subprocess.Popen(command, env=support.environment())
            if self._is_listening(port):
                return self
            self.process.wait(support.PATIENCE)
        raise RuntimeError("nginx did not start: " + (self.directory / "error.log").read_text())

    def _is_listening(self, port):
        """False: it has ended, since somebody else has taken the port."""
        while self.process.poll() is None:
            with contextlib.suppress(ConnectionRefusedError):
                socket.create_connection(("127.0.0.1", port)).close()
                return True
            time.sleep(0.005)
        return False

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(support.PATIENCE)


class Http2(Nginx):
    """nginx that speaks HTTP/2, over TLS, in front of an origin."""

    CONFIGURATION = """
        daemon off; master_process off; pid {directory}/pid; error_log {directory}/error.log;
        events {{ worker_connections 512; }}
        http {{
            access_log off; keepalive_requests {requests};
            client_body_temp_path {directory}/a; proxy_temp_path {directory}/b; fastcgi_temp_path {directory}/c;
            uwsgi_temp_path {directory}/d; scgi_temp_path {directory}/e;
            server {{
                listen 127.0.0.1:{port} ssl http2; ssl_certificate {certificate}; ssl_certificate_key {key};
                location / {{ proxy_pass {origin}; proxy_http_version 1.1; proxy_buffering off; }}
            }}
        }}
    """
    SCHEME = "https"

    def __init__(self, directory, certificates, origin, requests=100000):
        """REQUESTS: after so many a connection is closed."""
        super().__init__(directory)
        self.names = {
            "origin": origin.url(""), "requests": requests, "certificate": certificates.certificate, "key": certificates.key
        }
