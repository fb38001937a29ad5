"""Forgets what has reached its term: unconfirmed submissions, networks, and who signed letters closed long ago."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, delete, literal, or_, select, update
from sqlalchemy.orm import Mapped, Session

from pledges.db import Base
from pledges.letter.term import list_past_term
from pledges.signature.models import Display, Signature, SignatureEvent, StatementState
from pledges.signature.states import DISTRUSTED, HELD, Kind, State
from pledges.term import BATCH, Term

UNCONFIRMED_KEPT_FOR = timedelta(days=30)
NETWORKS_KEPT_FOR = timedelta(days=7)

_signature = Base.metadata.tables[Signature.__tablename__].c
_HOLDS_MORE = or_(
    _signature.email.is_not(None),
    _signature.hidden.is_not(None),
    _signature.representative.is_not(None),
    _signature.updates,
)
"""Sealed words or wishes are still there: only these can be due."""

_UNTRACKED: dict[str, Any] = {"execution_options": {"synchronize_session": False}}
"""Nothing is loaded in these transactions that would have to follow."""

_UNSEEN = Signature.state.in_(DISTRUSTED) | Signature.together
"""Shown to nobody, whatever their display: what moderators kept out, and what waited for more signatures in vain."""


def _unconfirmed(now: datetime) -> ColumnElement[bool]:
    pending = Signature.state == literal(State.PENDING, literal_execute=True)  # spelled out, it finds its index
    return pending & (Signature.created_at <= now - UNCONFIRMED_KEPT_FOR)


def _find_unconfirmed(session: Session, *, now: datetime, after: int | None) -> Sequence[int]:
    return _find(session, _unconfirmed(now), after, place=_OF_FEW)


def _erase_unconfirmed(session: Session, ids: Sequence[int], now: datetime) -> int:
    _lock(session, ids)
    due = delete(Signature).where(Signature.id.in_(ids), _unconfirmed(now))
    return _count(session.execute(due, **_UNTRACKED))


def _networks(now: datetime) -> ColumnElement[bool]:
    return Signature.network_digest.is_not(None) & (Signature.created_at <= now - NETWORKS_KEPT_FOR)


def _find_networks(session: Session, *, now: datetime, after: int | None) -> Sequence[int]:
    return _find(session, _networks(now), after, place=_OF_FEW)


def _erase_networks(session: Session, ids: Sequence[int], now: datetime) -> int:
    _lock(session, ids)
    due = update(Signature).where(Signature.id.in_(ids), _networks(now))
    return _count(session.execute(due.values(network_digest=None), **_UNTRACKED))


def _find_addresses(session: Session, *, now: datetime, after: int | None) -> Sequence[int]:
    letters = list_past_term(session, now=now)
    if not letters:
        return []
    theirs = (Signature.letter_id + 0).in_(letters)  # in the rows' own order: an index would be read anew each time
    return _find(session, theirs & Signature.state.in_(HELD) & _HOLDS_MORE, after, place=Signature.id)


def _erase_addresses(session: Session, ids: Sequence[int], now: datetime) -> int:
    """Erases the address and every word that nobody will see any more. What is shown stays; so does the digest, and
    with it that one person counts once.
    """
    _lock(session, ids)
    theirs = Signature.id.in_(ids) & Signature.letter_id.in_(list_past_term(session, now=now))
    unseen = theirs & (Signature.kind == Kind.PERSON) & _UNSEEN
    words = dict.fromkeys(("name", "affiliation", "role", "country", "statement", "statement_state"))
    session.execute(update(Signature).where(unseen).values(**words, display=Display.ANONYMOUS), **_UNTRACKED)
    unread = (Signature.statement_state == StatementState.REJECTED) | Signature.statement.is_(None)
    session.execute(update(Signature).where(theirs, unread).values(statement=None, statement_state=None), **_UNTRACKED)
    their_events = SignatureEvent.signature_id.in_(select(Signature.id).where(theirs))
    session.execute(update(SignatureEvent).where(their_events).values(reason=None), **_UNTRACKED)
    nothing = {"email": None, "hidden": None, "representative": None, "network_digest": None, "updates": False}
    return _count(session.execute(update(Signature).where(theirs, _HOLDS_MORE).values(**nothing), **_UNTRACKED))


_OF_FEW = Signature.id + 0
"""A row's place where few are looked for: so written, SQLite goes by their own index and not through all rows."""


def _find(
    session: Session, due: ColumnElement[bool], after: int | None, *, place: ColumnElement[int] | Mapped[int]
) -> Sequence[int]:
    statement = select(Signature.id).where(due, place > (after or 0)).order_by(place).limit(BATCH)
    return session.scalars(statement).all()


def _lock(session: Session, ids: Sequence[int]) -> None:
    """In the order in which all lock signatures, so that none waits for another in a circle."""
    session.execute(select(Signature.id).where(Signature.id.in_(ids)).order_by(Signature.id).with_for_update())


def _count(result: Any) -> int:
    return cast("CursorResult[Any]", result).rowcount


TERMS = (
    Term("unconfirmed signatures", _find_unconfirmed, _erase_unconfirmed),
    Term("network digests", _find_networks, _erase_networks),
    Term("addresses of closed letters", _find_addresses, _erase_addresses),
)
