"""The one way in which commitments change their state."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from pledges.pledge.counting import Weighing
from pledges.pledge.models import Commitment
from pledges.pledge.states import BINDING, Actor, State, check


def move(session: Session, commitments: Sequence[Commitment], to: State, *, by: Actor, now: datetime) -> None:
    """Moves commitments: checks the table, moves the totals. Raises TransitionRefused before anything has changed."""
    for commitment in commitments:
        check(commitment.state, to, by)
    weighing = Weighing(commitments)
    for commitment in commitments:
        if to in BINDING and commitment.made_at is None:
            commitment.made_at = now
        commitment.state = to
    weighing.settle(session)
