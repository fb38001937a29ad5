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
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import FrameType

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from pledges import clock, retention
from pledges.config import Settings
from pledges.db import db, need_not_outlive_power_cuts, transaction
from pledges.languages import render_mail
from pledges.letter.publishing import close_lapsed
from pledges.mail import claiming
from pledges.mail.composing import Letterhead
from pledges.mail.delivering import PostOffice, deliver_batch
from pledges.mail.transports import ServerAway, transport_for
from pledges.moderation.notifying import tell_moderators
from pledges.pledge.asking import ask_due
from pledges.pledge.binding import bind_reached, lapse_unreached, note_thresholds
from pledges.pledge.tracking import note_days
from pledges.signature.announcing import announce, announce_closings, note_goals
from pledges.signature.carrying import carry_on
from pledges.signature.gathering import gather, note_mailed, show_gathered, tell_gathered
from pledges.signature.reminding import remind_unconfirmed

log = logging.getLogger(__name__)

TICK_SECONDS = 2.0
BUSY_TICK_SECONDS = 0.2
BUSY_SECONDS = 10.0
"""So long after a mail the next one is looked for at once: they seldom come alone."""
HANDS = 2
"""So many deliver at once, each over a connection of its own: while one waits for an answer, another writes."""
HEARTBEAT_SECONDS = 5.0
ERASE_EVERY = timedelta(hours=1)
ERASING_HOLDS_UP_SECONDS = 0.5
"""So long the mails wait for it; then both go on side by side."""
BATCHES_HOLD_UP_SECONDS = 2.0
"""So long the mails wait for a sweep of many batches; it goes on after them."""
LONGEST_PAUSE_SECONDS = 15.0
"""While the mail server is away it is knocked at this often, so that mail goes out soon after its return."""


@dataclass
class Sweep:
    """Something that falls due by time. It may run anywhere and twice: it must find nothing the second time.

    A deed that answers how much it did is called again until that is nothing, each time in a transaction of its own.
    """

    deed: Callable[..., int | None]
    every: timedelta
    next_at: datetime | None = field(default=None)


class Worker:
    """Delivers and sweeps until told to stop."""

    def __init__(self, app: Flask, settings: Settings) -> None:
        name = f"{socket.gethostname()[:30]}-{os.getpid()}-{secrets.token_hex(4)}"
        letterhead = Letterhead(sender=settings.mail_from, base_url=settings.base_url)
        self.offices = [
            PostOffice(f"{name}.{hand}", transport_for(settings), letterhead, render_mail) for hand in range(HANDS)
        ]
        self.sweeps = [
            Sweep(close_lapsed, timedelta(seconds=2)),
            Sweep(tell_moderators, timedelta(seconds=2)),
            Sweep(gather, timedelta(seconds=2)),
            Sweep(tell_gathered, timedelta(seconds=2)),
            Sweep(note_mailed, timedelta(seconds=20)),
            Sweep(show_gathered, timedelta(seconds=2)),
            Sweep(carry_on, timedelta(seconds=2)),
            Sweep(note_goals, timedelta(seconds=2)),
            Sweep(announce, timedelta(seconds=2)),
            Sweep(announce_closings, timedelta(seconds=2)),
            Sweep(remind_unconfirmed, timedelta(seconds=20)),
            Sweep(note_thresholds, timedelta(seconds=2)),
            Sweep(bind_reached, timedelta(seconds=2)),
            Sweep(lapse_unreached, timedelta(seconds=2)),
            Sweep(note_days, timedelta(seconds=60)),
            Sweep(ask_due, timedelta(seconds=2)),
        ]
        self._app = app
        self._name = name
        self._hands = ThreadPoolExecutor(HANDS)
        self._eraser = ThreadPoolExecutor(1)
        self._erasing: Future[None] | None = None
        self._erase_at: datetime | None = None
        self._stopping = threading.Event()
        self._pause = 0.0
        self._deliver_at = 0.0
        self._busy_until = 0.0

    def run(self, *, while_child_of: int | None = None) -> None:
        """Works until `stop`, or until the process that started it is gone."""
        heart = threading.Thread(target=self._heartbeat, daemon=True)
        heart.start()
        log.info("worker started", extra={"worker": self._name})
        while not self._stopping.is_set():
            if while_child_of is not None and os.getppid() != while_child_of:
                break
            try:
                self.work()
            except SQLAlchemyError as error:
                log.error("database away", extra={"error": type(error).__name__})
            self._stopping.wait(BUSY_TICK_SECONDS if time.monotonic() < self._busy_until else TICK_SECONDS)
        self.close()
        heart.join(HEARTBEAT_SECONDS)
        log.info("worker stopped", extra={"worker": self._name})

    def stop(self, _signal: int = 0, _frame: FrameType | None = None) -> None:
        """Ends after the mail in hand."""
        self._stopping.set()

    def close(self) -> None:
        """Lets go of the mail server."""
        self._stopping.set()
        self._hands.shutdown()
        self._eraser.shutdown()
        for office in self.offices:
            office.transport.close()

    def work(self) -> None:
        """Sweeps what is due by time, then delivers until nothing is due."""
        for sweep in self.sweeps:
            self._sweep(sweep)
        self._erase()
        if time.monotonic() < self._deliver_at:
            return
        away = [away for away in self._hands.map(self._deliver, self.offices) if away is not None]
        if away:
            self._wait_for_server(away[0])
        else:
            self._pause = 0.0

    def _deliver(self, office: PostOffice) -> ServerAway | None:
        while not self._stopping.is_set():
            with self._app.app_context():
                try:
                    delivered = deliver_batch(office, is_stopping=self._stopping.is_set)
                except ServerAway as away:
                    return away
            if not delivered:
                break
            self._busy_until = time.monotonic() + BUSY_SECONDS
        return None

    def _sweep(self, sweep: Sweep) -> None:
        now = clock.now()
        if sweep.next_at is not None and now < sweep.next_at:
            return
        sweep.next_at = now + sweep.every
        try:
            if self._sweep_batches(sweep, now):
                sweep.next_at = now
        except SQLAlchemyError:
            raise
        except Exception:  # one sweep that fails must hold up neither the others nor the mails
            log.exception("sweep failed", extra={"sweep": sweep.deed.__name__})

    def _sweep_batches(self, sweep: Sweep, now: datetime) -> bool:
        """Answers whether more may be left. Between two batches others have the database as long as one took."""
        began = time.monotonic()
        while True:
            at = time.monotonic()
            with self._app.app_context(), transaction() as session:
                swept = sweep.deed(session, now=now)
            if not swept or self._stopping.wait(min(time.monotonic() - at, BATCHES_HOLD_UP_SECONDS)):
                return False
            if time.monotonic() - began > BATCHES_HOLD_UP_SECONDS:
                return True

    def _erase(self) -> None:
        """Erases what has reached its term, beside the mails: a letter with a million addresses takes its time."""
        now = clock.now()
        if self._erasing is None and (self._erase_at is None or now >= self._erase_at):
            self._erase_at = now + ERASE_EVERY
            self._erasing = self._eraser.submit(self._run_retention, now)
            wait([self._erasing], timeout=ERASING_HOLDS_UP_SECONDS)
        if self._erasing is not None and self._erasing.done():
            ended, self._erasing = self._erasing, None
            ended.result()

    def _run_retention(self, now: datetime) -> None:
        try:
            with self._app.app_context():
                retention.run(now=now, is_stopping=self._stopping.is_set)
        except SQLAlchemyError:
            raise
        except Exception:  # as for a sweep
            log.exception("retention failed")

    def _wait_for_server(self, away: ServerAway) -> None:
        self._pause = min(max(self._pause * 2, TICK_SECONDS), LONGEST_PAUSE_SECONDS)
        self._deliver_at = time.monotonic() + self._pause
        log.warning("mail server away", extra={"server": str(away), "again_in": self._pause})

    def _heartbeat(self) -> None:
        """Keeps the worker's claims while a mail server takes its time."""
        while not self._stopping.wait(HEARTBEAT_SECONDS):
            try:
                with self._app.app_context(), transaction() as session:
                    for office in self.offices:
                        claiming.renew(session, office.worker, now=clock.now())
            except SQLAlchemyError as error:
                log.error("database away", extra={"error": type(error).__name__})


def run(app: Flask, settings: Settings, *, while_child_of: int | None = None) -> None:
    """Runs a worker in this process until SIGTERM or SIGINT."""
    with app.app_context():
        need_not_outlive_power_cuts(db.engine)
    worker = Worker(app, settings)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, worker.stop)
    worker.run(while_child_of=while_child_of)
