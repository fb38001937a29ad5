"""Finds kept and failed mails, and what is recorded of mails, for the pages that show them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from pledges.db import Base
from pledges.errors import NotFound
from pledges.mail.composing import list_events
from pledges.mail.models import KeptMail, OwedMail, OwedState

SHOWN = 100

_UNREAD = defer(OwedMail.recipient, raiseload=True)
"""To whom a mail goes is not shown to staff, and so not opened."""


class MailUnknown(NotFound):
    """No such mail is kept."""


@dataclass(frozen=True)
class Record:
    """What is stored of one mail, as its recipient is told; the address itself is not opened."""

    event: str
    state: OwedState
    language: str | None
    holds_address: bool
    created_at: datetime
    due_at: datetime
    ended_at: datetime | None
    attempts: int
    error: str | None


_RECORD = (
    OwedMail.event,
    OwedMail.state,
    OwedMail.language,
    OwedMail.recipient.is_not(None),
    OwedMail.created_at,
    OwedMail.due_at,
    OwedMail.ended_at,
    OwedMail.attempts,
    OwedMail.error,
)


def list_records(session: Session, about: type[Base], ids: Sequence[int]) -> Mapping[int, Sequence[Record]]:
    """What is stored of the mails about these rows of that model, by their ids, oldest first."""
    records: dict[int, list[Record]] = defaultdict(list)
    theirs = OwedMail.about_id.in_(ids) & OwedMail.event.in_(list_events(about))
    for about_id, *record in session.execute(select(OwedMail.about_id, *_RECORD).where(theirs).order_by(OwedMail.id)):
        records[about_id].append(Record(*record))
    return records


def list_kept(session: Session) -> Sequence[KeptMail]:
    """The newest kept mails, newest first."""
    return session.scalars(select(KeptMail).order_by(KeptMail.id.desc()).limit(SHOWN)).all()


def get_kept(session: Session, mail_id: int) -> KeptMail:
    """One kept mail; raises MailUnknown."""
    mail = session.get(KeptMail, mail_id)
    if mail is None:
        raise MailUnknown(str(mail_id))
    return mail


def list_failed(session: Session) -> Sequence[OwedMail]:
    """The mails that could not be delivered, newest first."""
    failed = select(OwedMail).where(OwedMail.state == OwedState.FAILED).options(_UNREAD)
    return session.scalars(failed.order_by(OwedMail.id.desc()).limit(SHOWN)).all()


def list_postponed(session: Session) -> Sequence[OwedMail]:
    """The mails that were refused for now and wait for their next try, soonest first."""
    waiting = select(OwedMail).where(OwedMail.state == OwedState.DUE, OwedMail.attempts > 0).options(_UNREAD)
    return session.scalars(waiting.order_by(OwedMail.due_at).limit(SHOWN)).all()
