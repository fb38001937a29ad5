"""Signing, confirming, and the signatory's own page. No GET here changes anything."""

from typing import TypeAlias

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from pledges import clock
from pledges.caching import public
from pledges.db import db, transaction
from pledges.errors import LinkUnknown
from pledges.languages import speak
from pledges.letter.at_hand import LettersAtHand
from pledges.letter.models import Letter
from pledges.letter.page import letter_page
from pledges.letter.queries import get_public_letter
from pledges.limits import SIGNING, limiter, network_and_letter
from pledges.security import keyring
from pledges.signature import confirming, queries, signing, withdrawing
from pledges.signature.confirming import ConfirmationOver, ConfirmationTooLate
from pledges.signature.forms import SignForm
from pledges.signature.mails import CONFIRM_LINK, MANAGE_LINK
from pledges.signature.models import Signature
from pledges.signature.states import State

blueprint = Blueprint("signature", __name__)

Answer: TypeAlias = Response | str | tuple[str, int]


@blueprint.post("/letters/<slug:slug>/sign")
@limiter.limit(SIGNING, key_func=network_and_letter)
def sign(slug: str) -> Answer:
    with transaction() as session:
        letter = _at_hand().get_public(session, slug, now=clock.now())
        text = letter.text_in(request.args.get("lang"))
        speak(text.language)
        signing.check_open(letter, now=clock.now())
        form = SignForm(request.form, letter=letter, language=text.language)
        if not form.validate():
            return letter_page(session, letter, text, form), 422
        signing.sign(session, letter, text, form.submission(), now=clock.now())
    return redirect(url_for("signature.check_email", slug=slug, lang=_lang(letter, text.language)), 303)


@blueprint.get("/letters/<slug:slug>/check-email")
@public(None)
def check_email(slug: str) -> Answer:
    return _plain_page("signature/check_email.html", slug)


@blueprint.get("/letters/<slug:slug>/thanks")
@public(None)
def thanks(slug: str) -> Answer:
    return _plain_page("signature/thanks.html", slug)


@blueprint.get("/confirm/<token>")
def confirmation(token: str) -> Answer:
    signature_id, letter_id = _subject(token, CONFIRM_LINK, 2)
    session = db.session()
    signature = queries.find_signature(session, signature_id)
    if signature is None or signature.state is State.WITHDRAWN:
        raise ConfirmationOver(letter_id)
    if signature.state is State.PENDING and not signature.letter.takes_confirmations(clock.now()):
        raise ConfirmationTooLate(signature.letter.slug)
    speak(signature.text.language)
    return render_template("signature/confirm.html", signature=signature, words=signature.words, token=token)


@blueprint.post("/confirm/<token>")
def confirm(token: str) -> Answer:
    signature_id, letter_id = _subject(token, CONFIRM_LINK, 2)
    with transaction() as session:
        letter = _at_hand().get_by_id(session, letter_id, now=clock.now())
        signature = confirming.confirm(session, letter, signature_id, now=clock.now())
    language = next(text.language for text in letter.texts if text.id == signature.text_id)
    return redirect(url_for("signature.thanks", slug=letter.slug, lang=_lang(letter, language)), 303)


@blueprint.get("/manage/<token>")
def manage(token: str) -> Answer:
    (signature_id,) = _subject(token, MANAGE_LINK, 1)
    signature = _own(db.session(), signature_id)
    speak(signature.text.language)
    return render_template("signature/manage.html", signature=signature, words=signature.words, token=token)


@blueprint.post("/manage/<token>/withdraw")
def withdraw(token: str) -> Answer:
    (signature_id,) = _subject(token, MANAGE_LINK, 1)
    with transaction() as session:
        withdrawing.withdraw(session, signature_id, now=clock.now())
    return redirect(url_for("signature.manage", token=token), 303)


def _at_hand() -> LettersAtHand:
    letters: LettersAtHand = current_app.extensions["pledges.letters"]
    return letters


def _subject(token: str, purpose: str, length: int) -> tuple[int, ...]:
    subject = keyring().read(purpose, token, now=clock.now())
    if len(subject) != length:
        raise LinkUnknown
    return subject


def _own(session: Session, signature_id: int) -> Signature:
    signature = queries.find_signature(session, signature_id)
    if signature is None:
        raise LinkUnknown
    return signature


def _plain_page(template: str, slug: str) -> str:
    session = db.session()
    letter = get_public_letter(session, slug)
    text = letter.text_in(request.args.get("lang"))
    speak(text.language)
    return render_template(template, letter=letter, text=text, lang=_lang(letter, text.language))


def _lang(letter: Letter, language: str) -> str | None:
    """What `?lang=` must say; nothing in the letter's own language."""
    return None if language == letter.language else language
