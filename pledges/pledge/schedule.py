"""When a commitment is asked about: every so many days until it is due, when it is due, and twice more at most."""

from datetime import datetime, timedelta

from pledges.pledge.models import Pledge
from pledges.pledge.states import State

REMINDERS = (timedelta(days=7), timedelta(days=14))
"""After the question at the due date, and after the first reminder; then silence."""


def first_question(pledge: Pledge, *, now: datetime) -> datetime | None:
    """When to ask for the first time after it was made."""
    return _before_due(pledge, now) or pledge.due_at


def next_question(pledge: Pledge, asked: int, *, now: datetime) -> datetime | None:
    """When to ask again after a question asked now, the `asked`th since it fell due or since the last report."""
    if pledge.due_at is not None and not pledge.is_due(now):
        return _before_due(pledge, now) or pledge.due_at
    if asked > len(REMINDERS):
        return None
    if pledge.due_at is None and pledge.every_days is not None:
        return now + timedelta(days=pledge.every_days)
    return now + REMINDERS[asked - 1]


def question_after_report(pledge: Pledge, said: State, asked: int, *, now: datetime) -> datetime | None:
    """When to ask again after a report: never, once nothing more is to come. Once it is due, only who said "not yet"
    is asked again, with the reminders that are left of the two.
    """
    if said in (State.KEPT, State.RELEASED):
        return None
    if not pledge.is_due(now):
        return first_question(pledge, now=now)
    return next_question(pledge, asked, now=now) if said is State.NOT_YET else None


def asked_after_report(pledge: Pledge, asked: int, *, now: datetime) -> int:
    """How often it counts as asked about after a report: before it is due from the beginning again, and once it is
    due the report answers the question of that day, whether it was mailed or not.
    """
    return max(asked, 1) if pledge.is_due(now) else 0


def _before_due(pledge: Pledge, now: datetime) -> datetime | None:
    if pledge.every_days is None:
        return None
    following = now + timedelta(days=pledge.every_days)
    return following if pledge.due_at is None or following < pledge.due_at else None
