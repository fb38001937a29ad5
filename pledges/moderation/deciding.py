"""Deciding: moderators let names through or keep them out, and can take it back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from pledges.errors import DomainError
from pledges.letter.models import Letter
from pledges.signature import moving, queries
from pledges.signature.models import Signature
from pledges.signature.states import WAITING, Actor, State

MOST_AT_ONCE = 500


class DecisionRefused(DomainError):
    """A decision without names, without a sense, or a rejection without a reason."""


@dataclass(frozen=True)
class Outcome:
    """What a decision came to: whom it moved, and whom somebody else had dealt with before."""

    decided: tuple[Signature, ...]
    overtaken: tuple[Signature, ...]


def approve(session: Session, letter: Letter, ids: Sequence[int], *, account_id: int, now: datetime) -> Outcome:
    """Lets the names through that still wait."""
    rows = queries.lock_several(session, letter, ids[:MOST_AT_ONCE])
    waiting = [row for row in rows if row.state in WAITING]
    return _move(session, rows, waiting, State.APPROVED, account_id=account_id, reason=None, now=now)


def reject(
    session: Session, letter: Letter, ids: Sequence[int], *, reason: str, account_id: int, now: datetime
) -> Outcome:
    """Keeps out the names that still wait, or that only the letter's policy had let through."""
    rows = queries.lock_several(session, letter, ids[:MOST_AT_ONCE])
    approved = [row.id for row in rows if row.state is State.APPROVED]
    decided = queries.decided_by_moderators(session, approved) if approved else frozenset()
    waiting = [row for row in rows if row.state in WAITING or (row.id in approved and row.id not in decided)]
    return _move(session, rows, waiting, State.REJECTED, account_id=account_id, reason=reason, now=now)


def remove(
    session: Session, letter: Letter, signature_id: int, *, reason: str, account_id: int, now: datetime
) -> Outcome:
    """Takes an approved name off, whoever had approved it."""
    rows = queries.lock_several(session, letter, [signature_id])
    approved = [row for row in rows if row.state is State.APPROVED]
    return _move(session, rows, approved, State.REJECTED, account_id=account_id, reason=reason, now=now)


def take_back(session: Session, letter: Letter, signature_id: int, *, account_id: int, now: datetime) -> Outcome:
    """Puts a rejected name back into the queue."""
    rows = queries.lock_several(session, letter, [signature_id])
    rejected = [row for row in rows if row.state is State.REJECTED]
    return _move(session, rows, rejected, State.AWAITING, account_id=account_id, reason=None, now=now)


def _move(
    session: Session,
    rows: Sequence[Signature],
    movable: Sequence[Signature],
    to: State,
    *,
    account_id: int,
    reason: str | None,
    now: datetime,
) -> Outcome:
    overtaken = tuple(row for row in rows if row not in movable)
    moving.move(session, movable, to, by=Actor.MODERATOR, now=now, account_id=account_id, reason=reason)
    return Outcome(decided=tuple(movable), overtaken=overtaken)
