"""Rounds: what concerns all who signed a letter is done a few at a time, each few in a transaction of their own.

A letter may have a million: nobody who confirms or withdraws meanwhile shall wait for more than a few.
"""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, ForeignKey, Select, String, func, literal, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from pledges.db import Base, BigId, UtcDateTime
from pledges.mail import outbox
from pledges.signature.models import Signature

TEXT_CORRECTED = "text_corrected"
TEXT_CHANGED = "text_changed"
_BEFORE_ALL = datetime(1970, 1, 1, tzinfo=UTC)


class Round(Base):
    """A way through a letter's signatures in the order of their ids, as far as it has come; at its end the row goes."""

    __tablename__ = "round"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event: Mapped[str] = mapped_column(String(40))
    """What those whom it concerns are told."""
    letter_id: Mapped[int] = mapped_column(ForeignKey("letter.id", ondelete="CASCADE"))
    text_id: Mapped[int | None] = mapped_column(ForeignKey("letter_text.id", ondelete="CASCADE"))
    """Of a revision: the new text."""
    began_at: Mapped[datetime] = mapped_column(UtcDateTime)
    after: Mapped[int] = mapped_column(BigId, default=0)
    """The last signature that it has come to."""
    told: Mapped[int] = mapped_column(default=0)
    """How many are told by now."""


def begin(session: Session, event: str, letter_id: int, *, text_id: int | None = None, now: datetime) -> Round:
    """A new round, before its first signature."""
    begun = Round(event=event, letter_id=letter_id, text_id=text_id, began_at=now, after=0, told=0)
    session.add(begun)
    session.flush()
    return begun


def take(session: Session, events: Collection[str]) -> Round | None:
    """The oldest round of these events, held until the transaction ends; none that somebody else holds."""
    oldest = select(Round).where(Round.event.in_(events)).order_by(Round.id).limit(1)
    return session.scalar(oldest.with_for_update(skip_locked=True).execution_options(populate_existing=True))


def tell(session: Session, on: Round, ids: Sequence[int], *, now: datetime) -> None:
    """Owes a mail about each of these signatures, behind all that the round has told already."""
    if ids:
        on.told += outbox.owe_each(
            session, on.event, select(Signature.id).where(Signature.id.in_(ids)), now=now, behind=on.told
        )


def list_texts(session: Session, letter_id: int) -> Collection[int | None]:
    """The ids of the letter's texts that are still on their round."""
    going = (Round.letter_id == letter_id) & Round.event.in_((TEXT_CORRECTED, TEXT_CHANGED))
    return session.scalars(select(Round.text_id).where(going)).all()


def nothing_changes(letter_id: int) -> ColumnElement[bool]:
    """The same for a search: it finds nobody while some are listed still who did not sign the present text."""
    return ~_changing(letter_id).exists()


def since_change(letter_id: int) -> ColumnElement[datetime]:
    """The same for a list: since when whoever confirms has signed the present text, should a change be on its round;
    without one, a moment before all.
    """
    began = select(func.max(Round.began_at)).where(Round.letter_id == letter_id, Round.event == TEXT_CHANGED)
    return func.coalesce(began.scalar_subquery(), literal(_BEFORE_ALL, UtcDateTime()))


def _changing(letter_id: int) -> Select[int]:
    return select(Round.id).where(Round.letter_id == letter_id, Round.event == TEXT_CHANGED)
