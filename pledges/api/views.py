"""The public JSON: letters, their counts and their signatories. Anyone may ask, from any site."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Flask, Response, current_app, jsonify, request
from flask_cors import CORS
from werkzeug.exceptions import BadRequest

from pledges import clock
from pledges.caching import keep
from pledges.db import db
from pledges.letter.models import Letter
from pledges.letter.queries import get_public_letter, list_public_letters
from pledges.signature import queries
from pledges.signature.models import Signature
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
    page, following = queries.list_listed(session, found, after=request.args.get("after") or None, limit=_limit())
    return _answer({"letter": found.slug, "signatories": [_signatory(s) for s in page], "next": following})


def _answer(body: Mapping[str, Any], **unweighed: str) -> Response:
    """JSON with an ETag over `body` alone: what is `unweighed` (the time) makes no new version."""
    response = jsonify({**body, **unweighed})
    response.set_etag(hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()[:32], weak=bool(unweighed))
    return keep(response)


def _letter(letter: Letter, figures: Figures) -> dict[str, Any]:
    text = letter.text_in(None)
    return {
        "slug": letter.slug,
        "title": text.title,
        "to": text.addressee,
        "language": letter.language,
        "languages": list(letter.newest_texts()),
        "hashtag": letter.hashtag,
        "state": "open" if letter.takes_signatures(clock.now()) else "closed",
        "opened_at": letter.opened_at.isoformat() if letter.opened_at else None,
        "closes_at": letter.closes_at.isoformat() if letter.closes_at else None,
        "url": f"{current_app.config['PLEDGES_BASE_URL']}/letters/{letter.slug}",
        "count": figures.count(letter.counted),
        "counted": letter.counted.value,
        "goal": letter.goal,
    }


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


def _signatory(signature: Signature) -> dict[str, Any]:
    return {
        "name": signature.name,
        "role": signature.role,
        "affiliation": signature.affiliation,
        "country": signature.country,
        "statement": signature.statement,
        "confirmed_on": signature.confirmed_at.date().isoformat() if signature.confirmed_at else None,
    }


def _limit() -> int:
    text = request.args.get("limit", str(PAGE))
    if not (text.isascii() and text.isdecimal() and len(text) < 6) or not 1 <= int(text) <= LARGEST_PAGE:
        raise BadRequest
    return int(text)
