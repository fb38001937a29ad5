"""Mail that is owed, and mail kept for the mailbox page where no mail server is set."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from pledges.db import Base, BigId, Sealed, UtcDateTime, one_of


class OwedState(StrEnum):
    """`due` until it is `sent`, or `failed` for good; `moot` when nobody had to be told any more."""

    DUE = "due"
    SENT = "sent"
    FAILED = "failed"
    MOOT = "moot"


class OwedMail(Base):
    """One mail that a deed owes. It names an event and what it is about; its words are composed when it is sent."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_due_at", "due_at", postgresql_where=text("state = 'due'"), sqlite_where=text("state = 'due'")),
        Index(
            "ix_outbox_failed", "id", postgresql_where=text("state = 'failed'"), sqlite_where=text("state = 'failed'")
        ),
        Index("ix_outbox_about", "about_id", "event"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event: Mapped[str] = mapped_column(String(40))
    """What happened: the folder of the mail's templates, and the key of its composer."""
    about_id: Mapped[int] = mapped_column(BigId)
    """The row that the event is about; which table, its composer knows."""
    state: Mapped[OwedState] = mapped_column(one_of(OwedState, "state"), default=OwedState.DUE)
    recipient: Mapped[str | None] = mapped_column(Sealed)
    """Only where the address may be stored nowhere else; erased when the mail has left or failed, or after a day."""
    language: Mapped[str | None] = mapped_column(String(35))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    leased_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    leased_by: Mapped[str | None] = mapped_column(String(64))
    attempts: Mapped[int] = mapped_column(default=0)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    error: Mapped[str | None] = mapped_column(Text)
    """The mail server's last refusal, without addresses."""


class KeptMail(Base):
    """A mail as it would have been sent, sealed, for `/mailbox`."""

    __tablename__ = "kept_mail"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kept_at: Mapped[datetime] = mapped_column(UtcDateTime)
    message: Mapped[str] = mapped_column(Sealed)
