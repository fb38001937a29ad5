"""The history of a signature: who changed what, when and why. Nothing in it is ever changed."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import case, insert, literal, null, update
from sqlalchemy.orm import Session

from pledges.db import Base
from pledges.signature.models import SignatureEvent
from pledges.signature.states import Actor, State

UNREAD = "unread, while it was sealed"
WITHOUT_STATEMENT = "without the sentence"
JUDGED = "judged"
"""What the history says for itself, where no moderator has given a reason."""

_WRITE = insert(Base.metadata.tables[SignatureEvent.__tablename__])


class Change(NamedTuple):
    """What happened to one signature; where it is no change of its state, `old` and `new` are the same."""

    signature_id: int
    old: State
    new: State
    reason: str | None = None


def write(
    session: Session, changes: Sequence[Change], *, by: Actor, account_id: int | None = None, now: datetime
) -> None:
    """Writes changes that one actor made at once. One statement, whatever their number."""
    if changes:
        who = {"at": now, "actor": by, "account_id": account_id}
        session.execute(_WRITE, [{**change._asdict(), **who} for change in changes])


def forget_reasons(session: Session, ids: Sequence[int]) -> None:
    """Erases what moderators wrote of these signatures. What the history says for itself names nobody, and stays; where
    something else than the name was judged, it says so from then on.
    """
    theirs = SignatureEvent.signature_id.in_(ids) & SignatureEvent.reason.not_in((UNREAD, WITHOUT_STATEMENT))
    nothing = case((SignatureEvent.old == SignatureEvent.new, literal(JUDGED)), else_=null())
    erased = update(SignatureEvent).where(theirs).values(reason=nothing)
    session.execute(erased, execution_options={"synchronize_session": False})
