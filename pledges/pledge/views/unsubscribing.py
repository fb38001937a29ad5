"""An end to the mails of a kind: by a button, or by one click in the mail program (RFC 8058)."""

from collections.abc import Callable, Mapping

from flask import redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from pledges.db import db, transaction
from pledges.errors import LinkUnknown
from pledges.pledge import asking
from pledges.pledge.views.room import Answer, blueprint, own_signature, subject_of
from pledges.signature import changing
from pledges.signature.unsubscribing import UNSUBSCRIBE_LINK, MailKind

STOPS: Mapping[int, tuple[Callable[[Session, int], None], str]] = {
    MailKind.CHECK_INS: (asking.stop_asking, "pledge/unsubscribe.html"),
    MailKind.NEWS: (changing.stop_updates, "signature/unsubscribe.html"),
}
"""By kind: what stops these mails, and the page that says so."""


@blueprint.get("/unsubscribe/<token>")
def unsubscribe(token: str) -> Answer:
    signature_id, kind = _subject_of(token)
    signature = own_signature(db.session(), signature_id)
    return render_template(STOPS[kind][1], signature=signature, token=token)


@blueprint.post("/unsubscribe/<token>")
def stop_mails(token: str) -> Answer:
    signature_id, kind = _subject_of(token)
    stop, page = STOPS[kind]
    with transaction() as session:
        signature = own_signature(session, signature_id)
        stop(session, signature_id)
    if request.form.get("List-Unsubscribe") == "One-Click":  # whoever sends it follows no redirect
        return render_template(page, signature=signature, token=token, is_done=True)
    return redirect(url_for("pledge.unsubscribe", token=token), 303)


def _subject_of(token: str) -> tuple[int, int]:
    signature_id, kind = subject_of(token, UNSUBSCRIBE_LINK, 2)
    if kind not in STOPS:
        raise LinkUnknown
    return signature_id, kind
