"""Nudging: an organizer has all asked who are due and have said nothing; once a week at most."""

from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, func, select, update
from sqlalchemy.orm import Session

from pledges.errors import DomainError
from pledges.pledge.models import Commitment, Pledge
from pledges.pledge.states import State

AT_MOST_EVERY = timedelta(days=7)


class NudgedLately(DomainError):
    """The pledge is not due yet, or all were asked within the week."""


def count_silent(session: Session, pledge: Pledge) -> int:
    """Whom a nudge would ask."""
    return session.scalar(select(func.count()).select_from(Commitment).where(_silent(pledge))) or 0


def may_nudge(pledge: Pledge, *, now: datetime) -> bool:
    is_free = pledge.nudged_at is None or pledge.nudged_at <= now - AT_MOST_EVERY
    return pledge.is_due(now) and is_free


def nudge(session: Session, pledge: Pledge, *, now: datetime) -> int:
    """Makes it time to ask all who are due and silent, and answers how many. Raises NudgedLately."""
    free = Pledge.nudged_at.is_(None) | (Pledge.nudged_at <= now - AT_MOST_EVERY)
    claimed = update(Pledge).where(Pledge.id == pledge.id, Pledge.due_at <= now, free).values(nudged_at=now)
    if session.execute(claimed.returning(Pledge.id)).first() is None:
        raise NudgedLately(pledge.key)
    held = select(Commitment.id).where(_silent(pledge)).order_by(Commitment.id).with_for_update(skip_locked=True)
    asked = update(Commitment).where(Commitment.id.in_(held.scalar_subquery())).values(next_ask_at=now)
    done = session.execute(asked, execution_options={"synchronize_session": False, "preserve_rowcount": True})
    return cast("CursorResult[Any]", done).rowcount


def _silent(pledge: Pledge) -> ColumnElement[bool]:
    return (Commitment.pledge_id == pledge.id) & (Commitment.state == State.MADE) & Commitment.counted
