"""Forgets for whom secret links were made, once the letter's addresses are not kept any longer."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, select, update
from sqlalchemy.orm import Session

from pledges.letter.models import Invitation
from pledges.letter.term import list_past_term
from pledges.term import BATCH, Term


def _find_notes(session: Session, *, now: datetime, after: int | None) -> Sequence[int]:
    letters = list_past_term(session, now=now)
    due = select(Invitation.id).where(Invitation.letter_id.in_(letters), Invitation.note.is_not(None))
    return session.scalars(due.where(Invitation.id > (after or 0)).order_by(Invitation.id).limit(BATCH)).all()


def _erase_notes(session: Session, ids: Sequence[int], now: datetime) -> int:
    due = Invitation.id.in_(ids) & Invitation.letter_id.in_(list_past_term(session, now=now))
    erased = update(Invitation).where(due).values(note=None)
    untracked = {"synchronize_session": False, "preserve_rowcount": True}
    return cast("CursorResult[Any]", session.execute(erased, execution_options=untracked)).rowcount


TERMS = (Term("notes of secret links", _find_notes, _erase_notes),)
