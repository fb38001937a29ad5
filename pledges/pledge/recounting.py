"""Proves the kept totals of pledges against the commitments that they count, and repairs them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, literal, select, union_all
from sqlalchemy.orm import Session

from pledges.pledge.counting import COUNTED, change_tally, weight_as_sql
from pledges.pledge.models import Commitment, Pledge, PledgeTally
from pledges.tally import counting


@dataclass(frozen=True)
class Difference:
    """One total that is not what the commitments say."""

    letter_id: int
    pledge_id: int
    key: str
    name: str
    stored: int
    counted: int


def compare(session: Session, letter_id: int | None = None) -> list[Difference]:
    """The differences between totals and commitments, of one letter or of all.

    Both are read in one statement, so in one snapshot: reports that arrive meanwhile make no difference.
    """
    weights, nothing = weight_as_sql(), [literal(0) for _ in COUNTED]
    stored = [getattr(PledgeTally, name) for name in COUNTED]
    rows = union_all(
        select(PledgeTally.pledge_id, *_named("stored", stored), *_named("counted", nothing)),
        select(Commitment.pledge_id, *_named("stored", nothing), *_named("counted", [weights[n] for n in COUNTED])),
    ).subquery()
    sums = [func.sum(rows.c[f"{side}_{name}"]) for name in COUNTED for side in ("stored", "counted")]
    statement = select(Pledge.letter_id, Pledge.id, Pledge.key, *sums).join(rows, rows.c.pledge_id == Pledge.id)
    statement = statement.group_by(Pledge.letter_id, Pledge.id, Pledge.key).order_by(Pledge.letter_id, Pledge.id)
    if letter_id is not None:
        statement = statement.where(Pledge.letter_id == letter_id)
    found = [
        Difference(row[0], row[1], row[2], name, int(row[3 + 2 * n]), int(row[4 + 2 * n]))
        for row in session.execute(statement)
        for n, name in enumerate(COUNTED)
    ]
    return [one for one in found if one.stored != one.counted]


def repair(session: Session, differences: Sequence[Difference]) -> None:
    """Adds what is missing. As only differences are added, nobody need be held up meanwhile."""
    for one in differences:
        change_tally(session, one.pledge_id, {one.name: one.counted - one.stored})
    for letter_id in sorted({one.letter_id for one in differences}):
        counting.change(session, letter_id, Counter())


def _named(side: str, columns):  # type: ignore[no-untyped-def] # ColumnElements in, Labels out
    return [column.label(f"{side}_{name}") for name, column in zip(COUNTED, columns, strict=True)]
