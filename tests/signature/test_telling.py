"""A signatory is told all that is stored: nothing new is stored of somebody without being told, too."""

import json

import pytest

from pledges import clock
from pledges.moderation import deciding
from pledges.signature.models import Signature, SignatureEvent, StatementState
from tests.people import Visitor, Workshop

TOLD = {
    "state": "state",
    "kind": "kind",
    "display": "display",
    "email": "address",
    "name": "words.name",
    "affiliation": "words.affiliation",
    "role": "words.role",
    "country": "words.country",
    "statement": "words.statement",
    "hidden": "words",
    "statement_state": "statement.state",
    "website": "organization.website",
    "website_host": "organization.host",
    "representative": "organization.representative",
    "invitation_id": "organization.invitation",
    "domain": "checks.domain",
    "affiliation_matched": "checks.affiliation_matched",
    "checked": "checks.moderator",
    "unread": "checks.unread",
    "back_at": "checks.to_moderators_again_at",
    "flags": "checks.flags",
    "updates": "wishes.updates",
    "closing_told_at": "wishes.closing_told_at",
    "commits": "wishes.pledges",
    "unasked": "wishes.no_check_ins",
    "together": "wishes.together",
    "together_told_at": "wishes.told_at",
    "together_mailed_at": "wishes.mailed_at",
    "erases_address": "wishes.erase_address",
    "listed": "standing.listed",
    "earlier": "standing.earlier_text",
    "rank": "standing.rank",
    "mailed_at": "mails.first_at",
    "resent": "mails.sent_again",
    "resent_at": "mails.sent_again_at",
    "reminded_at": "mails.reminded_at",
    "code_number": "mails.codes",
    "email_digest": "digests.address",
    "network_digest": "digests.network",
    "created_at": "created_at",
    "confirmed_at": "confirmed_at",
    "letter_id": "letter.slug",
    "text_id": "text.sha256",
}
"""Each column of a signature but its number, and where the download tells it."""

TOLD_OF_CHANGES = {"at": "at", "old": "from", "new": "to", "actor": "by", "reason": "reason"}
STAFF = {"id", "signature_id", "account_id"}
"""Which account decided is staff's, and no data of the signatory."""


def downloaded(visitor: Visitor, own: str) -> dict[str, object]:
    found: dict[str, object] = json.loads(visitor.get(f"{own}/download").text)
    return found


def test_the_download_tells_of_every_column(workshop: Workshop, visitor: Visitor) -> None:
    workshop.confirmed(workshop.letter())
    workshop.deliver()
    told = downloaded(visitor, workshop.manage_link("ada@example.org"))
    assert set(TOLD) == {column.name for column in Signature.__table__.columns} - {"id"}
    for path in TOLD.values():
        place: object = told
        for name in path.split("."):
            assert isinstance(place, dict)
            assert name in place, path
            place = place[name]
    history = told["history"]
    assert isinstance(history, list)
    assert set(history[0]) == set(TOLD_OF_CHANGES.values())
    assert set(TOLD_OF_CHANGES) == {column.name for column in SignatureEvent.__table__.columns} - STAFF


def test_why_a_sentence_was_kept_out_is_told_to_whom_it_belongs(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter(moderation="flag")
    signature = workshop.confirmed(letter, statement="I saw Mr X do it.")
    workshop.deliver()
    how = {"reason": "Names somebody", "account_id": None, "now": clock.now()}
    with workshop.writing() as session:
        waiting, rejected = StatementState.WAITING, StatementState.REJECTED
        deciding.judge_statements(session, letter, [signature.id], waiting, rejected, **how)
    own = workshop.manage_link("ada@example.org")
    told = downloaded(visitor, own)["history"]
    assert isinstance(told, list)
    assert told[-1]["reason"] == "sentence rejected: Names somebody"
    visitor.get(own)
    assert "sentence rejected: Names somebody" in visitor.text


@pytest.mark.parametrize("decision", ["reject", "approve"])
def test_why_a_name_was_kept_out_is_told_to_whom_it_belongs(
    workshop: Workshop, visitor: Visitor, decision: str
) -> None:
    letter = workshop.letter()
    signature = workshop.confirmed(letter)
    workshop.deliver()
    how = {"account_id": None, "now": clock.now()}
    with workshop.writing() as session:
        if decision == "reject":
            deciding.reject(session, letter, [signature.id], reason="No such person", **how)
        else:
            deciding.approve_name(session, letter, [signature.id], **how)
    told = downloaded(visitor, workshop.manage_link("ada@example.org"))["history"]
    assert isinstance(told, list)
    assert told[-1]["reason"] == ("No such person" if decision == "reject" else None)
