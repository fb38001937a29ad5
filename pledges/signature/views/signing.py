"""Signing and confirming. No GET here changes anything."""

from flask import redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from pledges import clock
from pledges.caching import public
from pledges.db import db, transaction
from pledges.errors import LinkExpired
from pledges.http_guard import network_of_origin
from pledges.languages import speak
from pledges.letter.models import Letter, LetterState
from pledges.letter.page import letter_page
from pledges.limits import SIGNING, is_rush, limiter, network_and_letter
from pledges.pledge import making
from pledges.pledge.page import list_made, sent_pledge_form
from pledges.signature import challenge, confirming, queries, signing
from pledges.signature.challenge import Proof
from pledges.signature.confirming import ConfirmationOver
from pledges.signature.forms import SignForm
from pledges.signature.links import CONFIRM_LINK
from pledges.signature.policy import Flag, Origin
from pledges.signature.states import State
from pledges.signature.views.room import Answer, blueprint, lang_of, letters_at_hand, plain_page, subject_of, to_thanks
from pledges.way_back import look_back


@blueprint.post("/letters/<slug:slug>/sign")
@limiter.limit(SIGNING, key_func=network_and_letter)
def sign(slug: str) -> Answer:
    session: Session = db.session()
    letter = letters_at_hand().get_public(session, slug, now=clock.now())
    text = letter.text_in(request.args.get("lang"))
    speak(text.language)
    signing.check_open(letter, now=clock.now())
    form = SignForm(request.form, letter=letter, language=text.language)
    pledging = sent_pledge_form(session, letter, text.language, request.form)
    if not all((form.validate(), pledging.validate())):
        return letter_page(session, letter, text, form, pledging=pledging), 422
    with transaction() as session:  # from here on: on SQLite nobody else writes meanwhile
        proof = _proof(session, letter)
        if proof is not Proof.MISSING:
            submission, origin = form.submission(), _origin(form, proof)
            making.sign(session, letter, text, submission, pledging.making(), origin=origin, now=clock.now())
    if proof is Proof.MISSING:
        asked = challenge.issue(letter.id, now=clock.now())
        return letter_page(session, letter, text, form, challenge=asked, pledging=pledging), 422
    return redirect(url_for("signature.check_email", slug=slug, lang=lang_of(letter, text.language)), 303)


@blueprint.get("/letters/<slug:slug>/thanks")
@public(None)
def thanks(slug: str) -> Answer:
    return plain_page("signature/thanks.html", slug, is_earlier=False)


@blueprint.get("/letters/<slug:slug>/thanks/earlier")
@public(None)
def thanks_for_earlier(slug: str) -> Answer:
    return plain_page("signature/thanks.html", slug, is_earlier=True)


@blueprint.get("/confirm/<token>")
def confirmation(token: str) -> Answer:
    try:
        signature_id, letter_id = subject_of(token, CONFIRM_LINK, 2)
    except LinkExpired as expired:
        return _expired(token, expired)
    session = db.session()
    signature = queries.find_signature(session, signature_id)
    if signature is None or signature.state is State.WITHDRAWN:
        raise ConfirmationOver(letter_id)
    if signature.state is State.PENDING:
        confirming.check_takes_confirmations(signature.letter, now=clock.now())
    speak(signature.text.language)
    made = list_made(session, signature)
    return render_template(
        "signature/confirm.html", signature=signature, words=signature.words, token=token, commitments=made
    )


@blueprint.post("/confirm/<token>")
def confirm(token: str) -> Answer:
    try:
        signature_id, letter_id = subject_of(token, CONFIRM_LINK, 2)
    except LinkExpired as expired:
        return _expired(token, expired)
    with transaction() as session:
        letter = letters_at_hand().get_by_id(session, letter_id, now=clock.now())
        signature = confirming.confirm(session, letter, signature_id, now=clock.now())
    if letter.state is LetterState.DRAFT:
        return redirect(url_for("signature.confirmation", token=token), 303)
    return to_thanks(letter, signature)


def _expired(token: str, link: LinkExpired) -> Answer:
    look_back()
    signature = queries.find_signature(db.session(), link.subject[0])
    if signature is not None and signature.state is State.PENDING:
        confirming.check_takes_confirmations(signature.letter, now=clock.now())
    return render_template("signature/expired.html", token=token, signature=signature), 410


def _proof(session: Session, letter: Letter) -> Proof:
    return challenge.weigh(
        session,
        letter,
        solution=request.form.get("altcha", ""),
        challenge=request.form.get("challenge", ""),
        is_rush=lambda: is_rush(letter.slug, letter.challenge_above or 0),
        now=clock.now(),
    )


def _origin(form: SignForm, proof: Proof) -> Origin:
    noticed = {Flag.TRAPPED: form.is_trapped, Flag.UNPROVEN: proof is Proof.UNSOLVED}
    return Origin(network_of_origin(), frozenset(flag for flag, is_set in noticed.items() if is_set))
