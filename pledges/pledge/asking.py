"""Asking what became of commitments: one mail for each signatory, with one link; two reminders, then silence."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, func, literal, select, update
from sqlalchemy.orm import Session

from pledges.mail import outbox
from pledges.pledge import schedule
from pledges.pledge.models import Commitment, Pledge
from pledges.pledge.states import BINDING
from pledges.signature.models import Signature
from pledges.signature.states import TOLD

CHECK_IN = "check_in"
AT_ONCE = 1000
"""So many signatories in one short transaction; a due date may be that of a hundred thousand."""


def ask_due(session: Session, *, now: datetime) -> int:
    """Owes a check-in to some of the signatories about whose commitments it is time to ask, notes when to ask next,
    and answers of how many: none, once nothing is due.

    Who can't be reached, is kept out by a moderator or has asked for silence is asked nothing. Signatories are held
    before their commitments, as everywhere: all that is due of one person stands in one mail, however many ask at once.
    """
    signatures = session.scalars(_due_signatures(now)).all()
    if not signatures:
        return 0
    rows = session.execute(_due_commitments(signatures, now)).all()
    _note_questions(session, rows, now)
    asked = sorted({row.signature_id for row in rows if row.state in BINDING})
    reached = Signature.id.in_(asked) & may_be_asked()
    still_due = session.scalar(select(func.count()).select_from(Commitment).where(Commitment.next_ask_at <= now))
    outbox.owe_each(session, CHECK_IN, select(Signature.id).where(reached), now=now, behind=still_due or 0)
    return len(signatures)


def may_be_asked() -> ColumnElement[bool]:
    """Which signatories are asked what became of their pledges: all who think that they are counted, can be reached
    and have not asked for silence.
    """
    return Signature.state.in_(TOLD) & Signature.email.is_not(None) & ~Signature.unasked


def stop_asking(session: Session, signature_id: int) -> None:
    """Sends this signatory no check-ins any more; one's own page and reports stay as they are."""
    session.execute(update(Signature).where(Signature.id == signature_id).values(unasked=True))


def _due_signatures(now: datetime) -> Any:
    due = select(Commitment.signature_id).where(Commitment.next_ask_at <= now)
    some = due.order_by(Commitment.next_ask_at).limit(AT_ONCE).scalar_subquery()
    theirs = select(Signature.id).where(Signature.id.in_(some)).order_by(Signature.id)
    return theirs.with_for_update(skip_locked=True)


def _due_commitments(signatures: Sequence[int], now: datetime) -> Any:
    columns = (Commitment.id, Commitment.signature_id, Commitment.pledge_id, Commitment.state)
    rows = select(*columns, Commitment.asked).order_by(Commitment.id).with_for_update()
    return rows.where(Commitment.signature_id.in_(signatures), Commitment.next_ask_at <= now)


def _note_questions(session: Session, rows: Sequence[Row[Any]], now: datetime) -> None:
    """One UPDATE for all that stand alike."""
    ids = {row.pledge_id for row in rows}
    pledges = {pledge.id: pledge for pledge in session.scalars(select(Pledge).where(Pledge.id.in_(ids)))}
    alike: dict[tuple[int, int], list[int]] = defaultdict(list)
    for row in rows:
        alike[row.pledge_id, row.asked].append(row.id)
    for (pledge_id, asked), commitments in alike.items():
        pledge = pledges[pledge_id]
        asked_now = asked + 1 if pledge.due_at is None or pledge.is_due(now) else 0
        following = schedule.next_question(pledge, asked_now, now=now)
        noted = update(Commitment).where(Commitment.id.in_(commitments))
        values = {"asked": asked_now, "next_ask_at": literal(following, Commitment.next_ask_at.type)}
        session.execute(noted.values(values), execution_options={"synchronize_session": False})
