"""Finds kept and failed mails, for the pages that show them."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from pledges.errors import NotFound
from pledges.mail.models import KeptMail, OwedMail, OwedState

SHOWN = 100

_UNREAD = defer(OwedMail.recipient, raiseload=True)
"""To whom a mail goes is not shown to staff, and so not opened."""


class MailUnknown(NotFound):
    """No such mail is kept."""


def list_kept(session: Session) -> Sequence[KeptMail]:
    """The newest kept mails, newest first."""
    return session.scalars(select(KeptMail).order_by(KeptMail.id.desc()).limit(SHOWN)).all()


def get_kept(session: Session, mail_id: int) -> KeptMail:
    """One kept mail; raises MailUnknown."""
    mail = session.get(KeptMail, mail_id)
    if mail is None:
        raise MailUnknown(str(mail_id))
    return mail


def list_failed(session: Session) -> Sequence[OwedMail]:
    """The mails that could not be delivered, newest first."""
    failed = select(OwedMail).where(OwedMail.state == OwedState.FAILED).options(_UNREAD)
    return session.scalars(failed.order_by(OwedMail.id.desc()).limit(SHOWN)).all()


def list_postponed(session: Session) -> Sequence[OwedMail]:
    """The mails that were refused for now and wait for their next try, soonest first."""
    waiting = select(OwedMail).where(OwedMail.state == OwedState.DUE, OwedMail.attempts > 0).options(_UNREAD)
    return session.scalars(waiting.order_by(OwedMail.due_at).limit(SHOWN)).all()
