"""Mails somebody the way to the own signature again. What is known is looked up when the mail is composed."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from pledges import allowance
from pledges.letter.models import Letter
from pledges.mail import outbox
from pledges.security import keyring
from pledges.signature import queries
from pledges.signature.addresses import Address
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


def mail_again(session: Session, signature: Signature, *, now: datetime) -> bool:
    """Whether another mail for a pending signature may go now; if so it is counted, and its code is another one. None
    goes before the first was written: that one is still owed. Once the links of all have expired they count no more.
    """
    if signature.email_digest is None or signature.mailed_at is None:
        return False
    resent = signature.resent if now < _newest_mail_at(signature) + LINK_LASTS else 0
    if resent >= len(PAUSES) or now < (signature.resent_at or signature.mailed_at) + PAUSES[resent]:
        return False
    if not may_mail(session, signature.email_digest, now=now):
        return False
    signature.resent = resent + 1
    signature.resent_at = now
    signature.code_number += 1
    session.flush()
    return True


def refresh(session: Session, signature_id: int, *, now: datetime) -> None:
    """Owes what leads on from a link that has expired: a fresh one for what still waits, and for who has confirmed the
    way to the own page.
    """
    signature = queries.lock_signature(session, signature_id)
    if signature is None:
        return
    if signature.state is State.PENDING:
        if mail_again(session, signature, now=now):
            outbox.owe(session, CONFIRMATION, signature.id, now=now)
        return
    mailbox = signature.email_digest if signature.state in HELD and signature.email is not None else None
    if mailbox is not None and _may_ask(session, mailbox, now):
        outbox.owe(session, OWN_PAGE, signature.id, recipient=signature.email, now=now)


def _newest_mail_at(signature: Signature) -> datetime:
    mails = (signature.mailed_at, signature.resent_at, signature.reminded_at)
    return max(at for at in (signature.created_at, *mails) if at)


def _may_ask(session: Session, mailbox: bytes, now: datetime) -> bool:
    asks = keyring().digest("asks of a mailbox", mailbox.hex())
    return allowance.take(session, asks, limit=ASKS_A_DAY, window=timedelta(days=1), now=now)
