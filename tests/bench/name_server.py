"""A name server for the benchmarks: hN.test is the loopback address of number N, and has no IPv6 address. It says its
address and ends with its standard input."""

import os
import socket
import struct
import sys
import threading

ANSWER = 0x8180
RECORD = struct.pack("!HHHIH", 0xC00C, 1, 1, 3600, 4)


def answer(question):
    size = question[12]
    kind = 13 + size + 6
    section = question[12 : kind + 4]
    if question[kind : kind + 2] != b"\0\1":
        return question[:2] + struct.pack("!HHHHH", ANSWER, 1, 0, 0, 0) + section
    number = int(question[14 : 13 + size])
    address = b"\x7f" + number.to_bytes(3, "big")
    return question[:2] + struct.pack("!HHHHH", ANSWER, 1, 1, 0, 0) + section + RECORD + address


def end_with_input():
    sys.stdin.read()
    os._exit(0)


def main():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams:
        # What comes while nginx has the core waits here.
        datagrams.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        datagrams.bind(("127.0.0.1", 0))
        print(f"127.0.0.1:{datagrams.getsockname()[1]}", flush=True)
        threading.Thread(target=end_with_input, daemon=True).start()
        while True:
            question, peer = datagrams.recvfrom(512)
            datagrams.sendto(answer(question), peer)


if __name__ == "__main__":
    main()
