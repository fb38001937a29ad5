"""A sentence under a name as tests write it anew, and where it waits or is shown."""

from pledges.signature import queries
from pledges.signature.models import Signature, StatementState
from pledges.signature.words import Words
from tests.people import Visitor, Workshop

SENTENCE = "I will <speak> up."
SHOWN = ("/letters/ask-more", "/letters/ask-more/signatories", "/letters/ask-more/signatories?q=ada")


def statement_state(workshop: Workshop, signature: Signature) -> StatementState | None:
    with workshop.writing() as session:
        return queries.find_signature(session, signature.id).statement_state


def is_shown(visitor: Visitor) -> bool:
    """Whether every public place shows the sentence; that some do and some don't is a mistake."""
    shown = {visitor.get(path) and SENTENCE in visitor.text for path in SHOWN}
    shown |= {
        found["statement"] == SENTENCE
        for found in visitor.get("/api/v1/letters/ask-more/signatories").json["signatories"]
    }
    assert len(shown) == 1
    return shown.pop()


def sentences(visitor: Visitor) -> list[int]:
    """The ids in the queue's part for sentences."""
    visitor.get("/moderation/ask-more")
    return [int(box["value"]) for box in visitor.page.select(".sentences input[name=signature]")]


def rewrite(workshop: Workshop, signature: Signature, statement: str | None) -> None:
    with workshop.writing() as session:
        found = queries.lock_signature(session, signature.id)
        found.write(Words(name=found.words.name, statement=statement), found.display)
