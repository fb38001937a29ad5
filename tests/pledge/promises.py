"""Pledges, made and reported on by the deeds, as the tests of the tracker and the interfaces need them."""

from typing import Any

from sqlalchemy import select

from pledges import clock
from pledges.letter.models import Letter
from pledges.letter.queries import get_letter
from pledges.pledge import committing, queries, reporting
from pledges.pledge.models import Commitment, Reading
from pledges.pledge.reporting import Outcome
from pledges.signature import confirming
from pledges.signature.models import Signature
from pledges.tally.counting import Counter, change
from tests.people import Workshop

PLEDGES = """
  - {key: speak, kind: act, text: I will speak up., due: 2027-06-01, target: 100}
  - {key: give, kind: amount, unit: EUR, text: I will give., due: 2027-06-01, target: 13000000}
  - {key: strike, kind: act, text: I will strike., due: 2027-06-01, threshold: 3}"""
BEFORE, AFTER = "2027-03-01T12:00:00Z", "2027-06-02T12:00:00Z"


def pledged(
    workshop: Workshop, letter: Letter, email: str, name: str = "Ada Example", *, shown: bool = False, **amounts: Any
) -> Signature:
    """A confirmed signature with these pledges; `give=500` for one with an amount, in its smallest part."""
    pending = workshop.sign(letter, email, name)
    offer(workshop, letter, pending, shown=shown, **amounts)
    with workshop.writing() as session:
        return confirming.confirm(session, get_letter(session, letter.slug), pending.id, now=clock.now())


def offer(workshop: Workshop, letter: Letter, pending: Signature, *, shown: bool = False, **amounts: Any) -> None:
    """These pledges with a signature that nobody has confirmed yet."""
    with workshop.writing() as session:
        pledges = queries.list_pledges(session, letter)
        chosen = {pledge.id: amounts[pledge.key] for pledge in pledges if pledge.key in amounts}
        committing.offer_commitments(session, pending.id, chosen, pledges, language="en", now=clock.now())
        session.get_one(Signature, pending.id).commits = True
        for commitment in session.scalars(select(Commitment).where(Commitment.signature_id == pending.id)):
            commitment.shown = shown


def report(workshop: Workshop, signature: Signature, **outcomes: Outcome) -> None:
    with workshop.writing() as session:
        reporting.report(session, signature.id, outcomes, now=clock.now())


def read(workshop: Workshop, signature: Signature, reading: Reading = Reading.APPROVED) -> None:
    """What a moderator makes of this signatory's notes."""
    with workshop.writing() as session:
        for commitment in queries.lock_commitments(session, [signature.id]):
            if commitment.reading is not None:
                commitment.reading = reading
        change(session, signature.letter_id, Counter())
