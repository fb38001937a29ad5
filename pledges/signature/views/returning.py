"""Where a form was sent to stands in the address bar when it comes back with a mistake. Whoever asks for such a page
anew, as a phone does that restores its tabs, is led to where the form stands.
"""

from functools import partial

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from pledges import clock
from pledges.db import db
from pledges.signature.views.room import blueprint, lang_of, letters_at_hand

UNDER_A_LETTER = {
    "/letters/<slug:slug>/sign": "letter.letter",
    "/letters/<slug:slug>/code": "signature.check_email",
    "/letters/<slug:slug>/resend": "signature.ask_for_own_page",
}
UNDER_A_FIRST_LINK = {
    "/first/<token>/code": "signature.first_check_email",
    "/first/<token>/resend": "signature.first_own_page",
}


def _to(page: str, slug: str) -> Response:
    letter = letters_at_hand().get_public(db.session(), slug, now=clock.now())
    lang = lang_of(letter, letter.text_in(request.args.get("lang")).language)
    return redirect(url_for(page, slug=slug, lang=lang, _anchor="sign" if page == "letter.letter" else None), 303)


def _to_first(page: str, token: str) -> Response:
    return redirect(url_for(page, token=token, lang=request.args.get("lang")), 303)


for view, pages in ((_to, UNDER_A_LETTER), (_to_first, UNDER_A_FIRST_LINK)):
    for sent_to, page in pages.items():
        blueprint.add_url_rule(sent_to, f"back_to_{page.rpartition('.')[2]}", partial(view, page))


@blueprint.get("/manage/<token>/change")
@blueprint.get("/manage/<token>/agree")
@blueprint.get("/manage/<token>/stop-updates")
@blueprint.get("/manage/<token>/told")
@blueprint.get("/manage/<token>/withdraw")
def changed_at(token: str) -> Response:
    return redirect(url_for("signature.manage", token=token), 303)
