"""Counts the mails that strangers can cause to one mailbox, when a mail is written and not when it is asked for."""

from datetime import datetime, timedelta

from sqlalchemy import bindparam, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from pledges import allowance
from pledges.db import Base
from pledges.signature.models import Signature

MAILS_A_DAY = 5
"""To one mailbox for each letter."""

_SIGNATURE = Base.metadata.tables[Signature.__tablename__]
_NOTE = update(_SIGNATURE).where(_SIGNATURE.c.id == bindparam("signature")).values(mailed_at=bindparam("now"))
"""Of the table: passing each through the unit of work would cost more than running it."""


def may_mail(session: Session, digest: bytes, *, now: datetime) -> bool:
    """Whether strangers may cause one more mail to this mailbox today; if so, it is counted."""
    return allowance.take(session, digest, limit=MAILS_A_DAY, window=timedelta(days=1), now=now)


def mail_first(session: Session, signature: Signature, *, now: datetime) -> bool:
    """Whether the first mail about a pending signature may go. It is counted once, however often it has to be sent;
    from then on the signature is found by its address, too. What may not be mailed is erased.
    """
    if signature.mailed_at is not None:
        return True
    # the signature before its mailbox, as whoever asks again: so two at once never deadlock
    session.execute(_NOTE, {"signature": signature.id, "now": now})
    set_committed_value(signature, "mailed_at", now)
    if signature.email_digest is not None and may_mail(session, signature.email_digest, now=now):
        return True
    session.delete(signature)
    session.flush()
    return False
