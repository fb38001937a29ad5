"""What may happen only so often, counted across processes: mails to a mailbox, sign-in attempts."""

from datetime import datetime, timedelta

from sqlalchemy import LargeBinary, case, delete
from sqlalchemy.orm import Mapped, Session, mapped_column

from pledges.db import Base, UtcDateTime, insert_into

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
    statement = insert_into(session, Allowance).values(digest=digest, began_at=now, used=1)
    lapsed = Allowance.began_at <= now - window
    statement = statement.on_conflict_do_update(
        index_elements=[Allowance.digest],
        set_={
            "began_at": case((lapsed, now), else_=Allowance.began_at),
            "used": case((lapsed, 1), else_=Allowance.used + 1),
        },
        where=lapsed | (Allowance.used < limit),
    )
    return session.execute(statement.returning(Allowance.used)).first() is not None


def give_back(session: Session, *digests: bytes) -> None:
    """Makes these allowances whole again."""
    session.execute(delete(Allowance).where(Allowance.digest.in_(digests)))


def forget_lapsed(session: Session, *, now: datetime) -> None:
    """Erases the allowances whose windows are all over."""
    session.execute(delete(Allowance).where(Allowance.began_at <= now - LONGEST_WINDOW))
