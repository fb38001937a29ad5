"""Withdrawing a letter: its organizer takes it back, for good and before all."""

from datetime import datetime

from sqlalchemy.orm import Session

from pledges.errors import DomainError
from pledges.letter.models import Letter, LetterState
from pledges.listeners import Occasion


class LetterWithdrawn(DomainError):
    """Its organizer has withdrawn the letter: nothing about it changes any more."""


class NeverOpened(DomainError):
    """There is nothing to withdraw: the letter is a draft, that nobody has seen."""


withdrawn = Occasion[Session, Letter, datetime]()
"""Called for a letter that was withdrawn, in the same transaction."""


def withdraw(session: Session, letter: Letter, reason: str, *, now: datetime) -> None:
    """Ends it for good and says why; the page stays. Raises NeverOpened, and LetterWithdrawn for a second time."""
    check_not_withdrawn(letter)
    if letter.state is LetterState.DRAFT:
        raise NeverOpened(letter.slug)
    letter.closed_at = letter.ended_at(now) or now
    letter.state = LetterState.WITHDRAWN
    letter.withdrawn_at = now
    letter.withdrawal_reason = reason
    session.flush()
    withdrawn(session, letter, now)


def check_not_withdrawn(letter: Letter) -> None:
    """Raises LetterWithdrawn."""
    if letter.state is LetterState.WITHDRAWN:
        raise LetterWithdrawn(letter.slug)
