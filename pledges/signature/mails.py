"""How the mails to signatories are composed."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from pledges.mail import composing, outbox
from pledges.mail.composing import Content
from pledges.mail.models import OwedMail
from pledges.security import keyring
from pledges.signature import queries
from pledges.signature.confirming import LINK_LASTS, THANKS
from pledges.signature.models import Signature
from pledges.signature.policy import holds_web_address
from pledges.signature.signing import CONFIRMATION
from pledges.signature.states import State
from pledges.signature.withdrawing import WITHDRAWN

CONFIRM_LINK = "confirm"
MANAGE_LINK = "manage"
MANAGE_LINK_LASTS = timedelta(days=400)
ALREADY_SIGNED = "already_signed"


def register() -> None:
    """Tells the mail room how this room's mails are composed."""
    composing.register(CONFIRMATION, _confirmation)
    composing.register(ALREADY_SIGNED, _already_signed)
    composing.register(THANKS, _thanks)
    composing.register(WITHDRAWN, _withdrawn)


def _confirmation(session: Session, owed: OwedMail, now: datetime) -> Content | None:
    """The link to confirm; for somebody who has confirmed already, the link to the signatory's own page instead."""
    signature = queries.find_signature(session, owed.about_id)
    if signature is None or signature.state is not State.PENDING or signature.email is None:
        return None
    held = queries.find_held(session, signature)
    if held is not None:
        outbox.redirect(session, owed, ALREADY_SIGNED, held.id, recipient=signature.email)
        session.delete(signature)
        return _content(ALREADY_SIGNED, signature.email, held, manage=manage_token(held, now))
    token = keyring().issue(CONFIRM_LINK, signature.id, signature.letter_id, now=now, lasts=LINK_LASTS)
    return _content(CONFIRMATION, signature.email, signature, token=token, days=LINK_LASTS.days)


def _already_signed(session: Session, owed: OwedMail, now: datetime) -> Content | None:
    held = queries.find_signature(session, owed.about_id)
    if held is None or held.state is State.WITHDRAWN or owed.recipient is None:
        return None
    return _content(ALREADY_SIGNED, owed.recipient, held, manage=manage_token(held, now))


def _thanks(session: Session, owed: OwedMail, now: datetime) -> Content | None:
    signature = queries.find_signature(session, owed.about_id)
    if signature is None or signature.email is None:
        return None
    return _content(THANKS, signature.email, signature, manage=manage_token(signature, now))


def _withdrawn(session: Session, owed: OwedMail, now: datetime) -> Content | None:
    signature = queries.find_signature(session, owed.about_id)
    if signature is None or owed.recipient is None:
        return None
    return _content(WITHDRAWN, owed.recipient, signature)


def manage_token(signature: Signature, now: datetime) -> str:
    """Leads a signatory to the own page."""
    return keyring().issue(MANAGE_LINK, signature.id, now=now, lasts=MANAGE_LINK_LASTS)


def _content(event: str, recipient: str, signature: Signature, **words: object) -> Content:
    """What every mail to a signatory says. A name that advertises is not repeated: nobody shall be mailed a stranger's
    link in our name.
    """
    text = signature.text
    about = {
        "name": None if holds_web_address(signature.words) else signature.words.name,
        "title": text.title,
        "addressee": text.addressee,
        "letter": f"/letters/{signature.letter.slug}{_query(signature)}",
        "sha256": text.sha256,
    }
    return Content(event=event, recipient=recipient, language=text.language, words={**about, **words})


def _query(signature: Signature) -> str:
    language = signature.text.language
    return "" if language == signature.letter.language else f"?lang={language}"
