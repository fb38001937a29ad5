"""Finds letters."""

from collections.abc import Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, selectinload

from pledges.errors import NotFound
from pledges.letter.models import Letter, LetterState


class LetterUnknown(NotFound):
    """There is no letter by that name, or only its draft."""


def _with_texts() -> Select[Letter]:
    return select(Letter).options(selectinload(Letter.texts))


def find_letter(session: Session, slug: str) -> Letter | None:
    """The letter in whatever state, for staff."""
    return session.scalar(_with_texts().where(Letter.slug == slug))


def get_letter(session: Session, slug: str) -> Letter:
    """The letter in whatever state, for staff; raises LetterUnknown."""
    letter = find_letter(session, slug)
    if letter is None:
        raise LetterUnknown(slug)
    return letter


def get_public_letter(session: Session, slug: str) -> Letter:
    """The letter if the public may see it; raises LetterUnknown, also for a draft."""
    letter = get_letter(session, slug)
    if letter.state is LetterState.DRAFT:
        raise LetterUnknown(slug)
    return letter


def get_letter_by_id(session: Session, letter_id: int) -> Letter:
    """The letter in whatever state; raises LetterUnknown."""
    letter = session.scalar(_with_texts().where(Letter.id == letter_id))
    if letter is None:
        raise LetterUnknown(str(letter_id))
    return letter


def list_public_letters(session: Session) -> Sequence[Letter]:
    """The open letters, then the closed ones, each newest first."""
    statement = _with_texts().where(Letter.state != LetterState.DRAFT)
    return session.scalars(
        statement.order_by((Letter.state == LetterState.CLOSED), Letter.opened_at.desc(), Letter.id.desc())
    ).all()


def list_letters(session: Session) -> Sequence[Letter]:
    """Every letter, newest first, for staff."""
    return session.scalars(_with_texts().order_by(Letter.id.desc())).all()
