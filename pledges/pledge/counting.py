"""The totals of pledges: kept with what they count, in the same transaction, and read as a sum of few rows."""

import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from sqlalchemy import ColumnElement, Insert, case, func, select
from sqlalchemy.orm import Session

from pledges.db import insert_for
from pledges.pledge.models import SHARDS, Commitment, Pledge, PledgeTally
from pledges.pledge.states import BINDING, State
from pledges.tally import counting as letters

COUNTED = ("waiting", "made", "kept", "partly", "not_yet", "released", "checked", "pledged", "delivered")
"""The columns of the tally, in its order."""


@dataclass(frozen=True)
class Totals:
    """The totals of one pledge; `unreported` bind and have no report. Sums are in the unit's smallest part."""

    waiting: int = 0
    unreported: int = 0
    kept: int = 0
    partly: int = 0
    not_yet: int = 0
    released: int = 0
    checked: int = 0
    pledged: int = 0
    delivered: int = 0

    @property
    def made(self) -> int:
        """All that bind."""
        return self.unreported + self.kept + self.partly + self.not_yet + self.released


def weight(commitment: Commitment) -> Counter[str]:
    """What a commitment adds to its pledge's totals as it stands: the one definition for tally and recount."""
    if not commitment.counted:
        return Counter()
    if commitment.state is State.WAITING:
        return Counter(waiting=1)
    if commitment.state not in BINDING:
        return Counter()
    sums = Counter(pledged=commitment.amount or 0, delivered=commitment.received or 0)
    return sums + Counter({commitment.state.value: 1, "checked": int(bool(commitment.checked))})


def weight_as_sql() -> dict[str, ColumnElement[int]]:
    """The same of a row, for the database to add up, by the tally's columns."""
    binds = Commitment.counted & Commitment.state.in_(sorted(BINDING))
    said, imported = func.coalesce(Commitment.delivered, 0), func.coalesce(Commitment.imported, 0)
    sums = {"pledged": func.coalesce(Commitment.amount, 0), "delivered": case((imported > said, imported), else_=said)}
    stands = {state.value: case((Commitment.counted & (Commitment.state == state), 1), else_=0) for state in _COUNTED}
    checked = case((binds & Commitment.checked, 1), else_=0)
    return {**stands, "checked": checked, **{name: case((binds, value), else_=0) for name, value in sums.items()}}


_COUNTED = (State.WAITING, *sorted(BINDING))


class Weighing:
    """Notes what commitments weighed before a change, and moves the tally by the difference after it."""

    def __init__(self, commitments: Iterable[Commitment]) -> None:
        self._before = [(commitment, weight(commitment)) for commitment in commitments]

    def settle(self, session: Session, *, told: bool = False) -> None:
        """One statement for each pledge concerned, and one for each letter whose pages change by it; none of these
        where its tally has been `told` in this transaction.
        """
        changes: dict[int, Counter[str]] = {}
        for commitment, before in self._before:
            change = changes.setdefault(commitment.pledge_id, Counter())
            change.update(weight(commitment))
            change.subtract(before)
        session.flush()
        for pledge_id in sorted(changes):
            change_tally(session, pledge_id, changes[pledge_id])
        for letter_id in sorted({commitment.pledge.letter_id for commitment, _ in self._before if not told}):
            letters.change(session, letter_id, Counter())


def change_tally(session: Session, pledge_id: int, change: Mapping[str, int]) -> None:
    """Adds `change` (it may be negative) to one of the pledge's rows, picked at random."""
    if not any(change.values()):
        return
    shard = random.randrange(SHARDS)  # noqa: S311 - spreads load, guards nothing
    row = {"pledge_id": pledge_id, "shard": shard, **{name: change.get(name, 0) for name in COUNTED}}
    session.execute(_changing(session.get_bind().dialect.name), row)


@cache
def _changing(dialect: str) -> Insert:
    statement = insert_for(dialect, PledgeTally)
    steps = {name: getattr(PledgeTally, name) + statement.excluded[name] for name in COUNTED}
    return statement.on_conflict_do_update(index_elements=[PledgeTally.pledge_id, PledgeTally.shard], set_=steps)


def list_totals(session: Session, pledges: Sequence[Pledge]) -> Mapping[int, Totals]:
    """The totals of pledges by their ids, zero where nobody has made one."""
    sums = [func.sum(getattr(PledgeTally, name)) for name in COUNTED]
    mine = PledgeTally.pledge_id.in_([pledge.id for pledge in pledges])
    rows = session.execute(select(PledgeTally.pledge_id, *sums).where(mine).group_by(PledgeTally.pledge_id))
    found = {row[0]: Totals(*(int(value) for value in row[1:])) for row in rows}
    return {pledge.id: found.get(pledge.id, Totals()) for pledge in pledges}
