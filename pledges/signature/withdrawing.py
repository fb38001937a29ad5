"""Withdrawing: a signatory takes the name back, at any time and at once."""

from datetime import datetime

from sqlalchemy.orm import Session

from pledges.mail import outbox
from pledges.signature import moving, queries
from pledges.signature.history import forget_reasons
from pledges.signature.states import DISTRUSTED, Actor, State

WITHDRAWN = "withdrawn"


def withdraw(session: Session, signature_id: int, *, now: datetime) -> None:
    """Erases who signed and says a last word by mail; a pending one vanishes, a repeat changes nothing.

    The digest is freed, so that one may sign again, unless the signature was distrusted: then a new one is held.
    """
    signature = queries.lock_signature(session, signature_id)
    if signature is None or signature.state is State.WITHDRAWN:
        return
    if signature.state is State.PENDING:
        session.delete(signature)
        session.flush()
        return
    if signature.email is not None:
        text = signature.text
        outbox.owe(session, WITHDRAWN, signature.id, recipient=signature.email, language=text.language, now=now)
    forget_reasons(session, [signature.id])
    signature.erase()
    if signature.state not in DISTRUSTED:
        signature.email_digest = None
    moving.move(session, [signature], State.WITHDRAWN, by=Actor.SIGNATORY, now=now)
