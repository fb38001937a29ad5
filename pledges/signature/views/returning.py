"""Where a form was sent to stands in the address bar when it comes back with a mistake. Whoever asks for such a page
anew, as a phone does that restores its tabs, is led to where the form stands.
"""

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from pledges import clock
from pledges.db import db
from pledges.signature.views.room import blueprint, lang_of, letters_at_hand


@blueprint.get("/letters/<slug:slug>/sign")
def signed_to(slug: str) -> Response:
    return _to("letter.letter", slug, anchor="sign")


@blueprint.get("/letters/<slug:slug>/code")
def code_sent_to(slug: str) -> Response:
    return _to("signature.check_email", slug)


@blueprint.get("/letters/<slug:slug>/resend")
def asked_again_at(slug: str) -> Response:
    return _to("signature.ask_for_own_page", slug)


@blueprint.get("/first/<token>/code")
def first_code_sent_to(token: str) -> Response:
    return _to_first("signature.first_check_email", token)


@blueprint.get("/first/<token>/resend")
def first_asked_again_at(token: str) -> Response:
    return _to_first("signature.first_own_page", token)


@blueprint.get("/manage/<token>/change")
def changed_at(token: str) -> Response:
    return redirect(url_for("signature.manage", token=token), 303)


def _to(endpoint: str, slug: str, anchor: str | None = None) -> Response:
    letter = letters_at_hand().get_public(db.session(), slug, now=clock.now())
    lang = lang_of(letter, letter.text_in(request.args.get("lang")).language)
    return redirect(url_for(endpoint, slug=slug, lang=lang, _anchor=anchor), 303)


def _to_first(endpoint: str, token: str) -> Response:
    return redirect(url_for(endpoint, token=token, lang=request.args.get("lang")), 303)
