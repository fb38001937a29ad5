"""Reminds once of a signature that nobody has confirmed."""

from datetime import datetime, timedelta

from sqlalchemy import Select, exists, select, update
from sqlalchemy.orm import Session, aliased

from pledges.letter.models import Letter, LetterState
from pledges.mail import outbox
from pledges.signature.conditions import CLAIMED, holds
from pledges.signature.confirming import LINK_LASTS
from pledges.signature.mailing import may_mail
from pledges.signature.models import Signature
from pledges.signature.states import State

REMINDER = "reminder"
AFTER = timedelta(days=1)
AT_ONCE = 200

_other = aliased(Signature)
_holder = aliased(Signature, name="holder")


def remind_unconfirmed(session: Session, *, now: datetime) -> None:
    """Owes one mail for each signatory whose newest submission has waited for a day, and never another one, whatever
    is submitted after that.

    Those that are due are held first, and who holds one already is not waited for; then their mailboxes, in one order:
    so two that run at once remind nobody twice, and wait for nobody in a circle.
    """
    rows = session.execute(due(now)).all()
    reminded = update(Signature).where(Signature.id.in_([row.id for row in rows])).values(reminded_at=now)
    session.execute(reminded, execution_options={"synchronize_session": False})
    for digest, signature_id in sorted((row.email_digest, row.id) for row in rows):
        if may_mail(session, digest, now=now):
            outbox.owe(session, REMINDER, signature_id, now=now)


def due(now: datetime) -> Select[bytes | None, int]:
    """Whom to remind, by mailbox and id. An organization is not while another signature holds its website: its link
    would say no. What was withdrawn is no reason: its digest stays only if it had been doubted, and would tell that.
    """
    same_mailbox = (_other.letter_id == Signature.letter_id) & (_other.email_digest == Signature.email_digest)
    same_signatory = same_mailbox & (_other.signs_for == Signature.signs_for) & (_other.state != State.WITHDRAWN)
    is_replaced = exists().where(same_signatory, _other.id > Signature.id)
    was_reminded = exists().where(same_signatory, _other.reminded_at.is_not(None))
    same_website = (_holder.letter_id == Signature.letter_id) & (_holder.website_host == Signature.website_host)
    is_taken = exists().where(same_website, holds(CLAIMED, of="holder"))
    takes_more = Letter.state.in_((LetterState.OPEN, LetterState.DRAFT))
    is_open = exists().where(Letter.id == Signature.letter_id, takes_more)
    waits = (
        (Signature.state == State.PENDING)
        & (Signature.created_at <= now - AFTER)
        & (Signature.created_at > now - LINK_LASTS)
        & (Signature.mailed_at <= now - AFTER)
        & Signature.reminded_at.is_(None)
    )
    columns = select(Signature.email_digest, Signature.id).where(waits, ~is_replaced, ~was_reminded, ~is_taken, is_open)
    return columns.order_by(Signature.created_at).limit(AT_ONCE).with_for_update(of=Signature, skip_locked=True)
