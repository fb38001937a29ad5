"""An organization that signs, as tests send it, and what a moderator decides on it."""

from pledges.letter.models import Letter
from pledges.moderation import deciding
from pledges.signature import desk
from pledges.signature.models import Signature
from pledges.signature.states import State
from tests.people import Visitor, Workshop

SENT = {
    "kind": "organization",
    "name": "Example Society",
    "email": "office@example.org",
    "website": "www.Example.org/about",
    "representative": "Ada Lovelace",
}


def sign(visitor: Visitor, **fields: str) -> int:
    return visitor.sign("ask-more", **{**SENT, **fields}).status_code


def confirm(workshop: Workshop, visitor: Visitor, **fields: str) -> int:
    """Signs as an organization and presses the button; answers the status of that."""
    assert sign(visitor, **fields) == 303
    workshop.deliver()
    return visitor.post(workshop.confirm_link(fields.get("email", SENT["email"]))).status_code


def stored(workshop: Workshop, letter: Letter) -> list[Signature]:
    with workshop.writing() as session:
        waiting, _ = desk.list_waiting(session, letter, limit=10)
        decided, _ = desk.list_decided(session, letter, limit=10)
    return [*waiting, *decided]


def decide(workshop: Workshop, letter: Letter, signature: Signature, decision: str) -> None:
    with workshop.writing() as session:
        how = {"account_id": None, "now": workshop.now()}
        if decision == "reject":
            deciding.reject(session, letter, [signature.id], reason="forged", **how)
        elif decision == "take_back":
            deciding.take_back(session, letter, signature.id, **how)
        else:
            deciding.approve(session, letter, [signature.id], **how)


def approve_all(workshop: Workshop, letter: Letter) -> None:
    for signature in stored(workshop, letter):
        if signature.state is State.AWAITING:
            decide(workshop, letter, signature, "approve")
