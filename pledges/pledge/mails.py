"""How the mails about pledges are composed."""

from collections.abc import Set
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from pledges.letter.models import LetterState
from pledges.mail import composing
from pledges.mail.composing import Content
from pledges.mail.models import OwedMail
from pledges.pledge import queries
from pledges.pledge.amounts import written
from pledges.pledge.asking import CHECK_IN
from pledges.pledge.binding import LAPSED, THRESHOLD_REACHED
from pledges.pledge.making import PLEDGE_WITHDRAWN
from pledges.pledge.models import Commitment
from pledges.pledge.states import BINDING, State
from pledges.security import keyring
from pledges.signature.links import manage_token
from pledges.signature.mails import agreed, content_for
from pledges.signature.models import Signature
from pledges.signature.queries import find_signature
from pledges.signature.states import HELD, TOLD
from pledges.signature.states import State as SignatureState
from pledges.signature.unsubscribing import MailKind, unsubscribe_path

REPORT_LINK = "report"
REPORT_LINK_LASTS = timedelta(days=60)

_UNDECIDED = frozenset({State.MADE, State.PARTLY, State.NOT_YET})
"""Of what is kept, or can't be any more, nobody need be asked."""


def register() -> None:
    """Tells the mail room how this room's mails are composed."""
    composing.register(CHECK_IN, _check_in, about=Signature)
    composing.register(THRESHOLD_REACHED, _threshold_reached, about=Commitment)
    composing.register(LAPSED, _lapsed, about=Commitment)
    composing.register(PLEDGE_WITHDRAWN, _withdrawn, about=Commitment)
    agreed.register(_add_pledged)


def _add_pledged(session: Session, signature: Signature, words: dict[str, object]) -> None:
    """What was pledged and still stands, in the words that were agreed to."""
    made = queries.list_commitments(session, signature.id) if signature.commits else ()
    words["commitments"] = [row for row in made if row.state not in (State.WITHDRAWN, State.LAPSED)]


def report_token(signature_id: int, now: datetime) -> str:
    """Leads a signatory to the page that asks what became of the pledges."""
    return keyring().issue(REPORT_LINK, signature_id, now=now, lasts=REPORT_LINK_LASTS)


def _check_in(session: Session, owed: OwedMail, now: datetime) -> Content | None:
    """Nothing for who has reported, has withdrawn or wants none of these mails since it was owed."""
    signature = find_signature(session, owed.about_id)
    if signature is None or signature.email is None or signature.unasked or signature.state not in TOLD:
        return None
    asked = [row for row in queries.list_commitments(session, signature.id) if _is_asked(row, owed)]
    if not asked or signature.letter.state is LetterState.WITHDRAWN:
        return None
    stop = unsubscribe_path(signature.id, MailKind.CHECK_INS, now)
    words = {
        "pledges": [_told(row, signature.text.language) for row in asked],
        "report": report_token(signature.id, now),
        "manage": manage_token(signature, now),
        "days": REPORT_LINK_LASTS.days,
        "stop": stop,
    }
    return replace(content_for(CHECK_IN, signature.email, signature, **words), unsubscribe=stop)


def _is_asked(row: Commitment, owed: OwedMail) -> bool:
    """What has been reported since the mail was owed is not asked about again."""
    is_new = row.reported_at is None or row.reported_at < owed.created_at
    return row.state in _UNDECIDED and is_new


def _told(row: Commitment, language: str) -> dict[str, object]:
    unit = row.pledge.unit
    due = row.pledge.due_at and row.pledge.due_at - timedelta(microseconds=1)  # the day that it is the end of
    return {
        "wording": row.wording,
        "due": due,
        "amount": unit and row.amount and written(row.amount, unit, language),
        "said": row.state if row.is_own_word else None,
        "imported": unit and row.imported and written(row.imported, unit, language),
        "reference": row.reference if row.amount is not None else None,
        "pay_url": row.pledge.pay_url,
    }


def _threshold_reached(session: Session, owed: OwedMail, now: datetime) -> Content | None:
    return _about_commitment(session, owed, BINDING, TOLD, now)


def _lapsed(session: Session, owed: OwedMail, now: datetime) -> Content | None:
    return _about_commitment(session, owed, frozenset({State.LAPSED}), TOLD, now)


def _withdrawn(session: Session, owed: OwedMail, now: datetime) -> Content | None:
    """Nothing for who has made it anew meanwhile, or taken the whole signature back: that has its own last word."""
    return _about_commitment(session, owed, frozenset({State.WITHDRAWN}), HELD, now)


def _about_commitment(
    session: Session, owed: OwedMail, news: Set[State], told: Set[SignatureState], now: datetime
) -> Content | None:
    """Nothing where the commitment is in none of the states that are `news`, for whom is in none of those that are
    `told`, and for whose address is erased.
    """
    commitment = queries.find_by_id(session, owed.about_id)
    if commitment is None or commitment.created_at > owed.created_at:  # an id used again
        return None
    signature = find_signature(session, commitment.signature_id)
    if commitment.state not in news or signature is None or signature.state not in told or signature.email is None:
        return None
    words = {"commitment": commitment, "manage": manage_token(signature, now)}
    return content_for(owed.event, signature.email, signature, **words)
