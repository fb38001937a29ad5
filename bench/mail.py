"""How quick mail leaves: a worker against a sink on loopback."""

import asyncio
import threading
import time

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from bench.servers import free_port


class Sink:
    """Takes mails on a port and notes when."""

    def __init__(self) -> None:
        self.arrived: dict[str, float] = {}
        self.port = free_port()
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._lock = threading.Lock()

    def __enter__(self) -> "Sink":
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop(no_assert=True)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - its name there
        with self._lock:
            for recipient in envelope.rcpt_tos:
                self.arrived.setdefault(recipient, time.time())
        await asyncio.sleep(0)
        return "250 OK"

    def wait_for(self, count: int, seconds: float) -> float:
        """Seconds until so many have arrived."""
        began = time.perf_counter()
        while len(self.arrived) < count and time.perf_counter() - began < seconds:
            time.sleep(0.02)
        return time.perf_counter() - began
