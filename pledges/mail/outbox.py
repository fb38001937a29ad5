"""The outbox: what a deed owes by mail is written in the deed's own transaction, and sent after it."""

from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from pledges.db import Base
from pledges.mail.models import KeptMail, OwedMail, OwedState

KEPT_FOR = timedelta(days=14)
MAILBOX_HOLDS = 200
_OWE = insert(Base.metadata.tables[OwedMail.__tablename__])


def owe(
    session: Session,
    event: str,
    about_id: int,
    *,
    now: datetime,
    recipient: str | None = None,
    language: str | None = None,
) -> None:
    """Owes one mail about an event. `recipient` only where the address will be erased before it is sent."""
    owed = {"event": event, "about_id": about_id, "recipient": recipient, "language": language}
    session.execute(_OWE, {**owed, "state": OwedState.DUE, "created_at": now, "due_at": now, "attempts": 0})


def redirect(session: Session, mail: OwedMail, event: str, about_id: int, *, recipient: str) -> None:
    """Makes an owed mail one about another event, for what it was about is going to be erased."""
    session.execute(
        update(OwedMail).where(OwedMail.id == mail.id).values(event=event, about_id=about_id, recipient=recipient)
    )


def retry(session: Session, mail_id: int, *, now: datetime) -> None:
    """Owes a mail again that had failed for good; any other stays as it is."""
    failed = (OwedMail.id == mail_id) & (OwedMail.state == OwedState.FAILED)
    session.execute(
        update(OwedMail).where(failed).values(state=OwedState.DUE, due_at=now, attempts=0, ended_at=None, error=None)
    )


def forget_old(session: Session, *, now: datetime) -> None:
    """Erases what was owed two weeks ago and is not due any more, and all but the newest of the kept mails."""
    ended = OwedMail.state != OwedState.DUE
    session.execute(delete(OwedMail).where(ended, OwedMail.created_at < now - KEPT_FOR))
    newest = select(KeptMail.id).order_by(KeptMail.id.desc()).limit(MAILBOX_HOLDS).scalar_subquery()
    session.execute(delete(KeptMail).where(KeptMail.id.not_in(newest)))
