"""Resealing: every sealed value of the database anew under the newest key, so that an older one can be dropped."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, TableClause, Text, bindparam, column, select, table, tuple_, update
from sqlalchemy.orm import Session

from pledges.db import Base, Sealed
from pledges.security import KeysMissing, keyring

PAGE = 500
LOOKED_AT = 50
"""So many of a column's oldest and newest rows are looked at for one that holds something."""


@dataclass(frozen=True)
class Page:
    """Some values of one column: which to write, how many can't be opened, and the key of the last row looked at."""

    rewritten: Sequence[dict[str, Any]]
    unopened: int
    last: tuple[Any, ...] | None


class SealedColumn:
    """A sealed column, read and written as it is stored."""

    def __init__(self, sealed: Column[Any]) -> None:
        self.name = f"{sealed.table.name}.{sealed.name}"
        self._key = [column(key.name, key.type) for key in sealed.table.primary_key]
        self._value = column(sealed.name, Text())
        self._table: TableClause = table(sealed.table.name, *self._key, self._value)
        mine = [key == bindparam(f"key_{number}") for number, key in enumerate(self._key)]
        # only if it is still the value that was read: what the service writes meanwhile is sealed already
        unchanged = update(self._table).where(*mine, self._value == bindparam("old"))
        self._rewrite = unchanged.values({self._value: bindparam("new")})

    def read(self, session: Session, after: tuple[Any, ...] | None) -> Page:
        """The next page behind the row of that key; of what is sealed under the newest key already nothing is left."""
        statement = select(*self._key, self._value).where(self._value.is_not(None)).order_by(*self._key).limit(PAGE)
        if after is not None:
            statement = statement.where(tuple_(*self._key) > tuple_(*after))
        rows = session.execute(statement).all()
        rewritten: list[dict[str, Any]] = []
        unopened = 0
        for *key, old in rows:
            try:
                new = None if keyring().is_newest(old) else keyring().reseal(old)
            except KeysMissing:
                unopened += 1
                continue
            if new is not None:
                rewritten.append({**{f"key_{n}": part for n, part in enumerate(key)}, "old": old, "new": new})
        return Page(rewritten, unopened, tuple(rows[-1][:-1]) if rows else None)

    def opens(self, session: Session) -> bool:
        """Whether the oldest of its values and the newest open: what an older key sealed is among the oldest."""
        for order in ([key.asc() for key in self._key], [key.desc() for key in self._key]):
            values = session.scalars(select(self._value).order_by(*order).limit(LOOKED_AT))
            sealed = next((value for value in values if value is not None), None)
            if sealed is not None and not _opens(sealed):
                return False
        return True

    def write(self, session: Session, page: Page) -> int:
        """Stores what was sealed anew; answers how many were still what had been read."""
        return int(session.connection().execute(self._rewrite, [*page.rewritten]).rowcount)


def _opens(sealed: str) -> bool:
    try:
        keyring().unseal(sealed)
    except KeysMissing:
        return False
    return True


def list_sealed_columns() -> Iterator[SealedColumn]:
    """Every sealed column of every table, found from the models themselves, so that none is forgotten."""
    for found in Base.metadata.sorted_tables:
        yield from (SealedColumn(each) for each in found.columns if isinstance(each.type, Sealed))


def find_unopened(session: Session) -> SealedColumn | None:
    """A column in which something opens with none of the keys; looks at some rows of each alone."""
    return next((each for each in list_sealed_columns() if not each.opens(session)), None)
