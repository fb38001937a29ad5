"""Confirming: a pending signature becomes one person's signature."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from pledges.errors import DomainError
from pledges.letter import queries as letters
from pledges.letter.models import Letter, LetterState
from pledges.letter.succession import is_said_again
from pledges.mail import outbox
from pledges.signature import moving, organizations, policy, submissions, vouching
from pledges.signature.models import Signature
from pledges.signature.organizations import OrganizationSigned
from pledges.signature.rounds import TEXT_CHANGED
from pledges.signature.states import HELD, State

LINK_LASTS = timedelta(days=7)
THANKS = "thanks"
LAST_THANKS = "last_thanks"
"""The same to who is mailed nothing after it."""


class ConfirmationOver(DomainError):
    """The submission that a link was mailed for is gone: replaced, withdrawn or never confirmed in time."""

    def __init__(self, letter_id: int) -> None:
        super().__init__("nothing is left to confirm")
        self.letter_id = letter_id


class ConfirmationTooLate(DomainError):
    """The letter closed more than a day ago."""


class ConfirmationOfWithdrawn(DomainError):
    """Its organizer has withdrawn the letter."""


def confirm(session: Session, letter: Letter, signature_id: int, *, now: datetime) -> Signature:
    """Confirms exactly this submission and erases its signatory's other pending ones; a repeat changes nothing.

    One whose text was changed since it was signed, and says something else now, counts as `earlier`, and is asked to
    agree instead of thanked.
    Raises ConfirmationOver, ConfirmationTooLate, ConfirmationOfWithdrawn and OrganizationSigned.
    """
    submitted = submissions.lock_person(session, letter, signature_id)
    rows = submitted.rows
    signature = next((row for row in rows if row.id == signature_id), None)
    if signature is None or signature.state is State.WITHDRAWN:
        raise ConfirmationOver(letter.id)
    if signature.state is not State.PENDING:
        return signature
    if any(row.state in HELD for row in rows if row.signs_for == signature.signs_for):
        raise ConfirmationOver(letter.id)
    if submitted.is_withdrawn:
        raise ConfirmationOfWithdrawn(letter.slug)
    check_takes_confirmations(letter, now=now)
    organizations.check_free(session, signature)
    signature.earlier = signature_id in submitted.outdated and not _stands_again(session, signature)
    _settle(session, letter, signature, rows, now)
    return signature


def _stands_again(session: Session, signature: Signature) -> bool:
    """Whether the very words that were signed are those of the letter again. Asked with the row in hand: whoever
    revises waits for it, or has been waited for.
    """
    return is_said_again(letters.get_letter_anew(session, signature.letter_id), signature.text_id)


def check_takes_confirmations(letter: Letter, *, now: datetime) -> None:
    """Raises ConfirmationOfWithdrawn or ConfirmationTooLate unless a pending signature may be confirmed now."""
    if letter.state is LetterState.WITHDRAWN:
        raise ConfirmationOfWithdrawn(letter.slug)
    if not letter.takes_confirmations(now):
        raise ConfirmationTooLate(letter.slug)


def _settle(session: Session, letter: Letter, signature: Signature, rows: Sequence[Signature], now: datetime) -> None:
    returned = any(row.state is State.WITHDRAWN for row in rows)
    flags = policy.flags_of(letter, signature, returned=returned)
    signature.flags = [*flags]
    signature.confirmed_at = now
    vouching.vouch(letter, signature)
    state, by = policy.rule(letter, flags)
    last_word_to = signature.email if signature.erases_address else None
    if signature.erases_address:
        signature.email = None
    for other in rows:
        if other.state is State.PENDING and other.signs_for == signature.signs_for and other is not signature:
            session.delete(other)
    try:
        moving.move(session, [signature], state, by=by, now=now)
    except IntegrityError as error:  # the same one, confirmed by another link in the same moment
        if organizations.is_about_website(error):
            raise OrganizationSigned(letter.slug) from error
        raise ConfirmationOver(letter.id) from error
    event = TEXT_CHANGED if signature.earlier else THANKS
    outbox.owe(session, LAST_THANKS if last_word_to else event, signature.id, recipient=last_word_to, now=now)
