"""Delivers what is due: claims, composes, sends, marks. Nothing is sent inside a transaction."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

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


def deliver_batch(office: PostOffice, *, is_stopping: Callable[[], bool] = lambda: False) -> int:
    """Delivers one batch and answers how many mails it held; raises ServerAway with the rest given back.

    Told to stop, it ends after the mail in hand and gives the rest back too.
    """
    with transaction() as session:
        mails = claiming.claim(session, office.worker, now=clock.now())
    try:
        for mail in mails:
            if is_stopping():
                _give_back(office)
                break
            _deliver(office, mail)
    except BaseException:
        _give_back(office)
        raise
    return len(mails)


def _give_back(office: PostOffice) -> None:
    with transaction() as session:
        claiming.release(session, office.worker)


def _deliver(office: PostOffice, mail: OwedMail) -> None:
    try:
        _send(office, mail)
    except Refused as refusal:
        log.warning("mail refused", extra={"mail": mail.id, "event": mail.event, "answer": refusal.code})
        with transaction() as session:
            if refusal.for_good:
                claiming.settle(session, mail.id, office.worker, OwedState.FAILED, now=clock.now(), error=str(refusal))
            else:
                claiming.postpone(session, mail, office.worker, now=clock.now(), error=str(refusal))

    except ServerAway:
        raise
    except Exception as mistake:  # one mail that can't be written must not hold up the others
        log.exception("mail not written", extra={"mail": mail.id, "event": mail.event})
        with transaction() as session:
            claiming.postpone(session, mail, office.worker, now=clock.now(), error=type(mistake).__name__)


def _send(office: PostOffice, mail: OwedMail) -> None:
    with transaction() as session:
        content = composing.compose(session, mail, now=clock.now())
    if content is not None:
        office.transport.send(composing.write(content, office.letterhead, office.render, now=clock.now()))
    state = OwedState.MOOT if content is None else OwedState.SENT
    with transaction() as session:
        claiming.settle(session, mail.id, office.worker, state, now=clock.now())
