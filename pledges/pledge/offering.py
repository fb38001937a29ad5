"""Offering: what a letter file says can be pledged becomes the letter's pledges."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from pledges.letter.models import Letter, PledgeKind
from pledges.pledge.amounts import Unit
from pledges.pledge.models import Pledge


def offer(session: Session, letter: Letter) -> None:
    """Makes the pledges that stood in the letter's file, in their order; called when the letter is made."""
    for position, offered in enumerate(letter.offered_pledges):
        session.add(_pledge(letter, position, offered))
    session.flush()


def _pledge(letter: Letter, position: int, offered: Mapping[str, Any]) -> Pledge:
    unit = Unit(offered["unit"]) if offered.get("unit") else None
    own = {letter.language: offered["texts"][letter.language]}
    return Pledge(
        letter_id=letter.id,
        position=position,
        key=offered["key"],
        kind=PledgeKind(offered["kind"]),
        unit_name=unit and unit.name,
        texts={**own, **offered["texts"]},
        due_at=_end_of(offered.get("due")),
        every_days=offered.get("every"),
        target=_smallest(offered.get("target"), unit),
        lowest=_smallest(offered.get("lowest"), unit),
        highest=_smallest(offered.get("highest"), unit),
        required=bool(offered.get("required")),
        threshold=offered.get("threshold"),
        pay_url=offered.get("pay"),
    )


def _smallest(amount: str | None, unit: Unit | None) -> int | None:
    if amount is None:
        return None
    return int(Decimal(amount).scaleb(unit.decimals if unit else 0))


def _end_of(day: str | None) -> datetime | None:
    if day is None:
        return None
    return datetime.combine(date.fromisoformat(day) + timedelta(days=1), time(), UTC)
