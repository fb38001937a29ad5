"""Finds letters."""

from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session, selectinload

from pledges.errors import NotFound
from pledges.letter.models import Invitation, Letter, LetterState, LetterText


class LetterUnknown(NotFound):
    """There is no letter by that name, or only its draft."""


class InvitationUnknown(NotFound):
    """The letter has no such secret link."""


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


def lock_letter(session: Session, slug: str) -> Letter:
    """The letter, whose state nobody else changes until the transaction ends; raises LetterUnknown."""
    held = select(Letter.id).where(Letter.slug == slug).with_for_update(key_share=True)
    if session.scalar(held) is None:
        raise LetterUnknown(slug)
    return _get_anew(session, Letter.slug == slug, slug)


def lock_texts(session: Session, slug: str) -> Letter:
    """The letter, whose texts nobody else revises or agrees to, and whose state nobody changes, until the transaction
    ends; raises LetterUnknown.
    """
    lock_letter(session, slug)
    for _ in ("those that there are", "those that were added while one waited"):
        session.execute(_texts_of(Letter.slug == slug).with_for_update(of=LetterText, key_share=True))
    return _get_anew(session, Letter.slug == slug, slug)


def lock_texts_by_id(session: Session, letter_id: int) -> Letter:
    """The same by its id, for who goes on with a revision; raises LetterUnknown."""
    session.execute(_texts_of(Letter.id == letter_id).with_for_update(of=LetterText, key_share=True))
    return get_letter_anew(session, letter_id)


def hold_up_signing(session: Session, letter: Letter) -> None:
    """Lets nobody sign any text of the letter until the transaction ends, and waits for those who are about to.

    Whoever signs refers to a text, and by that locks it against this (on PostgreSQL FOR KEY SHARE). So does whoever
    changes a signature a second time, with its row in hand: to be asked when no more rows are to be locked.
    """
    session.execute(_texts_of(Letter.id == letter.id).with_for_update(of=LetterText))


def get_letter_anew(session: Session, letter_id: int) -> Letter:
    """The letter as it stands in this moment, whatever the transaction has read before; raises LetterUnknown."""
    return _get_anew(session, Letter.id == letter_id, str(letter_id))


def hold_texts(session: Session, letter_id: int) -> Letter:
    """The letter, whose texts nobody revises until the transaction ends; others may hold them as well."""
    session.execute(_texts_of(Letter.id == letter_id).with_for_update(of=LetterText, read=True))
    return get_letter_anew(session, letter_id)


def _texts_of(letter: ColumnElement[bool]) -> Select[int]:
    return select(LetterText.id).join(Letter).where(letter).order_by(LetterText.id)


def _get_anew(session: Session, letter: ColumnElement[bool], name: str) -> Letter:
    found = session.scalar(_with_texts().where(letter).execution_options(populate_existing=True))
    if found is None:
        raise LetterUnknown(name)
    return found


def list_public_letters(session: Session) -> Sequence[Letter]:
    """The open letters, then the closed ones, each newest first; none that was withdrawn."""
    statement = _with_texts().where(Letter.state.in_((LetterState.OPEN, LetterState.CLOSED)))
    return session.scalars(
        statement.order_by((Letter.state == LetterState.CLOSED), Letter.opened_at.desc(), Letter.id.desc())
    ).all()


def list_letters(session: Session) -> Sequence[Letter]:
    """Every letter, newest first, for staff."""
    return session.scalars(_with_texts().order_by(Letter.id.desc())).all()


def list_slugs(session: Session) -> Mapping[int, str]:
    """Every letter's slug, by its id."""
    return {row.id: row.slug for row in session.execute(select(Letter.id, Letter.slug))}


def find_invitation(session: Session, invitation_id: int) -> Invitation | None:
    """A secret link for first signatories, revoked or not."""
    return session.get(Invitation, invitation_id)


def get_invitation(session: Session, letter: Letter, invitation_id: int) -> Invitation:
    """A secret link of this letter, revoked or not; raises InvitationUnknown."""
    invitation = find_invitation(session, invitation_id)
    if invitation is None or invitation.letter_id != letter.id:
        raise InvitationUnknown(str(invitation_id))
    return invitation


def list_invitations(session: Session, letter: Letter) -> Sequence[Invitation]:
    """The secret links of a letter, revoked ones too, oldest first."""
    return session.scalars(select(Invitation).where(Invitation.letter_id == letter.id).order_by(Invitation.id)).all()
