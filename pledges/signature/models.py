"""A signature, its history, and the words by which listed names are found."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pledges.db import Base, BigId, Sealed, UtcDateTime, one_of
from pledges.letter.models import Letter, LetterText
from pledges.signature.states import Actor, Kind, State

LONGEST_TURNED = 250


class Display(StrEnum):
    """What is shown: everything; role and affiliation without the name; nothing."""

    PUBLIC = "public"
    AFFILIATION = "affiliation"
    ANONYMOUS = "anonymous"


@dataclass(frozen=True)
class Words:
    """What a signatory wrote; None where they left it out or where it is erased."""

    name: str | None = None
    affiliation: str | None = None
    role: str | None = None
    country: str | None = None
    """ISO 3166-1 alpha-2."""
    statement: str | None = None


SHOWN: dict[Display, frozenset[str]] = {
    Display.PUBLIC: frozenset({"name", "affiliation", "role", "country", "statement"}),
    Display.AFFILIATION: frozenset({"affiliation", "role"}),
    Display.ANONYMOUS: frozenset(),
}
"""The words that each display makes public; all others are sealed."""


def stored(words: Words, display: Display) -> dict[str, str | None]:
    """The columns that hold the words: those to be shown as they are, the others together in the sealed one."""
    written = {field: getattr(words, field) for field in SHOWN[Display.PUBLIC]}
    shown = {field: value if field in SHOWN[display] else None for field, value in written.items()}
    hidden = {field: value for field, value in sorted(written.items()) if value and field not in SHOWN[display]}
    return {**shown, "hidden": json.dumps(hidden) if hidden else None, "display": display}


_HELD = text("state IN ('awaiting', 'approved', 'quarantined', 'rejected')")
_WAITING = text("state IN ('awaiting', 'quarantined')")
_DECIDED = text("state IN ('approved', 'rejected')")
_LISTED = text("state = 'approved' AND display <> 'anonymous'")


class Signature(Base):
    """One submission of the form; from its confirmation on, one person's signature under one letter."""

    __tablename__ = "signature"
    __table_args__ = (
        Index(
            "uq_signature_person",
            "letter_id",
            "kind",
            "email_digest",
            unique=True,
            postgresql_where=_HELD,
            sqlite_where=_HELD,
        ),
        Index("ix_signature_email_digest", "letter_id", "email_digest"),
        Index(
            "ix_signature_waiting", "letter_id", "confirmed_at", "id", postgresql_where=_WAITING, sqlite_where=_WAITING
        ),
        Index(
            "ix_signature_decided", "letter_id", "confirmed_at", "id", postgresql_where=_DECIDED, sqlite_where=_DECIDED
        ),
        Index("ix_signature_listed", "letter_id", "confirmed_at", "id", postgresql_where=_LISTED, sqlite_where=_LISTED),
        Index(
            "ix_signature_pending",
            "created_at",
            postgresql_where=text("state = 'pending'"),
            sqlite_where=text("state = 'pending'"),
        ),
        {"sqlite_autoincrement": True},  # links name a row by its id: an id is never given twice
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    letter_id: Mapped[int] = mapped_column(ForeignKey("letter.id"))
    text_id: Mapped[int] = mapped_column(ForeignKey("letter_text.id"))
    """The revision that was signed."""
    state: Mapped[State] = mapped_column(one_of(State, "state"), default=State.PENDING)
    kind: Mapped[Kind] = mapped_column(one_of(Kind, "kind"))
    display: Mapped[Display] = mapped_column(one_of(Display, "display"))
    email: Mapped[str | None] = mapped_column(Sealed)
    """As typed; mail goes there."""
    email_digest: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    """Of the canonical address, keyed, and different for each letter."""
    name: Mapped[str | None] = mapped_column(String(120))
    affiliation: Mapped[str | None] = mapped_column(String(120))
    role: Mapped[str | None] = mapped_column(String(120))
    country: Mapped[str | None] = mapped_column(String(2))
    statement: Mapped[str | None] = mapped_column(String(400))
    hidden: Mapped[str | None] = mapped_column(Sealed)
    """The words that are not to be shown, as a JSON object."""
    updates: Mapped[bool] = mapped_column(default=False)
    together: Mapped[bool] = mapped_column(default=False)
    flags: Mapped[list[str]] = mapped_column(JSON, default=list)
    """Why the policy holds it for a moderator: values of `policy.Flag`."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    letter: Mapped[Letter] = relationship(lazy="raise")
    text: Mapped[LetterText] = relationship(lazy="raise")

    @property
    def words(self) -> Words:
        """What the signatory wrote, shown or not."""
        hidden: dict[str, str | None] = json.loads(self.hidden) if self.hidden else {}
        shown = {field: getattr(self, field) for field in asdict(Words())}
        return Words(**{**shown, **hidden})

    def write(self, words: Words, display: Display) -> None:
        """Stores the words: those to be shown as they are, the others sealed."""
        for column, value in stored(words, display).items():
            setattr(self, column, value)

    def erase(self) -> None:
        """Forgets who signed: address, words and wishes, but not the digest."""
        self.write(Words(), Display.ANONYMOUS)
        self.email = None
        self.updates = False
        self.flags = []

    @property
    def is_listed(self) -> bool:
        """Whether it stands on the public list."""
        return self.state is State.APPROVED and self.display is not Display.ANONYMOUS


class SignatureEvent(Base):
    """One change of a signature's state: who, when and why. Never changed."""

    __tablename__ = "signature_event"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    signature_id: Mapped[int] = mapped_column(ForeignKey("signature.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    old: Mapped[State] = mapped_column(one_of(State, "old"))
    new: Mapped[State] = mapped_column(one_of(State, "new"))
    actor: Mapped[Actor] = mapped_column(one_of(Actor, "actor"))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    reason: Mapped[str | None] = mapped_column(String(500))


class TurnedName(Base):
    """A listed name, folded, and turned so that each of its words comes first once: the beginning of any word finds
    it, and the other words are looked for in the same row.
    """

    __tablename__ = "turned_name"

    letter_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    turned: Mapped[str] = mapped_column(
        String(LONGEST_TURNED, collation="C").with_variant(String(LONGEST_TURNED), "sqlite"), primary_key=True
    )
    signature_id: Mapped[int] = mapped_column(
        ForeignKey("signature.id", ondelete="CASCADE"), primary_key=True, autoincrement=False, index=True
    )
