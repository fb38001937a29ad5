"""Deciding: moderators let names through or keep them out, and can take it back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from pledges.errors import DomainError
from pledges.letter.models import Letter
from pledges.signature import desk, moving, organizations, policy, statements
from pledges.signature.history import UNREAD, WITHOUT_STATEMENT
from pledges.signature.models import Signature, StatementState
from pledges.signature.moving import NO_REASONS
from pledges.signature.organizations import OrganizationSigned
from pledges.signature.states import Actor, State

MOST_AT_ONCE = 500
LONGEST_REASON = 500
UNSAID: Mapping[int, str] = {}


class DecisionRefused(DomainError):
    """A decision without names, without a sense, or a rejection without a reason."""


@dataclass(frozen=True)
class Outcome:
    """What a decision came to: whom it moved, and whom somebody else had dealt with before."""

    decided: tuple[Signature, ...]
    overtaken: tuple[Signature, ...]


def approve(
    session: Session,
    letter: Letter,
    ids: Sequence[int],
    *,
    account_id: int,
    now: datetime,
    seen: Mapping[int, str] = UNSAID,
) -> Outcome:
    """Lets the names through that still wait, with their statements. Sealed ones count from then on; they are read, and
    approved once more, before they show.

    `seen` says by id which edition of the words the moderator read: what its signatory has changed since is left alone,
    here as in every decision of the queue.
    """
    rows = desk.lock_on_desk(session, letter, ids[:MOST_AT_ONCE])
    waiting = [row for row in rows if row.is_waiting and _is_as_seen(row, seen)]
    statements.mark(waiting, StatementState.APPROVED)
    return _move(session, rows, waiting, State.APPROVED, account_id=account_id, reasons=_unread(waiting), now=now)


def approve_name(
    session: Session,
    letter: Letter,
    ids: Sequence[int],
    *,
    account_id: int,
    now: datetime,
    seen: Mapping[int, str] = UNSAID,
) -> Outcome:
    """Lets the names through that still wait, without their statements."""
    rows = desk.lock_on_desk(session, letter, ids[:MOST_AT_ONCE])
    waiting = [row for row in rows if row.is_waiting and _is_as_seen(row, seen)]
    kept_out = {row.id: WITHOUT_STATEMENT for row in statements.mark(waiting, StatementState.REJECTED)}
    reasons = {**_unread(waiting), **kept_out}
    return _move(session, rows, waiting, State.APPROVED, account_id=account_id, reasons=reasons, now=now)


def judge_statements(
    session: Session,
    letter: Letter,
    ids: Sequence[int],
    old: StatementState,
    new: StatementState,
    *,
    reason: str = "",
    account_id: int,
    now: datetime,
    seen: Mapping[int, str] = UNSAID,
) -> Outcome:
    """Judges the statements alone under approved names, where nobody has judged them since they were `old`."""
    rows = desk.lock_on_desk(session, letter, ids[:MOST_AT_ONCE])
    unjudged = [row for row in rows if shows_statement(row) and row.statement_state is old]
    open_ones = [row for row in unjudged if _is_as_seen(row, seen)]
    why = f"sentence {new}" + (f": {reason}" if reason else "")
    statements.judge(session, open_ones, new, account_id=account_id, reason=why[:LONGEST_REASON], now=now)
    return _outcome(rows, open_ones)


def reject(
    session: Session,
    letter: Letter,
    ids: Sequence[int],
    *,
    reason: str,
    account_id: int,
    now: datetime,
    seen: Mapping[int, str] = UNSAID,
) -> Outcome:
    """Keeps out the names that still wait, or that only the letter's policy had let through."""
    rows = desk.lock_on_desk(session, letter, ids[:MOST_AT_ONCE])
    approved = [row.id for row in rows if row.state is State.APPROVED]
    decided = desk.decided_by_moderators(session, approved) if approved else frozenset()
    undecided = [row for row in rows if row.is_waiting or (row.id in approved and row.id not in decided)]
    waiting = {row.id: row for row in undecided if _is_as_seen(row, seen)}
    why = dict.fromkeys(waiting, reason)
    return _move(session, rows, [*waiting.values()], State.REJECTED, account_id=account_id, reasons=why, now=now)


def remove(
    session: Session, letter: Letter, signature_id: int, *, reason: str, account_id: int, now: datetime
) -> Outcome:
    """Takes an approved name off, whoever had approved it."""
    rows = desk.lock_on_desk(session, letter, [signature_id])
    approved = [row for row in rows if row.state is State.APPROVED]
    why = {signature_id: reason}
    return _move(session, rows, approved, State.REJECTED, account_id=account_id, reasons=why, now=now)


def take_back(session: Session, letter: Letter, signature_id: int, *, account_id: int, now: datetime) -> Outcome:
    """Puts a rejected name back into the queue, counted nowhere if the rules against abuse had kept it out.

    Raises OrganizationSigned if it has signed anew meanwhile.
    """
    rows = desk.lock_on_desk(session, letter, [signature_id])
    rejected = [row for row in rows if row.state is State.REJECTED]
    for row in rejected:
        organizations.check_free(session, row)
    to = State.QUARANTINED if any(policy.is_suspicious(row.flags) for row in rejected) else State.AWAITING
    return _move(session, rows, rejected, to, account_id=account_id, reasons=NO_REASONS, now=now)


def _move(
    session: Session,
    rows: Sequence[Signature],
    movable: Sequence[Signature],
    to: State,
    *,
    account_id: int,
    reasons: Mapping[int, str],
    now: datetime,
) -> Outcome:
    outcome = _outcome(rows, movable)
    try:
        moving.move(session, movable, to, by=Actor.MODERATOR, now=now, account_id=account_id, reasons=reasons)
    except IntegrityError as error:  # an organization that is taken back confirmed anew in the same moment
        raise OrganizationSigned from error
    return outcome


def _unread(rows: Sequence[Signature]) -> dict[int, str]:
    return {row.id: UNREAD for row in rows if row.is_sealed}


def shows_statement(row: Signature) -> bool:
    """Whether its sentence stands under an approved name, or would, were it approved itself."""
    return row.state is State.APPROVED and row.display.shows_statement and not (row.is_sealed or row.unread)


def _is_as_seen(row: Signature, seen: Mapping[int, str]) -> bool:
    return row.id not in seen or seen[row.id] == row.edition


def _outcome(rows: Sequence[Signature], decided: Sequence[Signature]) -> Outcome:
    return Outcome(decided=tuple(decided), overtaken=tuple(row for row in rows if row not in decided))
