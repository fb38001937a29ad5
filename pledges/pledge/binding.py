"""Binding by time: a threshold that is reached makes what waits binding; one that is missed lets it lapse.

What is done here falls due wherever and however often it runs, also after a week without: each row says what was done.
"""

from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, joinedload

from pledges.mail import outbox
from pledges.pledge import moving, schedule
from pledges.pledge.counting import list_totals
from pledges.pledge.models import Commitment, Pledge
from pledges.pledge.states import Actor, State
from pledges.signature.models import Signature

THRESHOLD_REACHED = "threshold_reached"
LAPSED = "lapsed"
AT_ONCE = 200


def note_thresholds(session: Session, *, now: datetime) -> None:
    """Notes the pledges that enough have made in time; what is reached stays reached, also should some withdraw."""
    below = Pledge.threshold.is_not(None) & Pledge.threshold_reached_at.is_(None)
    open_ones = session.scalars(select(Pledge).where(below)).all()
    totals = list_totals(session, open_ones) if open_ones else {}
    for pledge in open_ones:
        least = pledge.threshold or 0
        if totals[pledge.id].waiting < least or (pledge.is_due(now) and _count_in_time(session, pledge) < least):
            continue
        reached = update(Pledge).where(Pledge.id == pledge.id, Pledge.threshold_reached_at.is_(None))
        session.execute(reached.values(threshold_reached_at=now))


def bind_reached(session: Session, *, now: datetime) -> int:
    """Makes some of what waited for a threshold binding once it is reached, owes everyone the news, and answers how
    many they were.
    """
    rows = _lock_waiting(session, Pledge.threshold_reached_at.is_not(None))
    for commitment in rows:
        commitment.next_ask_at = schedule.first_question(commitment.pledge, now=now)
    moving.move(session, rows, State.MADE, by=Actor.TIME, now=now)  # with one update each: a second locks the signature
    for commitment in rows:
        outbox.owe(session, THRESHOLD_REACHED, commitment.id, now=now)
    return len(rows)


def lapse_unreached(session: Session, *, now: datetime) -> int:
    """Lets go of some of what waited for a threshold until its due date in vain, owes everyone the news, and answers
    how many they were. What enough have made in time lapses for nobody, also if nothing ran to note it then.
    """
    note_thresholds(session, now=now)
    rows = _lock_waiting(session, Pledge.threshold_reached_at.is_(None) & (Pledge.due_at <= now))
    for commitment in rows:
        outbox.owe(session, LAPSED, commitment.id, now=now)
    moving.move(session, rows, State.LAPSED, by=Actor.TIME, now=now)
    return len(rows)


def _count_in_time(session: Session, pledge: Pledge) -> int:
    """How many wait who had both pledged and confirmed before it was due."""
    waiting = (Commitment.pledge_id == pledge.id) & (Commitment.state == State.WAITING) & Commitment.counted
    in_time = (Commitment.created_at < pledge.due_at) & (Signature.confirmed_at < pledge.due_at)
    counted = select(func.count()).select_from(Commitment).join(Commitment.signature)
    return session.scalar(counted.where(waiting, in_time)) or 0


def _lock_waiting(session: Session, condition):  # type: ignore[no-untyped-def] # ColumnElement[bool] in, Commitments out
    pledges = session.scalars(select(Pledge.id).where(Pledge.threshold.is_not(None), condition)).all()
    if not pledges:
        return []
    waiting = select(Commitment).where(Commitment.pledge_id.in_(pledges), Commitment.state == State.WAITING)
    some = waiting.options(joinedload(Commitment.pledge, innerjoin=True)).order_by(Commitment.id).limit(AT_ONCE)
    held = some.with_for_update(of=Commitment, skip_locked=True).execution_options(populate_existing=True)
    return session.scalars(held).all()
