"""Signing: takes a submission and owes the mail that confirms it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, bindparam, insert, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningInsert

from pledges.db import Base
from pledges.errors import DomainError
from pledges.letter.inviting import InvitationRevoked
from pledges.letter.models import Invitation, Letter, LetterState, LetterText
from pledges.letter.withdrawing import check_not_withdrawn
from pledges.mail import outbox
from pledges.security import keyring
from pledges.signature.addresses import Address
from pledges.signature.models import Signature, StatementState
from pledges.signature.policy import Origin
from pledges.signature.states import Kind, State
from pledges.signature.websites import Website
from pledges.signature.words import Display, Words, stored

CONFIRMATION = "confirmation"


_table = Base.metadata.tables[Signature.__tablename__]
_LATER = {"id", "confirmed_at", "earlier", "listed", "domain", "affiliation_matched", "rank", "checked", "unread"}
_LATER |= {"mailed_at", "code_number", "resent", "resent_at", "reminded_at", "together_told_at", "closing_told_at"}
_LATER |= {"unasked", "back_at", "together_mailed_at"}
_columns = [column for column in _table.columns if column.name not in _LATER]


def _insert_where(*conditions: ColumnElement[bool]) -> ReturningInsert[int]:
    values = select(*(bindparam(column.name, type_=column.type) for column in _columns))
    admitted = values.where(Letter.id == bindparam("letter_id"), *conditions)
    return insert(_table).from_select([column.name for column in _columns], admitted).returning(_table.c.id)


_INSERT_WHILE_OPEN = _insert_where(Letter.state == LetterState.OPEN)
"""Written once: building it anew for each signature would cost more than running it."""

_INSERT_BY_INVITATION = _insert_where(
    Letter.state.in_((LetterState.DRAFT, LetterState.OPEN)),
    select(Invitation.id)
    .where(
        Invitation.id == bindparam("link"),
        Invitation.letter_id == Letter.id,
        Invitation.revoked_at.is_(None),
    )
    .exists(),
)
"""Before the letter opens, and while the link is not revoked; one that opened in this moment takes it, too."""


class LetterClosed(DomainError):
    """The letter takes no signatures any more."""


@dataclass(frozen=True)
class Submission:
    """What a supporter sent, checked."""

    address: Address
    words: Words
    display: Display = Display.PUBLIC
    kind: Kind = Kind.PERSON
    website: Website | None = None
    """Of an organization."""
    representative: str | None = None
    """Who signs for an organization."""
    updates: bool = False
    commits: bool = False
    """Whether pledges are made with it."""
    together: bool = False
    erases_address: bool = False


def sign(
    session: Session,
    letter: Letter,
    text: LetterText,
    submission: Submission,
    *,
    origin: Origin = Origin(),
    invitation_id: int | None = None,
    now: datetime,
) -> int:
    """A pending signature under `text`, and the mail that leads to its confirmation; answers the signature's id.

    Nothing here depends on what is known of the address: whether it has signed already, and how many mails strangers
    have caused to it today, is looked up when the mail is composed (`mails`, `mailing`).

    Raises LetterClosed, also for a letter that closed since it was loaded. With an invitation it goes into a draft
    too; raises InvitationRevoked.
    """
    check_open(letter, is_invited=invitation_id is not None, now=now)
    row = {
        **_row_of(submission, origin, letter.id),
        "text_id": text.id,
        "email_digest": mailbox_digest(letter.id, submission.address),
        "invitation_id": invitation_id,
        "created_at": now,
    }
    if invitation_id is None:
        signature_id = session.execute(_INSERT_WHILE_OPEN, row).scalar_one_or_none()
    else:
        signature_id = session.execute(_INSERT_BY_INVITATION, {**row, "link": invitation_id}).scalar_one_or_none()
    if signature_id is None:
        raise LetterClosed(letter.slug) if invitation_id is None else InvitationRevoked(letter.slug)
    outbox.owe(session, CONFIRMATION, signature_id, now=now)
    return int(signature_id)


def _row_of(submission: Submission, origin: Origin, letter_id: int) -> dict[str, object]:
    """What is stored of what was sent. Who is never listed has no name that could wait for others."""
    is_sealed = submission.together and submission.display is not Display.ANONYMOUS
    return {
        "letter_id": letter_id,
        "state": State.PENDING,
        "kind": submission.kind,
        "email": submission.address.typed,
        "updates": submission.updates,
        "commits": submission.commits,
        "together": is_sealed,
        "erases_address": submission.erases_address,
        "statement_state": StatementState.WAITING if submission.words.statement else None,
        "website": submission.website and submission.website.url,
        "website_host": submission.website and submission.website.host,
        "representative": submission.representative,
        "network_digest": origin.network_digest(letter_id),
        "flags": sorted(origin.flags),
        **stored(submission.words, submission.display, sealed=is_sealed),
    }


def check_open(letter: Letter, *, is_invited: bool = False, now: datetime) -> None:
    """Raises LetterClosed or LetterWithdrawn unless the letter takes signatures now, or those of first signatories."""
    check_not_withdrawn(letter)
    if not (letter.takes_signatures(now) or (is_invited and letter.takes_first_signatures(now))):
        raise LetterClosed(letter.slug)


def mailbox_digest(letter_id: int, address: Address) -> bytes:
    """Finds one person among a letter's signatures; another letter's digests can't be compared with it."""
    return keyring().digest(f"mailbox of letter {letter_id}", address.canonical)
