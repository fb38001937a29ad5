"""Signatures that wait for others, as their signatories and moderators see them."""

from collections.abc import Mapping

from pledges import clock
from pledges.moderation import deciding
from pledges.organizer.models import Account
from pledges.signature import queries
from pledges.signature.links import manage_token
from pledges.signature.models import Signature
from tests.people import Workshop

TIMID = "Timid Quillfeather"


def stage_sealed(workshop: Workshop, staff: Account) -> Mapping[str, str]:
    """Where they stand: one that waits, and one whose mail was refused; where approved ones are counted, two that wait,
    one that was let in, and one that is told and to be read now.
    """
    head = {"together": 5, "email_domains": "[example.com, example.org]", "anonymous": "true"}
    alone = workshop.letter("together", title="Not one of us alone", **head)
    timid = workshop.confirmed(alone, "timid@example.org", TIMID, together=True)
    refused = workshop.confirmed(alone, "refused@example.org", TIMID, together=True)
    letter = workshop.letter("sealed", title="Counted, and not yet shown", count="approved", together=9)
    signed = [workshop.confirmed(letter, f"sealed-{number}@example.org", TIMID, together=True) for number in range(4)]
    with workshop.writing() as session:
        let_in = [signature.id for signature in signed[2:]]
        deciding.approve(session, letter, let_in, account_id=staff.id, now=clock.now())
        told = queries.lock_signature(session, let_in[-1])
        assert told is not None
        told.together_told_at = told.together_mailed_at = clock.now()
        session.merge(refused).together_told_at = clock.now()
    paths = {"together": timid, "unread": signed[-1], "refused": refused}
    return {f"manage_{name}": _manage(signature) for name, signature in paths.items()}


def _manage(signature: Signature) -> str:
    return "/manage/" + manage_token(signature, clock.now())
