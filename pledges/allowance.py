"""What may happen only so often, counted across processes: mails to a mailbox, sign-in attempts."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, cast

from sqlalchemy import CursorResult, Integer, LargeBinary, Text, bindparam, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.sql.dml import ReturningInsert

from pledges.db import Base, UtcDateTime, insert_for
from pledges.term import BATCH, Term

LONGEST_WINDOW = timedelta(days=1)
DIGITS = 16
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Allowance(Base):
    """When one allowance was used last."""

    __tablename__ = "allowance"

    digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    """A keyed digest of what is allowed and to whom; neither is stored."""
    taken_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    """The last time."""
    taken: Mapped[str] = mapped_column(Text)
    """That time and those before, as many as are allowed: microseconds, newest first, `DIGITS` for each."""


def take(session: Session, digest: bytes, *, limit: int, window: timedelta, now: datetime) -> bool:
    """Uses one of the `limit` that are allowed within any time of that length; False, and nothing used, when none is
    left.

    One statement that locks one person's row alone, so any number may try at once.
    """
    whole = limit * DIGITS
    asked = {"digest": digest, "taken_at": now, "taken": _stamp(now), "lapsed": _stamp(now - window)}
    places = {"whole": whole, "oldest": whole - DIGITS + 1}
    return session.execute(_taking(session.get_bind().dialect.name), {**asked, **places}).first() is not None


def _stamp(moment: datetime) -> str:
    """Written so that later moments are greater."""
    return f"{(moment - _EPOCH) // timedelta(microseconds=1):0{DIGITS}d}"


@cache
def _taking(dialect: str) -> ReturningInsert[tuple[bytes]]:
    whole, oldest = (bindparam(name, type_=Integer()) for name in ("whole", "oldest"))
    statement = insert_for(dialect, Allowance)
    is_left = func.length(Allowance.taken) < whole
    is_free_again = func.substr(Allowance.taken, oldest, DIGITS) <= bindparam("lapsed", type_=Text())
    return statement.on_conflict_do_update(
        index_elements=[Allowance.digest],
        set_={
            "taken_at": statement.excluded.taken_at,
            "taken": func.substr(statement.excluded.taken + Allowance.taken, 1, whole),
        },
        where=is_left | is_free_again,
    ).returning(Allowance.digest)


def give_back(session: Session, *digests: bytes) -> None:
    """Makes these allowances whole again, one after the other as they are taken: so two at once never deadlock."""
    for digest in digests:
        session.execute(delete(Allowance).where(Allowance.digest == digest))


def _find_lapsed(session: Session, *, now: datetime, after: bytes | None) -> Sequence[bytes]:
    """The allowances that are whole again, whatever their windows."""
    lapsed = select(Allowance.digest).where(Allowance.taken_at <= now - LONGEST_WINDOW)
    behind = lapsed if after is None else lapsed.where(Allowance.digest > after)
    return session.scalars(behind.order_by(Allowance.digest).limit(BATCH)).all()


def _erase_lapsed(session: Session, digests: Sequence[bytes], now: datetime) -> int:
    lapsed = Allowance.digest.in_(digests) & (Allowance.taken_at <= now - LONGEST_WINDOW)
    # one that is in use just now is left for the next time: to wait for it could hold up those that wait for others
    free = session.scalars(select(Allowance.digest).where(lapsed).with_for_update(skip_locked=True)).all()
    return cast("CursorResult[Any]", session.execute(delete(Allowance).where(Allowance.digest.in_(free)))).rowcount


TERMS = (Term("lapsed allowances", _find_lapsed, _erase_lapsed),)
