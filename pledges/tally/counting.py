"""Changes the counts of a letter, in the transaction of the deed that changes what they count."""

import random
from collections import Counter

from sqlalchemy.orm import Session

from pledges.db import insert_into
from pledges.tally.models import SHARDS, Bucket, Tally


def change(session: Session, letter_id: int, changes: Counter[Bucket]) -> None:
    """Adds `changes` (they may be negative, or none) to one of the letter's rows, picked at random, and notes there
    that something has changed.
    """
    steps = {"changes": 1, **{bucket.value: by for bucket, by in changes.items() if by}}
    shard = random.randrange(SHARDS)  # noqa: S311 - spreads load, guards nothing
    statement = insert_into(session, Tally).values(letter_id=letter_id, shard=shard, **steps)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=[Tally.letter_id, Tally.shard],
            set_={name: getattr(Tally, name) + by for name, by in steps.items()},
        )
    )
