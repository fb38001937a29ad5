"""A letter and the revisions of its texts."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pledges.db import Base, BigId, UtcDateTime, one_of

LONGEST_SLUG = 80
LONGEST_NOTE = 120
CONFIRMABLE_AFTER_CLOSING = timedelta(hours=24)


class LetterState(StrEnum):
    """Draft → open → closed; a closed letter can be opened again. One that its organizer withdrew stays so."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class Moderation(StrEnum):
    """`hold`: every name waits for a moderator; `flag`: only flagged ones wait."""

    HOLD = "hold"
    FLAG = "flag"


class Counted(StrEnum):
    """What a letter's count counts: everyone confirmed, or only those let through."""

    CONFIRMED = "confirmed"
    APPROVED = "approved"


class PledgeKind(StrEnum):
    """Something one does or stops doing; or money, hours, or any other unit."""

    ACT = "act"
    AMOUNT = "amount"


class RevisionKind(StrEnum):
    """How a text came to be: the first one, a correction of it, or a change of what it says."""

    ORIGINAL = "original"
    CORRECTION = "correction"
    CHANGE = "change"


class Letter(Base):
    """An open letter. What it says stands in its texts; here is how it is run."""

    __tablename__ = "letter"
    __table_args__ = (
        CheckConstraint("goal > 0", name="goal_positive"),
        CheckConstraint("together > 0", name="together_positive"),
        CheckConstraint("keeps_addresses_months > 0", name="keeps_addresses_months_positive"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    slug: Mapped[str] = mapped_column(String(LONGEST_SLUG), unique=True)
    state: Mapped[LetterState] = mapped_column(one_of(LetterState, "state"))
    language: Mapped[str] = mapped_column(String(35))
    """BCP 47: the language in which the letter was written first."""
    hashtag: Mapped[str | None] = mapped_column(String(60))
    goal: Mapped[int | None]
    goal_reached_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When so many had signed: from then on those who wished for news are told."""
    moderation: Mapped[Moderation] = mapped_column(one_of(Moderation, "moderation"))
    counted: Mapped[Counted] = mapped_column(one_of(Counted, "counted"))
    email_domains: Mapped[list[str]] = mapped_column(JSON)
    """Only addresses of these may sign; empty: any."""
    anonymous: Mapped[bool]
    """Whether one may sign without being listed."""
    together: Mapped[int | None]
    """How many must have signed before the names of those who asked for it show."""
    together_reached_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When so many had: from then on they are told, and a day later their names show."""
    challenge_above: Mapped[int | None]
    """Signatures a minute above which a proof of work is asked."""
    offered_pledges: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    """The pledges of the letter file, checked, as they stood there; their texts by language."""
    keeps_addresses_months: Mapped[int] = mapped_column(server_default="12")
    """So long after it has closed, addresses are erased."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closes_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawal_reason: Mapped[str | None] = mapped_column(Text)
    """Why its organizer withdrew it, in the organizer's words."""

    texts: Mapped[list["LetterText"]] = relationship(
        back_populates="letter", lazy="raise", order_by="LetterText.id", cascade="all, delete-orphan"
    )

    def ended_at(self, now: datetime) -> datetime | None:
        """When signing ended, also by the letter's own date before anyone closed it; None while open."""
        if self.state in (LetterState.CLOSED, LetterState.WITHDRAWN):
            return self.closed_at
        return self.closes_at if self.closes_at is not None and self.closes_at <= now else None

    @property
    def last_day(self) -> datetime | None:
        """A time on the last day on which it takes signatures; None where no end is set."""
        return self.closes_at and self.closes_at - timedelta(seconds=1)

    @property
    def counts_by_hand(self) -> bool:
        """Whether nobody counts whom no moderator has let in."""
        return self.counted is Counted.APPROVED and self.moderation is Moderation.HOLD

    @property
    def goal_is_ahead(self) -> bool:
        """Whether it has a goal that it has not reached yet."""
        return self.goal is not None and self.goal_reached_at is None

    def takes_signatures(self, now: datetime) -> bool:
        return self.state is LetterState.OPEN and self.ended_at(now) is None

    def takes_confirmations(self, now: datetime) -> bool:
        """Whoever signed in time may still confirm for a day after it closed; first signatories, before it opens."""
        ended = self.ended_at(now)
        may = self.state is not LetterState.WITHDRAWN
        return may and (ended is None or now < ended + CONFIRMABLE_AFTER_CLOSING)

    def takes_first_signatures(self, now: datetime) -> bool:
        """Whoever is invited may sign before the letter opens."""
        return self.state is LetterState.DRAFT and self.ended_at(now) is None

    def text_in(self, language: str | None) -> "LetterText":
        """The newest text in `language`, or in the letter's own; `texts` must be loaded."""
        newest = self.newest_texts()
        return newest.get(language or self.language) or newest[self.language]

    def newest_texts(self) -> dict[str, "LetterText"]:
        """The newest text of each language, the letter's own first; `texts` must be loaded."""
        by_number = sorted(self.texts, key=lambda text: (text.language != self.language, text.language, text.number))
        return {text.language: text for text in by_number}

    def revisions_in(self, language: str) -> list["LetterText"]:
        """Every text in `language`, the first one in front; `texts` must be loaded."""
        return sorted((text for text in self.texts if text.language == language), key=lambda text: text.number)

    def last_change_in(self, language: str) -> "LetterText | None":
        """The newest text in `language` that was a change; None if what it says never changed."""
        changes = [text for text in self.revisions_in(language) if text.kind is RevisionKind.CHANGE]
        return changes[-1] if changes else None


class Invitation(Base):
    """A secret link that collects first signatories before the letter opens; revocable."""

    __tablename__ = "invitation"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    letter_id: Mapped[int] = mapped_column(ForeignKey("letter.id", ondelete="CASCADE"), index=True)
    note: Mapped[str | None] = mapped_column(String(LONGEST_NOTE))
    """For whom it was made, in the organizer's words."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class LetterText(Base):
    """One revision of a letter's text in one language. Never changed once written: a signature refers to it."""

    __tablename__ = "letter_text"
    __table_args__ = (UniqueConstraint("letter_id", "language", "number"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    letter_id: Mapped[int] = mapped_column(ForeignKey("letter.id", ondelete="CASCADE"))
    language: Mapped[str] = mapped_column(String(35))
    number: Mapped[int]
    """1 for the first text in its language, then upward."""
    kind: Mapped[RevisionKind] = mapped_column(one_of(RevisionKind, "kind"))
    reason: Mapped[str | None] = mapped_column(Text)
    title: Mapped[str] = mapped_column(String(200))
    addressee: Mapped[str] = mapped_column(String(200))
    markdown: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    """The Markdown rendered and sanitized, once, when it was saved."""
    sha256: Mapped[str] = mapped_column(String(64))
    """Of the Markdown in UTF-8, in hexadecimal."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    letter: Mapped[Letter] = relationship(back_populates="texts", lazy="raise")

    @property
    def said(self) -> tuple[str, str, str]:
        """What one signs: two texts of a language that say the same have the same words, whatever their numbers."""
        return self.title, self.addressee, self.sha256
