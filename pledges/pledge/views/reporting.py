"""The page on which a signatory says what became of the pledges. No GET here changes anything."""

from datetime import timedelta

from flask import redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from pledges import clock
from pledges.db import db, transaction
from pledges.pledge import queries, reporting
from pledges.pledge.forms.reporting import ReportForm, sent_keys
from pledges.pledge.mails import REPORT_LINK
from pledges.pledge.states import BINDING
from pledges.pledge.views.room import Answer, blueprint, own_signature, subject_of
from pledges.signature.models import Signature


@blueprint.get("/report/<token>")
def report(token: str) -> Answer:
    session = db.session()
    (signature_id,) = subject_of(token, REPORT_LINK, 1)
    signature = own_signature(session, signature_id)
    reporting.check_open(session, signature)
    return _page(session, signature, token, None)


@blueprint.post("/report/<token>")
def send_report(token: str) -> Answer:
    (signature_id,) = subject_of(token, REPORT_LINK, 1)
    session: Session = db.session()
    signature = own_signature(session, signature_id)
    reporting.check_open(session, signature)
    reporting.check_binding(session, signature_id, sent_keys(request.form))
    form = _form(session, signature, request.form)
    if not form.validate():
        return _page(session, signature, token, form), 422
    with transaction() as session:
        reporting.report(session, signature_id, form.outcomes(), now=clock.now())
    return redirect(url_for("pledge.report", token=token, said="thanks"), 303)


def _form(session: Session, signature: Signature, sent: object = None) -> ReportForm:
    rows = queries.list_commitments(session, signature.id)
    binding = [row for row in rows if row.state in BINDING]
    return ReportForm(binding, language=signature.text.language, sent=sent)


def _page(session: Session, signature: Signature, token: str, form: ReportForm | None) -> str:
    rows = queries.list_commitments(session, signature.id)
    return render_template(
        "pledge/report.html",
        signature=signature,
        form=form or _form(session, signature),
        others=[row for row in rows if row.state not in BINDING],
        history=queries.list_histories(session, [row.id for row in rows]),
        token=token,
        said=request.method == "GET" and request.args.get("said") == "thanks",
        now=clock.now(),
        a_moment=timedelta(microseconds=1),
    )
