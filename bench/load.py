"""A load of real HTTP over kept connections: so many clients, each asking anew as soon as it has its answer."""

import itertools
import selectors
import socket
import time
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field

CLIENTS = 16


@dataclass
class Result:
    """What came of one load: `seconds` each answer took, how many of which status (0: the server hung up), and the
    size of the last body.
    """

    name: str
    elapsed: float
    seconds: list[float] = field(repr=False)
    statuses: Counter[int]
    body_bytes: int

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.seconds) / self.elapsed

    def percentile(self, share: float) -> float:
        """Milliseconds below which that share of the answers stayed."""
        ordered = sorted(self.seconds) or [float("nan")]
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)] * 1000


class _Client:
    def __init__(self, address: tuple[str, int]) -> None:
        self.address = address
        self.socket = self._connect()
        self.received = b""
        self.began = 0.0

    def _connect(self) -> socket.socket:
        opened = socket.create_connection(self.address, timeout=30)
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return opened

    def ask(self, request: bytes) -> None:
        self.received = b""
        self.began = time.perf_counter()
        self.socket.sendall(request)

    def take(self) -> tuple[int, int, bool] | None:
        """(status, bytes of the body, whether the server keeps the connection) once the answer is whole."""
        data = self.socket.recv(262144)
        self.received += data
        head, found, body = self.received.partition(b"\r\n\r\n")
        if not found:
            return None if data else (0, 0, False)
        lower = head.lower()
        length = lower.find(b"content-length:")
        if length >= 0:
            size = int(lower[length + 15 :].split(b"\r\n", 1)[0])
            if len(body) < size:
                return None
        elif b"transfer-encoding: chunked" in lower and not body.endswith(b"0\r\n\r\n"):
            return None
        return int(head[9:12]), len(body), b"connection: close" not in lower

    def reconnect(self) -> None:
        self.socket.close()
        self.socket = self._connect()


def drive(name: str, port: int, requests: Iterator[bytes], *, seconds: float, clients: int = CLIENTS) -> Result:
    """Asks for `seconds`, or until `requests` run out, and answers what it saw."""
    selector = selectors.DefaultSelector()
    requests = itertools.chain([first for first in [next(requests, None)] if first is not None], requests)
    crowd = [_Client(("127.0.0.1", port)) for _ in range(clients)]
    took: list[float] = []
    statuses: Counter[int] = Counter()
    size = 0
    idle: deque[_Client] = deque()
    for client in crowd:
        selector.register(client.socket, selectors.EVENT_READ, client)
        if (request := next(requests, None)) is not None:
            client.ask(request)
        else:
            idle.append(client)
    began = time.perf_counter()
    end = began + seconds
    busy = clients - len(idle)
    while busy:
        for key, _ in selector.select(timeout=30):
            client = key.data
            answer = client.take()
            if answer is None:
                continue
            now = time.perf_counter()
            took.append(now - client.began)
            statuses[answer[0]] += 1
            size = answer[1]
            request = next(requests, None) if now < end else None
            if request is None:
                busy -= 1
                continue
            if not answer[2]:
                selector.unregister(client.socket)
                client.reconnect()
                selector.register(client.socket, selectors.EVENT_READ, client)
            client.ask(request)
    elapsed = time.perf_counter() - began
    for client in crowd:
        client.socket.close()
    selector.close()
    return Result(name, elapsed, took, statuses, size)


def get(path: str, port: int, **headers: str) -> bytes:
    """One GET as bytes."""
    lines = [
        f"GET {path} HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        *(f"{k.replace('_', '-')}: {v}" for k, v in headers.items()),
    ]
    return "\r\n".join([*lines, "", ""]).encode()


def post(path: str, port: int, body: str, **headers: str) -> bytes:
    """One POST of a form as bytes."""
    content = body.encode()
    lines = [
        f"POST {path} HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        "Content-Type: application/x-www-form-urlencoded",
        f"Content-Length: {len(content)}",
        *(f"{k.replace('_', '-')}: {v}" for k, v in headers.items()),
    ]
    return "\r\n".join([*lines, "", ""]).encode() + content
