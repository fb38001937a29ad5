"""Nudging: an organizer has all asked who are due and have not said how it ended; once a week at most."""

from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, func, select, update
from sqlalchemy.orm import Session

from pledges.errors import DomainError
from pledges.pledge.asking import may_be_asked
from pledges.pledge.models import Commitment, Pledge
from pledges.pledge.states import State
from pledges.signature.models import Signature

AT_MOST_EVERY = timedelta(days=7)


class NudgedLately(DomainError):
    """The pledge is not due yet, has lapsed, or all were asked within the week."""


def count_silent(session: Session, pledge: Pledge, *, now: datetime) -> int:
    """Whom a nudge would ask."""
    return session.scalar(select(func.count()).select_from(Commitment).where(_silent(pledge, now))) or 0


def may_nudge(pledge: Pledge, *, now: datetime) -> bool:
    """Whether it is due, binds, and all were not asked within the week."""
    is_free = pledge.nudged_at is None or pledge.nudged_at <= now - AT_MOST_EVERY
    binds = pledge.threshold is None or pledge.threshold_reached_at is not None
    return pledge.is_due(now) and binds and is_free


def nudge(session: Session, pledge: Pledge, *, now: datetime) -> int:
    """Makes it time to ask all who are due and silent, and answers how many. Raises NudgedLately."""
    free = Pledge.nudged_at.is_(None) | (Pledge.nudged_at <= now - AT_MOST_EVERY)
    binds = Pledge.threshold.is_(None) | Pledge.threshold_reached_at.is_not(None)
    claimed = update(Pledge).where(Pledge.id == pledge.id, Pledge.due_at <= now, free, binds).values(nudged_at=now)
    if session.execute(claimed.returning(Pledge.id)).first() is None:
        raise NudgedLately(pledge.key)
    held = select(Commitment.id).where(_silent(pledge, now)).order_by(Commitment.id).with_for_update(skip_locked=True)
    asked = update(Commitment).where(Commitment.id.in_(held.scalar_subquery())).values(next_ask_at=now)
    done = session.execute(asked, execution_options={"synchronize_session": False, "preserve_rowcount": True})
    return cast("CursorResult[Any]", done).rowcount


def _silent(pledge: Pledge, now: datetime) -> ColumnElement[bool]:
    """Who has said nothing, or "not yet" a week ago or longer, and can and may be asked."""
    paid_in_part = (Commitment.state == State.PARTLY) & Commitment.by_organizer
    said_not_yet = (Commitment.state == State.NOT_YET) & (Commitment.reported_at <= now - AT_MOST_EVERY)
    silent = (Commitment.state == State.MADE) | paid_in_part | said_not_yet
    reached = select(Signature.id).where(may_be_asked())
    return (Commitment.pledge_id == pledge.id) & silent & Commitment.signature_id.in_(reached)
