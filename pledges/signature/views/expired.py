"""Links whose time is over: the way on is the form that mails a fresh link to one's own page."""

from flask import Response, make_response, render_template
from sqlalchemy.orm import Session

from pledges.answering import domain_error
from pledges.db import db
from pledges.errors import LinkExpired
from pledges.languages import speak
from pledges.letter.inviting import FIRST_LINK
from pledges.letter.models import Letter, LetterState
from pledges.letter.queries import find_invitation, get_letter_by_id
from pledges.pledge.mails import REPORT_LINK
from pledges.signature.links import MANAGE_LINK, place_of, query_of
from pledges.signature.queries import find_signature
from pledges.signature.states import State
from pledges.signature.unsubscribing import UNSUBSCRIBE_LINK
from pledges.signature.views.room import blueprint

OWN = frozenset({MANAGE_LINK, REPORT_LINK, UNSUBSCRIBE_LINK})
"""What leads to a signatory's own pages, and stands for the signature."""


@blueprint.app_errorhandler(LinkExpired)
def link_expired(error: LinkExpired) -> Response:
    way = _way_on(db.session(), error)
    if way is None:
        return domain_error(error)
    response = make_response(render_template("signature/link_expired.html", way=way, purpose=error.purpose), 410)
    response.headers["Cache-Control"] = "no-store"
    return response


def _way_on(session: Session, error: LinkExpired) -> str | None:
    """Where the form stands, also under a letter that is closed or withdrawn; None where nothing is led to."""
    if error.purpose in OWN:
        signature = find_signature(session, error.subject[0])
        if signature is None or signature.state is State.WITHDRAWN:
            return None
        speak(signature.text.language)
        return f"{place_of(signature)}/own-page{query_of(signature)}"
    letter = _inviting(session, error)
    if letter is None or letter.state is LetterState.DRAFT:
        return None
    speak(letter.language)
    return f"/letters/{letter.slug}/own-page"


def _inviting(session: Session, error: LinkExpired) -> Letter | None:
    """The letter that a secret link invited to."""
    invitation = find_invitation(session, error.subject[0]) if error.purpose == FIRST_LINK else None
    return get_letter_by_id(session, invitation.letter_id) if invitation else None
