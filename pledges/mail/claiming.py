"""Claims owed mails, so that any number of workers on any number of machines share them and none is lost."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session, defer

from pledges.db import Base
from pledges.mail.models import OwedMail, OwedState

LEASE = timedelta(seconds=15)
BATCH = 20

PAUSES = tuple(timedelta(seconds=s) for s in (5, 15, 20, 20, 60, 300, 900, 3600))
"""After each refusal for now, the last one again and again."""

GIVE_UP_AFTER = timedelta(days=5)

_OUTBOX = Base.metadata.tables[OwedMail.__tablename__]
_END = (
    update(_OUTBOX)
    .where(
        _OUTBOX.c.id == bindparam("mail"),
        _OUTBOX.c.leased_by == bindparam("worker"),
        _OUTBOX.c.state == OwedState.DUE,
    )
    .values(
        state=bindparam("ending"),
        ended_at=bindparam("now"),
        error=bindparam("why"),
        attempts=_OUTBOX.c.attempts + bindparam("tries"),
        leased_until=None,
        leased_by=None,
        recipient=None,
    )
)
"""Written once, and of the table: building it anew for each mail would cost more than running it."""


def claim(session: Session, worker: str, *, now: datetime) -> Sequence[OwedMail]:
    """Up to `BATCH` due mails, oldest first, leased to `worker`: another may take them when the lease lapses."""
    free = OwedMail.leased_until.is_(None) | (OwedMail.leased_until <= now)
    due = (
        select(OwedMail.id)
        .where(OwedMail.state == OwedState.DUE, OwedMail.due_at <= now, free)
        .order_by(OwedMail.due_at, OwedMail.id)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )
    ids = session.scalars(due).all()
    if not ids:
        return []
    lease = {"leased_until": now + LEASE, "leased_by": worker}
    session.execute(update(OwedMail).where(OwedMail.id.in_(ids)).values(lease))
    mails = select(OwedMail).where(OwedMail.id.in_(ids)).order_by(OwedMail.due_at, OwedMail.id)
    unread = mails.options(defer(OwedMail.recipient, raiseload=True))  # `outbox.find_recipient` opens it
    return session.scalars(unread.execution_options(populate_existing=True)).all()


def renew(session: Session, worker: str, *, now: datetime) -> None:
    """Prolongs all that the worker holds: it is still at it."""
    session.execute(update(OwedMail).where(_held_by(worker)).values(leased_until=now + LEASE))


def release(session: Session, worker: str) -> None:
    """Gives back all that the worker holds, as if it had never been claimed."""
    session.execute(update(OwedMail).where(_held_by(worker)).values(leased_until=None, leased_by=None))


def settle(
    session: Session, mail_id: int, worker: str, state: OwedState, *, now: datetime, error: str | None = None
) -> None:
    """Ends a mail for good, and forgets its recipient, unless another worker has taken it over meanwhile.

    The try that it ends with counts like any other; what was moot was never tried.
    """
    ending = {"ending": state, "now": now, "why": error, "tries": 0 if state is OwedState.MOOT else 1}
    session.execute(_END, {"mail": mail_id, "worker": worker, **ending})


def postpone(session: Session, mail: OwedMail, worker: str, *, now: datetime, error: str) -> None:
    """Tries again after a pause that grows, and gives up after `GIVE_UP_AFTER`."""
    if now - mail.created_at >= GIVE_UP_AFTER:
        settle(session, mail.id, worker, OwedState.FAILED, now=now, error=error)
        return
    pause = PAUSES[min(mail.attempts, len(PAUSES) - 1)]
    session.execute(
        update(OwedMail)
        .where(OwedMail.id == mail.id, _held_by(worker))
        .values(due_at=now + pause, attempts=OwedMail.attempts + 1, error=error, leased_until=None, leased_by=None)
    )


def _held_by(worker: str):  # type: ignore[no-untyped-def] # ColumnElement[bool]
    return (OwedMail.leased_by == worker) & (OwedMail.state == OwedState.DUE)


def count_by_state(session: Session) -> dict[OwedState, int]:
    """How many mails are due, and how many failed for good."""
    watched = (OwedState.DUE, OwedState.FAILED)
    rows = session.execute(
        select(OwedMail.state, func.count()).where(OwedMail.state.in_(watched)).group_by(OwedMail.state)
    )
    return {**dict.fromkeys(watched, 0), **{row[0]: row[1] for row in rows}}
