"""Brings a letter before the public: creates, opens and closes it."""

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from pledges.errors import DomainError
from pledges.letter import queries
from pledges.letter.models import Letter, LetterState
from pledges.letter.withdrawing import check_not_withdrawn
from pledges.letter.writing import write_text
from pledges.listeners import Occasion

if TYPE_CHECKING:
    from pledges.letter.reading import LetterFile


class SlugTaken(DomainError):
    """Another letter has that slug already."""


class StillDraft(DomainError):
    """A letter that never opened can't close."""


class LetterPast(DomainError):
    """A letter can't open: the date on which it closes has passed."""


created = Occasion[Session, Letter]()
"""Called for a new letter, in the same transaction."""


def create(session: Session, file: "LetterFile", *, now: datetime) -> Letter:
    """A draft with the first text in each of its languages; raises SlugTaken."""
    if queries.find_letter(session, file.slug) is not None:
        raise SlugTaken(file.slug)
    letter = Letter(
        slug=file.slug,
        state=LetterState.DRAFT,
        language=file.texts[0].language,
        hashtag=file.hashtag,
        goal=file.goal,
        moderation=file.moderation,
        counted=file.counted,
        email_domains=list(file.email_domains),
        anonymous=file.anonymous,
        together=file.together,
        challenge_above=file.challenge_above,
        keeps_addresses_months=file.keeps_addresses_months,
        offered_pledges=list(file.pledges),
        created_at=now,
        closes_at=file.closes_at,
        texts=[write_text(text, now=now) for text in file.texts],
    )
    session.add(letter)
    try:
        session.flush()
    except IntegrityError as error:  # the same slug, taken in the same moment
        raise SlugTaken(file.slug) from error
    created(session, letter)
    return letter


def open_letter(session: Session, letter: Letter, *, now: datetime) -> None:
    """Opens it for signing, or again; an open one stays as it is. Raises LetterPast and LetterWithdrawn."""
    check_not_withdrawn(letter)
    if letter.closes_at is not None and letter.closes_at <= now:
        raise LetterPast(letter.slug)
    if letter.state is not LetterState.OPEN:
        letter.state = LetterState.OPEN
        letter.opened_at = letter.opened_at or now
        letter.closed_at = None
    session.flush()


def close(session: Session, letter: Letter, *, now: datetime) -> None:
    """Ends signing, as of its own date where that has passed; a closed one stays as it is.

    Raises StillDraft and LetterWithdrawn.
    """
    check_not_withdrawn(letter)
    if letter.state is LetterState.DRAFT:
        raise StillDraft(letter.slug)
    if letter.state is not LetterState.CLOSED:
        letter.closed_at = letter.ended_at(now) or now
        letter.state = LetterState.CLOSED
    session.flush()


def close_lapsed(session: Session, *, now: datetime) -> None:
    """Closes the open letters whose own date has passed, as of that date."""
    lapsed = (Letter.state == LetterState.OPEN) & (Letter.closes_at <= now)
    session.execute(update(Letter).where(lapsed).values(state=LetterState.CLOSED, closed_at=Letter.closes_at))
