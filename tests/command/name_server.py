"""A name server on loopback, over UDP and TCP on one port, that does as the test says, be it right or wrong."""

import contextlib
import ipaddress
import socket
import struct
import threading

import support

A, CNAME, SOA, AAAA, OPT = 1, 5, 6, 28, 41
NO_ERROR, FORMAT_ERROR, SERVER_FAILURE, NO_NAME, NOT_IMPLEMENTED, REFUSED = range(6)


def encode_name(name):
    labels = [label.encode("latin-1") for label in name.rstrip(".").split(".") if label]
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def read_name(message, at):
    labels = []
    while (size := message[at]) > 0:
        labels.append(message[at + 1 : at + 1 + size].decode("latin-1"))
        at += 1 + size
    return ".".join(labels), at + 1


def record(name, kind, data, ttl=60):
    """A resource record; a name may be given as the bytes that stand for it."""
    name = name if isinstance(name, bytes) else encode_name(name)
    return name + struct.pack("!HHIH", kind, 1, ttl, len(data)) + data


def address_record(name, address, ttl=60):
    address = ipaddress.ip_address(address)
    return record(name, A if address.version == 4 else AAAA, address.packed, ttl)


def alias_record(name, target, ttl=60):
    return record(name, CNAME, encode_name(target), ttl)


class Question:
    """What was asked. `has_extensions`: in the way of EDNS; `peer`: who asks, with a datagram."""

    def __init__(self, message, transport):
        self.transport = transport
        self.id = struct.unpack("!H", message[:2])[0]
        self.name, at = read_name(message, 12)
        self.kind = struct.unpack("!H", message[at : at + 2])[0]
        self.section = message[12 : at + 4]
        self.has_extensions = message[10:12] != b"\0\0"
        self.peer = None

    def answer(self, *records, code=NO_ERROR, truncated=False, identity=None, section=None):
        """The message with these records."""
        flags = 0x8180 | code | (0x0200 if truncated else 0)
        identity = self.id if identity is None else identity
        section = self.section if section is None else section
        return struct.pack("!HHHHHH", identity & 0xFFFF, flags, 1, len(records), 0, 0) + section + b"".join(records)

    def of_addresses(self, addresses, name=None, ttl=60):
        """Records for those of the addresses that were asked for."""
        version = {A: 4, AAAA: 6}.get(self.kind)
        wanted = [one for one in addresses if ipaddress.ip_address(one).version == version]
        return [address_record(name or self.name, one, ttl) for one in wanted]


class NameServer:
    """`answers[name]` is a list of addresses, or a function that is given the Question and gives a message, a list of
    them, or None for none at all; names that are not there do not exist. `questions` has (name, kind, transport) of
    what was asked, in order. While `is_holding`, replies to datagrams wait for `release()`. A context manager."""

    def __init__(self, host="127.0.0.1"):
        self.answers = {}
        self.questions = []
        self.ttl = 60
        self.is_holding = False
        self._held = []
        self._changed = threading.Condition()
        self._tcp = socket.create_server((host, 0), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
        self._udp = socket.socket(self._tcp.family, socket.SOCK_DGRAM)
        self.port = self._tcp.getsockname()[1]
        self._udp.bind((host, self.port))
        self.address = f"[{host}]:{self.port}" if ":" in host else f"{host}:{self.port}"
        self.options = ["--dns-servers", self.address]
        self._threads = [threading.Thread(target=one, daemon=True) for one in (self._serve_udp, self._serve_tcp)]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        with contextlib.suppress(OSError):
            self._tcp.shutdown(socket.SHUT_RDWR)
        # Nothing else ends the wait for a datagram.
        with contextlib.suppress(OSError), socket.socket(self._udp.family, socket.SOCK_DGRAM) as waker:
            waker.sendto(b"", self._udp.getsockname())
        for thread in self._threads:
            thread.join(support.PATIENCE)
        self._tcp.close()
        self._udp.close()

    def asked(self, name):
        """How often it was asked for the IPv4 addresses of this name."""
        with self._changed:
            return sum(1 for asked, kind, _ in self.questions if (asked, kind) == (name, A))

    def wait_for(self, name):
        """Waits until it was asked for both kinds of address of this name."""
        both = lambda: {(name, A), (name, AAAA)} <= {(asked, kind) for asked, kind, _ in self.questions}  # noqa: E731
        with self._changed:
            if not self._changed.wait_for(both, support.PATIENCE):
                raise TimeoutError(f"waited to be asked for {name}; there was {self.questions}")

    def _replies(self, message, transport, peer=None):
        question = Question(message, transport)
        question.peer = peer
        with self._changed:
            self.questions.append((question.name, question.kind, transport))
            self._changed.notify_all()
        answer = self.answers.get(question.name.lower())
        if answer is None:
            return [question.answer(code=NO_NAME)]
        if isinstance(answer, (list, tuple)):
            return [question.answer(*question.of_addresses(answer, ttl=self.ttl))]
        replies = answer(question)
        return [] if replies is None else replies if isinstance(replies, list) else [replies]

    def _serve_udp(self):
        while True:
            message, peer = self._udp.recvfrom(65536)
            if not message:
                return
            replies = [(reply, peer) for reply in self._replies(message, "udp", peer)]
            with self._changed:
                if self.is_holding:
                    self._held += replies
                    continue
            self._send(replies)

    def _send(self, replies):
        for reply, peer in replies:
            self._udp.sendto(reply, peer)

    def release(self):
        with self._changed:
            self.is_holding = False
            held, self._held = self._held, []
        self._send(held)

    def _serve_tcp(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._tcp.accept()
                threading.Thread(target=self._converse, args=[connection], daemon=True).start()

    def _converse(self, connection):
        with contextlib.suppress(OSError), connection, connection.makefile("rb") as stream:
            while len(head := stream.read(2)) == 2:
                message = stream.read(struct.unpack("!H", head)[0])
                for reply in self._replies(message, "tcp"):
                    connection.sendall(struct.pack("!H", len(reply)) + reply)
