"""What a letter offers to pledge, what signatories bound themselves to, and what they reported."""

import hashlib
import json
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, Text, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pledges.db import Base, BigId, Sealed, UtcDateTime, one_of
from pledges.letter.models import Letter, PledgeKind
from pledges.pledge.amounts import Unit
from pledges.pledge.states import REPORTED, Actor, State
from pledges.signature.models import Signature

SHARDS = 16
LONGEST_NOTE = 400
LONGEST_EVIDENCE = 500
LONGEST_SOURCE = 200


class Reading(StrEnum):
    """What a moderator has made of a note and its evidence; shown only when approved."""

    WAITING = "waiting"
    APPROVED = "approved"
    REJECTED = "rejected"


class Pledge(Base):
    """Something that a letter offers to bind oneself to. Amounts are whole numbers of the unit's smallest part."""

    __tablename__ = "pledge"
    __table_args__ = (UniqueConstraint("letter_id", "key"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    letter_id: Mapped[int] = mapped_column(ForeignKey("letter.id", ondelete="CASCADE"))
    position: Mapped[int]
    """Its place among the letter's pledges."""
    key: Mapped[str] = mapped_column(String(40))
    kind: Mapped[PledgeKind] = mapped_column(one_of(PledgeKind, "kind"))
    unit_name: Mapped[str | None] = mapped_column(String(20))
    """Of an amount: an ISO 4217 code, hours, or whatever is counted."""
    texts: Mapped[dict[str, str]] = mapped_column(JSON)
    """What is pledged, by language; the letter's own always."""
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When it is due: the end of the day that the letter names."""
    every_days: Mapped[int | None]
    target: Mapped[int | None] = mapped_column(BigInteger)
    """For all together: of an amount in its smallest part, else how many people."""
    lowest: Mapped[int | None] = mapped_column(BigInteger)
    highest: Mapped[int | None] = mapped_column(BigInteger)
    required: Mapped[bool] = mapped_column(server_default=false())
    """Who signs must make it."""
    threshold: Mapped[int | None]
    """It binds only once so many have made it."""
    threshold_reached_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    nudged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When its organizer had all asked who were due."""
    pay_url: Mapped[str | None] = mapped_column(String(500))
    """Where the organizer takes the money; none is taken here."""

    letter: Mapped[Letter] = relationship(lazy="raise")

    @property
    def unit(self) -> Unit | None:
        return Unit(self.unit_name) if self.unit_name else None

    @property
    def last_day(self) -> datetime | None:
        """The last moment of the day that the letter names, to be shown as that day."""
        return self.due_at and self.due_at - timedelta(seconds=1)

    def text_in(self, language: str) -> str:
        """What is pledged, in that language or in the letter's own, which stands first."""
        return self.texts.get(language) or next(iter(self.texts.values()))

    def is_due(self, now: datetime) -> bool:
        return self.due_at is not None and self.due_at <= now


_ASKING = text("next_ask_at IS NOT NULL")
_UNREAD = text("reading = 'waiting'")
_SHOWN = text("shown")
_APPROVED = text("reading = 'approved'")


class Commitment(Base):
    """One signatory's pledge, in the wording that was agreed to."""

    __tablename__ = "commitment"
    __table_args__ = (
        UniqueConstraint("signature_id", "pledge_id"),
        Index("ix_commitment_asking", "next_ask_at", postgresql_where=_ASKING, sqlite_where=_ASKING),
        Index("ix_commitment_state", "pledge_id", "state", "id"),
        Index("ix_commitment_unread", "pledge_id", "id", postgresql_where=_UNREAD, sqlite_where=_UNREAD),
        Index("ix_commitment_shown", "pledge_id", "id", postgresql_where=_SHOWN, sqlite_where=_SHOWN),
        Index(
            "ix_commitment_approved",
            "pledge_id",
            "reported_at",
            "id",
            postgresql_where=_APPROVED,
            sqlite_where=_APPROVED,
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    signature_id: Mapped[int] = mapped_column(ForeignKey("signature.id", ondelete="CASCADE"))
    pledge_id: Mapped[int] = mapped_column(ForeignKey("pledge.id"))
    state: Mapped[State] = mapped_column(one_of(State, "state"))
    counted: Mapped[bool] = mapped_column(server_default=false())
    """Whether the tally holds it: only those of confirmed signatures, that bind or wait."""
    amount: Mapped[int | None] = mapped_column(BigInteger)
    delivered: Mapped[int | None] = mapped_column(BigInteger)
    """What its signatory's newest report says was delivered."""
    imported: Mapped[int | None] = mapped_column(BigInteger)
    """What the deliveries come to that its organizer knows of."""
    by_organizer: Mapped[bool] = mapped_column(server_default=false())
    """Its state is what the organizer's deliveries say: its signatory has said nothing of it yet."""
    wording: Mapped[str] = mapped_column(Text)
    """What was agreed to, and in which language: the letter's own words, so they stay also when it is withdrawn."""
    language: Mapped[str] = mapped_column(String(35))
    reference: Mapped[str] = mapped_column(String(12), unique=True)
    """By which a payment is told from others'."""
    shown: Mapped[bool] = mapped_column(server_default=false())
    """Its signatory chose to show it beside the name."""
    checked: Mapped[bool] = mapped_column(server_default=false())
    """A moderator has looked at the evidence."""
    checked_source: Mapped[str | None] = mapped_column(String(LONGEST_SOURCE))
    note: Mapped[str | None] = mapped_column(Sealed)
    evidence: Mapped[str | None] = mapped_column(Sealed)
    """A link, http or https."""
    reading: Mapped[Reading | None] = mapped_column(one_of(Reading, "reading"))
    """Of the note and the evidence; none without them."""
    reported_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    asked: Mapped[int] = mapped_column(server_default="0")
    """How often it was asked about since it fell due."""
    next_ask_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When to ask next; none: never again."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    signature: Mapped[Signature] = relationship(lazy="raise")
    pledge: Mapped[Pledge] = relationship(lazy="raise")

    @property
    def received(self) -> int | None:
        """What counts as delivered: both tell of the same payments, so it is the larger of their amounts and no sum."""
        told = [amount for amount in (self.delivered, self.imported) if amount is not None]
        return max(told, default=None)

    @property
    def is_own_word(self) -> bool:
        """Whether its state is what its signatory has reported."""
        return self.state in REPORTED and not self.by_organizer

    @property
    def edition(self) -> str:
        """Tells whether the report is still the one that somebody read."""
        said = [self.state, self.received, self.note, self.evidence, self.reported_at and self.reported_at.isoformat()]
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:16]


class Report(Base):
    """One report on a commitment: what was said, by whom, when. Never changed; its signatory's newest one counts, and
    what its organizer recorded as long as there is none.
    """

    __tablename__ = "report"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    commitment_id: Mapped[int] = mapped_column(ForeignKey("commitment.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    outcome: Mapped[State] = mapped_column(one_of(State, "outcome"))
    actor: Mapped[Actor] = mapped_column(one_of(Actor, "actor"))
    delivered: Mapped[int | None] = mapped_column(BigInteger)
    note: Mapped[str | None] = mapped_column(Sealed)
    evidence: Mapped[str | None] = mapped_column(Sealed)


class Delivery(Base):
    """One payment towards a commitment that its organizer knows of. The `number`th alike of that day."""

    __tablename__ = "delivery"
    __table_args__ = (UniqueConstraint("commitment_id", "day", "amount", "number"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    commitment_id: Mapped[int] = mapped_column(ForeignKey("commitment.id", ondelete="CASCADE"))
    day: Mapped[date]
    amount: Mapped[int] = mapped_column(BigInteger)
    number: Mapped[int]
    imported_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PledgeTally(Base):
    """One of a pledge's `SHARDS` rows of counts and sums. One row alone may be negative: only their sum is meant."""

    __tablename__ = "pledge_tally"

    pledge_id: Mapped[int] = mapped_column(ForeignKey("pledge.id", ondelete="CASCADE"), primary_key=True)
    shard: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    waiting: Mapped[int] = mapped_column(default=0)
    made: Mapped[int] = mapped_column(default=0)
    """Binding, and without a report."""
    kept: Mapped[int] = mapped_column(default=0)
    partly: Mapped[int] = mapped_column(default=0)
    not_yet: Mapped[int] = mapped_column(default=0)
    released: Mapped[int] = mapped_column(default=0)
    checked: Mapped[int] = mapped_column(default=0)
    pledged: Mapped[int] = mapped_column(BigInteger, default=0)
    delivered: Mapped[int] = mapped_column(BigInteger, default=0)


class PledgeDay(Base):
    """Where a pledge's totals stood when a day was last looked at: what the chart over time is drawn from."""

    __tablename__ = "pledge_day"

    pledge_id: Mapped[int] = mapped_column(ForeignKey("pledge.id", ondelete="CASCADE"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    """In UTC."""
    made: Mapped[int]
    """All that bind."""
    kept: Mapped[int]
