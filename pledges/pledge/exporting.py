"""Exporting: every commitment under a letter, for its organizer. Who did not choose to be shown has no name in it."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from pledges.letter.models import Letter
from pledges.pledge.amounts import as_text
from pledges.pledge.models import Commitment, Pledge, Reading
from pledges.pledge.states import REPORTED, State
from pledges.spreadsheet import as_csv

COLUMNS = (
    "pledge", "reference", "state", "counted", "said_by", "amount", "delivered", "imported", "unit", "name", "made_at",
    "reported_at", "checked_source", "note", "evidence",
)  # fmt: skip
AT_ONCE = 2000


def iterate_rows(session: Session, letter: Letter) -> Iterator[dict[str, Any]]:
    """Each commitment that was confirmed, by its columns; notes and evidence only where a moderator approved them."""
    whole = joinedload(Commitment.pledge, innerjoin=True), joinedload(Commitment.signature, innerjoin=True)
    theirs = select(Commitment).join(Commitment.pledge).options(*whole)
    theirs = theirs.where(Pledge.letter_id == letter.id, Commitment.state != State.OFFERED).order_by(Commitment.id)
    after = 0
    while rows := session.scalars(theirs.where(Commitment.id > after).limit(AT_ONCE)).all():
        yield from map(_row, rows)
        after = rows[-1].id
        session.expunge_all()


def iterate_csv(session: Session, letter: Letter) -> Iterator[str]:
    """The same as lines of CSV, none of which a spreadsheet takes for a formula."""
    return as_csv(COLUMNS, iterate_rows(session, letter))


def _row(c: Commitment) -> dict[str, Any]:
    unit, is_read = c.pledge.unit, c.reading is Reading.APPROVED
    return {
        "pledge": c.pledge.key,
        "reference": c.reference,
        "state": c.state.value,
        "counted": c.counted,
        "said_by": _said_by(c),
        "amount": as_text(c.amount, unit) if unit and c.amount is not None else None,
        "delivered": as_text(c.delivered, unit) if unit and c.delivered is not None else None,
        "imported": as_text(c.imported, unit) if unit and c.imported is not None else None,
        "unit": unit and unit.name,
        "name": c.signature.name if c.shown and c.signature.listed else None,
        "made_at": c.made_at and c.made_at.isoformat(),
        "reported_at": c.reported_at and c.reported_at.isoformat(),
        "checked_source": c.checked_source,
        "note": c.note if is_read else None,
        "evidence": c.evidence if is_read else None,
    }


def _said_by(c: Commitment) -> str | None:
    """Whose word the state is."""
    if c.state not in REPORTED:
        return None
    if c.checked:
        return "checked"
    return "organizer" if c.by_organizer else "self-reported"
