"""Finds the signatures that a message to a moderator names."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from pledges.letter.models import Letter
from pledges.signature.models import Signature
from pledges.signature.states import State


def list_named(session: Session, letter: Letter, ids: Sequence[int]) -> Sequence[Signature]:
    """Those of `ids` that were confirmed under this letter, in order of id."""
    theirs = (Signature.letter_id == letter.id) & (Signature.state != State.PENDING)
    return session.scalars(select(Signature).where(theirs, Signature.id.in_(ids)).order_by(Signature.id)).all()
