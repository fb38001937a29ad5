"""Proves the stored counts against the rows that they count, and repairs them."""

from collections import Counter
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import Select, func, literal, select, union_all
from sqlalchemy.orm import Session

from pledges.tally import counting
from pledges.tally.models import AHEAD, Bucket, Tally


@dataclass(frozen=True)
class Difference:
    """One count that is not what the rows say."""

    letter_id: int
    bucket: Bucket
    stored: int
    counted: int


def compare(session: Session, truth: Select[Any], letter_id: int | None = None) -> list[Difference]:
    """The differences between the tally and `truth`, rows of (letter_id, bucket, how many).

    Both are read in one statement, so in one snapshot: signatures that arrive meanwhile make no difference.
    """
    stored = [
        select(Tally.letter_id, literal(bucket.value).label("bucket"), func.sum(getattr(Tally, bucket)).label("n"))
        .where(Tally.shard != AHEAD)
        .group_by(Tally.letter_id)
        for bucket in Bucket
    ]
    counted = truth.subquery()
    both = union_all(
        *(
            select(s.c.letter_id, s.c.bucket, s.c.n.label("stored"), literal(0).label("counted"))
            for s in (query.subquery() for query in stored)
        ),
        select(counted.c.letter_id, counted.c.bucket, literal(0), counted.c.n),
    ).subquery()
    sums = func.sum(both.c.stored), func.sum(both.c.counted)
    statement = (
        select(both.c.letter_id, both.c.bucket, *sums)
        .group_by(both.c.letter_id, both.c.bucket)
        .having(sums[0] != sums[1])
        .order_by(both.c.letter_id, both.c.bucket)
    )
    if letter_id is not None:
        statement = statement.where(both.c.letter_id == letter_id)
    return [Difference(row[0], Bucket(row[1]), int(row[2]), int(row[3])) for row in session.execute(statement)]


def repair(session: Session, differences: list[Difference]) -> None:
    """Adds what is missing. As only differences are added, signers need not be held up meanwhile."""
    for letter_id, theirs in groupby(differences, key=lambda difference: difference.letter_id):
        counting.change(session, letter_id, Counter({one.bucket: one.counted - one.stored for one in theirs}))
