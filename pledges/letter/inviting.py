"""Inviting first signatories: secret links to a letter that is not open yet, until they are revoked."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from pledges.errors import DomainError
from pledges.letter.models import Invitation, Letter, LetterState
from pledges.security import keyring

FIRST_LINK = "first"
FIRST_LINK_LASTS = timedelta(days=3650)
"""It ends by being revoked."""


class InvitationRevoked(DomainError):
    """The organizer has taken the secret link back."""


class InvitingOver(DomainError):
    """The letter is closed or withdrawn: nobody can sign it first."""


def invite(session: Session, letter: Letter, *, note: str | None = None, now: datetime) -> Invitation:
    """A new secret link; the note says for whom it is. Raises InvitingOver; an open letter's leads to it."""
    if letter.state not in (LetterState.DRAFT, LetterState.OPEN):
        raise InvitingOver(letter.slug)
    invitation = Invitation(letter_id=letter.id, note=note or None, created_at=now)
    session.add(invitation)
    session.flush()
    return invitation


def revoke(session: Session, invitation: Invitation, *, now: datetime) -> None:
    """Ends a link; who came by it stays. One that is revoked already stays so."""
    invitation.revoked_at = invitation.revoked_at or now
    session.flush()


def first_token(invitation_id: int, *, since: datetime) -> str:
    """What stands in the link; the same each time for the same `since`."""
    return keyring().issue(FIRST_LINK, invitation_id, now=since, lasts=FIRST_LINK_LASTS)
