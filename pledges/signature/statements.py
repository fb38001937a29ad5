"""Statements: the sentence under a name, which moderators judge on its own."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, func, literal, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from pledges import cursor
from pledges.letter.models import Letter
from pledges.signature import history
from pledges.signature.history import Change
from pledges.signature.models import Signature, StatementState
from pledges.signature.states import Actor
from pledges.tally import counting


def list_unread(
    session: Session, letter: Letter, *, after: str | None = None, limit: int
) -> tuple[Sequence[Signature], str | None]:
    """A page of the listed names whose statement waits, oldest first, and where the next one begins."""
    statement = select(Signature).where(Signature.letter_id == letter.id, _unread())
    if after is not None:
        statement = statement.where(Signature.id > cursor.decode(after, int)[0])
    rows = session.scalars(statement.order_by(Signature.id).limit(limit + 1)).all()
    return rows[:limit], cursor.encode(rows[limit - 1].id) if len(rows) > limit else None


def count_unread(session: Session) -> Mapping[int, int]:
    """By letter: under how many listed names a statement waits; letters where none does are left out."""
    unread = select(Signature.letter_id, func.count()).where(_unread()).group_by(Signature.letter_id)
    return {row[0]: row[1] for row in session.execute(unread)}


def newest_unread(session: Session) -> Mapping[int, datetime]:
    """By letter: when the newest listed name was confirmed whose statement waits."""
    newest = select(Signature.letter_id, func.max(Signature.confirmed_at)).where(_unread())
    return {row[0]: row[1] for row in session.execute(newest.group_by(Signature.letter_id)) if row[1] is not None}


def mark(signatures: Sequence[Signature], state: StatementState) -> list[Signature]:
    """Judges the statements of those who have one that can be read and is to be shown, and answers whose they are;
    written with what else becomes of them. What their display never shows nobody has read: it waits on, should its
    signatory ever have it shown. What was kept out stays so, though the name is approved anew.
    """
    judged = []
    for signature in signatures:
        is_read = signature.display.shows_statement and not signature.is_sealed
        is_kept_out = (signature.statement_state, state) == (StatementState.REJECTED, StatementState.APPROVED)
        if signature.statement_state is not None and is_read and not is_kept_out:
            signature.statement_state = state
            judged.append(signature)
        flag_modified(signature, "statement_state")  # changed or not: so one statement serves all
    return judged


def judge(
    session: Session,
    signatures: Sequence[Signature],
    state: StatementState,
    *,
    account_id: int | None,
    reason: str,
    now: datetime,
) -> None:
    """Judges the statements alone of signatures of one letter, writes who and why, and lets the public see it."""
    if not signatures:
        return
    mark(signatures, state)
    session.flush()
    judged = [Change(row.id, row.state, row.state, reason) for row in signatures]
    history.write(session, judged, by=Actor.MODERATOR, account_id=account_id, now=now)
    counting.change(session, signatures[0].letter_id, Counter())


def _unread() -> ColumnElement[bool]:
    """What waits with its name is judged with its name, and what is never shown is not judged at all."""
    waiting = Signature.statement_state == literal(StatementState.WAITING, literal_execute=True)  # finds its index
    return waiting & Signature.listed & Signature.statement.is_not(None)
