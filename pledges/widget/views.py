"""What other sites show: the element, the frame, the badge, oEmbed, the share card, and the page with the code."""

import re
from urllib.parse import parse_qs, urlsplit

from flask import Blueprint, Response, current_app, jsonify, render_template, request
from flask_babel import gettext
from werkzeug.exceptions import ServiceUnavailable

from pledges import clock
from pledges.assets import asset_bytes
from pledges.caching import public
from pledges.db import db
from pledges.letter.queries import LetterUnknown
from pledges.other_sites import is_for_programs, open_to_every_site, problem, quiet_line
from pledges.pledge import tracking
from pledges.pledge.queries import PledgeUnknown, list_pledges
from pledges.problems import ParameterWrong
from pledges.tally.queries import get_stamp
from pledges.widget import drawing
from pledges.widget.page import face

blueprint = Blueprint("widget", __name__)

SCRIPT_KEPT = "public, max-age=3600, stale-while-revalidate=86400, stale-if-error=86400"
CARD_SECONDS = 600.0
CARD_AGAIN_SECONDS = 2
CARD_KEPT = "public, max-age=600, stale-while-revalidate=86400, stale-if-error=86400"
FRAME = (480, 260)
"""Width and height of the frame, in CSS pixels."""
_LETTER_PATH = re.compile(r"/letters/([a-z0-9]+(?:-[a-z0-9]+)*)/?\Z")
LONGEST_KEY = 41
_THEMES = ("auto", "light", "dark")


def _stamp(slug: str) -> str:
    if _key() is not None:
        return tracking.stamp(db.session(), slug, now=clock.now())
    return get_stamp(db.session(), slug, now=clock.now())


def _key() -> str | None:
    """The pledge that is to be shown instead of the signatures."""
    key = request.args.get("pledge")
    return key[:LONGEST_KEY] if key else None


@blueprint.after_request
def open_pictures(response: Response) -> Response:
    """The card and the QR code stand under the letter, and any page may show them."""
    return open_to_every_site(response) if request.endpoint in ("widget.card", "widget.qr") else response


@blueprint.get("/embed.js")
@public(None)
def script() -> Response:
    response = Response(asset_bytes("js/embed.js"), mimetype="text/javascript")
    response.headers["Cache-Control"] = SCRIPT_KEPT
    return response


@blueprint.get("/embed/<slug:slug>.json")
@public(_stamp)
def data(slug: str) -> Response:
    _letter, _text, shown = face(db.session(), slug, request.args.get("lang"), _key())
    return jsonify(shown.as_json())


@blueprint.get("/embed/<slug:slug>")
@public(_stamp)
def frame(slug: str) -> str:
    _letter, _text, shown = face(db.session(), slug, request.args.get("lang"), _key())
    theme = request.args.get("theme")
    return render_template("widget/frame.html", face=shown, theme=theme if theme in _THEMES else "auto")


@blueprint.get("/embed/<slug:slug>.svg")
@public(_stamp)
def badge(slug: str) -> Response:
    _letter, _text, shown = face(db.session(), slug, request.args.get("lang"), _key())
    label = gettext("signatures") if _key() is None else gettext("pledged")
    return Response(
        render_template("widget/badge.svg", label=label, count=shown.count, face=shown), mimetype="image/svg+xml"
    )


@blueprint.get("/embed/", defaults={"written": ""})
@blueprint.get("/embed/<path:written>")
def misspelled(written: str) -> Response:
    """A slug as no letter has it; what is misspelled is an unknown letter to who embeds it."""
    raise LetterUnknown(written[:LONGEST_KEY])


@blueprint.get("/letters/<slug:slug>/card.png")
@public(None, fresh_for=CARD_SECONDS)
def card(slug: str) -> Response:
    letter, text, shown = face(db.session(), slug, request.args.get("lang"))
    try:
        picture = drawing.draw_card(letter, text, shown.count, shown.what)
    except drawing.CardBusy:
        raise ServiceUnavailable(retry_after=CARD_AGAIN_SECONDS) from None
    response = Response(picture, mimetype="image/png")
    response.headers["Cache-Control"] = CARD_KEPT
    return response


@blueprint.get("/letters/<slug:slug>/qr.svg")
@public(None)
def qr(slug: str) -> Response:
    _letter, _text, shown = face(db.session(), slug, request.args.get("lang"))
    return Response(drawing.draw_qr(shown.url), mimetype="image/svg+xml")


@blueprint.get("/letters/<slug:slug>/share")
@public(_stamp)
def share(slug: str) -> str:
    letter, text, shown = face(db.session(), slug, request.args.get("lang"))
    pledges = list_pledges(db.session(), letter)
    return render_template("widget/share.html", letter=letter, text=text, face=shown, frame=FRAME, pledges=pledges)


@blueprint.get("/oembed")
@public(None)
def oembed() -> Response:
    """A frame for whoever asks by oEmbed 1.0 (https://oembed.com): `rich`, JSON alone."""
    if request.args.get("format", "json") != "json":
        raise ParameterWrong("format", "json")
    base = current_app.config["PLEDGES_BASE_URL"]
    letter, text, shown = face(db.session(), *_letter_at(request.args.get("url", ""), base))
    width, height = (min(size, _at_most(name)) for size, name in zip(FRAME, ("maxwidth", "maxheight"), strict=True))
    query = "" if text.language == letter.language else f"?lang={text.language}"
    html = render_template("widget/oembed.html", letter=letter, face=shown, base_url=base, width=width, height=height)
    return jsonify(
        version="1.0",
        type="rich",
        title=text.title,
        provider_name="Pledges",
        provider_url=base,
        cache_age=300,
        html=html.strip(),
        width=width,
        height=height,
        thumbnail_url=f"{base}/letters/{letter.slug}/card.png{query}",
        thumbnail_width=1200,
        thumbnail_height=630,
    )


@blueprint.errorhandler(LetterUnknown)
@blueprint.errorhandler(PledgeUnknown)
def quietly(error: LetterUnknown | PledgeUnknown) -> Response:
    """In a stranger's article an unknown letter or pledge is a quiet line."""
    if is_for_programs():
        return problem(404, gettext("'url' takes the address of a public letter of this site."))
    is_letter = isinstance(error, LetterUnknown)
    line = gettext("This letter can't be shown.") if is_letter else gettext("This pledge can't be shown.")
    return quiet_line(404, line)


def _letter_at(url: str, base: str) -> tuple[str, str | None]:
    """The slug and the language that an address of a letter names."""
    try:
        asked = urlsplit(url)
    except ValueError:
        raise LetterUnknown(url[:LONGEST_KEY]) from None
    path = _LETTER_PATH.match(asked.path)
    if path is None or asked.netloc != urlsplit(base).netloc:
        raise LetterUnknown(url[:LONGEST_KEY])
    return path[1], parse_qs(asked.query).get("lang", [None])[0]


def _at_most(name: str) -> int:
    value = request.args.get(name, "100000")
    if not (value.isascii() and value.isdecimal() and len(value) < 7) or int(value) < 1:
        raise ParameterWrong(name, gettext("a whole number from 1 to 999999"))
    return int(value)
