"""What may happen only so often, counted across processes: mails to a mailbox, sign-in attempts."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any, cast

from sqlalchemy import CursorResult, Integer, LargeBinary, bindparam, case, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.sql.dml import ReturningInsert

from pledges.db import Base, UtcDateTime, insert_for
from pledges.term import BATCH, Term

LONGEST_WINDOW = timedelta(days=1)


class Allowance(Base):
    """How much of one allowance is used since its window began."""

    __tablename__ = "allowance"

    digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    """A keyed digest of what is allowed and to whom; neither is stored."""
    began_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    used: Mapped[int]


def take(session: Session, digest: bytes, *, limit: int, window: timedelta, now: datetime) -> bool:
    """Uses one of `limit` in a window of that length; False, and nothing used, when none is left.

    One statement that locks one person's row alone, so any number may try at once.
    """
    asked = {"digest": digest, "began_at": now, "used": 1, "lapsed_at": now - window, "most": limit}
    return session.execute(_taking(session.get_bind().dialect.name), asked).first() is not None


@cache
def _taking(dialect: str) -> ReturningInsert[tuple[int]]:
    lapsed = Allowance.began_at <= bindparam("lapsed_at", type_=UtcDateTime())
    statement = insert_for(dialect, Allowance)
    return statement.on_conflict_do_update(
        index_elements=[Allowance.digest],
        set_={
            "began_at": case((lapsed, statement.excluded.began_at), else_=Allowance.began_at),
            "used": case((lapsed, 1), else_=Allowance.used + 1),
        },
        where=lapsed | (Allowance.used < bindparam("most", type_=Integer())),
    ).returning(Allowance.used)


def give_back(session: Session, *digests: bytes) -> None:
    """Makes these allowances whole again, one after the other as they are taken: so two at once never deadlock."""
    for digest in digests:
        session.execute(delete(Allowance).where(Allowance.digest == digest))


def _find_lapsed(session: Session, *, now: datetime, after: bytes | None) -> Sequence[bytes]:
    """The allowances whose windows are all over."""
    lapsed = select(Allowance.digest).where(Allowance.began_at <= now - LONGEST_WINDOW)
    behind = lapsed if after is None else lapsed.where(Allowance.digest > after)
    return session.scalars(behind.order_by(Allowance.digest).limit(BATCH)).all()


def _erase_lapsed(session: Session, digests: Sequence[bytes], now: datetime) -> int:
    lapsed = Allowance.digest.in_(digests) & (Allowance.began_at <= now - LONGEST_WINDOW)
    # one that is in use just now is left for the next time: to wait for it could hold up those that wait for others
    free = session.scalars(select(Allowance.digest).where(lapsed).with_for_update(skip_locked=True)).all()
    return cast("CursorResult[Any]", session.execute(delete(Allowance).where(Allowance.digest.in_(free)))).rowcount


TERMS = (Term("lapsed allowances", _find_lapsed, _erase_lapsed),)
