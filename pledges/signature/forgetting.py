"""Forgets what has reached its term: unconfirmed submissions, networks, and who signed letters closed long ago."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, case, delete, literal, or_, select, update
from sqlalchemy.orm import Mapped, Session

from pledges.db import Base
from pledges.letter.term import list_past_term
from pledges.signature.history import forget_reasons
from pledges.signature.models import Signature, StatementState
from pledges.signature.states import HELD, State
from pledges.signature.words import Display
from pledges.term import BATCH, Term

UNCONFIRMED_KEPT_FOR = timedelta(days=30)
NETWORKS_KEPT_FOR = timedelta(days=7)

_signature = Base.metadata.tables[Signature.__tablename__].c
_WORDS = ("name", "affiliation", "role", "country", "website", "website_host", "invitation_id")
_SEALED = or_(*(_signature[name].is_not(None) for name in ("email", "hidden", "representative")), _signature.updates)
_UNSHOWN = ~Signature.listed & or_(
    *(_signature[name].is_not(None) for name in (*_WORDS, "statement", "statement_state"))
)
_UNREAD = Signature.statement.is_not(None) & (Signature.statement_state != StatementState.APPROVED)
_HOLDS_MORE = _SEALED | _UNSHOWN | _UNREAD
"""What nobody is shown, or a wish that nobody can fulfil, is still there: only these can be due."""


def _where(is_due: ColumnElement[bool], **erased: object) -> dict[str, ColumnElement[Any]]:
    """Columns that become what is `erased` where it is due, and stay what they are elsewhere."""
    return {
        name: case((is_due, literal(value, _signature[name].type)), else_=_signature[name])
        for name, value in erased.items()
    }


_AT_TERM: dict[str, Any] = {
    **dict.fromkeys(("email", "hidden", "representative", "network_digest")),
    "updates": False,
    **_where(
        ~Signature.listed, **dict.fromkeys((*_WORDS, "rank")), display=Display.ANONYMOUS, affiliation_matched=False
    ),
    **_where(~Signature.listed | _UNREAD | Signature.statement.is_(None), statement=None, statement_state=None),
    **_where(Signature.state == State.REJECTED, domain=None),
}
"""All in one statement: a row that is updated twice refers anew to its letter's text, and waits for who revises it."""

_UNTRACKED: dict[str, Any] = {"execution_options": {"synchronize_session": False}}
"""Nothing is loaded in these transactions that would have to follow."""


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
    """Erases the address and every word that nobody is shown. What stands on the public list stays; so does the digest,
    and with it that one person counts once. The domain goes only of the rejected: of all who think that they are
    counted the same is kept.
    """
    past = Signature.letter_id.in_(list_past_term(session, now=now)) & Signature.state.in_(HELD)
    held = select(Signature.id).where(Signature.id.in_(ids), past, _HOLDS_MORE).order_by(Signature.id).with_for_update()
    due = session.scalars(held).all()
    theirs = update(Signature).where(Signature.id.in_(due))
    session.execute(theirs.values(_AT_TERM), **_UNTRACKED)
    forget_reasons(session, due)
    return len(due)


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
