"""How soon the first request is there when the list is a pipe that stays open."""

import os
import socket
import statistics
import subprocess
import time

import measure
import table

TIMES = 20
AIM = 10  # milliseconds


def report(bench):
    times = TIMES // bench.scale
    haul, bare = bench.clients.haul, bench.clients.bare
    with socket.create_server(("127.0.0.1", 0)) as server:
        programs = {
            table.SUBJECT: lambda: to_request(server, [*bench.client_pin, haul, "-j"]),
            "bare": lambda: to_request(server, [*bench.client_pin, bare, "-c", "1", "/dev/stdin"]),
            "`true`, to its end": lambda: to_end([*bench.client_pin, "true"]),
        }
        taken = measure.interleaved(
            programs, bench.rounds, lambda take: statistics.median(take() for _ in range(times))
        )
    table.compare(
        "first: from exec to the first request, its line in a pipe that stays open: ms",
        taken,
        form="{:.2f}",
    )
    table.note(f"Medians of {times} each, with what it takes to start a process, which `true` shows.")
    bench.aim("haul's milliseconds", round(statistics.median(taken[table.SUBJECT]), 2), AIM)


def to_request(server, command):
    """Milliseconds until the request is there."""
    source, sink = os.pipe()
    with open(sink, "wb", buffering=0) as pipe:
        pipe.write(f"http://127.0.0.1:{server.getsockname()[1]}/\n".encode())
        begin = time.monotonic()
        process = subprocess.Popen(command, stdin=source, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(source)
        with server.accept()[0] as connection:
            connection.recv(4096)
            elapsed = time.monotonic() - begin
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    process.wait()
    return elapsed * 1e3


def to_end(command):
    begin = time.monotonic()
    subprocess.run(command, check=True)
    return (time.monotonic() - begin) * 1e3
