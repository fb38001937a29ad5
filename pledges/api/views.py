"""The public JSON: letters, their counts and their signatories. Anyone may ask, from any site."""

import hashlib
import json
from collections.abc import Collection, Mapping
from typing import Any

from flask import Blueprint, Flask, Response, current_app, jsonify, request
from flask_babel import gettext
from flask_cors import CORS

from pledges import clock
from pledges.api import pledges as shapes
from pledges.api.openapi import describe
from pledges.caching import keep, note_language
from pledges.db import db
from pledges.letter.models import Letter, LetterState
from pledges.letter.queries import get_public_letter, list_public_letters
from pledges.pledge import showing, tracking
from pledges.pledge.queries import get_pledge
from pledges.problems import ParameterWrong
from pledges.signature import queries
from pledges.signature.models import Signature
from pledges.signature.policy import Flag
from pledges.signature.states import Kind
from pledges.signature.vouching import list_named_domains
from pledges.tally.queries import Figures, get_figures, list_figures

PAGE = 100
LARGEST_PAGE = 500

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")


def start(app: Flask) -> None:
    """Lets scripts of any site read what stands under /api/, errors too; never with credentials."""
    CORS(
        app,
        resources="/api/.*",
        origins="*",
        send_wildcard=True,
        methods=["GET", "HEAD", "OPTIONS"],
        expose_headers=["ETag", "Retry-After"],
        max_age=86400,
    )


@blueprint.get("/letters")
def letters() -> Response:
    session = db.session()
    found = list_public_letters(session)
    figures = list_figures(session, found)
    return _answer({"letters": [_letter(letter, figures[letter.id]) for letter in found]})


@blueprint.get("/letters/<slug:slug>")
def letter(slug: str) -> Response:
    session = db.session()
    found = get_public_letter(session, slug)
    texts = [
        {"language": text.language, "title": text.title, "to": text.addressee, "html": text.html, "sha256": text.sha256}
        for text in found.newest_texts().values()
    ]
    return _answer({**_letter(found, get_figures(session, found)), "texts": texts})


@blueprint.get("/letters/<slug:slug>/count")
def count(slug: str) -> Response:
    session = db.session()
    found = get_public_letter(session, slug)
    figures = get_figures(session, found)
    return _answer(_count(found, figures), at=clock.now().isoformat(timespec="seconds"))


@blueprint.get("/letters/<slug:slug>/signatories")
def signatories(slug: str) -> Response:
    session = db.session()
    found = get_public_letter(session, slug)
    kind, after = _kind(), request.args.get("after") or None
    page, following = queries.list_listed(session, found, kind=kind, after=after, limit=_limit())
    if kind is Kind.ORGANIZATION:
        shown = [_organization(signature) for signature in page]
    else:
        named = list_named_domains(session, found, page)
        shown = [_signatory(signature, named) for signature in page]
    return _unindexed(_answer({"letter": found.slug, "signatories": shown, "next": following}))


@blueprint.get("/letters/<slug:slug>/pledges")
def pledges(slug: str) -> Response:
    session = db.session()
    found = get_public_letter(session, slug)
    text = found.text_in(request.args.get("lang"))
    note_language(text.language)
    standings = tracking.list_standings(session, found, now=clock.now())
    return _answer({"letter": found.slug, "pledges": [shapes.pledge(s, text.language) for s in standings]})


@blueprint.get("/letters/<slug:slug>/pledges/<key>/commitments")
def commitments(slug: str, key: str) -> Response:
    """Those that their signatories chose to show, newest first."""
    session = db.session()
    found = get_public_letter(session, slug)
    pledge = get_pledge(session, found, key[:41])
    page, following = showing.list_shown(session, pledge, after=request.args.get("after") or None, limit=_limit())
    url = f"{current_app.config['PLEDGES_BASE_URL']}/letters/{found.slug}/pledges"
    shown = [shapes.commitment(one, pledge, url) for one in page]
    body = {"letter": found.slug, "pledge": pledge.key, "commitments": shown, "next": following}
    return _unindexed(_answer(body))


@blueprint.get("/openapi.json")
def openapi() -> Response:
    return _answer(describe(current_app.config["PLEDGES_BASE_URL"]))


def _answer(body: Mapping[str, Any], **unweighed: str) -> Response:
    """JSON with an ETag over `body` alone: what is `unweighed` (the time) makes no new version."""
    response = jsonify({**body, **unweighed})
    response.set_etag(hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()[:32], weak=bool(unweighed))
    return keep(response)


def _unindexed(response: Response) -> Response:
    """A list that holds names, which search engines leave alone as they do its page."""
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _letter(letter: Letter, figures: Figures) -> dict[str, Any]:
    text = letter.text_in(None)
    return {
        "slug": letter.slug,
        "title": text.title,
        "to": text.addressee,
        "language": letter.language,
        "languages": list(letter.newest_texts()),
        "hashtag": letter.hashtag,
        "state": _state(letter),
        "opened_at": letter.opened_at.isoformat() if letter.opened_at else None,
        "closes_at": letter.closes_at.isoformat() if letter.closes_at else None,
        "url": f"{current_app.config['PLEDGES_BASE_URL']}/letters/{letter.slug}",
        "count": figures.count(letter.counted),
        "counted": letter.counted.value,
        "goal": letter.goal,
    }


def _state(letter: Letter) -> str:
    if letter.state is LetterState.WITHDRAWN:
        return "withdrawn"
    return "open" if letter.takes_signatures(clock.now()) else "closed"


def _count(letter: Letter, figures: Figures) -> dict[str, Any]:
    return {
        "letter": letter.slug,
        "count": figures.count(letter.counted),
        "counted": letter.counted.value,
        "goal": letter.goal,
        "breakdown": {
            "confirmed": figures.confirmed,
            "approved": figures.approved,
            "awaiting": figures.awaiting,
            "rejected": figures.rejected,
            "withdrawn": figures.withdrawn,
            "earlier": figures.earlier,
            "organizations": figures.organizations,
            "imported": figures.imported,
        },
    }


def _signatory(signature: Signature, named: Collection[str]) -> dict[str, Any]:
    return {
        "name": signature.name,
        "role": signature.role,
        "affiliation": signature.affiliation,
        "country": signature.country,
        "statement": signature.shown_statement,
        "checks": {
            "address": True,
            "affiliation": signature.affiliation_matched,
            "domain": signature.domain if signature.domain in named else None,
            "moderator": signature.checked,
        },
        "confirmed_on": signature.confirmed_at.date().isoformat() if signature.confirmed_at else None,
    }


def _organization(signature: Signature) -> dict[str, Any]:
    return {
        "name": signature.name,
        "website": signature.website,
        "country": signature.country,
        "statement": signature.shown_statement,
        "checks": {
            "address": True,
            "website": Flag.MAIL_ELSEWHERE not in signature.flags,
            "moderator": signature.checked,
        },
        "confirmed_on": signature.confirmed_at.date().isoformat() if signature.confirmed_at else None,
    }


def _kind() -> Kind:
    """People unless `kind=organization` asks for the others."""
    try:
        return Kind(request.args.get("kind") or Kind.PERSON)
    except ValueError:
        raise ParameterWrong("kind", " | ".join(Kind)) from None


def _limit() -> int:
    text = request.args.get("limit", str(PAGE))
    if not (text.isascii() and text.isdecimal() and len(text) < 6) or not 1 <= int(text) <= LARGEST_PAGE:
        raise ParameterWrong("limit", gettext("a whole number from 1 to %(most)s", most=LARGEST_PAGE))
    return int(text)
