"""The mailbox of a laptop without a mail server, and the staff page of mails that could not be delivered."""

from email import message_from_string
from email.message import EmailMessage
from email.policy import default
from typing import TypeAlias
from urllib.parse import urlsplit

from flask import Blueprint, Flask, Response, abort, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from pledges import clock
from pledges.config import LOOPBACK_HOSTS, Settings
from pledges.db import db, transaction
from pledges.http_guard import is_on_this_machine
from pledges.mail import composing, outbox, queries
from pledges.organizer.desk import staff_only
from pledges.organizer.models import Role

blueprint = Blueprint("mail", __name__)

Answer: TypeAlias = AnyResponse | str

_ONLY_STYLE = (
    "default-src 'none'; style-src 'unsafe-inline'; sandbox allow-popups allow-top-navigation-by-user-activation"
)


def start(app: Flask, settings: Settings) -> None:
    """Opens the mailbox only where it can belong to nobody but the person at this machine."""
    app.config["PLEDGES_HAS_MAILBOX"] = settings.mail_server is None and settings.on_loopback


@blueprint.get("/mailbox")
def mailbox() -> Answer:
    _only_here()
    mails = [(mail, _parse(mail.message)) for mail in queries.list_kept(db.session())]
    return _unkept(render_template("mail/mailbox.html", mails=mails))


@blueprint.get("/mailbox/<id:mail_id>")
def kept(mail_id: int) -> Answer:
    _only_here()
    message = _parse(queries.get_kept(db.session(), mail_id).message)
    return _unkept(render_template("mail/kept.html", message=message, text=_part(message, "plain"), mail_id=mail_id))


@blueprint.get("/mailbox/<id:mail_id>/html")
def kept_html(mail_id: int) -> Answer:
    _only_here()
    response = _unkept(_part(_parse(queries.get_kept(db.session(), mail_id).message), "html"))
    response.headers["Content-Security-Policy"] = _ONLY_STYLE
    return response


@blueprint.get("/staff/mail")
@staff_only(*Role)
def undelivered() -> Answer:
    _only_unlimited()
    session = db.session()
    failed, postponed = queries.list_failed(session), queries.list_postponed(session)
    can_retry = {mail.event for mail in failed if composing.can_be_retried(mail.event)}
    tables = {mail.event: composing.find_table(mail.event) for mail in (*failed, *postponed)}
    found = {"failed": failed, "postponed": postponed}
    return render_template("mail/undelivered.html", **found, can_retry=can_retry, tables=tables)


@blueprint.post("/staff/mail/<id:mail_id>/retry")
@staff_only(*Role)
def retry(mail_id: int) -> Answer:
    _only_unlimited()
    with transaction() as session:
        outbox.retry(session, mail_id, now=clock.now())
    flash(gettext("The mail is tried again."))
    return redirect(url_for("mail.undelivered"), 303)


def _only_unlimited() -> None:
    """Mails of all letters are for those who reach all letters."""
    if current_user.is_limited:
        abort(403)


def _only_here() -> None:
    asked = urlsplit(f"//{request.host}").hostname
    if not (current_app.config["PLEDGES_HAS_MAILBOX"] and is_on_this_machine() and asked in LOOPBACK_HOSTS):
        abort(404)


def _unkept(body: str) -> Response:
    response = Response(body, mimetype="text/html")
    response.headers["Cache-Control"] = "no-store"
    return response


def _parse(message: str) -> EmailMessage:
    parsed = message_from_string(message, policy=default)
    assert isinstance(parsed, EmailMessage)  # noqa: S101 - what the default policy makes
    return parsed


def _part(message: EmailMessage, subtype: str) -> str:
    body = message.get_body((subtype,))
    return str(body.get_content()) if body is not None else ""
