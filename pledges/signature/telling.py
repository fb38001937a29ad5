"""Tells a signatory everything that is stored of them."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy.orm import Session

from pledges import allowance
from pledges.mail.queries import list_records
from pledges.signature import standing
from pledges.signature.coding import NOBODY, tries_digest
from pledges.signature.models import Signature
from pledges.signature.policy import OPEN
from pledges.signature.queries import list_histories
from pledges.signature.resending import asks_digest
from pledges.signature.states import State


def everything_of(session: Session, signature: Signature) -> Mapping[str, Any]:
    """All that the database knows of one signature, by name. Digests are left out: they stand for the address and the
    network, tell nothing without the key, and are named as being there. What the rules against abuse noticed is left
    out, too: who is quarantined sees what everyone sees. Of whoever has withdrawn, the digest of the address is kept
    only if the signature was doubted: neither whether it is there nor what is found by it is told to anybody then.
    """
    text = signature.text
    is_withdrawn = signature.state is State.WITHDRAWN
    return {
        "letter": {"slug": signature.letter.slug, "title": text.title},
        "text": {"language": text.language, "version": text.number, "sha256": text.sha256, "markdown": text.markdown},
        "state": standing.state_told(signature),
        **_submitted(signature),
        "checks": _checks(signature),
        "wishes": _wishes(signature),
        "standing": {"listed": signature.listed, "earlier_text": signature.earlier, "rank": signature.rank},
        "mails": {**_mails(signature), "records": _records(session, signature)},
        "limits": {} if is_withdrawn else _limits(session, signature),
        "digests": {
            "address": None if is_withdrawn else signature.email_digest is not None,
            "network": signature.network_digest is not None,
        },
        "created_at": signature.created_at,
        "confirmed_at": signature.confirmed_at,
        "history": standing.history_told(signature, list_histories(session, [signature.id])[signature.id]),
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
        "unread": standing.is_unread(signature),
        "to_moderators_again_at": signature.back_at,
        "flags": [flag for flag in signature.flags if flag in OPEN],
    }


def _wishes(signature: Signature) -> dict[str, Any]:
    return {
        "updates": signature.updates,
        "closing_told_at": signature.closing_told_at,
        "pledges": signature.commits,
        "no_check_ins": signature.unasked,
        "together": signature.together,
        "told_at": signature.together_told_at,
        "mailed_at": signature.together_mailed_at,
        "erase_address": signature.erases_address,
    }


def _mails(signature: Signature) -> dict[str, Any]:
    return {
        "first_at": signature.mailed_at,
        "sent_again": signature.resent,
        "sent_again_at": signature.resent_at,
        "reminded_at": signature.reminded_at,
        "codes": signature.code_number,
    }


def _records(session: Session, signature: Signature) -> list[dict[str, Any]]:
    """Of each mail about it, as long as that is kept."""
    return [asdict(record) for record in list_records(session, Signature, [signature.id]).get(signature.id, ())]


def _limits(session: Session, signature: Signature) -> dict[str, Any]:
    """When its mailbox was mailed by strangers' deeds, was asked for, and had its codes tried: what is stored of it so
    that none of it happens too often.
    """
    mailbox = signature.email_digest
    if mailbox is None:
        return {}
    numbers = range(signature.code_number + 1)
    digests = {
        "mails": [mailbox],
        "asked_again": [asks_digest(mailbox)],
        "codes": [tries_digest(mailbox, about) for about in (NOBODY, *(f"{signature.id} {n}" for n in numbers))],
    }
    uses = allowance.list_uses(session, [digest for found in digests.values() for digest in found])
    return {what: sorted(at for digest in found for at in uses.get(digest, ())) for what, found in digests.items()}
