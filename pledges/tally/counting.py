"""Changes the counts of a letter, in the transaction of the deed that changes what they count."""

import random
from collections import Counter
from functools import cache

from sqlalchemy import Insert, delete
from sqlalchemy.orm import Session

from pledges.db import insert_for
from pledges.tally.models import AHEAD, SHARDS, Bucket, Tally


def change(session: Session, letter_id: int, changes: Counter[Bucket]) -> None:
    """Adds `changes` (they may be negative, or none) to one of the letter's rows, picked at random, and notes there
    that something has changed.
    """
    shard = random.randrange(SHARDS)  # noqa: S311 - spreads load, guards nothing
    _add(session, letter_id, shard, {"changes": 1, **_steps(changes)})


def change_ahead(session: Session, letter_id: int, changes: Counter[Bucket]) -> None:
    """Shows at once what will take its time to be changed row by row; who changes a row takes it back from here."""
    _add(session, letter_id, AHEAD, {"changes": 0, **_steps(changes)})


def end_ahead(session: Session, letter_id: int) -> None:
    """All rows are changed: what they say stands alone again."""
    session.execute(delete(Tally).where(Tally.letter_id == letter_id, Tally.shard == AHEAD))


def _steps(changes: Counter[Bucket]) -> dict[str, int]:
    return {bucket.value: by for bucket, by in changes.items() if by}


def _add(session: Session, letter_id: int, shard: int, steps: dict[str, int]) -> None:
    statement = _changing(session.get_bind().dialect.name, frozenset(steps))
    session.execute(statement, {**dict.fromkeys(_COUNTS, 0), "letter_id": letter_id, "shard": shard, **steps})


_COUNTS = ("changes", *(bucket.value for bucket in Bucket))


@cache
def _changing(dialect: str, names: frozenset[str]) -> Insert:
    statement = insert_for(dialect, Tally)
    steps = {name: getattr(Tally, name) + statement.excluded[name] for name in sorted(names)}
    return statement.on_conflict_do_update(index_elements=[Tally.letter_id, Tally.shard], set_=steps)
