"""The servers that the benchmarks fetch from: nginx with a small file, and the tests' origin for delays."""

import contextlib
import pathlib
import socket
import subprocess
import time

NGINX = """
daemon off;
pid {home}/pid;
worker_processes 1;
worker_rlimit_nofile 16384;
error_log stderr error;
events {{ worker_connections 8192; }}
http {{
    access_log off;
    default_type text/plain;
    keepalive_requests 100000000;
    open_file_cache max=10;
    client_body_temp_path {home}/body;
    proxy_temp_path {home}/proxy;
    fastcgi_temp_path {home}/fastcgi;
    uwsgi_temp_path {home}/uwsgi;
    scgi_temp_path {home}/scgi;
    server {{
        listen 127.0.0.1:{port} backlog=4096;
        root {home}/www;
    }}
}}
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until_it_listens(process, port):
    while process.poll() is None:
        with contextlib.suppress(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port)).close()
            return
        time.sleep(0.01)
    raise RuntimeError("nginx ended at once")


@contextlib.contextmanager
def nginx(home, pin):
    """Serves /f, 98 bytes, however it is asked for. Gives the server's root URL."""
    home = pathlib.Path(home, "nginx")
    pathlib.Path(home, "www").mkdir(parents=True)
    # Its worker may run as another user.
    for directory in (home.parent, home):
        directory.chmod(0o755)
    pathlib.Path(home, "www", "f").write_bytes(b"a" * 98)
    port = free_port()
    pathlib.Path(home, "conf").write_text(NGINX.format(home=home, port=port), encoding="utf-8")
    process = subprocess.Popen([*pin, "nginx", "-p", home, "-c", f"{home}/conf", "-e", "stderr"])
    try:
        wait_until_it_listens(process, port)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


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
