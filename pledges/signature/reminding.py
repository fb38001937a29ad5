"""Reminds once of a signature that nobody has confirmed."""

from datetime import datetime, timedelta

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session, aliased

from pledges.letter.models import Letter, LetterState
from pledges.mail import outbox
from pledges.signature.confirming import LINK_LASTS
from pledges.signature.mailing import may_mail
from pledges.signature.models import Signature
from pledges.signature.states import State

REMINDER = "reminder"
AFTER = timedelta(days=1)
AT_ONCE = 200

_newer = aliased(Signature)


def remind_unconfirmed(session: Session, *, now: datetime) -> None:
    """Owes one mail for each mailbox whose newest submission has waited for a day, and never another one.

    Which rows are due is decided by the update itself, so that two that run at once remind nobody twice.
    """
    same_mailbox = (_newer.letter_id == Signature.letter_id) & (_newer.email_digest == Signature.email_digest)
    is_replaced = exists().where(same_mailbox, _newer.id > Signature.id)
    takes_more = Letter.state.in_((LetterState.OPEN, LetterState.DRAFT))
    is_open = exists().where(Letter.id == Signature.letter_id, takes_more)
    waits = (
        (Signature.state == State.PENDING)
        & (Signature.created_at <= now - AFTER)
        & (Signature.created_at > now - LINK_LASTS)
        & (Signature.mailed_at <= now - AFTER)
        & Signature.reminded_at.is_(None)
    )
    some = select(Signature.id).where(waits, ~is_replaced, is_open).order_by(Signature.created_at).limit(AT_ONCE)
    due = update(Signature).where(Signature.id.in_(some.scalar_subquery()), Signature.reminded_at.is_(None))
    reminded = due.values(reminded_at=now)
    rows = session.execute(
        reminded.returning(Signature.id, Signature.email_digest), execution_options={"synchronize_session": False}
    ).all()
    for signature_id, digest in rows:
        if digest is not None and may_mail(session, digest, now=now):
            outbox.owe(session, REMINDER, signature_id, now=now)
