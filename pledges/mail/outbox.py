"""The outbox: what a deed owes by mail is written in the deed's own transaction, and sent after it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, Select, String, delete, func, insert, literal, select, update
from sqlalchemy import cast as sql_cast
from sqlalchemy.orm import Session, defer

from pledges.db import Base
from pledges.mail import composing
from pledges.mail.models import KeptMail, OwedMail, OwedState
from pledges.term import BATCH, Term

KEPT_FOR = timedelta(days=14)
NOTED_WITHIN = timedelta(hours=1)
"""So long the record of what has just ended is there in any case, for who notes it: it may have been due for weeks."""
RECIPIENTS_KEPT_FOR = timedelta(days=1)
"""So long a mail server may be away, or refuse for now, before a last word is given up."""
MAILBOX_HOLDS = 200
A_SECOND = 50
_OUTBOX = Base.metadata.tables[OwedMail.__tablename__]
_OWE = insert(_OUTBOX)


def owe(
    session: Session,
    event: str,
    about_id: int,
    *,
    now: datetime,
    recipient: str | None = None,
    language: str | None = None,
    is_moot: bool = False,
) -> None:
    """Owes one mail about an event. `recipient` only where the address will be erased before it is sent, or may not be
    known at all: it is kept until the mail has left or was refused for good, and for a day at most. One that `is_moot`
    costs the same and is never sent.
    """
    owed = {"event": event, "about_id": about_id, "recipient": recipient, "language": language}
    state = OwedState.MOOT if is_moot else OwedState.DUE
    session.execute(_OWE, {**owed, "state": state, "created_at": now, "due_at": now, "attempts": 0})


def owe_each(session: Session, event: str, ids: Select[int], *, now: datetime, behind: int = 0) -> int:
    """Owes one mail about each of `ids`, in one statement, and answers how many; `behind` so many others.

    They fall due `A_SECOND` at a time, so that whoever signs meanwhile is not kept waiting behind them all.
    """
    chosen = ids.subquery()
    place = func.row_number().over(order_by=chosen.c[0]) - 1
    due_at = _later(session.get_bind().dialect.name, now, (place + behind) // A_SECOND)
    state = literal(OwedState.DUE, OwedMail.state.type)
    at = literal(now, OwedMail.created_at.type)
    rows = select(literal(event), chosen.c[0], state, at, due_at, literal(0))
    columns = ["event", "about_id", "state", "created_at", "due_at", "attempts"]
    counted = insert(_OUTBOX).from_select(columns, rows).execution_options(preserve_rowcount=True)
    return cast("CursorResult[Any]", session.execute(counted)).rowcount


def _later(dialect: str, now: datetime, seconds: ColumnElement[int]) -> ColumnElement[Any]:
    """`now` and so many seconds, as the database itself reckons it."""
    if dialect == "sqlite":
        began = now.strftime("%Y-%m-%d %H:%M:%S")
        return func.strftime("%Y-%m-%d %H:%M:%S.000000", began, sql_cast(seconds, String) + " seconds")
    return literal(now, OwedMail.due_at.type) + func.make_interval(0, 0, 0, 0, 0, 0, seconds)


def find_recipient(session: Session, mail: OwedMail) -> str | None:
    """The address that an owed mail carries with it. It is opened only now: one that can't be must hold up no other."""
    return session.scalar(select(OwedMail.recipient).where(OwedMail.id == mail.id))


def redirect(session: Session, mail: OwedMail, event: str, about_id: int, *, recipient: str | None = None) -> None:
    """Makes an owed mail one about another event, for what it was about is going to be erased."""
    session.execute(
        update(OwedMail).where(OwedMail.id == mail.id).values(event=event, about_id=about_id, recipient=recipient)
    )


def retry(session: Session, mail_id: int, *, now: datetime) -> None:
    """Owes a mail again that had failed for good; any other stays as it is, and so does one without an address."""
    mail = session.get(OwedMail, mail_id, options=[defer(OwedMail.recipient, raiseload=True)])
    if mail is None or not composing.can_be_retried(mail.event):
        return
    failed = (OwedMail.id == mail_id) & (OwedMail.state == OwedState.FAILED)
    session.execute(
        update(OwedMail).where(failed).values(state=OwedState.DUE, due_at=now, attempts=0, ended_at=None, error=None)
    )


def _lasting(now: datetime) -> ColumnElement[bool]:
    """Whose recipient has been kept too long, whatever has become of the mail."""
    return _OUTBOX.c.recipient.is_not(None) & (OwedMail.created_at <= now - RECIPIENTS_KEPT_FOR)


def _find_recipients(session: Session, *, now: datetime, after: int | None) -> Sequence[int]:
    lasting = select(OwedMail.id).where(_lasting(now), OwedMail.id > (after or 0)).order_by(OwedMail.id)
    return session.scalars(lasting.limit(BATCH)).all()


def _erase_recipients(session: Session, ids: Sequence[int], now: datetime) -> int:
    erased = update(OwedMail).where(OwedMail.id.in_(ids), _lasting(now)).values(recipient=None)
    untracked = {"synchronize_session": False, "preserve_rowcount": True}
    return cast("CursorResult[Any]", session.execute(erased, execution_options=untracked)).rowcount


def _find_old(session: Session, *, now: datetime, after: int | None) -> Sequence[int]:
    """What was owed two weeks ago, is not due any more, and has not ended just now."""
    old = (OwedMail.state != OwedState.DUE) & (OwedMail.created_at < now - KEPT_FOR)
    old &= OwedMail.ended_at.is_(None) | (OwedMail.ended_at < now - NOTED_WITHIN)
    statement = select(OwedMail.id).where(old, OwedMail.id > (after or 0)).order_by(OwedMail.id)
    return session.scalars(statement.limit(BATCH)).all()


def _erase_old(session: Session, ids: Sequence[int], _now: datetime) -> int:
    ended = delete(OwedMail).where(OwedMail.id.in_(ids), OwedMail.state != OwedState.DUE)
    return cast("CursorResult[Any]", session.execute(ended)).rowcount


def _find_kept(session: Session, *, now: datetime, after: int | None) -> Sequence[int]:
    """All but the newest of the kept mails, and of those what is two weeks old."""
    newest = select(KeptMail.id).order_by(KeptMail.id.desc()).limit(MAILBOX_HOLDS).scalar_subquery()
    over = KeptMail.id.not_in(newest) | (KeptMail.kept_at < now - KEPT_FOR)
    statement = select(KeptMail.id).where(over, KeptMail.id > (after or 0)).order_by(KeptMail.id)
    return session.scalars(statement.limit(BATCH)).all()


def _erase_kept(session: Session, ids: Sequence[int], _now: datetime) -> int:
    return cast("CursorResult[Any]", session.execute(delete(KeptMail).where(KeptMail.id.in_(ids)))).rowcount


TERMS = (
    Term("addresses of last words", _find_recipients, _erase_recipients),
    Term("records of mails", _find_old, _erase_old),
    Term("kept mails", _find_kept, _erase_kept),
)
