"""What may happen only so often, counted across processes: mails to a mailbox, sign-in attempts."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, LargeBinary, Text, bindparam, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.sql.dml import ReturningInsert

from pledges.db import Base, insert_for
from pledges.term import BATCH, Term

LONGEST_WINDOW = timedelta(days=1)
DIGITS = 16
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Allowance(Base):
    """When one allowance was used."""

    __tablename__ = "allowance"

    digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    """A keyed digest of what is allowed and to whom; neither is stored."""
    taken: Mapped[str] = mapped_column(Text)
    """When it was used, as many times as are allowed: microseconds, newest first, `DIGITS` for each."""


_table = Base.metadata.tables[Allowance.__tablename__]


def take(session: Session, digest: bytes, *, limit: int, window: timedelta, now: datetime) -> bool:
    """Uses one of the `limit` that are allowed within any time of that length; False, and nothing used, when none is
    left.

    One statement that locks one person's row alone, so any number may try at once.
    """
    asked = {"digest": digest, "taken": _stamp(now), "lapsed": _stamp(now - window)}
    taking = _taking(session.get_bind().dialect.name, limit)
    return session.execute(taking, asked).first() is not None


def _stamp(moment: datetime) -> str:
    """Written so that later moments are greater."""
    return f"{(moment - _EPOCH) // timedelta(microseconds=1):0{DIGITS}d}"


@cache
def _taking(dialect: str, limit: int) -> ReturningInsert[tuple[bytes]]:
    """Of the table alone: written with the model, it would pass through the unit of work."""
    whole = limit * DIGITS
    statement = insert_for(dialect, Allowance)
    is_left = func.length(_table.c.taken) < whole
    is_free_again = func.substr(_table.c.taken, whole - DIGITS + 1, DIGITS) <= bindparam("lapsed", type_=Text())
    return statement.on_conflict_do_update(
        index_elements=[_table.c.digest],
        set_={"taken": func.substr(statement.excluded.taken + _table.c.taken, 1, whole)},
        where=is_left | is_free_again,
    ).returning(_table.c.digest)


def list_uses(session: Session, digests: Sequence[bytes]) -> Mapping[bytes, Sequence[datetime]]:
    """When these allowances were used, as far as that is stored, newest first; those never used are left out."""
    rows = session.execute(select(Allowance.digest, Allowance.taken).where(Allowance.digest.in_(digests)))
    return {digest: [_moment(taken[at : at + DIGITS]) for at in range(0, len(taken), DIGITS)] for digest, taken in rows}


def _moment(stamp: str) -> datetime:
    return _EPOCH + timedelta(microseconds=int(stamp))


def give_back(session: Session, *digests: bytes) -> None:
    """Makes these allowances whole again, one after the other as they are taken: so two at once never deadlock."""
    for digest in digests:
        session.execute(delete(Allowance).where(Allowance.digest == digest))


def _have_lapsed(now: datetime) -> ColumnElement[bool]:
    """Whole again, whatever their windows."""
    return func.substr(_table.c.taken, 1, DIGITS) <= _stamp(now - LONGEST_WINDOW)


def _find_lapsed(session: Session, *, now: datetime, after: bytes | None) -> Sequence[bytes]:
    """Reads them all, in the order of their keys: an index on their times would be written with every mail."""
    lapsed = select(Allowance.digest).where(_have_lapsed(now))
    behind = lapsed if after is None else lapsed.where(Allowance.digest > after)
    return session.scalars(behind.order_by(Allowance.digest).limit(BATCH)).all()


def _erase_lapsed(session: Session, digests: Sequence[bytes], now: datetime) -> int:
    lapsed = Allowance.digest.in_(digests) & _have_lapsed(now)
    # one that is in use just now is left for the next time: to wait for it could hold up those that wait for others
    free = session.scalars(select(Allowance.digest).where(lapsed).with_for_update(skip_locked=True)).all()
    return cast("CursorResult[Any]", session.execute(delete(Allowance).where(Allowance.digest.in_(free)))).rowcount


TERMS = (Term("lapsed allowances", _find_lapsed, _erase_lapsed),)
