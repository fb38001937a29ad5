"""Asking for a mail once more, and confirming by the digits in it. Whatever is known, the answers are the same."""

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from pledges import clock
from pledges.caching import public
from pledges.db import db, transaction
from pledges.errors import LinkExpired
from pledges.languages import speak
from pledges.letter.models import Letter, LetterState, LetterText
from pledges.limits import SIGNING, limiter, network_and_letter
from pledges.security import keyring
from pledges.signature import coding, queries, resending
from pledges.signature.forms import AddressForm, CodeForm
from pledges.signature.links import CONFIRM_LINK
from pledges.signature.states import State
from pledges.signature.views.room import Answer, after_code, blueprint, lang_of, letters_at_hand, plain_page, to_thanks
from pledges.way_back import look_back


@blueprint.get("/letters/<slug:slug>/check-email")
@public(None)
def check_email(slug: str) -> Answer:
    return plain_page("signature/check_email.html", slug, form=CodeForm(), again=False)


@blueprint.get("/letters/<slug:slug>/check-email/again")
@public(None)
def check_email_again(slug: str) -> Answer:
    return plain_page("signature/check_email.html", slug, form=CodeForm(), again=True)


@blueprint.get("/letters/<slug:slug>/own-page")
@public(None)
def ask_for_own_page(slug: str) -> Answer:
    return plain_page("signature/own_page.html", slug, form=AddressForm())


@blueprint.post("/letters/<slug:slug>/resend")
@limiter.limit(SIGNING, key_func=network_and_letter)
def resend(slug: str) -> Answer:
    letter, text = _asked(slug)
    form = AddressForm(request.form)
    if not form.validate():
        return _page("signature/own_page.html", letter, text, form), 422
    with transaction() as session:
        resending.ask_again(session, letter, form.address, now=clock.now())
    return _to_again(letter, text.language)


@blueprint.post("/letters/<slug:slug>/code")
@limiter.limit(SIGNING, key_func=network_and_letter)
def code(slug: str) -> Answer:
    letter, text = _asked(slug)
    form = CodeForm(request.form)
    if not form.validate():
        return _page("signature/check_email.html", letter, text, form), 422
    with transaction() as session:
        signature = coding.confirm_by_code(session, letter, form.address, form.code.data or "", now=clock.now())
    if signature is None:
        form.refuse()
        return _page("signature/check_email.html", letter, text, form), 422
    return after_code(signature) or to_thanks(letter, signature)


@blueprint.post("/confirm/<token>/again")
def confirm_again(token: str) -> Answer:
    signature_id, letter_id = _expired_or_not(token)
    with transaction() as session:
        letter = letters_at_hand().get_by_id(session, letter_id, now=clock.now())
        resending.refresh(session, signature_id, now=clock.now())
        signature = queries.find_signature(session, signature_id)
    if letter.state is LetterState.DRAFT or (signature and signature.state is not State.PENDING):
        return redirect(url_for("signature.mailed_again", token=token), 303)
    return _to_again(letter, signature.text.language if signature else letter.language)


@blueprint.get("/confirm/<token>/again")
def mailed_again(token: str) -> Answer:
    signature_id, _letter_id = _expired_or_not(token)
    look_back()
    signature = queries.find_signature(db.session(), signature_id)
    return render_template("signature/mailed_again.html", signature=signature)


def _expired_or_not(token: str) -> tuple[int, int]:
    try:
        signature_id, letter_id = keyring().read(CONFIRM_LINK, token, now=clock.now())
    except LinkExpired as expired:
        signature_id, letter_id = expired.subject
    return signature_id, letter_id


def _asked(slug: str) -> tuple[Letter, LetterText]:
    letter = letters_at_hand().get_public(db.session(), slug, now=clock.now())
    text = letter.text_in(request.args.get("lang"))
    speak(text.language)
    return letter, text


def _page(template: str, letter: Letter, text: LetterText, form: AddressForm) -> str:
    return render_template(
        template, letter=letter, text=text, lang=lang_of(letter, text.language), form=form, again=False
    )


def _to_again(letter: Letter, language: str) -> Response:
    return redirect(url_for("signature.check_email_again", slug=letter.slug, lang=lang_of(letter, language)), 303)
