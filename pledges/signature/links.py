"""Where a mail leads its signatory: to the button, to the own page, to the letter."""

from datetime import datetime, timedelta

from pledges.letter.inviting import first_token
from pledges.letter.models import LetterState
from pledges.security import keyring
from pledges.signature.confirming import LINK_LASTS
from pledges.signature.models import Signature

CONFIRM_LINK = "confirm"
MANAGE_LINK = "manage"
MANAGE_LINK_LASTS = timedelta(days=400)


def confirm_token(signature: Signature, now: datetime) -> str:
    """Leads to what will be confirmed, and to the button."""
    return keyring().issue(CONFIRM_LINK, signature.id, signature.letter_id, now=now, lasts=LINK_LASTS)


def manage_token(signature: Signature, now: datetime) -> str:
    """Leads a signatory to the own page."""
    return keyring().issue(MANAGE_LINK, signature.id, now=now, lasts=MANAGE_LINK_LASTS)


def place_of(signature: Signature) -> str:
    """Where the letter stands; before it opens, only at the secret link by which the signatory came."""
    if signature.letter.state is LetterState.DRAFT and signature.invitation_id is not None:
        return f"/first/{first_token(signature.invitation_id, since=signature.created_at)}"
    return f"/letters/{signature.letter.slug}"


def query_of(signature: Signature) -> str:
    """What links say of the language that was signed in; nothing where it is the letter's own."""
    language = signature.text.language
    return "" if language == signature.letter.language else f"?lang={language}"
