"""A signatory's pledges on the own page: added, changed, taken back, shown or hidden."""

from flask import redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from pledges import clock
from pledges.db import db, transaction
from pledges.errors import LinkOver
from pledges.languages import speak
from pledges.pledge import making, queries
from pledges.pledge.forms.making import PledgeForm
from pledges.pledge.page import own_pledges
from pledges.pledge.views.room import blueprint
from pledges.signature.forms import OwnForm
from pledges.signature.links import MANAGE_LINK
from pledges.signature.queries import find_signature
from pledges.signature.views.own import manage_page
from pledges.signature.views.room import Answer, subject_of


@blueprint.post("/manage/<token>/pledges")
def add(token: str) -> Answer:
    (signature_id,) = subject_of(token, MANAGE_LINK, 1)
    session: Session = db.session()
    signature = find_signature(session, signature_id)
    if signature is None:
        raise LinkOver
    language = signature.text.language
    speak(language)
    pledges = queries.list_pledges(session, signature.letter)
    form = PledgeForm(request.form, pledges=pledges, language=language, now=clock.now())
    if not form.validate(is_signing=False):
        pledging = own_pledges(session, signature, form)
        return manage_page(signature, OwnForm(signature=signature), token, pledging=pledging), 422
    with transaction() as session:
        making.add(session, signature_id, form.making(), now=clock.now())
    return _back(token, "pledged")


@blueprint.get("/manage/<token>/pledges")
def added_at(token: str) -> Response:
    """As `signature.views.returning`."""
    return redirect(url_for("signature.manage", token=token, _anchor="pledges"), 303)


@blueprint.post("/manage/<token>/pledges/show")
def show(token: str) -> Answer:
    (signature_id,) = subject_of(token, MANAGE_LINK, 1)
    with transaction() as session:
        is_shown = bool(request.form.get("show_pledges"))
        making.show(session, signature_id, is_shown=is_shown)
    return _back(token, "shown" if is_shown else "hidden")


@blueprint.post("/manage/<token>/pledges/ask")
def ask(token: str) -> Answer:
    (signature_id,) = subject_of(token, MANAGE_LINK, 1)
    with transaction() as session:
        is_asked = bool(request.form.get("ask"))
        making.ask(session, signature_id, is_asked=is_asked)
    return _back(token, "asked" if is_asked else "unasked")


@blueprint.post("/manage/<token>/pledges/<slug:key>/withdraw")
def withdraw(token: str, key: str) -> Answer:
    (signature_id,) = subject_of(token, MANAGE_LINK, 1)
    with transaction() as session:
        making.withdraw(session, signature_id, key, now=clock.now())
    return _back(token, "taken-back")


def _back(token: str, said: str) -> Response:
    return redirect(url_for("signature.manage", token=token, said=said, _anchor="said"), 303)
