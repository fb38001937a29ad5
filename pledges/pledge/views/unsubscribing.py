"""An end to the mails that ask what became of pledges: by a button, or by one click in the mail program (RFC 8058)."""

from flask import redirect, render_template, request, url_for

from pledges.db import db, transaction
from pledges.errors import LinkUnknown
from pledges.pledge import asking
from pledges.pledge.mails import CHECK_INS, UNSUBSCRIBE_LINK
from pledges.pledge.views.room import Answer, blueprint, own_signature, subject_of


@blueprint.get("/unsubscribe/<token>")
def unsubscribe(token: str) -> Answer:
    signature = own_signature(db.session(), _signature_id(token))
    return render_template("pledge/unsubscribe.html", signature=signature, token=token)


@blueprint.post("/unsubscribe/<token>")
def stop_mails(token: str) -> Answer:
    signature_id = _signature_id(token)
    with transaction() as session:
        signature = own_signature(session, signature_id)
        asking.stop_asking(session, signature_id)
    if request.form.get("List-Unsubscribe") == "One-Click":  # whoever sends it follows no redirect
        return render_template("pledge/unsubscribe.html", signature=signature, token=token, is_done=True)
    return redirect(url_for("pledge.unsubscribe", token=token), 303)


def _signature_id(token: str) -> int:
    signature_id, kind = subject_of(token, UNSUBSCRIBE_LINK, 2)
    if kind != CHECK_INS:
        raise LinkUnknown
    return signature_id
