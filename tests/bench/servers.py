"""The servers that the benchmarks fetch from: nginx with small files, plain, secured or with HTTP/2; and the tests'
origin for delays."""

import contextlib
import os
import pathlib
import re
import socket
import ssl
import subprocess
import sys
import urllib.request

NGINX = """
daemon off;
pid {home}/pid;
worker_processes 1;
worker_rlimit_nofile {descriptors};
error_log stderr crit;
events {{ worker_connections {connections}; }}
http {{
    access_log off;
    default_type text/plain;
    keepalive_requests 100000000;
    open_file_cache max=10;
    sendfile on;
    client_body_temp_path {home}/body;
    proxy_temp_path {home}/proxy;
    fastcgi_temp_path {home}/fastcgi;
    uwsgi_temp_path {home}/uwsgi;
    scgi_temp_path {home}/scgi;
    server {{
        listen {port} {parameters};
        {secrets}
        root {home}/www;
        location = /connections {{ stub_status; }}
        location = /once {{ keepalive_timeout 0; alias {home}/www/f; }}
    }}
}}
"""

BACKLOG = 4096


class Server:
    """`root` is its URL by 127.0.0.1; every other address in 127.0.0.0/8 reaches it too."""

    def __init__(self, scheme, port):
        self.scheme = scheme
        self.port = port
        self.root = self.root_at(1)

    def root_at(self, number):
        """Its URL by the loopback address of this number, which is below 2^24."""
        return f"{self.scheme}://{address(number)}:{self.port}"

    def root_by_name(self, number):
        """The same by a name that the name server knows."""
        return f"{self.scheme}://h{number}.test:{self.port}"

    def connections(self):
        """How many it has accepted, the one that asks for that among them."""
        context = ssl._create_unverified_context() if self.scheme == "https" else None
        with urllib.request.urlopen(f"{self.root}/connections", context=context) as answer:
            return int(re.search(rb"requests\n (\d+)", answer.read())[1])


def address(number):
    return f"127.{number >> 16}.{number >> 8 & 255}.{number & 255}"


def listen():
    """A socket for every loopback address, and for no other. The server is given it, so that nobody else can take its
    port before, and whoever connects meanwhile waits in its queue."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"lo")
    listener.bind(("0.0.0.0", 0))
    listener.listen(BACKLOG)
    return listener


def write_files(home, bodies):
    """BODIES: sizes by name. Nothing is stored of large ones: they are holes."""
    pathlib.Path(home, "www").mkdir(parents=True)
    # The worker may run as another user.
    for directory in (home.parent, home):
        directory.chmod(0o755)
    pathlib.Path(home, "www", "f").write_bytes(b"a" * 98)
    for name, size in bodies.items():
        with open(f"{home}/www/{name}", "wb") as file:
            file.truncate(size)


@contextlib.contextmanager
def nginx(scratch, pin, certificate=None, http2=False, bodies=None, descriptors=16384):
    """Serves /f, 98 bytes, however it is asked for, /once, the same and then closes, and BODIES."""
    home = pathlib.Path(scratch, "nginx")
    write_files(home, bodies or {})
    with listen() as listener:
        port = listener.getsockname()[1]
        secrets = f"ssl_certificate {certificate.chain}; ssl_certificate_key {certificate.key};" if certificate else ""
        text = NGINX.format(
            home=home, port=port, secrets=secrets, descriptors=descriptors, connections=descriptors // 2,
            parameters=f"backlog={BACKLOG}{' ssl' if certificate else ''}{' http2' if http2 else ''}",
        )
        pathlib.Path(home, "conf").write_text(text, encoding="utf-8")
        # So it takes over the sockets of the nginx that ran before, or ours.
        environment = {**os.environ, "NGINX": f"{listener.fileno()};"}
        command = [*pin, "nginx", "-p", home, "-c", f"{home}/conf", "-e", "stderr"]
        process = subprocess.Popen(command, env=environment, pass_fds=[listener.fileno()], stderr=subprocess.PIPE)
    server = Server("https" if certificate else "http", port)
    try:
        with contextlib.suppress(OSError):
            # It answers, or has ended and the connection is refused.
            socket.create_connection(("127.0.0.1", port), 10).close()
        if process.poll() is not None:
            raise RuntimeError(f"nginx ended at once: {process.stderr.read().decode()}")
        yield server
    finally:
        process.terminate()
        process.stderr.close()
        process.wait()


@contextlib.contextmanager
def name_server(pin):
    """Gives the address of one that knows the names of Server.root_by_name."""
    program = pathlib.Path(__file__).with_name("name_server.py")
    command = [*pin, sys.executable, program]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process.stdout.readline().strip()
        finally:
            process.stdin.close()


@contextlib.contextmanager
def origin(build, pin):
    """Gives the root URL of a tests' origin, which answers /delay/MS after so many milliseconds."""
    program = pathlib.Path(build, "tests", "origin", "origin")
    process = subprocess.Popen([*pin, program, "--until-eof"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        line = process.stdout.readline()
        if "http://" not in line:
            raise RuntimeError("the origin ended at once")
        yield "http://" + line.split("http://")[1].strip().rstrip("/")
    finally:
        process.stdin.close()
        process.wait()


class Certificate:
    """A certificate for loopback addresses by a CA of its own, made with the openssl command, and `bundle`: the
    system's authorities and that one, the file that every client is given."""

    def __init__(self, scratch, addresses):
        self.chain = f"{scratch}/server.pem"
        self.key = f"{scratch}/server.key"
        self.bundle = f"{scratch}/bundle.pem"
        authority, authority_key = f"{scratch}/ca.pem", f"{scratch}/ca.key"
        names = f"{scratch}/names"
        pathlib.Path(names).write_text(
            "[req]\ndistinguished_name=dn\n[dn]\n[leaf]\nbasicConstraints=critical,CA:FALSE\n"
            f"subjectAltName={','.join(f'IP:{one}' for one in addresses)}\n",
            encoding="utf-8",
        )
        self._make("-subj", "/CN=the bench's CA", "-keyout", authority_key, "-out", authority)
        self._make(
            *("-subj", "/CN=the bench", "-keyout", self.key, "-out", self.chain, "-CA", authority),
            *("-CAkey", authority_key, "-config", names, "-extensions", "leaf"),
        )
        with open(self.bundle, "wb") as bundle:
            for part in (self._system_bundle(), authority):
                bundle.write(pathlib.Path(part).read_bytes())

    @staticmethod
    def _make(*arguments):
        command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        subprocess.run([*command, *arguments], check=True, capture_output=True)

    @staticmethod
    def _system_bundle():
        return "/etc/ssl/certs/ca-certificates.crt"
