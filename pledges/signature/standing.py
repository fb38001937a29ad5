"""Where a signature stands as its signatory is told: who is quarantined sees what everyone sees."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from pledges.letter.models import Counted, Invitation, LetterState
from pledges.signature.history import UNREAD, WITHOUT_STATEMENT
from pledges.signature.models import Signature, SignatureEvent
from pledges.signature.states import Actor, State, bucket_of
from pledges.tally.models import Bucket


def state_told(signature: Signature) -> State:
    """Its state. What a moderator let in unread waits like all that is sealed, where only the quarantined need that."""
    return State.AWAITING if signature.unread and not is_unread(signature) else _told(signature.state)


def is_unread(signature: Signature) -> bool:
    """Whether it counts, and a moderator is still to read it."""
    return signature.unread and signature.letter.counts_by_hand


def counts(signature: Signature) -> bool:
    """Whether it is in its letter's count. Under a draft nobody is shown a count."""
    if signature.letter.state is LetterState.DRAFT:
        return False
    bucket = bucket_of(signature.kind, state_told(signature), earlier=signature.earlier)
    return bucket is Bucket.APPROVED or (bucket is Bucket.AWAITING and signature.letter.counted is Counted.CONFIRMED)


def may_return(session: Session, signature: Signature, *, now: datetime) -> bool:
    """Whether its signatory, once withdrawn, may sign again: before the letter opens only by a link that still does."""
    letter = signature.letter
    if letter.state is not LetterState.DRAFT:
        return letter.takes_signatures(now)
    invitation = session.get(Invitation, signature.invitation_id) if signature.invitation_id is not None else None
    return invitation is not None and invitation.revoked_at is None and letter.takes_first_signatures(now)


def history_told(signature: Signature, events: Sequence[SignatureEvent]) -> list[dict[str, Any]]:
    """What became of it, with what a moderator noted: why the name or its sentence was kept out, what a report was
    checked against.
    """
    told, is_hidden = [], False
    for event in events:
        if event.reason == UNREAD and not signature.letter.counts_by_hand:
            is_hidden = True
            continue
        change = _change(event)
        if is_hidden and event.old is State.APPROVED:
            is_hidden = event.new is State.APPROVED and event.reason not in (None, WITHOUT_STATEMENT)
            change["from"] = State.AWAITING
            change["to"] = State.AWAITING if is_hidden else change["to"]
            if event.new is State.AWAITING:
                continue
        told.append(change)
    return told


def _change(event: SignatureEvent) -> dict[str, Any]:
    is_by_rules = event.new is State.QUARANTINED and event.actor is Actor.POLICY
    by = Actor.SIGNATORY if is_by_rules else event.actor
    return {"at": event.at, "from": _told(event.old), "to": _told(event.new), "by": by.value, "reason": event.reason}


def _told(state: State) -> State:
    return State.AWAITING if state is State.QUARANTINED else state
