"""Delivers what is due: claims, composes, sends, marks. Nothing is sent inside a transaction."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from pledges import clock
from pledges.db import transaction
from pledges.mail import claiming, composing
from pledges.mail.composing import Letterhead, Renderer
from pledges.mail.models import OwedMail, OwedState
from pledges.mail.transports import Refused, ServerAway, Transport

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class PostOffice:
    """All that delivery needs: a name of its own among the workers, a way out, and how mails are written."""

    worker: str
    transport: Transport
    letterhead: Letterhead
    render: Renderer


@dataclass
class _Round:
    """One batch in one office's hands. How a mail ended is noted in the transaction in which the next one is composed:
    so each costs one, and whatever happens at most one that was sent is not noted.
    """

    office: PostOffice
    ended: tuple[int, OwedState, datetime] | None = None

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A transaction that notes first how the last mail ended."""
        with transaction() as session:
            if self.ended is not None:
                mail_id, state, at = self.ended
                claiming.settle(session, mail_id, self.office.worker, state, now=at)
            yield session
        self.ended = None

    def deliver(self, mail: OwedMail) -> None:
        """Sends it, or tells why not; raises ServerAway."""
        try:
            self._send(mail)
        except Refused as refusal:
            self._note_refusal(mail, refusal)
        except ServerAway:
            raise
        except Exception as mistake:  # one mail that can't be written must not hold up the others
            log.exception("mail not written", extra={"mail": mail.id, "event": mail.event})
            with self.writing() as session:
                claiming.postpone(session, mail, self.office.worker, now=clock.now(), error=type(mistake).__name__)

    def end(self, *, gives_back: bool) -> None:
        """Notes how the last one ended, and gives back what is left if there may be any."""
        if gives_back or self.ended is not None:
            with self.writing() as session:
                if gives_back:
                    claiming.release(session, self.office.worker)

    def _send(self, mail: OwedMail) -> None:
        office = self.office
        with self.writing() as session:
            content = composing.compose(session, mail, now=clock.now())
        if content is not None:
            office.transport.send(composing.write(content, office.letterhead, office.render, now=clock.now()))
        self.ended = (mail.id, OwedState.MOOT if content is None else OwedState.SENT, clock.now())

    def _note_refusal(self, mail: OwedMail, refusal: Refused) -> None:
        log.warning("mail refused", extra={"mail": mail.id, "event": mail.event, "answer": refusal.code})
        worker, now, error = self.office.worker, clock.now(), str(refusal)
        with self.writing() as session:
            if refusal.for_good:
                claiming.settle(session, mail.id, worker, OwedState.FAILED, now=now, error=error)
            else:
                claiming.postpone(session, mail, worker, now=now, error=error)


def deliver_batch(office: PostOffice, *, is_stopping: Callable[[], bool] = lambda: False) -> int:
    """Delivers one batch and answers how many mails it held; raises ServerAway with the rest given back.

    Told to stop, it ends after the mail in hand and gives the rest back too.
    """
    with transaction() as session:
        mails = claiming.claim(session, office.worker, now=clock.now())
    batch, gives_back = _Round(office), True
    try:
        for mail in mails:
            if is_stopping():
                break
            batch.deliver(mail)
        else:
            gives_back = False
    finally:
        batch.end(gives_back=gives_back)
    return len(mails)
