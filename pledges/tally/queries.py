"""Reads the counts of letters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from pledges.letter.models import Counted, Letter, LetterText
from pledges.tally.models import Bucket, Tally


@dataclass(frozen=True)
class Figures:
    """The counts of one letter; people for the present text, and what stands beside them."""

    awaiting: int = 0
    approved: int = 0
    rejected: int = 0
    withdrawn: int = 0
    earlier: int = 0
    organizations: int = 0
    imported: int = 0

    @property
    def confirmed(self) -> int:
        return self.awaiting + self.approved

    def count(self, counted: Counted) -> int:
        """The number that stands for the letter."""
        return self.approved if counted is Counted.APPROVED else self.confirmed


def _sums() -> Select[*tuple[Any, ...]]:
    return select(Tally.letter_id, *(func.sum(getattr(Tally, bucket)).label(bucket) for bucket in Bucket)).group_by(
        Tally.letter_id
    )


def list_figures(session: Session, letters: Sequence[Letter]) -> Mapping[int, Figures]:
    """The figures of several letters by their ids, zero where nobody has signed.

    None is below zero: while what is counted ahead is caught up with, somebody may withdraw who was counted otherwise.
    """
    rows = session.execute(_sums().where(Tally.letter_id.in_([letter.id for letter in letters])))
    found = {row[0]: Figures(*(max(0, int(n)) for n in row[1:])) for row in rows}
    return {letter.id: found.get(letter.id, Figures()) for letter in letters}


def get_figures(session: Session, letter: Letter) -> Figures:
    """The figures of one letter."""
    return list_figures(session, [letter])[letter.id]


def get_stamp(session: Session, slug: str | None, *, now: datetime) -> str:
    """What the public pages of one letter, or of all, are rendered from; another stamp means another page.

    One statement over a few rows for each letter, whatever the number of its signatures.
    """
    changes = select(func.coalesce(func.sum(Tally.changes), 0)).where(Tally.letter_id == Letter.id).scalar_subquery()
    newest = select(func.max(LetterText.id)).where(LetterText.letter_id == Letter.id).scalar_subquery()
    is_over = Letter.closes_at <= now
    statement = select(Letter.id, Letter.state, is_over, newest, changes).order_by(Letter.id)
    if slug is not None:
        statement = statement.where(Letter.slug == slug)
    return " ".join(str(value) for row in session.execute(statement) for value in row)
