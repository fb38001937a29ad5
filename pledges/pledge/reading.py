"""Reading: which reports wait for a moderator, and what moderators make of them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal, select
from sqlalchemy.orm import Session, joinedload

from pledges import cursor
from pledges.letter.models import Letter
from pledges.pledge.counting import Weighing
from pledges.pledge.models import Commitment, Pledge, Reading
from pledges.pledge.states import REPORTED
from pledges.signature.desk import SEEN
from pledges.signature.models import Signature
from pledges.signature.states import TOLD
from pledges.tally import counting


def list_unread(
    session: Session, letter: Letter, *, after: str | None = None, limit: int
) -> tuple[Sequence[Commitment], str | None]:
    """A page of the reports whose note or evidence waits, oldest pledges first, and where the next one begins."""
    return _page(session, _of_letter(letter).where(_unread()), after, limit)


def list_reported(
    session: Session, letter: Letter, *, after: str | None = None, limit: int
) -> tuple[Sequence[Commitment], str | None]:
    """A page of all reports of who is not kept out, read or not, and where the next one begins."""
    reported = Commitment.state.in_(sorted(REPORTED)) & Signature.state.in_(TOLD)
    return _page(session, _of_letter(letter).where(reported), after, limit)


def count_unread(session: Session) -> Mapping[int, int]:
    """By letter: how many reports wait; letters where none does are left out."""
    unread = _by_letter(func.count()).where(_unread())
    return {row[0]: row[1] for row in session.execute(unread.group_by(Pledge.letter_id))}


def newest_unread(session: Session) -> Mapping[int, datetime]:
    """By letter: when the newest report came that waits."""
    newest = _by_letter(func.max(Commitment.reported_at)).where(_unread())
    return {row[0]: row[1] for row in session.execute(newest.group_by(Pledge.letter_id)) if row[1]}


def find_signatories(session: Session, letter: Letter, ids: Sequence[int]) -> Sequence[int]:
    """Whose these commitments under the letter are."""
    theirs = select(Commitment.signature_id).join(Commitment.pledge).where(Commitment.id.in_(ids))
    return session.scalars(theirs.where(Pledge.letter_id == letter.id)).all()


def judge(session: Session, commitments: Sequence[Commitment], reading: Reading, *, letter_id: int) -> None:
    """Lets notes and evidence be seen, or not, at once."""
    for commitment in commitments:
        commitment.reading = reading
    session.flush()
    counting.change(session, letter_id, Counter())


def mark(session: Session, commitments: Sequence[Commitment], source: str | None) -> None:
    """Marks reports as checked against a source, or, without one, not any more; the totals follow."""
    weighing = Weighing(commitments)
    for commitment in commitments:
        commitment.checked, commitment.checked_source = source is not None, source
    weighing.settle(session)


def _of_letter(letter: Letter) -> Select[Commitment]:
    whole = joinedload(Commitment.pledge, innerjoin=True), joinedload(Commitment.signature, innerjoin=True)
    seen = select(Commitment).join(Commitment.pledge).join(Commitment.signature).where(SEEN)
    return seen.options(*whole).where(Pledge.letter_id == letter.id)


def _by_letter(figure: ColumnElement[Any]) -> Select[Any]:
    seen = select(Pledge.letter_id, figure).join(Commitment, Commitment.pledge_id == Pledge.id)
    return seen.join(Commitment.signature).where(SEEN)


def _page(
    session: Session, statement: Select[Commitment], after: str | None, limit: int
) -> tuple[Sequence[Commitment], str | None]:
    if after is not None:
        statement = statement.where(Commitment.id > cursor.decode(after, int)[0])
    rows = session.scalars(statement.order_by(Commitment.id).limit(limit + 1)).all()
    return rows[:limit], cursor.encode(rows[limit - 1].id) if len(rows) > limit else None


def _unread() -> ColumnElement[bool]:
    """Of those that are kept out nothing is shown, and nothing need be read. What the quarantined write is read like
    anyone's: they would notice, were theirs the only notes that nobody ever reads.
    """
    waiting = Commitment.reading == literal(Reading.WAITING, literal_execute=True)  # spelled out, it finds its index
    return waiting & Signature.state.in_(TOLD)
