"""The worker: one loop that delivers what is due and sweeps up what falls due by time.

Any number of them may run, on any number of machines; the database shares the work out.
"""

import logging
import os
import secrets
import signal
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import FrameType

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from pledges import allowance, clock
from pledges.config import Settings
from pledges.db import transaction
from pledges.languages import render_mail
from pledges.letter.publishing import close_lapsed
from pledges.mail import claiming, outbox
from pledges.mail.composing import Letterhead
from pledges.mail.delivering import PostOffice, deliver_batch
from pledges.mail.transports import ServerAway, transport_for
from pledges.moderation.notifying import tell_moderators
from pledges.signature.forgetting import forget_unconfirmed

log = logging.getLogger(__name__)

TICK_SECONDS = 2.0
BUSY_TICK_SECONDS = 0.2
BUSY_SECONDS = 10.0
"""So long after a mail the next one is looked for at once: they seldom come alone."""
HEARTBEAT_SECONDS = 5.0
LONGEST_PAUSE_SECONDS = 15.0
"""While the mail server is away it is knocked at this often, so that mail goes out soon after its return."""


@dataclass
class Sweep:
    """Something that falls due by time. It may run anywhere and twice: it must find nothing the second time."""

    deed: Callable[..., None]
    every: timedelta
    next_at: datetime | None = field(default=None)


class Worker:
    """Delivers and sweeps until told to stop."""

    def __init__(self, app: Flask, settings: Settings) -> None:
        name = f"{socket.gethostname()[:30]}-{os.getpid()}-{secrets.token_hex(4)}"
        letterhead = Letterhead(sender=settings.mail_from, base_url=settings.base_url)
        self.office = PostOffice(name, transport_for(settings), letterhead, render_mail)
        self.sweeps = [
            Sweep(close_lapsed, timedelta(seconds=2)),
            Sweep(tell_moderators, timedelta(seconds=2)),
            Sweep(forget_unconfirmed, timedelta(hours=1)),
            Sweep(outbox.forget_old, timedelta(hours=1)),
            Sweep(allowance.forget_lapsed, timedelta(hours=1)),
        ]
        self._app = app
        self._stopping = threading.Event()
        self._pause = 0.0
        self._deliver_at = 0.0
        self._busy_until = 0.0

    def run(self, *, while_child_of: int | None = None) -> None:
        """Works until `stop`, or until the process that started it is gone."""
        threading.Thread(target=self._heartbeat, daemon=True).start()
        log.info("worker started", extra={"worker": self.office.worker})
        while not self._stopping.is_set():
            if while_child_of is not None and os.getppid() != while_child_of:
                break
            try:
                self.work()
            except SQLAlchemyError as error:
                log.error("database away", extra={"error": type(error).__name__})
            self._stopping.wait(BUSY_TICK_SECONDS if time.monotonic() < self._busy_until else TICK_SECONDS)
        self.office.transport.close()
        log.info("worker stopped", extra={"worker": self.office.worker})

    def stop(self, _signal: int = 0, _frame: FrameType | None = None) -> None:
        """Ends after the mail in hand."""
        self._stopping.set()

    def work(self) -> None:
        """Sweeps what is due by time, then delivers until nothing is due."""
        for sweep in self.sweeps:
            self._sweep(sweep)
        while not self._stopping.is_set() and time.monotonic() >= self._deliver_at:
            with self._app.app_context():
                try:
                    delivered = deliver_batch(self.office, is_stopping=self._stopping.is_set)
                except ServerAway as away:
                    self._wait_for_server(away)
                    return
            self._pause = 0.0
            if not delivered:
                return
            self._busy_until = time.monotonic() + BUSY_SECONDS

    def _sweep(self, sweep: Sweep) -> None:
        now = clock.now()
        if sweep.next_at is not None and now < sweep.next_at:
            return
        sweep.next_at = now + sweep.every
        try:
            with self._app.app_context(), transaction() as session:
                sweep.deed(session, now=now)
        except SQLAlchemyError:
            raise
        except Exception:  # one sweep that fails must hold up neither the others nor the mails
            log.exception("sweep failed", extra={"sweep": sweep.deed.__name__})

    def _wait_for_server(self, away: ServerAway) -> None:
        self._pause = min(max(self._pause * 2, TICK_SECONDS), LONGEST_PAUSE_SECONDS)
        self._deliver_at = time.monotonic() + self._pause
        log.warning("mail server away", extra={"server": str(away), "again_in": self._pause})

    def _heartbeat(self) -> None:
        """Keeps the worker's claims while a mail server takes its time."""
        while not self._stopping.wait(HEARTBEAT_SECONDS):
            try:
                with self._app.app_context(), transaction() as session:
                    claiming.renew(session, self.office.worker, now=clock.now())
            except SQLAlchemyError as error:
                log.error("database away", extra={"error": type(error).__name__})


def run(app: Flask, settings: Settings, *, while_child_of: int | None = None) -> None:
    """Runs a worker in this process until SIGTERM or SIGINT."""
    worker = Worker(app, settings)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, worker.stop)
    worker.run(while_child_of=while_child_of)
