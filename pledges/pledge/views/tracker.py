"""The tracker: what was pledged under a letter, and what became of it; the same for everyone."""

from flask import render_template, request

from pledges import clock
from pledges.caching import public
from pledges.db import db
from pledges.languages import speak
from pledges.letter.queries import get_public_letter
from pledges.pledge import showing, tracking
from pledges.pledge.drawing import draw_bar, draw_chart
from pledges.pledge.queries import PledgeUnknown
from pledges.pledge.views.room import blueprint
from pledges.signature.vouching import list_named_domains

FEW = 12
PAGE = 60
NOTES = 6


def _stamp(slug: str) -> str:
    return tracking.stamp(db.session(), slug, now=clock.now())


def _stamp_of_one(slug: str, number: int) -> str:
    return f"{_stamp(slug)} {number}"


@blueprint.get("/letters/<slug:slug>/pledges")
@public(_stamp)
def tracker(slug: str) -> str:
    session, now = db.session(), clock.now()
    letter = get_public_letter(session, slug)
    text = letter.text_in(request.args.get("lang"))
    speak(text.language)
    key, after = request.args.get("pledge") or None, request.args.get("after") or None
    standings = tracking.list_standings(session, letter, now=now)
    if key is not None:
        standings = [standing for standing in standings if standing.pledge.key == key]
        if not standings:
            raise PledgeUnknown(key)
    limit = FEW if key is None else PAGE
    shown = {s.pledge.id: showing.list_shown(session, s.pledge, after=after, limit=limit) for s in standings}
    signatories = [commitment.signature for commitments, _following in shown.values() for commitment in commitments]
    return render_template(
        "pledge/tracker.html",
        letter=letter,
        text=text,
        standings=standings,
        charts={
            key: draw_chart(moments) for key, moments in tracking.list_moments(session, standings, now=now).items()
        },
        bars={s.pledge.id: draw_bar(s) for s in standings},
        shown=shown,
        named=list_named_domains(session, letter, signatories),
        kinds={signatory.kind for signatory in signatories},
        notes={s.pledge.id: showing.list_notes(session, s.pledge, limit=NOTES) for s in standings},
        key=key,
        is_first=after is None,
    )


@blueprint.get("/letters/<slug:slug>/pledges/<id:number>")
@public(_stamp_of_one)
def signatory(slug: str, number: int) -> str:
    session = db.session()
    letter = get_public_letter(session, slug)
    text = letter.text_in(request.args.get("lang"))
    speak(text.language)
    commitments = showing.list_shown_by(session, letter, number)
    return render_template(
        "pledge/signatory.html",
        letter=letter,
        text=text,
        commitments=commitments,
        named=list_named_domains(session, letter, [commitments[0].signature]),
        now=clock.now(),
    )
