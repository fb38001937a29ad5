"""Exporting: every confirmed signature of a letter, with what is shown of it: no address, and no hidden word."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pledges.letter.models import Letter
from pledges.signature.models import Signature
from pledges.signature.states import CONFIRMED

COLUMNS = (
    "kind", "state", "listed", "earlier", "name", "role", "affiliation", "country", "statement", "website", "checked",
    "confirmed_at",
)  # fmt: skip
AT_ONCE = 2000


def iterate_rows(session: Session, letter: Letter) -> Iterator[dict[str, Any]]:
    """Each signature that is awaiting or approved, in the order of signing, by its columns."""
    confirmed = select(Signature).where(Signature.letter_id == letter.id, Signature.state.in_(sorted(CONFIRMED)))
    after = 0
    while rows := session.scalars(confirmed.where(Signature.id > after).order_by(Signature.id).limit(AT_ONCE)).all():
        after = rows[-1].id
        yield from map(_row, rows)
        session.expunge_all()


def _row(signature: Signature) -> dict[str, Any]:
    """Words stand there only of who stands on the public list."""
    is_shown = signature.listed
    return {
        "kind": signature.kind.value,
        "state": signature.state.value,
        "listed": signature.listed,
        "earlier": signature.earlier,
        "name": signature.name if is_shown else None,
        "role": signature.role if is_shown else None,
        "affiliation": signature.affiliation if is_shown else None,
        "country": signature.country if is_shown else None,
        "statement": signature.shown_statement if is_shown else None,
        "website": signature.website if is_shown else None,
        "checked": signature.checked,
        "confirmed_at": signature.confirmed_at and signature.confirmed_at.isoformat(),
    }
