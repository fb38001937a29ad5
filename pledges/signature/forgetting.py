"""Forgets the submissions that nobody confirmed."""

from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from pledges.signature.models import Signature
from pledges.signature.states import State

UNCONFIRMED_KEPT_FOR = timedelta(days=30)


def forget_unconfirmed(session: Session, *, now: datetime) -> None:
    """Erases what has been pending for 30 days."""
    over = Signature.created_at <= now - UNCONFIRMED_KEPT_FOR
    session.execute(delete(Signature).where(Signature.state == State.PENDING, over))
