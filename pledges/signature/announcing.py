"""Announcing that a letter was withdrawn by its organizer, to all who think that they stand under it."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from pledges.letter import withdrawing
from pledges.letter.models import Letter
from pledges.signature import rounds
from pledges.signature.models import Signature
from pledges.signature.states import TOLD, State
from pledges.term import BATCH

LETTER_WITHDRAWN = "letter_withdrawn"
AT_ONCE = BATCH


def register() -> None:
    """Has each withdrawal of a letter announced."""
    withdrawing.withdrawn.register(begin)


def begin(session: Session, letter: Letter, now: datetime) -> None:
    """Owes the announcement; the worker makes its round."""
    rounds.begin(session, LETTER_WITHDRAWN, letter.id, now=now)


def announce(session: Session, *, now: datetime) -> int:
    """Owes a mail to some of those who confirmed, and answers how many it looked at: none, once all have theirs.

    Not to whom moderators rejected, or whose address is erased; to those too who want no questions about pledges. Who
    is just confirming is waited for: nobody is passed over.
    """
    on = rounds.take(session, [LETTER_WITHDRAWN])
    if on is None:
        return 0
    columns = (Signature.id, Signature.state, Signature.email.is_not(None).label("reached"))
    theirs = (Signature.letter_id == on.letter_id) & Signature.state.in_(TOLD | {State.PENDING})
    some = select(*columns).where(theirs, Signature.id > on.after).order_by(Signature.id).limit(AT_ONCE)
    rows = session.execute(some.with_for_update(read=True)).all()
    rounds.tell(session, on, [row.id for row in rows if row.state in TOLD and row.reached], now=now)
    if len(rows) < AT_ONCE:
        session.delete(on)
    else:
        on.after = rows[-1].id
    session.flush()
    return len(rows)
