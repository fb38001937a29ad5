"""How the mails are composed that a signatory's own deeds cause."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from pledges.letter.models import Letter, LetterState, Moderation
from pledges.letter.queries import get_letter_by_id
from pledges.listeners import Occasion
from pledges.mail import composing, outbox
from pledges.mail.composing import Content
from pledges.mail.models import OwedMail
from pledges.signature import queries
from pledges.signature.addresses import read_address
from pledges.signature.coding import code_of
from pledges.signature.confirming import LAST_THANKS, LINK_LASTS, THANKS
from pledges.signature.links import MANAGE_LINK_LASTS, confirm_token, manage_token, place_of, query_of
from pledges.signature.mailing import mail_first, may_mail
from pledges.signature.models import Signature
from pledges.signature.policy import holds_web_address
from pledges.signature.reminding import REMINDER
from pledges.signature.resending import ASKED_AGAIN, OWN_PAGE, has_signed, mail_again
from pledges.signature.signing import CONFIRMATION, mailbox_digest
from pledges.signature.states import HELD, Kind, State
from pledges.signature.withdrawing import WITHDRAWN
from pledges.signature.words import Display, Words

ALREADY_SIGNED = "already_signed"

agreed = Occasion[Session, Signature, dict[str, object]]()
"""Called while a mail is composed that says what a signatory has agreed to: a higher room adds what it has to say."""


def register() -> None:
    """Tells the mail room how this room's mails are composed."""
    composing.register(CONFIRMATION, _confirmation, about=Signature)
    composing.register(ALREADY_SIGNED, _already_signed, about=Signature, carries_recipient=True)
    composing.register(REMINDER, _reminder, about=Signature)
    composing.register(ASKED_AGAIN, _asked_again, about=Letter, carries_recipient=True)
    composing.register(OWN_PAGE, _own_page, about=Signature, carries_recipient=True)
    composing.register(THANKS, thanks, about=Signature)
    composing.register(LAST_THANKS, thanks, about=Signature, carries_recipient=True)
    composing.register(WITHDRAWN, _withdrawn, about=Signature, carries_recipient=True)


def _confirmation(session: Session, owed: OwedMail, now: datetime) -> Content | None:
    """The link to confirm; for somebody who has confirmed already, the link to the signatory's own page instead. None
    where strangers have caused too many today.
    """
    signature, held = queries.find_with_held(session, owed.about_id)
    if signature is None or signature.state is not State.PENDING or signature.email is None:
        return None
    if held is None and not signature.letter.takes_confirmations(now):
        return None
    if not mail_first(session, signature, now=now):
        return None
    if held is not None:
        outbox.redirect(session, owed, ALREADY_SIGNED, held.id, recipient=signature.email)
        session.delete(signature)
        return _to_held(ALREADY_SIGNED, signature.email, held, now)
    return content_for(CONFIRMATION, signature.email, signature, **_ways_to_confirm(session, signature, now))


def _ways_to_confirm(session: Session, signature: Signature, now: datetime) -> dict[str, object]:
    """The link and the digits, the way to erase it, and what was chosen. What was written is shown behind the link
    alone: in our name nobody shall be mailed what a stranger wrote.
    """
    code = code_of(signature)
    letter = signature.letter
    words: dict[str, object] = {
        "display": signature.display,
        "manage": manage_token(signature, now),
        "token": confirm_token(signature, now),
        "days": LINK_LASTS.days,
        "code": f"{code[:3]} {code[3:]}",
        **_waits_for(signature),
        "erases_address": signature.erases_address,
        "updates": signature.updates and letter.state is not LetterState.CLOSED,
        "goal_is_ahead": letter.goal_is_ahead,
    }
    agreed(session, signature, words)
    return words


def _waits_for(signature: Signature) -> dict[str, object]:
    """What everyone who signs so is told to wait for, whatever the rules against abuse have noticed."""
    letter, is_sealed = signature.letter, signature.together and signature.display is not Display.ANONYMOUS
    told = {"holds": letter.moderation is Moderation.HOLD, "counts_by_hand": letter.counts_by_hand}
    is_reached = letter.together_reached_at is not None
    return {**told, "together": letter.together if is_sealed else None, "is_reached": is_reached}


def _reminder(session: Session, owed: OwedMail, now: datetime) -> Content | None:
    """Nothing for who has confirmed meanwhile, by this link or another."""
    signature, held = queries.find_with_held(session, owed.about_id)
    if signature is None or signature.state is not State.PENDING or signature.email is None or held is not None:
        return None
    if not signature.letter.takes_confirmations(now):
        return None
    return content_for(REMINDER, signature.email, signature, **_ways_to_confirm(session, signature, now))


def _asked_again(session: Session, owed: OwedMail, now: datetime) -> Content | None:
    """The way to the own page for who has signed, a fresh way to confirm for who is about to, nothing for others. All
    that the mailbox has signed for stands in one mail; what waits has one for each.

    From here on the mail is about the first of them: should it have to be sent twice, nothing is counted twice.
    """
    recipient = outbox.find_recipient(session, owed)
    if recipient is None:
        return None
    letter = get_letter_by_id(session, owed.about_id)
    mailbox = mailbox_digest(letter.id, read_address(recipient))
    rows = queries.list_mailbox(session, letter, mailbox)
    held, waiting = [row for row in rows if row.state in HELD], _hold_waiting(session, letter, rows, now)
    may_own = bool(held) and may_mail(session, mailbox, now=now)
    own = [(OWN_PAGE, held[0], recipient)] if may_own else []
    ways = [*own, *((CONFIRMATION, row, None) for row in mail_again(session, waiting, now=now))]
    if not ways:
        return None
    (event, signature, carried), *others = ways
    for _confirmation, also, _none in others:
        outbox.owe(session, CONFIRMATION, also.id, now=now)
    outbox.redirect(session, owed, event, signature.id, recipient=carried)
    if event == OWN_PAGE:
        return _to_own_pages(recipient, held, now)
    return content_for(event, recipient, signature, **_ways_to_confirm(session, signature, now))


def _hold_waiting(session: Session, letter: Letter, rows: Sequence[Signature], now: datetime) -> list[Signature]:
    """What was submitted last of all that the mailbox has not signed for, if it can be confirmed; held in the order of
    ids, and before the mails of the mailbox are counted.
    """
    signed_for = {row.signs_for for row in rows if row.state in HELD}
    newest = {row.signs_for: row.id for row in rows if row.state is State.PENDING and row.signs_for not in signed_for}
    found = [queries.lock_signature(session, row_id) for row_id in sorted(newest.values())]
    return [row for row in found if row and row.state is State.PENDING and letter.takes_confirmations(now)]


def _own_page(session: Session, owed: OwedMail, now: datetime) -> Content | None:
    """Whichever of the mailbox's signatures it is about, all of them are named."""
    found, recipient = queries.find_signature(session, owed.about_id), outbox.find_recipient(session, owed)
    if found is None or found.state not in HELD or found.email_digest is None or recipient is None:
        return None
    rows = queries.list_mailbox(session, found.letter, found.email_digest)
    return _to_own_pages(recipient, [row for row in rows if row.state in HELD], now)


def _to_own_pages(recipient: str, held: Sequence[Signature], now: datetime) -> Content:
    """The way to each, that of a person first; several are told apart by whom they are for."""
    in_order = sorted(held, key=lambda row: row.kind is Kind.ORGANIZATION)
    pages = [(_organization(row) or row.website_host or _greeted(row), manage_token(row, now)) for row in in_order]
    return content_for(OWN_PAGE, recipient, in_order[0], pages=pages, organization=None)


def _already_signed(session: Session, owed: OwedMail, now: datetime) -> Content | None:
    held = queries.find_signature(session, owed.about_id)
    recipient = outbox.find_recipient(session, owed)
    if held is None or held.state is State.WITHDRAWN or recipient is None:
        return None
    return _to_held(ALREADY_SIGNED, recipient, held, now)


def _to_held(event: str, recipient: str, held: Signature, now: datetime) -> Content:
    """The way to the own page for who has signed, and what is to be done there."""
    words = {"is_earlier": held.earlier, "organization": _organization(held) or held.website_host}
    return content_for(event, recipient, held, manage=manage_token(held, now), **words)


def thanks(session: Session, owed: OwedMail, now: datetime) -> Content | None:
    signature = queries.find_signature(session, owed.about_id)
    if signature is None or signature.state is State.WITHDRAWN:
        return None
    recipient = outbox.find_recipient(session, owed) if signature.erases_address else signature.email
    if recipient is None:
        return None
    words: dict[str, object] = {"is_last": signature.erases_address, **_waits_for(signature)}
    words |= {"manage": manage_token(signature, now), "days": MANAGE_LINK_LASTS.days}
    agreed(session, signature, words)
    return content_for(THANKS, recipient, signature, **words)


def _withdrawn(session: Session, owed: OwedMail, now: datetime) -> Content | None:
    signature = queries.find_signature(session, owed.about_id)
    recipient = outbox.find_recipient(session, owed)
    if signature is None or recipient is None:
        return None
    words = {"may_return": signature.letter.takes_signatures(now)}
    words["has_others"] = has_signed(session, signature.letter, recipient)
    return content_for(WITHDRAWN, recipient, signature, manage=manage_token(signature, now), **words)


def content_for(event: str, recipient: str, signature: Signature, **words: object) -> Content:
    """What every mail to a signatory says. A name that advertises is not repeated: nobody shall be mailed a stranger's
    link in our name.
    """
    text = signature.text
    about = {
        "name": _greeted(signature),
        "kind": signature.kind,
        "organization": _organization(signature),
        "title": text.title,
        "addressee": text.addressee,
        "letter": f"{place_of(signature)}{query_of(signature)}",
        "is_draft": signature.letter.state is LetterState.DRAFT,
        "is_open": signature.letter.state is LetterState.OPEN,
        "sha256": text.sha256,
    }
    return Content(event=event, recipient=recipient, language=text.language, words={**about, **words})


def _greeted(signature: Signature) -> str | None:
    """Whom a mail greets: of an organization, who signs for it."""
    name = signature.representative or signature.words.name
    return None if holds_web_address(signature.words) or holds_web_address(Words(name=name)) else name


def _organization(signature: Signature) -> str | None:
    """For whom somebody signs: one mailbox may have signed for a person, too."""
    is_told = signature.kind is Kind.ORGANIZATION and not holds_web_address(signature.words)
    return signature.words.name if is_told else None
