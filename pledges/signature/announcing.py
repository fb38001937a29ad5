"""Announcing what became of a letter: to all who think that they stand under it, that its organizer withdrew it; to
those of them who wished for news, that it reached its goal, and that it has closed.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import literal_column, select, update
from sqlalchemy.orm import Session

from pledges.letter import withdrawing
from pledges.letter.models import Letter, LetterState
from pledges.mail import outbox
from pledges.signature import rounds
from pledges.signature.models import Signature
from pledges.signature.rounds import Round
from pledges.signature.states import TOLD, State
from pledges.tally import counting
from pledges.tally.queries import list_figures
from pledges.term import BATCH

LETTER_WITHDRAWN = "letter_withdrawn"
GOAL_REACHED = "goal_reached"
LETTER_CLOSED = "letter_closed"
AT_ONCE = BATCH
CLOSINGS_AT_ONCE = 100
"""As many as leave until the next sweep, so that no other mail waits behind them all."""


def register() -> None:
    """Has each withdrawal of a letter announced."""
    withdrawing.withdrawn.register(begin)


def begin(session: Session, letter: Letter, now: datetime) -> None:
    """Owes the announcement of a withdrawal; the worker makes its round."""
    rounds.begin(session, LETTER_WITHDRAWN, letter.id, now=now)


def note_goals(session: Session, *, now: datetime) -> int:
    """Notes one of the open letters whose goal is reached, as the letter counts, owes the announcement, and answers how
    many it noted. What is reached stays reached, also should some withdraw.
    """
    ahead = Letter.goal.is_not(None) & Letter.goal_reached_at.is_(None) & (Letter.state == LetterState.OPEN)
    letters = session.scalars(select(Letter).where(ahead).order_by(Letter.id)).all()
    figures = list_figures(session, letters) if letters else {}
    for letter in letters:
        if figures[letter.id].count(letter.counted) < (letter.goal or 0):
            continue
        noted = update(Letter).where(Letter.id == letter.id, ahead).values(goal_reached_at=now)
        if session.execute(noted.returning(Letter.id)).first() is not None:
            rounds.begin(session, GOAL_REACHED, letter.id, now=now)
            counting.change(session, letter.id, Counter())  # the form offers less now: another page
            return 1
    return 0


def announce(session: Session, *, now: datetime) -> int:
    """Owes a mail to some of those whom a round concerns, and answers how many it looked at: none, once all have
    theirs.

    Not to whom moderators rejected, or whose address is erased; of a withdrawal to those too who want no questions
    about pledges. Who is just confirming is waited for: nobody is passed over.
    """
    on = rounds.take(session, [LETTER_WITHDRAWN, GOAL_REACHED])
    if on is None:
        return 0
    reached = Signature.email.is_not(None).label("reached")
    columns = (Signature.id, Signature.state, Signature.updates, Signature.created_at, reached)
    theirs = (Signature.letter_id == on.letter_id) & Signature.state.in_(TOLD | {State.PENDING})
    some = select(*columns).where(theirs, Signature.id > on.after).order_by(Signature.id).limit(AT_ONCE)
    rows = session.execute(some.with_for_update(read=True)).all()
    told = [row.id for row in rows if row.state in TOLD and row.reached and _concerns(on, row.updates, row.created_at)]
    rounds.tell(session, on, told, now=now)
    if len(rows) < AT_ONCE:
        session.delete(on)
    else:
        on.after = rows[-1].id
    session.flush()
    return len(rows)


def _concerns(on: Round, wants_news: bool, signed_at: datetime) -> bool:
    """A withdrawal concerns all; a goal those who wished to hear of it while it was ahead."""
    return on.event == LETTER_WITHDRAWN or (wants_news and signed_at <= on.began_at)


def announce_closings(session: Session, *, now: datetime) -> None:
    """Owes a mail to some of those who wished to hear that their letter closes, once it has: each once, whenever they
    confirm, and however often it is closed. Each row says itself what was done to it.
    """
    closed = session.scalars(select(Letter.id).where(Letter.state == LetterState.CLOSED)).all()
    ids = _hold_untold(session, closed) if closed else []
    if ids:
        told = update(Signature).where(Signature.id.in_(ids)).values(closing_told_at=now)
        session.execute(told, execution_options={"synchronize_session": False})
        outbox.owe_each(session, LETTER_CLOSED, select(Signature.id).where(Signature.id.in_(ids)), now=now)


def _hold_untold(session: Session, closed: Sequence[int]) -> Sequence[int]:
    """Waits for nobody, so that it is never waited for in a circle."""
    untold = literal_column("signature.updates") & Signature.closing_told_at.is_(None)  # as its index says it
    theirs = Signature.letter_id.in_(closed) & Signature.state.in_(TOLD) & Signature.email.is_not(None)
    some = select(Signature.id).where(untold, theirs).order_by(Signature.letter_id, Signature.id)
    return session.scalars(some.limit(CLOSINGS_AT_ONCE).with_for_update(skip_locked=True)).all()
