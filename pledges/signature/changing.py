"""Changing one's signature on one's own page: what is shown, role, affiliation and statement; back to moderation."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from pledges.signature import listing, moving, policy, queries, vouching
from pledges.signature.states import HELD, Actor, Kind, State
from pledges.signature.words import Display
from pledges.tally import counting


@dataclass(frozen=True)
class Wish:
    """What a signatory wants to stand under the letter from now on."""

    display: Display
    role: str | None
    affiliation: str | None
    statement: str | None


def change(session: Session, signature_id: int, wish: Wish, *, now: datetime) -> None:
    """Changes what is shown at once. Another role or affiliation waits for a moderator under any letter, and the name
    with it; another statement waits alone. What was let into the count unread is going to be read anyway, and stays
    there. What is withdrawn or not confirmed stays as it is.
    """
    signature = queries.lock_signature(session, signature_id)
    if signature is None or signature.state not in HELD:
        return
    if signature.kind is Kind.ORGANIZATION:  # always shown, and speaks of no person
        wish = Wish(Display.PUBLIC, role=None, affiliation=None, statement=wish.statement)
    old = signature.words
    new = replace(old, role=wish.role, affiliation=wish.affiliation, statement=wish.statement)
    signature.write(new, wish.display, sealed=signature.together)
    vouching.vouch_again(signature.letter, signature)
    is_other = (new.role, new.affiliation) != (old.role, old.affiliation)
    if is_other:
        signature.flags = [*policy.flags_anew(signature.letter, signature)]
    if is_other and signature.state is State.APPROVED and not signature.unread:
        moving.move(session, [signature], State.AWAITING, by=Actor.SIGNATORY, now=now)
        return
    listing.relist(session, [signature])
    counting.change(session, signature.letter_id, Counter())


def stop_updates(session: Session, signature_id: int) -> None:
    """Sends no more news of the letter, by the own page or by a link in such a mail."""
    signature = queries.lock_signature(session, signature_id)
    if signature is not None:
        signature.updates = False
        session.flush()
