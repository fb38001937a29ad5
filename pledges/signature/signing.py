"""Signing: takes a submission and owes the mail that confirms it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, insert, select
from sqlalchemy.orm import Session

from pledges import allowance
from pledges.db import Base
from pledges.errors import DomainError
from pledges.letter.models import Letter, LetterState, LetterText
from pledges.mail import outbox
from pledges.security import keyring
from pledges.signature.addresses import Address
from pledges.signature.models import Display, Signature, Words, stored
from pledges.signature.states import Kind, State

MAILS_A_DAY = 5
CONFIRMATION = "confirmation"


_table = Base.metadata.tables[Signature.__tablename__]
_columns = [column for column in _table.columns if column.name not in ("id", "confirmed_at")]
_INSERT_WHILE_OPEN = (
    insert(_table)
    .from_select(
        [column.name for column in _columns],
        select(*(bindparam(column.name, type_=column.type) for column in _columns)).where(
            Letter.id == bindparam("letter_id"), Letter.state == LetterState.OPEN
        ),
    )
    .returning(_table.c.id)
)
"""Written once: building it anew for each signature would cost more than running it."""


class LetterClosed(DomainError):
    """The letter takes no signatures any more."""


@dataclass(frozen=True)
class Submission:
    """What a supporter sent, checked."""

    address: Address
    words: Words
    display: Display = Display.PUBLIC
    kind: Kind = Kind.PERSON
    updates: bool = False
    together: bool = False


def sign(session: Session, letter: Letter, text: LetterText, submission: Submission, *, now: datetime) -> int | None:
    """A pending signature under `text`, and the mail that leads to its confirmation; answers the signature's id.

    Nothing here depends on what is known of the address: whether it has signed already is looked up when
    the mail is composed. Strangers can cause `MAILS_A_DAY` to one mailbox for each letter: beyond that nothing is
    stored, for nobody could confirm it, and the answer is None. Raises LetterClosed, also for a letter that closed
    since it was loaded.
    """
    check_open(letter, now=now)
    digest = mailbox_digest(letter.id, submission.address)
    if not allowance.take(session, digest, limit=MAILS_A_DAY, window=timedelta(days=1), now=now):
        return None
    row: dict[str, object] = {
        "letter_id": letter.id,
        "text_id": text.id,
        "state": State.PENDING,
        "kind": submission.kind,
        "email": submission.address.typed,
        "email_digest": digest,
        "updates": submission.updates,
        "together": submission.together,
        "flags": [],
        "created_at": now,
        **stored(submission.words, submission.display),
    }
    signature_id = session.execute(_INSERT_WHILE_OPEN, row).scalar_one_or_none()
    if signature_id is None:
        raise LetterClosed(letter.slug)
    outbox.owe(session, CONFIRMATION, signature_id, now=now)
    return int(signature_id)


def check_open(letter: Letter, *, now: datetime) -> None:
    """Raises LetterClosed unless the letter takes signatures now."""
    if not letter.takes_signatures(now):
        raise LetterClosed(letter.slug)


def mailbox_digest(letter_id: int, address: Address) -> bytes:
    """Finds one person among a letter's signatures; another letter's digests can't be compared with it."""
    return keyring().digest(f"mailbox of letter {letter_id}", address.canonical)
