"""Tells a signatory everything that is stored of them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from pledges.letter.models import Counted, LetterState
from pledges.signature.models import Signature, SignatureEvent
from pledges.signature.policy import OPEN
from pledges.signature.states import Actor, State, bucket_of
from pledges.tally.models import Bucket


def everything_of(signature: Signature, history: Sequence[SignatureEvent]) -> Mapping[str, Any]:
    """All that the database knows of one signature, by name; times in ISO 8601. Digests are left out: they stand for
    the address and the network, tell nothing without the key, and are named as being there. What the rules against
    abuse noticed is left out, too: who is quarantined sees what everyone sees. Of whoever has withdrawn, the digest of
    the address is kept only if the signature was doubted: whether it is there is told to nobody then.
    """
    text = signature.text
    is_withdrawn = signature.state is State.WITHDRAWN
    return {
        "letter": {"slug": signature.letter.slug, "title": text.title},
        "text": {"language": text.language, "version": text.number, "sha256": text.sha256, "markdown": text.markdown},
        "state": _told(signature.state),
        **_submitted(signature),
        "checks": _checks(signature),
        "wishes": _wishes(signature),
        "standing": {"listed": signature.listed, "earlier_text": signature.earlier, "rank": signature.rank},
        "mails": _mails(signature),
        "digests": {
            "address": None if is_withdrawn else signature.email_digest is not None,
            "network": signature.network_digest is not None,
        },
        "created_at": _iso(signature.created_at),
        "confirmed_at": _iso(signature.confirmed_at),
        "history": [_change(event) for event in history],
    }


def _submitted(signature: Signature) -> dict[str, Any]:
    return {
        "kind": signature.kind.value,
        "display": signature.display.value,
        "address": signature.email,
        "words": asdict(signature.words),
        "statement": {"state": signature.statement_state},
        "organization": {
            "website": signature.website,
            "host": signature.website_host,
            "representative": signature.representative,
            "invitation": signature.invitation_id,
        },
    }


def _checks(signature: Signature) -> dict[str, Any]:
    return {
        "domain": signature.domain,
        "affiliation_matched": signature.affiliation_matched,
        "moderator": signature.checked,
        "unread": signature.unread,
        "to_moderators_again_at": _iso(signature.back_at),
        "flags": [flag for flag in signature.flags if flag in OPEN],
    }


def _wishes(signature: Signature) -> dict[str, Any]:
    return {
        "updates": signature.updates,
        "closing_told_at": _iso(signature.closing_told_at),
        "pledges": signature.commits,
        "no_check_ins": signature.unasked,
        "together": signature.together,
        "told_at": _iso(signature.together_told_at),
        "erase_address": signature.erases_address,
    }


def _mails(signature: Signature) -> dict[str, Any]:
    return {
        "first_at": _iso(signature.mailed_at),
        "sent_again": signature.resent,
        "sent_again_at": _iso(signature.resent_at),
        "reminded_at": _iso(signature.reminded_at),
        "codes": signature.code_number,
    }


def _change(event: SignatureEvent) -> dict[str, Any]:
    """Why a moderator kept a name out is told with it; why one was let through speaks of the rules at times."""
    reason = event.reason if event.new is State.REJECTED else None
    told = {"at": _iso(event.at), "from": _told(event.old), "to": _told(event.new), "by": _told_actor(event)}
    return {**told, "reason": reason}


def counts(signature: Signature) -> bool:
    """Whether it is in its letter's count, as far as its signatory is told: quarantined, it is told as awaiting. Under
    a draft nobody is shown a count.
    """
    if signature.letter.state is LetterState.DRAFT:
        return False
    told = _told(signature.state)
    bucket = bucket_of(signature.kind, told, earlier=signature.earlier)
    return bucket is Bucket.APPROVED or (bucket is Bucket.AWAITING and signature.letter.counted is Counted.CONFIRMED)


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _told(state: State) -> State:
    return State.AWAITING if state is State.QUARANTINED else state


def _told_actor(event: SignatureEvent) -> str:
    return (Actor.SIGNATORY if event.new is State.QUARANTINED else event.actor).value
