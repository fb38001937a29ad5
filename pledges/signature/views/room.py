"""What the views of this room share."""

from typing import TypeAlias

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from pledges import clock
from pledges.db import db
from pledges.errors import LinkUnknown
from pledges.languages import speak
from pledges.letter.at_hand import LettersAtHand
from pledges.letter.models import Letter
from pledges.letter.queries import get_public_letter
from pledges.security import keyring
from pledges.signature.addresses import readable_domain
from pledges.signature.links import confirm_token
from pledges.signature.models import Signature
from pledges.signature.states import State

blueprint = Blueprint("signature", __name__)

Answer: TypeAlias = Response | str | tuple[str, int]


blueprint.add_app_template_filter(readable_domain)


def letters_at_hand() -> LettersAtHand:
    letters: LettersAtHand = current_app.extensions["pledges.letters"]
    return letters


def subject_of(token: str, purpose: str, length: int) -> tuple[int, ...]:
    """What a link stands for; raises LinkUnknown and LinkExpired."""
    subject = keyring().read(purpose, token, now=clock.now())
    if len(subject) != length:
        raise LinkUnknown
    return subject


def plain_page(template: str, slug: str, **words: object) -> str:
    """A page about a letter that is the same for everyone."""
    letter = get_public_letter(db.session(), slug)
    text = letter.text_in(request.args.get("lang"))
    speak(text.language)
    return render_template(template, letter=letter, text=text, lang=lang_of(letter, text.language), **words)


def to_thanks(letter: Letter, signature: Signature) -> Response:
    """Where a confirmation leads, in the language of the text that was signed; elsewhere if that has changed."""
    languages = {text.id: text.language for text in letter.texts}
    language = languages.get(signature.text_id, letter.language)  # a text of this very second is not at hand yet
    page = "signature.thanks_for_earlier" if signature.earlier else "signature.thanks"
    return redirect(url_for(page, slug=letter.slug, lang=lang_of(letter, language)), 303)


def after_code(signature: Signature) -> Response | None:
    """To what the digits would confirm and its button, where that is to be looked at first."""
    if signature.state is not State.PENDING:
        return None
    return redirect(url_for("signature.confirmation", token=confirm_token(signature, clock.now())), 303)


def lang_of(letter: Letter, language: str) -> str | None:
    """What `?lang=` must say; nothing in the letter's own language."""
    return None if language == letter.language else language
