"""The way back: a page on which something went wrong speaks as the letter does that it is about, and leads there."""

from contextlib import suppress

from flask import current_app, g, request
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from pledges import clock
from pledges.db import db
from pledges.errors import LinkExpired, LinkUnknown
from pledges.languages import best_for_reader, speak
from pledges.letter.at_hand import LettersAtHand
from pledges.letter.inviting import FIRST_LINK
from pledges.letter.models import Letter, LetterState
from pledges.letter.queries import LetterUnknown, find_invitation
from pledges.pledge.mails import REPORT_LINK
from pledges.security import keyring
from pledges.signature.links import CONFIRM_LINK, MANAGE_LINK, place_of, query_of
from pledges.signature.queries import find_signature
from pledges.signature.unsubscribing import UNSUBSCRIBE_LINK

ROOMS = frozenset({"letter", "signature", "pledge", "widget"})
"""Whose pages are about one letter, for everyone; staff have ways of their own."""
OF_A_SIGNATURE = frozenset({CONFIRM_LINK, MANAGE_LINK, REPORT_LINK, UNSUBSCRIBE_LINK})
"""Links that are one signature's, and stand in the path behind their purpose; an expired one, too."""


def look_back() -> None:
    """Makes this page speak as the signature or the letter in its address does, `g.letter_path` lead to that letter,
    if everyone may see it, and `g.own_page_path` to where one asks for the way to the own page. Of what is unknown, or
    while the database is away, it does nothing.
    """
    if request.blueprint not in ROOMS or not request.view_args:
        return
    with suppress(LetterUnknown, LinkUnknown, OperationalError, PoolTimeout):
        session = db.session()
        if "token" in request.view_args:
            _look_behind_link(session, request.path.split("/")[1], request.view_args["token"])
        elif "slug" in request.view_args:
            letter = _at_hand().get_public(session, request.view_args["slug"], now=clock.now())
            _lead_to(letter, letter.text_in(request.args.get("lang")).language)


def _look_behind_link(session: Session, purpose: str, token: str) -> None:
    subject = _subject_of(purpose, token)
    if purpose == FIRST_LINK:
        invitation = find_invitation(session, subject[0])
        if invitation is not None:
            _look_at_letter(session, invitation.letter_id, first_place=f"/{FIRST_LINK}/{token}")
    elif purpose in OF_A_SIGNATURE:
        signature = find_signature(session, subject[0])
        if signature is not None:
            speak(signature.text.language)
            if signature.letter.state is not LetterState.DRAFT:
                _lead(place_of(signature), query_of(signature))
        elif purpose == CONFIRM_LINK:
            _look_at_letter(session, subject[1])


def _subject_of(purpose: str, token: str) -> tuple[int, ...]:
    try:
        return keyring().read(purpose, token, now=clock.now())
    except LinkExpired as expired:
        return expired.subject


def _look_at_letter(session: Session, letter_id: int, *, first_place: str | None = None) -> None:
    """In the reader's language, if the letter has it: nothing tells any more in which one was signed."""
    letter = _at_hand().get_by_id(session, letter_id, now=clock.now())
    _lead_to(letter, best_for_reader(list(letter.newest_texts())), first_place=first_place)


def _lead_to(letter: Letter, language: str, *, first_place: str | None = None) -> None:
    """To a draft nothing leads, and behind a secret link all the same to who signed it."""
    speak(language)
    query = "" if language == letter.language else f"?lang={language}"
    if letter.state is not LetterState.DRAFT:
        _lead(f"/letters/{letter.slug}", query)
    elif first_place is not None:
        g.own_page_path = f"{first_place}/own-page{query}"


def _lead(place: str, query: str) -> None:
    g.letter_path, g.own_page_path = f"{place}{query}", f"{place}/own-page{query}"


def _at_hand() -> LettersAtHand:
    letters: LettersAtHand = current_app.extensions["pledges.letters"]
    return letters
