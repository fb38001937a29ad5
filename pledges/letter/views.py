"""The public pages of letters: the front page, a letter, its signatories, and what we do with data."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, render_template, request

from pledges import clock
from pledges.caching import public
from pledges.db import db
from pledges.errors import CursorUnknown, NotFound
from pledges.languages import speak
from pledges.letter.differences import list_versions
from pledges.letter.models import Letter, LetterText
from pledges.letter.page import letter_page
from pledges.letter.queries import get_public_letter, list_public_letters
from pledges.limits import SEARCH, limiter
from pledges.plain_text import TextRefused, clean, words
from pledges.pledge import tracking
from pledges.signature import queries
from pledges.signature.forms import SignForm
from pledges.signature.models import Signature
from pledges.signature.searching import SearchRefused, search_listed
from pledges.signature.states import Kind
from pledges.signature.vouching import list_named_domains
from pledges.tally.queries import get_figures, get_stamp, list_figures

PAGE = 100
FOUND = 25
"""So many of those found are shown at once: whoever searches looks for one."""
LONGEST_SEARCH = 120

blueprint = Blueprint("letter", __name__)


def _stamp(slug: str | None = None) -> str:
    return get_stamp(db.session(), slug, now=clock.now())


def _stamp_of_letter(slug: str) -> str:
    """A pledge that falls due is offered no more, and one whose threshold is reached says so."""
    return tracking.stamp(db.session(), slug, now=clock.now())


def _stamp_of_version(slug: str, number: int) -> str:
    return f"{_stamp(slug)} {number}"


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
@public(_stamp_of_letter)
def letter(slug: str) -> str:
    session = db.session()
    found = get_public_letter(session, slug)
    text = found.text_in(request.args.get("lang"))
    speak(text.language)
    return letter_page(session, found, text, SignForm(letter=found, language=text.language))


@blueprint.get("/letters/<slug:slug>/history")
@public(_stamp)
def history(slug: str) -> str:
    found = get_public_letter(db.session(), slug)
    text = found.text_in(request.args.get("lang"))
    speak(text.language)
    return render_template("letter/history.html", letter=found, text=text, versions=list_versions(found))


@blueprint.get("/letters/<slug:slug>/history/<id:number>")
@public(_stamp_of_version)
def version(slug: str, number: int) -> str:
    found, text = _version(slug, number)
    present = found.text_in(text.language)
    return render_template("letter/version.html", letter=found, text=text, present=present)


@blueprint.get("/letters/<slug:slug>/history/<id:number>.md")
@public(_stamp_of_version)
def markdown(slug: str, number: int) -> Response:
    """The very bytes of which the SHA-256 is."""
    _found, text = _version(slug, number)
    return Response(text.markdown, mimetype="text/plain")


def _version(slug: str, number: int) -> tuple[Letter, LetterText]:
    found = get_public_letter(db.session(), slug)
    language = found.text_in(request.args.get("lang")).language
    speak(language)
    text = next((text for text in found.revisions_in(language) if text.number == number), None)
    if text is None:
        raise NotFound
    return found, text


@blueprint.get("/letters/<slug:slug>/signatories")
@limiter.limit(SEARCH, exempt_when=lambda: not request.args.get("q"))
@public(_stamp)
def signatories(slug: str) -> Any:
    session = db.session()
    found = get_public_letter(session, slug)
    text = found.text_in(request.args.get("lang"))
    speak(text.language)
    q, after = _search(), request.args.get("after") or None
    kind = Kind.PERSON if q else _kind()
    first = queries.list_first(session, found, limit=0) if kind is Kind.PERSON and not q else ()
    organizations: Sequence[Signature] = ()
    more = None
    if q:
        listed, following = search_listed(session, found, words(q), after=after, limit=FOUND)
    else:
        elsewhere = [signature.id for signature in first]
        listed, following = queries.list_listed(session, found, kind=kind, without=elsewhere, after=after, limit=PAGE)
    if kind is Kind.PERSON and after is None and not q:
        organizations, more = queries.list_listed(session, found, kind=Kind.ORGANIZATION, limit=PAGE)
    return render_template(
        "letter/signatories.html",
        letter=found,
        text=text,
        first=first if after is None else (),
        listed=listed,
        named=list_named_domains(session, found, [*first, *listed]),
        after=following,
        is_first=after is None,
        kind=kind,
        organizations=organizations,
        more_organizations=more,
        q=q,
        figures=get_figures(session, found),
        now=clock.now(),
    )


def _kind() -> Kind:
    try:
        return Kind(request.args.get("kind") or Kind.PERSON)
    except ValueError:
        raise CursorUnknown from None


def _search() -> str:
    try:
        q = clean(request.args.get("q", "")[: LONGEST_SEARCH + 1])
    except TextRefused:
        raise SearchRefused from None
    if len(q) > LONGEST_SEARCH:
        raise SearchRefused
    return q
