"""What the views of this room share."""

from typing import TypeAlias

from flask import Blueprint
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from pledges import clock
from pledges.errors import LinkOver, LinkUnknown
from pledges.languages import speak
from pledges.security import keyring
from pledges.signature.models import Signature
from pledges.signature.queries import find_signature

blueprint = Blueprint("pledge", __name__)

Answer: TypeAlias = Response | str | tuple[str, int]


def subject_of(token: str, purpose: str, length: int) -> tuple[int, ...]:
    """What a link stands for; raises LinkUnknown and LinkExpired."""
    subject = keyring().read(purpose, token, now=clock.now())
    if len(subject) != length:
        raise LinkUnknown
    return subject


def own_signature(session: Session, signature_id: int) -> Signature:
    """Whose link it is; the page speaks the language of the text that was signed."""
    signature = find_signature(session, signature_id)
    if signature is None:
        raise LinkOver
    speak(signature.text.language)
    return signature
