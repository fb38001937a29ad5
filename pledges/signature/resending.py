"""Mails somebody the way to the own signature again. What is known is looked up when the mail is composed."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from pledges import allowance
from pledges.letter.models import Letter
from pledges.mail import outbox
from pledges.security import keyring
from pledges.signature import queries
from pledges.signature.addresses import Address, AddressRefused, read_address
from pledges.signature.confirming import LINK_LASTS
from pledges.signature.mailing import may_mail
from pledges.signature.models import Signature
from pledges.signature.signing import CONFIRMATION, mailbox_digest
from pledges.signature.states import HELD, State

ASKED_AGAIN = "asked_again"
OWN_PAGE = "own_page"
ASKS_A_DAY = 20
PAUSES = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1))
"""Before the first, the second and the third mail more; there is no fourth."""


def ask_again(session: Session, letter: Letter, address: Address, *, now: datetime) -> None:
    """Owes a mail to whoever has this address, should it have signed; for any address the same is done, and where it
    was asked too often the same again, with a mail that is never sent: one could tell by the time who else has asked.
    """
    may_ask = _may_ask(session, mailbox_digest(letter.id, address), now)
    recipient = address.typed if may_ask else None
    outbox.owe(session, ASKED_AGAIN, letter.id, recipient=recipient, is_moot=not may_ask, now=now)


def mail_again(session: Session, signatures: Sequence[Signature], *, now: datetime) -> list[Signature]:
    """Those of one mailbox's pending signatures, held already, for which another mail may go now; each is counted, and
    its code is another one.
    """
    due = [row for row in signatures if _is_old_enough(row, now)]
    going = [row for row in due if row.email_digest is not None and may_mail(session, row.email_digest, now=now)]
    for row in going:
        row.resent = _resent(row, now) + 1
        flag_modified(row, "resent")  # changed or not: so one statement serves all
        row.resent_at = now
        row.code_number += 1
    session.flush()
    return going


def has_signed(session: Session, letter: Letter, typed: str) -> bool:
    """Whether something stands that this mailbox has confirmed under the letter."""
    try:
        mailbox = mailbox_digest(letter.id, read_address(typed))
    except AddressRefused:  # it was taken by other rules then
        return False
    return any(row.state in HELD for row in queries.list_mailbox(session, letter, mailbox))


def refresh(session: Session, signature_id: int, *, now: datetime) -> None:
    """Owes what leads on from a link that has expired: a fresh one for what still waits, and for who has confirmed the
    way to the own page.
    """
    signature = queries.lock_signature(session, signature_id)
    if signature is None:
        return
    if signature.state is State.PENDING:
        if mail_again(session, [signature], now=now):
            outbox.owe(session, CONFIRMATION, signature.id, now=now)
        return
    mailbox = signature.email_digest if signature.state in HELD and signature.email is not None else None
    if mailbox is not None and _may_ask(session, mailbox, now):
        outbox.owe(session, OWN_PAGE, signature.id, recipient=signature.email, now=now)


def _is_old_enough(signature: Signature, now: datetime) -> bool:
    """Whether its last mail is. None goes before the first was written: that one is still owed."""
    if signature.mailed_at is None:
        return False
    resent = _resent(signature, now)
    return resent < len(PAUSES) and now >= (signature.resent_at or signature.mailed_at) + PAUSES[resent]


def _resent(signature: Signature, now: datetime) -> int:
    """How many mails more there were. Once the links of all have expired they count no more."""
    return signature.resent if now < _newest_mail_at(signature) + LINK_LASTS else 0


def _newest_mail_at(signature: Signature) -> datetime:
    mails = (signature.mailed_at, signature.resent_at, signature.reminded_at)
    return max(at for at in (signature.created_at, *mails) if at)


def asks_digest(mailbox: bytes) -> bytes:
    """By which it is counted how often a mailbox was asked for."""
    return keyring().digest("asks of a mailbox", mailbox.hex())


def _may_ask(session: Session, mailbox: bytes, now: datetime) -> bool:
    return allowance.take(session, asks_digest(mailbox), limit=ASKS_A_DAY, window=timedelta(days=1), now=now)
