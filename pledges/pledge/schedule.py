"""When a commitment is asked about: every so many days until it is due, when it is due, and twice more at most."""

from datetime import datetime, timedelta

from pledges.pledge.models import Pledge

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


def question_after_report(pledge: Pledge, *, is_over: bool, now: datetime) -> datetime | None:
    """When to ask again after a report: never, once it is due or nothing more is to come."""
    if is_over or pledge.is_due(now):
        return None
    return first_question(pledge, now=now)


def _before_due(pledge: Pledge, now: datetime) -> datetime | None:
    if pledge.every_days is None:
        return None
    following = now + timedelta(days=pledge.every_days)
    return following if pledge.due_at is None or following < pledge.due_at else None
