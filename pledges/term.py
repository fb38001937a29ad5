"""Terms: what is erased by time, found without holding anyone up and erased in small batches."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy.orm import Session

BATCH = 500
"""So many rows at once: nobody who signs meanwhile waits for more."""


class Find(Protocol):
    """Finds the keys of up to `BATCH` rows that are due, in order, behind the key `after`."""

    def __call__(self, session: Session, *, now: datetime, after: Any) -> Sequence[Any]: ...


@dataclass(frozen=True)
class Term:
    """One kind of what is stored, and how what is due of it is found and erased.

    `erase` takes keys, erases those of them that are still due, and answers how many: two at once do no harm.
    """

    kind: str
    find: Find
    erase: Callable[[Session, Sequence[Any], datetime], int]
