"""The signatory's own page. No GET here changes anything."""

from collections.abc import Mapping
from json import dumps
from operator import methodcaller
from typing import Any

from flask import Response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from pledges import clock
from pledges.db import db, transaction
from pledges.errors import LinkOver
from pledges.languages import page_language, speak
from pledges.pledge.amounts import Unit, as_text, written
from pledges.pledge.mails import report_token
from pledges.pledge.page import OwnPledges, own_pledges
from pledges.pledge.telling import Write, all_pledged, last_words_said
from pledges.signature import changing, gathering, queries, standing, telling, withdrawing
from pledges.signature.forms import OwnForm
from pledges.signature.links import MANAGE_LINK, place_of, query_of
from pledges.signature.models import Signature
from pledges.signature.states import State
from pledges.signature.views.agreeing import question_to
from pledges.signature.views.room import Answer, blueprint, subject_of
from pledges.signature.views.saying import SAID, SAID_OF_PLEDGES, SAID_OF_WITHDRAWN, said_in
from pledges.tally.queries import get_figures


@blueprint.get("/manage/<token>")
def manage(token: str) -> Answer:
    (signature_id,) = subject_of(token, MANAGE_LINK, 1)
    signature = queries.find_signature(db.session(), signature_id)
    if signature is None and request.args.get("said") == "withdrawn":
        return render_template("signature/erased.html")
    if signature is None:
        raise LinkOver
    return manage_page(signature, OwnForm(signature=signature), token)


@blueprint.post("/manage/<token>/change")
def change(token: str) -> Answer:
    (signature_id,) = subject_of(token, MANAGE_LINK, 1)
    signature = _own(db.session(), signature_id)
    form = OwnForm(request.form, signature=signature)
    if not form.validate():
        return manage_page(signature, form, token), 422
    with transaction() as session:
        changing.change(session, signature_id, form.wish(), now=clock.now())
    return redirect(url_for("signature.manage", token=token, said="saved"), 303)


@blueprint.get("/manage/<token>/download")
def download(token: str) -> Response:
    (signature_id,) = subject_of(token, MANAGE_LINK, 1)
    session = db.session()
    signature = _own(session, signature_id)
    everything = {**telling.everything_of(session, signature), **_pledged(session, signature, as_text)}
    response = Response(dumps(everything, default=methodcaller("isoformat"), indent=2), mimetype="application/json")
    response.headers["Content-Disposition"] = f"attachment; filename={signature.letter.slug}-signature.json"
    return response


@blueprint.post("/manage/<token>/stop-updates")
def stop_updates(token: str) -> Answer:
    (signature_id,) = subject_of(token, MANAGE_LINK, 1)
    with transaction() as session:
        changing.stop_updates(session, signature_id)
    return redirect(url_for("signature.manage", token=token, said="stopped"), 303)


@blueprint.post("/manage/<token>/told")
def told(token: str) -> Answer:
    (signature_id,) = subject_of(token, MANAGE_LINK, 1)
    with transaction() as session:
        is_told = gathering.count_as_told(session, signature_id, now=clock.now())
    return redirect(url_for("signature.manage", token=token, said="told" if is_told else None), 303)


@blueprint.post("/manage/<token>/withdraw")
def withdraw(token: str) -> Answer:
    (signature_id,) = subject_of(token, MANAGE_LINK, 1)
    with transaction() as session:
        withdrawing.withdraw(session, signature_id, now=clock.now())
    return redirect(url_for("signature.manage", token=token, said="withdrawn"), 303)


def manage_page(signature: Signature, form: OwnForm, token: str, *, pledging: OwnPledges | None = None) -> str:
    """The own page, also with errors in one of its forms."""
    speak(signature.text.language)
    session = db.session()
    figures = get_figures(session, signature.letter) if signature.together else None
    stored = telling.everything_of(session, signature)
    return render_template(
        "signature/manage.html",
        signature=signature,
        words=signature.words,
        form=form,
        token=token,
        report=report_token(signature.id, clock.now()) if signature.commits else None,
        figures=figures,
        is_counted=standing.counts(signature),
        stored={**stored, **_pledged(session, signature, _to_read)},
        reason=_reason(stored),
        way_to_confirm=_way_to_confirm(signature),
        may_return=standing.may_return(session, signature, now=clock.now()),
        pledging=pledging or own_pledges(session, signature),
        question=question_to(session, signature),
        said=said_in(SAID_OF_WITHDRAWN if signature.state is State.WITHDRAWN else SAID),
        said_of_pledges=said_in(SAID_OF_PLEDGES),
        is_refused=gathering.is_refused(session, signature),
        shown_at=gathering.shown_at(signature),
    )


def _pledged(session: Session, signature: Signature, write: Write) -> Mapping[str, Any]:
    pledges = all_pledged(session, signature, write=write)
    return {"pledges": pledges, "pledges_taken_back": last_words_said(session, signature)}


def _to_read(amount: int, unit: Unit) -> str:
    return written(amount, unit, page_language())


def _reason(stored: Mapping[str, Any]) -> str | None:
    """Why a moderator keeps it out."""
    is_out = stored["state"] is State.REJECTED
    reasons = (change["reason"] for change in reversed(stored["history"]) if change["to"] is State.REJECTED)
    return next(reasons, None) if is_out else None


def _way_to_confirm(signature: Signature) -> str | None:
    """Where the link to confirm is asked for once more, as long as it can be confirmed."""
    if signature.state is not State.PENDING or not signature.letter.takes_confirmations(clock.now()):
        return None
    return f"{place_of(signature)}/own-page{query_of(signature)}"


def _own(session: Session, signature_id: int) -> Signature:
    signature = queries.find_signature(session, signature_id)
    if signature is None:
        raise LinkOver
    return signature
