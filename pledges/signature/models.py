"""A signature, its history, and the words by which listed names are found."""

import hashlib
import json
from dataclasses import asdict
from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, ColumnElement, ForeignKey, Index, LargeBinary, String, TextClause, false, func, text
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, query_expression, relationship

from pledges.db import Base, BigId, Sealed, UtcDateTime, one_of
from pledges.letter.models import Letter, LetterText
from pledges.signature import conditions
from pledges.signature.states import WAITING, Actor, Kind, State
from pledges.signature.words import Display, Words, stored

LONGEST_TURNED = 250
_TURNED = String(LONGEST_TURNED, collation="C").with_variant(String(LONGEST_TURNED), "sqlite")
"""Ordered by code points on both databases."""


class StatementState(StrEnum):
    """What a moderator has made of a statement; it is shown only when approved, whatever becomes of the name."""

    WAITING = "waiting"
    APPROVED = "approved"
    REJECTED = "rejected"


_SIGNED = conditions.of_index(f"{conditions.HELD} AND kind = 'person'")
_SIGNED_FOR = conditions.of_index(f"{conditions.HELD} AND kind = 'organization'")
_WAITING = conditions.of_index(conditions.WAITING)
_DECIDED = conditions.of_index(conditions.DECIDED)
_LISTED = text("listed AND kind = 'person'")
_TOGETHER = text("together")
_GATHERED = conditions.of_index(conditions.GATHERED)
_ORGANIZATION = text("listed AND kind = 'organization'")
_CLAIMED = conditions.of_index(conditions.CLAIMED)
_INVITED = text("invitation_id IS NOT NULL")
_UNJUDGED = text("statement_state = 'waiting'")
_NETWORK = text("network_digest IS NOT NULL")
_DOMAIN = text("domain IS NOT NULL")
_PENDING = text("state = 'pending'")


def _index(name: str, *columns: str, where: TextClause, unique: bool = False) -> Index:
    """An index of the rows `where` that is true, on both databases."""
    return Index(name, *columns, unique=unique, postgresql_where=where, sqlite_where=where)


class Signature(Base):
    """One submission of the form; from its confirmation on, one person's signature under one letter."""

    __tablename__ = "signature"
    __table_args__ = (
        _index("uq_signature_person", "letter_id", "email_digest", where=_SIGNED, unique=True),
        _index("uq_signature_mailbox", "letter_id", "email_digest", "website_host", where=_SIGNED_FOR, unique=True),
        Index("ix_signature_email_digest", "letter_id", "email_digest"),
        _index("ix_signature_waiting", "letter_id", "confirmed_at", "id", where=_WAITING),
        _index("ix_signature_back", "letter_id", "back_at", where=text("back_at IS NOT NULL")),
        _index("ix_signature_decided", "letter_id", "confirmed_at", "id", where=_DECIDED),
        _index("ix_signature_listed", "letter_id", "confirmed_at", "id", where=_LISTED),
        _index("ix_signature_together", "letter_id", "id", where=_TOGETHER),
        _index("ix_signature_gathered", "letter_id", "together_mailed_at", where=_GATHERED),
        _index("ix_signature_invited", "letter_id", "rank", where=_INVITED),
        _index("uq_signature_organization", "letter_id", "website_host", where=_CLAIMED, unique=True),
        _index("ix_signature_organizations", "letter_id", "confirmed_at", "id", where=_ORGANIZATION),
        _index("ix_signature_statements", "letter_id", "id", where=_UNJUDGED),
        _index("ix_signature_network", "network_digest", "created_at", where=_NETWORK),
        _index("ix_signature_domain", "letter_id", "domain", where=_DOMAIN),
        _index("ix_signature_pending", "created_at", where=_PENDING),
        _index("ix_signature_news", "letter_id", "id", where=text("updates AND closing_told_at IS NULL")),
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
    website: Mapped[str | None] = mapped_column(String(300))
    """Of an organization."""
    website_host: Mapped[str | None] = mapped_column(String(253))
    """In ASCII, small letters, without `www.`: one organization signs once."""
    representative: Mapped[str | None] = mapped_column(Sealed)
    """Who signs for an organization: for moderators, never shown."""
    updates: Mapped[bool] = mapped_column(server_default=false())
    """Wants a mail when the letter reaches its goal, and one when it closes."""
    closing_told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When its signatory was told that the letter has closed."""
    commits: Mapped[bool] = mapped_column(server_default=false())
    """Whether pledges were made with it: then its moves concern them too."""
    unasked: Mapped[bool] = mapped_column(server_default=false())
    """Wants no mails that ask what became of them."""
    together: Mapped[bool] = mapped_column(server_default=false())
    """The name is sealed and listed nowhere until as many have signed as the letter says, and for a day after."""
    together_told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When the mail was owed that tells its signatory that there are as many now."""
    together_mailed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When that mail left, or when who was refused it has read so on the own page: the name shows a day after."""
    erases_address: Mapped[bool] = mapped_column(server_default=false())
    """The address is erased once confirmed; only its digest remains."""
    earlier: Mapped[bool] = mapped_column(server_default=false())
    """Confirmed an earlier text, and has not agreed to the present one: outside the count and the list."""
    listed: Mapped[bool] = mapped_column(server_default=false())
    """Stands on the public list; kept by `moving` and `listing`."""
    checked: Mapped[bool] = mapped_column(server_default=false())
    """Let through by a moderator who could read it, and not by the letter's policy alone."""
    unread: Mapped[bool] = mapped_column(server_default=false())
    """Let through by a moderator while it was sealed: it counts, and is read before it shows."""
    back_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When it came to the moderators' desk that is there: from a seal, or in other words than were let through."""
    statement_state: Mapped[StatementState | None] = mapped_column(one_of(StatementState, "statement_state"))
    domain: Mapped[str | None] = mapped_column(String(253))
    """Of the confirmed address, where the letter takes only some domains or the affiliation matches it."""
    affiliation_matched: Mapped[bool] = mapped_column(server_default=false())
    """The affiliation fits the domain of the confirmed address."""
    invitation_id: Mapped[int | None] = mapped_column(ForeignKey("invitation.id"))
    """Of a first signatory: the secret link that was used."""
    rank: Mapped[int | None]
    """Of a first signatory: the place, given by hand."""
    network_digest: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    """Keyed, of the network it came from; erased after a week."""
    mailed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When its first mail was written and counted; until then a pending one is not found by its address."""
    code_number: Mapped[int] = mapped_column(server_default="0")
    """Which of its codes is good: each mail brings another one."""
    resent: Mapped[int] = mapped_column(server_default="0")
    resent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reminded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    flags: Mapped[list[str]] = mapped_column(JSON, default=list)
    """Why the policy holds it for a moderator: values of `policy.Flag`."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    letter: Mapped[Letter] = relationship(lazy="raise")
    text: Mapped[LetterText] = relationship(lazy="raise")
    from_network: Mapped[int | None] = query_expression()
    """How many came from its network at about the same time, itself included; counted only where it is confirmed."""

    @hybrid_property
    def signs_for(self) -> str:
        """For whom its mailbox signs, once for each: a person, or an organization, which is its website's host."""
        return self.website_host or self.kind

    @signs_for.inplace.expression
    @classmethod
    def _signs_for(cls) -> ColumnElement[str]:
        return func.coalesce(cls.website_host, cls.kind)

    @property
    def words(self) -> Words:
        """What the signatory wrote, shown or not."""
        hidden: dict[str, str | None] = json.loads(self.hidden) if self.hidden else {}
        shown = {field: getattr(self, field) for field in asdict(Words())}
        return Words(**{**shown, **hidden})

    @property
    def shown_statement(self) -> str | None:
        """The statement if the public may see it."""
        return self.statement if self.statement_state is StatementState.APPROVED else None

    @property
    def edition(self) -> str:
        """Tells whether the words and what is shown of them are still those that somebody read; of sealed ones nothing
        but that, or one could try whose they are.
        """
        if self.is_sealed:
            return "sealed"
        read = json.dumps([self.display, asdict(self.words)])
        return hashlib.sha256(read.encode()).hexdigest()[:16]

    def write(self, words: Words, display: Display, *, sealed: bool = False) -> None:
        """Stores the words: those to be shown as they are, the others sealed. A statement that is new waits."""
        if words.statement != self.words.statement:
            self.statement_state = StatementState.WAITING if words.statement else None
        for column, value in stored(words, display, sealed=sealed).items():
            setattr(self, column, value)

    def erase(self) -> None:
        """Forgets who signed: address, words and wishes, but not the digest."""
        self.write(Words(), Display.ANONYMOUS)
        self.email = self.website = self.website_host = self.representative = self.domain = None
        self.updates = self.unasked = self.together = self.erases_address = False
        self.closing_told_at = self.together_told_at = self.together_mailed_at = None
        self.affiliation_matched = False
        self.network_digest = self.invitation_id = self.rank = None
        self.flags = []

    @property
    def is_sealed(self) -> bool:
        """Whether it waits for others, and moderators see no word of it."""
        return self.together and self.together_told_at is None

    @property
    def is_waiting(self) -> bool:
        """Whether a moderator is to decide on it, as far as it can be seen now."""
        return self.state in WAITING or (self.unread and not self.is_sealed)

    @property
    def belongs_on_list(self) -> bool:
        """Whether it should stand on the public list."""
        is_shown = self.display is Display.AFFILIATION or (self.display is Display.PUBLIC and self.name is not None)
        return self.state is State.APPROVED and is_shown and not (self.earlier or self.together or self.unread)


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


class ListedName(Base):
    """A listed name, folded, and turned so that each two of its words stand in front once: the beginnings of any two
    find it, and further ones are looked for in the same row.
    """

    __tablename__ = "listed_name"

    letter_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    word: Mapped[str] = mapped_column(_TURNED, primary_key=True)
    rest: Mapped[str] = mapped_column(_TURNED, primary_key=True)
    """The other words, one of them in front."""
    signature_id: Mapped[int] = mapped_column(
        ForeignKey("signature.id", ondelete="CASCADE"), primary_key=True, autoincrement=False, index=True
    )
