"""Forgets what was written with reports, once the letter's addresses are not kept any longer; what is shown stays."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, or_, select, update
from sqlalchemy.orm import Session

from pledges.letter.term import list_past_term
from pledges.pledge.models import Commitment, Pledge, Reading, Report
from pledges.term import BATCH, Term

_NOTHING: dict[str, Any] = {"note": None, "evidence": None}
_UNTRACKED: dict[str, Any] = {"execution_options": {"synchronize_session": False, "preserve_rowcount": True}}


def _unread() -> ColumnElement[bool]:
    """Written, and shown to nobody: it waits, or a moderator kept it back."""
    is_written = or_(Commitment.note.is_not(None), Commitment.evidence.is_not(None))
    return is_written & (Commitment.reading.is_(None) | (Commitment.reading != Reading.APPROVED))


def _find_notes(session: Session, *, now: datetime, after: int | None) -> Sequence[int]:
    pledges = _past_term(session, now)
    if not pledges:
        return []
    due = select(Commitment.id).where(Commitment.pledge_id.in_(pledges), _unread(), Commitment.id > (after or 0))
    return session.scalars(due.order_by(Commitment.id).limit(BATCH)).all()


def _erase_notes(session: Session, ids: Sequence[int], now: datetime) -> int:
    _lock(session, ids)
    theirs = Commitment.id.in_(ids) & Commitment.pledge_id.in_(_past_term(session, now))
    nothing = {**_NOTHING, "reading": None, "next_ask_at": None}
    return _count(session.execute(update(Commitment).where(theirs, _unread()).values(nothing), **_UNTRACKED))


def _find_reports(session: Session, *, now: datetime, after: int | None) -> Sequence[int]:
    pledges = _past_term(session, now)
    if not pledges:
        return []
    due = select(Report.id).join(Commitment, Commitment.id == Report.commitment_id)
    due = due.where(Commitment.pledge_id.in_(pledges), _is_written(), Report.id > (after or 0))
    return session.scalars(due.order_by(Report.id).limit(BATCH)).all()


def _erase_reports(session: Session, ids: Sequence[int], now: datetime) -> int:
    """Of the history only what was said when stays, and not in which words."""
    commitments = select(Commitment.id).where(Commitment.pledge_id.in_(_past_term(session, now)))
    theirs = update(Report).where(Report.id.in_(ids), _is_written(), Report.commitment_id.in_(commitments))
    return _count(session.execute(theirs.values(_NOTHING), **_UNTRACKED))


def _is_written() -> ColumnElement[bool]:
    return or_(Report.note.is_not(None), Report.evidence.is_not(None))


def _past_term(session: Session, now: datetime) -> Sequence[int]:
    letters = list_past_term(session, now=now)
    return session.scalars(select(Pledge.id).where(Pledge.letter_id.in_(letters))).all() if letters else []


def _lock(session: Session, ids: Sequence[int]) -> None:
    session.execute(select(Commitment.id).where(Commitment.id.in_(ids)).order_by(Commitment.id).with_for_update())


def _count(result: Any) -> int:
    return cast("CursorResult[Any]", result).rowcount


TERMS = (
    Term("unread notes on pledges", _find_notes, _erase_notes),
    Term("words of earlier reports", _find_reports, _erase_reports),
)
