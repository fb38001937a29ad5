"""What moderators see: the queue, what was decided, and of what is sealed no more than they need."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, exists, func, select, tuple_
from sqlalchemy.orm import Session, aliased

from pledges.letter.models import Counted, Letter
from pledges.signature.conditions import DECIDED, WAITING, holds
from pledges.signature.models import Signature, SignatureEvent
from pledges.signature.queries import locked, page, place
from pledges.signature.states import Actor, State

SEEN = ~Signature.together | Signature.together_told_at.is_not(None)
"""Names that wait for others are sealed for moderators too, until they are going to show."""
_of = aliased(Letter)
_COUNTS_APPROVED = exists().where(_of.id == Signature.letter_id, _of.counted == Counted.APPROVED).correlate(Signature)
_NEEDED = Signature.state.in_((State.QUARANTINED, State.REJECTED)) | Signature.unread
_NEEDED |= (Signature.state == State.AWAITING) & _COUNTS_APPROVED
"""Of sealed ones moderators see that those are there which stand outside the letter's count unless they let them in,
and what they have made of such ones.
"""
_ON_QUEUE = SEEN | (_NEEDED & ~Signature.unread)


def lock_seen(session: Session, letter: Letter, ids: Sequence[int]) -> Sequence[Signature]:
    """Those of `ids` that were confirmed under this letter, in order of id, held until the transaction ends; without
    those that moderators do not see: what they are not shown, they neither decide on nor are told of.
    """
    return _lock(session, letter, ids, SEEN)


def lock_on_desk(session: Session, letter: Letter, ids: Sequence[int]) -> Sequence[Signature]:
    """The same with the sealed ones that moderators see are there, without a word of them."""
    return _lock(session, letter, ids, SEEN | _NEEDED)


def _lock(session: Session, letter: Letter, ids: Sequence[int], which: ColumnElement[bool]) -> Sequence[Signature]:
    theirs = (Signature.letter_id == letter.id) & (Signature.state != State.PENDING) & which
    return session.scalars(locked(select(Signature).where(theirs, Signature.id.in_(ids)).order_by(Signature.id))).all()


def list_waiting(
    session: Session, letter: Letter, *, after: str | None = None, limit: int
) -> tuple[Sequence[Signature], str | None]:
    """A page of the names that nobody has decided on, oldest first, and where the next one begins."""
    statement = select(Signature).where(Signature.letter_id == letter.id, holds(WAITING), _ON_QUEUE)
    if after is not None:
        statement = statement.where(tuple_(Signature.confirmed_at, Signature.id) > place(after))
    return page(session, statement.order_by(Signature.confirmed_at, Signature.id), limit)


def count_waiting(session: Session) -> Mapping[int, int]:
    """By letter: how many names wait; letters where none does are left out."""
    waiting = select(Signature.letter_id, func.count()).where(holds(WAITING), _ON_QUEUE)
    return {row[0]: row[1] for row in session.execute(waiting.group_by(Signature.letter_id))}


def newest_waiting(session: Session) -> Mapping[int, datetime]:
    """By letter: when a name came last that waits, confirmed or to be looked at once more. Reads a row of each index
    for each letter.
    """
    theirs = (Signature.letter_id == Letter.id) & _ON_QUEUE
    confirmed = select(Signature.confirmed_at).where(theirs, holds(WAITING))
    back = select(Signature.back_at).where(theirs, Signature.back_at.is_not(None))
    confirmed = confirmed.order_by(Signature.confirmed_at.desc(), Signature.id.desc()).limit(1)
    back = back.order_by(Signature.back_at.desc()).limit(1)
    rows = session.execute(select(Letter.id, confirmed.scalar_subquery(), back.scalar_subquery()))
    return {letter_id: max(filter(None, moments)) for letter_id, *moments in rows if any(moments)}


def decided_by_moderators(session: Session, ids: Sequence[int]) -> frozenset[int]:
    """Those of `ids` on which a moderator has decided before; a statement alone is not the name."""
    of_names = (SignatureEvent.actor == Actor.MODERATOR) & (SignatureEvent.old != SignatureEvent.new)
    statement = select(SignatureEvent.signature_id).where(SignatureEvent.signature_id.in_(ids), of_names)
    return frozenset(session.scalars(statement))


def list_decided(
    session: Session, letter: Letter, *, after: str | None = None, limit: int
) -> tuple[Sequence[Signature], str | None]:
    """A page of the approved and rejected, newest first, and where the next one begins."""
    is_told = (SEEN & ~Signature.unread) | (~SEEN & _NEEDED)
    statement = select(Signature).where(Signature.letter_id == letter.id, holds(DECIDED), is_told)
    if after is not None:
        statement = statement.where(tuple_(Signature.confirmed_at, Signature.id) < place(after))
    return page(session, statement.order_by(Signature.confirmed_at.desc(), Signature.id.desc()), limit)
