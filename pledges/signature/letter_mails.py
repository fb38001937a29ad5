"""How the mails are composed that tell signatories what became of their letter."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from pledges.letter.differences import compare
from pledges.letter.models import LetterState, LetterText
from pledges.letter.queries import get_letter_by_id
from pledges.letter.succession import is_said_again
from pledges.letter.term import addresses_kept_until
from pledges.mail import composing
from pledges.mail.composing import Content
from pledges.mail.models import OwedMail
from pledges.signature import queries
from pledges.signature.announcing import GOAL_REACHED, LETTER_CLOSED, LETTER_WITHDRAWN
from pledges.signature.gathering import SHOWN_AFTER, TOGETHER_REACHED
from pledges.signature.links import manage_token, query_of
from pledges.signature.mails import agreed, content_for, thanks
from pledges.signature.models import Signature
from pledges.signature.rounds import TEXT_CHANGED, TEXT_CORRECTED
from pledges.signature.states import TOLD
from pledges.signature.unsubscribing import MailKind, unsubscribe_path
from pledges.tally.queries import get_figures

LONGEST_TOLD = 8000
"""So many characters of what differs stand in a mail; the rest is in the history."""


def register() -> None:
    """Tells the mail room how these mails are composed."""
    composing.register(TOGETHER_REACHED, _together_reached, about=Signature)
    composing.register(TEXT_CORRECTED, _text_corrected, about=Signature)
    composing.register(TEXT_CHANGED, _text_changed, about=Signature)
    composing.register(LETTER_WITHDRAWN, _letter_withdrawn, about=Signature)
    composing.register(GOAL_REACHED, _goal_reached, about=Signature)
    composing.register(LETTER_CLOSED, _letter_closed, about=Signature)


def _together_reached(session: Session, owed: OwedMail, now: datetime) -> Content | None:
    signature = queries.find_signature(session, owed.about_id)
    if signature is None or signature.email is None or not signature.together:
        return None
    if signature.together_mailed_at is not None:  # was refused, and told on the own page since
        return None
    if signature.letter.state is LetterState.WITHDRAWN:
        return None
    shown_at = now + SHOWN_AFTER
    words = {"manage": manage_token(signature, now), "together": signature.letter.together, "shown_at": shown_at}
    words |= {"display": signature.display, "waits": signature.is_waiting}
    return content_for(TOGETHER_REACHED, signature.email, signature, **words)


def _text_corrected(session: Session, owed: OwedMail, now: datetime) -> Content | None:
    """What a correction changed: the one that stood when the mail was owed."""
    signature = _find_told(session, owed)
    if signature is None:
        return None
    then = [text for text in _texts_of(signature) if text.created_at <= owed.created_at]
    if len(then) < 2:
        return None
    before, after = then[-2:]
    return _of_revision(TEXT_CORRECTED, signature, before=before, after=after, revision=after, now=now)


def _text_changed(session: Session, owed: OwedMail, now: datetime) -> Content | None:
    """What differs from the text that was signed; nothing once that is agreed to, or asked by a later mail, or the
    letter says again what was signed. Who confirmed with the question on its way, and stands by now, is thanked.
    """
    signature = _find_told(session, owed)
    if signature is None:
        return None
    if not signature.earlier or is_said_again(signature.letter, signature.text_id):
        return thanks(session, owed, now) if owed.created_at == signature.confirmed_at else None
    texts = _texts_of(signature)
    change = signature.letter.last_change_in(signature.text.language)
    if change is None or owed.created_at < change.created_at:
        return None
    words: dict[str, object] = {}
    agreed(session, signature, words)
    content = _of_revision(TEXT_CHANGED, signature, before=signature.text, after=texts[-1], revision=change, now=now)
    return replace(content, words={**words, **content.words})


def _find_told(session: Session, owed: OwedMail) -> Signature | None:
    """The signature that a revision is about, its letter's texts loaded, if its signatory is to be told and can be."""
    signature = queries.find_signature(session, owed.about_id)
    if signature is None or signature.email is None or signature.state not in TOLD:
        return None
    letter = get_letter_by_id(session, signature.letter_id)
    return None if letter.state is LetterState.WITHDRAWN else signature


def _texts_of(signature: Signature) -> list[LetterText]:
    return signature.letter.revisions_in(signature.text.language)


def _of_revision(
    event: str, signature: Signature, *, before: LetterText, after: LetterText, revision: LetterText, now: datetime
) -> Content:
    differences = compare(before, after)
    history = f"/letters/{signature.letter.slug}/history{query_of(signature)}"
    told = differences.beginning(LONGEST_TOLD)
    words = {
        "differences": told,
        "is_cut": told != differences,
        "reason": revision.reason,
        "revised_at": revision.created_at,
        "history": history,
        "title": after.title,
        "addressee": after.addressee,
        "sha256": after.sha256,
        "signed_sha256": before.sha256,
    }
    assert signature.email is not None  # noqa: S101 - nobody else is told
    return content_for(event, signature.email, signature, manage=manage_token(signature, now), **words)


def _letter_withdrawn(session: Session, owed: OwedMail, now: datetime) -> Content | None:
    """When and why, and how long what of the data is kept."""
    signature = queries.find_signature(session, owed.about_id)
    if signature is None or signature.email is None or signature.state not in TOLD:
        return None
    letter = signature.letter
    words = {
        "withdrawn_at": letter.withdrawn_at,
        "reason": letter.withdrawal_reason,
        "kept_until": addresses_kept_until(letter, now=now),
    }
    return content_for(LETTER_WITHDRAWN, signature.email, signature, manage=manage_token(signature, now), **words)


def _goal_reached(session: Session, owed: OwedMail, now: datetime) -> Content | None:
    """When, and how many have signed by now: they may be fewer again."""
    signature = _find_told(session, owed)
    if signature is None or not signature.updates:
        return None
    letter = signature.letter
    words = {"reached_at": letter.goal_reached_at, "is_open": letter.takes_signatures(now)}
    return _of_news(session, GOAL_REACHED, signature, words, now)


def _letter_closed(session: Session, owed: OwedMail, now: datetime) -> Content | None:
    """What was pledged, and where its results will stand. Nothing while the letter is open again: then it is told when
    it closes anew.
    """
    signature = _find_told(session, owed)
    if signature is None or not signature.updates:
        return None
    letter = signature.letter
    if letter.state is not LetterState.CLOSED:
        signature.closing_told_at = None
        return None
    words: dict[str, object] = {"closed_at": letter.closed_at, "is_asked": not signature.unasked, "now": now}
    if letter.offered_pledges:
        words["pledges"] = f"/letters/{letter.slug}/pledges{query_of(signature)}"
    agreed(session, signature, words)
    return _of_news(session, LETTER_CLOSED, signature, words, now)


def _of_news(session: Session, event: str, signature: Signature, words: Mapping[str, object], now: datetime) -> Content:
    """What all news say: how many have signed, the goal, the own page, and the way to stop them."""
    assert signature.email is not None  # noqa: S101 - nobody else is told
    letter, stop = signature.letter, unsubscribe_path(signature.id, MailKind.NEWS, now)
    count = get_figures(session, letter).count(letter.counted)
    said = {"n": count, "goal": letter.goal, "manage": manage_token(signature, now), "stop": stop, **words}
    return replace(content_for(event, signature.email, signature, **said), unsubscribe=stop)
