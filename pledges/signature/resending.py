"""Mails somebody the way to the own signature again. What is known is looked up when the mail is composed."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from pledges import allowance
from pledges.letter.models import Letter
from pledges.mail import outbox
from pledges.security import keyring
from pledges.signature import queries
from pledges.signature.addresses import Address
from pledges.signature.mailing import may_mail
from pledges.signature.models import Signature
from pledges.signature.signing import CONFIRMATION, mailbox_digest
from pledges.signature.states import State

ASKED_AGAIN = "asked_again"
ASKS_A_DAY = 20
PAUSES = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1))
"""Before the first, the second and the third mail more; there is no fourth."""


def ask_again(session: Session, letter: Letter, address: Address, *, now: datetime) -> None:
    """Owes a mail to whoever has this address, should it have signed; for any address the same is done, and where it
    was asked too often the same again, with a mail that is never sent: one could tell by the time who else has asked.
    """
    asks = keyring().digest("asks of a mailbox", mailbox_digest(letter.id, address).hex())
    may_ask = allowance.take(session, asks, limit=ASKS_A_DAY, window=timedelta(days=1), now=now)
    recipient = address.typed if may_ask else None
    outbox.owe(session, ASKED_AGAIN, letter.id, recipient=recipient, is_moot=not may_ask, now=now)


def mail_again(session: Session, signature: Signature, *, now: datetime) -> bool:
    """Whether another mail for a pending signature may go now; if so it is counted, and its code is another one. None
    goes before the first was written: that one is still owed.
    """
    if signature.resent >= len(PAUSES) or signature.email_digest is None or signature.mailed_at is None:
        return False
    if now < (signature.resent_at or signature.mailed_at) + PAUSES[signature.resent]:
        return False
    if not may_mail(session, signature.email_digest, now=now):
        return False
    signature.resent += 1
    signature.resent_at = now
    signature.code_number += 1
    session.flush()
    return True


def refresh(session: Session, signature_id: int, *, now: datetime) -> None:
    """Owes a fresh link for a submission whose link has expired, if it still waits and another mail may go."""
    signature = queries.lock_signature(session, signature_id)
    if signature is None or signature.state is not State.PENDING:
        return
    if mail_again(session, signature, now=now):
        outbox.owe(session, CONFIRMATION, signature.id, now=now)
