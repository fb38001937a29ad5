"""Revisions of letters as tests make them."""

from collections.abc import Sequence

from pledges import clock
from pledges.letter import revising
from pledges.letter.models import Letter, RevisionKind
from pledges.letter.revising import Revision
from pledges.signature import carrying
from tests.letter.files import read
from tests.people import Workshop

CORRECTION, CHANGE = RevisionKind.CORRECTION, RevisionKind.CHANGE
SPANISH = """
  - language: es
    title: Pídannos más
    to: La dirección
    body: {body}"""


def revise(
    workshop: Workshop,
    kind: RevisionKind,
    body: str = "We ask **less** of you.",
    *,
    spanish: str | None = None,
    reason: str = "We had it wrong",
    slug: str = "ask-more",
) -> Sequence[Revision]:
    """A revision whose file says `body`, and in Spanish `spanish`."""
    lines = [f"translations: {SPANISH.format(body=spanish)}"] if spanish else []
    head = f"slug: {slug}\ntitle: Ask more of us\nlanguage: en\nto: The board"
    with workshop.writing() as session:
        return revising.revise(session, slug, read(*lines, head=head, body=body), kind, reason, now=clock.now())


def carry_on(workshop: Workshop) -> bool:
    """One step of a revision that concerns very many."""
    with workshop.writing() as session:
        return carrying.carry_on(session, now=clock.now())


def carry_all(workshop: Workshop) -> int:
    """All that are left; answers in how many steps."""
    steps = 0
    while carry_on(workshop):
        steps += 1
    return steps


def translated(workshop: Workshop, **head: str) -> Letter:
    """An English letter with a Spanish text."""
    return workshop.letter(translations=SPANISH.format(body="Les pedimos **más**."), **head)
