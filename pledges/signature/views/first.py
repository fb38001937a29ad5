"""The secret link of first signatories: the letter before it opens. No GET here changes anything.

One that is revoked shows no letter and takes nobody; who signed by it still finds the ways to the own signature behind
it. They tell nothing of a draft, not even its title.
"""

from flask import redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from pledges import clock
from pledges.db import db, transaction
from pledges.http_guard import network_of_origin
from pledges.languages import speak
from pledges.letter.inviting import FIRST_LINK, InvitationRevoked
from pledges.letter.models import Invitation, Letter, LetterState
from pledges.letter.page import invited_page
from pledges.letter.queries import find_invitation, get_letter_by_id
from pledges.limits import SIGNING, limiter
from pledges.pledge import making
from pledges.pledge.page import pledge_form, sent_pledge_form
from pledges.signature import coding, resending, signing
from pledges.signature.forms import AddressForm, CodeForm, SignForm
from pledges.signature.policy import Flag, Origin
from pledges.signature.views.room import Answer, after_code, blueprint, lang_of, subject_of


@blueprint.get("/first/<token>")
def first(token: str) -> Answer:
    session = db.session()
    _invitation, letter = _invited(session, token)
    text = letter.text_in(request.args.get("lang"))
    if letter.state is not LetterState.DRAFT:
        return redirect(url_for("letter.letter", slug=letter.slug, lang=lang_of(letter, text.language)), 303)
    speak(text.language)
    pledging = pledge_form(session, letter, text.language)
    return invited_page(letter, text, SignForm(letter=letter, language=text.language), token, pledging=pledging)


@blueprint.post("/first/<token>")
@limiter.limit(SIGNING)
def sign_first(token: str) -> Answer:
    session: Session = db.session()
    invitation, letter = _invited(session, token)
    text = letter.text_in(request.args.get("lang"))
    if letter.state is not LetterState.DRAFT:  # sent again to where everybody's is sent, and asked what theirs is
        return redirect(url_for("signature.sign", slug=letter.slug, lang=lang_of(letter, text.language)), 307)
    speak(text.language)
    signing.check_open(letter, is_invited=True, now=clock.now())
    form = SignForm(request.form, letter=letter, language=text.language)
    pledging = sent_pledge_form(session, letter, text.language, request.form)
    if not all((form.validate(), pledging.validate())):
        return invited_page(letter, text, form, token, pledging=pledging), 422
    origin = Origin(network_of_origin(), frozenset({Flag.TRAPPED} if form.is_trapped else ()))
    submission, chosen, now = form.submission(), pledging.making(), clock.now()
    with transaction() as session:
        making.sign(session, letter, text, submission, chosen, origin=origin, invitation_id=invitation.id, now=now)
    lang = lang_of(letter, text.language)
    return redirect(url_for("signature.first_check_email", token=token, lang=lang), 303)


@blueprint.get("/first/<token>/check-email")
def first_check_email(token: str) -> Answer:
    return _page("signature/check_email.html", token, form=CodeForm(), again=False)


@blueprint.get("/first/<token>/check-email/again")
def first_check_email_again(token: str) -> Answer:
    return _page("signature/check_email.html", token, form=CodeForm(), again=True)


@blueprint.get("/first/<token>/own-page")
def first_own_page(token: str) -> Answer:
    return _page("signature/own_page.html", token, form=AddressForm())


@blueprint.post("/first/<token>/resend")
@limiter.limit(SIGNING)
def first_resend(token: str) -> Answer:
    form = AddressForm(request.form)
    if not form.validate():
        return _page("signature/own_page.html", token, form=form), 422
    with transaction() as session:
        _invitation, letter = _linked(session, token)
        resending.ask_again(session, letter, form.address, now=clock.now())
    lang = lang_of(letter, letter.text_in(request.args.get("lang")).language)
    return redirect(url_for("signature.first_check_email_again", token=token, lang=lang), 303)


@blueprint.get("/first/<token>/thanks")
def first_thanks(token: str) -> Answer:
    return _page("signature/first_thanks.html", token)


@blueprint.post("/first/<token>/code")
@limiter.limit(SIGNING)
def first_code(token: str) -> Answer:
    form = CodeForm(request.form)
    if not form.validate():
        return _page("signature/check_email.html", token, form=form, again=False), 422
    with transaction() as session:
        _invitation, letter = _linked(session, token)
        signature = coding.confirm_by_code(session, letter, form.address, form.code.data or "", now=clock.now())
    if signature is None:
        form.refuse()
        return _page("signature/check_email.html", token, form=form, again=False), 422
    lang = lang_of(letter, letter.text_in(request.args.get("lang")).language)
    return after_code(signature) or redirect(url_for("signature.first_thanks", token=token, lang=lang), 303)


def _page(template: str, token: str, **words: object) -> str:
    invitation, letter = _linked(db.session(), token)
    text = letter.text_in(request.args.get("lang"))
    speak(text.language)
    shown = {"letter": letter, "text": text, "invited": token, "lang": lang_of(letter, text.language)}
    is_shut = invitation.revoked_at is not None and letter.state is LetterState.DRAFT
    return render_template(template, **shown, is_shut=is_shut, **words)


def _invited(session: Session, token: str) -> tuple[Invitation, Letter]:
    """Whom the link still admits to the letter; raises InvitationRevoked."""
    invitation, letter = _linked(session, token)
    if invitation.revoked_at is not None:
        raise InvitationRevoked(str(invitation.id))
    return invitation, letter


def _linked(session: Session, token: str) -> tuple[Invitation, Letter]:
    """What the link was made for, revoked or not."""
    (invitation_id,) = subject_of(token, FIRST_LINK, 1)
    invitation = find_invitation(session, invitation_id)
    if invitation is None:
        raise InvitationRevoked(str(invitation_id))
    return invitation, get_letter_by_id(session, invitation.letter_id)
