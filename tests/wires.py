"""A wire to another server, that can be cut and mended, and that can stop without a word."""

import socket
import threading
from contextlib import ExitStack, suppress


class Wire:
    """A port that leads to another server, and can be cut and mended."""

    def __init__(self, target: str) -> None:
        self.target = target
        self._open = ExitStack()
        self._carries = threading.Event()
        self._carries.set()
        self.port = 0
        self.mend()

    @property
    def way(self) -> str:
        """What stands for the target in a URL."""
        return f"127.0.0.1:{self.port}"

    def mend(self) -> None:
        listening = socket.create_server(("127.0.0.1", self.port))
        self.port = listening.getsockname()[1]
        self._open.callback(_end, listening)
        threading.Thread(target=self._accept, args=(listening,), daemon=True).start()

    def cut(self) -> None:
        self._open.close()

    def stop(self) -> None:
        """Carries nothing on, and nobody is told: as a proxy that hangs."""
        self._carries.clear()

    def go_on(self) -> None:
        self._carries.set()

    def _accept(self, listening: socket.socket) -> None:
        while True:
            try:
                near, _ = listening.accept()
            except OSError:
                return
            host, _, port = self.target.rpartition(":")
            far = socket.create_connection((host, int(port)))
            for one, other in ((near, far), (far, near)):
                self._open.callback(_end, one)
                threading.Thread(target=self._carry, args=(one, other), daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while chunk := source.recv(65536):
                self._carries.wait()
                target.sendall(chunk)
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


def _end(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()
