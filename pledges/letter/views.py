"""The public pages of letters: the front page, a letter, its signatories, and what we do with data."""

from typing import Any

from flask import Blueprint, render_template, request
from werkzeug.exceptions import BadRequest

from pledges import clock
from pledges.caching import public
from pledges.db import db
from pledges.languages import speak
from pledges.letter.page import letter_page
from pledges.letter.queries import get_public_letter, list_public_letters
from pledges.limits import SEARCH, limiter
from pledges.plain_text import TextRefused, clean, words
from pledges.signature import queries
from pledges.signature.forms import SignForm
from pledges.tally.queries import get_figures, get_stamp, list_figures

PAGE = 100
LONGEST_SEARCH = 120

blueprint = Blueprint("letter", __name__)


def _stamp(slug: str | None = None) -> str:
    return get_stamp(db.session(), slug, now=clock.now())


@blueprint.get("/")
@public(_stamp)
def front() -> str:
    session = db.session()
    now = clock.now()
    letters = sorted(list_public_letters(session), key=lambda letter: not letter.takes_signatures(now))
    return render_template("letter/front.html", letters=letters, figures=list_figures(session, letters), now=now)


@blueprint.get("/privacy")
@public(None)
def privacy() -> str:
    return render_template("letter/privacy.html")


@blueprint.get("/letters/<slug:slug>")
@public(_stamp)
def letter(slug: str) -> str:
    session = db.session()
    found = get_public_letter(session, slug)
    text = found.text_in(request.args.get("lang"))
    speak(text.language)
    return letter_page(session, found, text, SignForm(letter=found, language=text.language))


@blueprint.get("/letters/<slug:slug>/signatories")
@limiter.limit(SEARCH, exempt_when=lambda: not request.args.get("q"))
@public(_stamp)
def signatories(slug: str) -> Any:
    session = db.session()
    found = get_public_letter(session, slug)
    text = found.text_in(request.args.get("lang"))
    speak(text.language)
    q, after = _search(), request.args.get("after") or None
    if q:
        listed, following = queries.search_listed(session, found, words(q), after=after, limit=PAGE)
    else:
        listed, following = queries.list_listed(session, found, after=after, limit=PAGE)
    return render_template(
        "letter/signatories.html",
        letter=found,
        text=text,
        listed=listed,
        after=following,
        is_first=after is None,
        q=q,
        figures=get_figures(session, found),
    )


def _search() -> str:
    try:
        q = clean(request.args.get("q", "")[: LONGEST_SEARCH + 1])
    except TextRefused:
        raise BadRequest from None
    if len(q) > LONGEST_SEARCH:
        raise BadRequest
    return q
