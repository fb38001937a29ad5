"""Confirming: a pending signature becomes one person's signature."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from pledges.errors import DomainError
from pledges.letter.models import Letter
from pledges.mail import outbox
from pledges.signature import moving, policy, queries
from pledges.signature.models import Signature
from pledges.signature.states import HELD, State

LINK_LASTS = timedelta(days=7)
THANKS = "thanks"


class ConfirmationOver(DomainError):
    """The submission that a link was mailed for is gone: replaced, withdrawn or never confirmed in time."""

    def __init__(self, letter_id: int) -> None:
        super().__init__("nothing is left to confirm")
        self.letter_id = letter_id


class ConfirmationTooLate(DomainError):
    """The letter closed more than a day ago."""


def confirm(session: Session, letter: Letter, signature_id: int, *, now: datetime) -> Signature:
    """Confirms exactly this submission and erases the person's other pending ones; a repeat changes nothing.

    Raises ConfirmationOver and ConfirmationTooLate.
    """
    rows = queries.lock_person(session, letter, signature_id)
    signature = next((row for row in rows if row.id == signature_id), None)
    if signature is None or signature.state is State.WITHDRAWN:
        raise ConfirmationOver(letter.id)
    if signature.state is not State.PENDING:
        return signature
    if any(row.state in HELD for row in rows if row.kind is signature.kind):
        raise ConfirmationOver(letter.id)
    if not letter.takes_confirmations(now):
        raise ConfirmationTooLate(letter.slug)
    _settle(session, letter, signature, rows, now)
    return signature


def _settle(session: Session, letter: Letter, signature: Signature, rows: Sequence[Signature], now: datetime) -> None:
    returned = any(row.state is State.WITHDRAWN for row in rows)
    flags = policy.flags_of(signature, returned=returned)
    signature.flags = [*flags]
    signature.confirmed_at = now
    state, by = policy.rule(letter, flags)
    try:
        moving.move(session, [signature], state, by=by, now=now)
    except IntegrityError as error:  # the same person, confirmed by another link in the same moment
        raise ConfirmationOver(letter.id) from error
    others = [row.id for row in rows if row.state is State.PENDING and row.kind is signature.kind]
    if others:
        session.execute(delete(Signature).where(Signature.id.in_(others), Signature.state == State.PENDING))
    outbox.owe(session, THANKS, signature.id, now=now)
