"""Showing: what signatories chose to show of their commitments, and what moderators approved of what they wrote."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, func, literal_column, select
from sqlalchemy.orm import Session, joinedload

from pledges import cursor
from pledges.errors import NotFound
from pledges.letter.models import Letter
from pledges.pledge.models import Commitment, Pledge
from pledges.pledge.states import BINDING
from pledges.signature.models import Signature

LOOKED_AT = 1000


class NothingShown(NotFound):
    """That signatory shows no commitments, or not any more."""


def list_shown(
    session: Session, pledge: Pledge, *, after: str | None = None, limit: int
) -> tuple[Sequence[Commitment], str | None]:
    """A page of those who chose to show this pledge and stand on the public list, newest first, and where the next
    page begins. Raises CursorUnknown.

    However many wait for a moderator, `LOOKED_AT` are looked at: a page may hold fewer than there is room for.
    """
    chosen = select(Commitment.id).where(Commitment.pledge_id == pledge.id, _chosen())
    if after is not None:
        chosen = chosen.where(Commitment.id < cursor.decode(after, int)[0])
    window = chosen.order_by(Commitment.id.desc()).limit(LOOKED_AT).subquery()
    page = _shown().join(window, window.c.id == Commitment.id).order_by(Commitment.id.desc())
    rows = session.scalars(page.limit(limit + 1)).all()
    if len(rows) > limit:
        return rows[:limit], cursor.encode(rows[limit - 1].id)
    seen, last = session.execute(select(func.count(), func.min(window.c.id))).one()
    return rows, cursor.encode(last) if seen == LOOKED_AT else None


def list_shown_by(session: Session, letter: Letter, signature_id: int) -> Sequence[Commitment]:
    """What one listed signatory shows, in the letter's order. Raises NothingShown."""
    theirs = _shown().join(Commitment.pledge).options(joinedload(Commitment.pledge, innerjoin=True))
    theirs = theirs.where(Commitment.signature_id == signature_id, Pledge.letter_id == letter.id)
    found = session.scalars(theirs.order_by(Pledge.position)).all()
    if not found:
        raise NothingShown(signature_id)
    return found


def list_notes(session: Session, pledge: Pledge, *, limit: int) -> Sequence[Commitment]:
    """The newest approved notes on this pledge, with or without a name."""
    approved: ColumnElement[bool] = literal_column("commitment.reading = 'approved'")
    statement = select(Commitment).join(Commitment.signature).options(joinedload(Commitment.signature, innerjoin=True))
    statement = statement.where(Commitment.pledge_id == pledge.id, approved, _stands())
    return session.scalars(statement.order_by(Commitment.reported_at.desc(), Commitment.id.desc()).limit(limit)).all()


def _shown() -> Select[Commitment]:
    statement = select(Commitment).join(Commitment.signature).options(joinedload(Commitment.signature, innerjoin=True))
    return statement.where(_chosen(), _stands(), Signature.listed)


def _chosen() -> ColumnElement[bool]:
    """In the very words of the index's condition: `shown = 1` finds no index on SQLite."""
    return literal_column("commitment.shown")


def _stands() -> ColumnElement[bool]:
    return Commitment.counted & Commitment.state.in_(sorted(BINDING))
