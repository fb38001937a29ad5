"""Commitments that bind as tests make them, what time does to them, and their totals."""

from collections.abc import Sequence

from sqlalchemy import func, select

from pledges import clock
from pledges.letter.models import Letter
from pledges.letter.queries import get_letter
from pledges.pledge import asking, binding, committing, counting, queries
from pledges.pledge.counting import COUNTED, Totals, weight
from pledges.pledge.models import Commitment, Pledge, PledgeTally
from pledges.signature import confirming
from pledges.signature.models import Signature
from tests.people import Workshop

PLEDGES = """
  - {key: speak, kind: act, text: I will speak up., due: 2027-06-01, every: 30}
  - {key: give, kind: amount, unit: EUR, text: I will give., due: 2027-06-01, target: 1000}
  - {key: strike, kind: act, text: I will strike., due: 2027-06-01, threshold: 3}"""


def signed(workshop: Workshop, letter: Letter, email: str, **amounts: int | None) -> Signature:
    """A confirmed signature with these pledges; `give=500` for one with an amount."""
    pending = workshop.sign(letter, email)
    with workshop.writing() as session:
        pledges = queries.list_pledges(session, letter)
        chosen = {pledge.id: amounts[pledge.key] for pledge in pledges if pledge.key in amounts}
        committing.offer_commitments(session, pending.id, chosen, pledges, language="en", now=clock.now())
        session.get_one(Signature, pending.id).commits = True
    with workshop.writing() as session:
        return confirming.confirm(session, get_letter(session, letter.slug), pending.id, now=clock.now())


def tick(workshop: Workshop) -> None:
    """What the worker does by time."""
    for sweep in (binding.note_thresholds, binding.bind_reached, binding.lapse_unreached, asking.ask_due):
        with workshop.writing() as session:
            sweep(session, now=clock.now())


def asked(workshop: Workshop) -> int:
    return [mail.event for mail in workshop.outbox()].count("check_in")


def commitments(workshop: Workshop) -> Sequence[Commitment]:
    with workshop.writing() as session:
        return session.scalars(select(Commitment).order_by(Commitment.id)).all()


def totals(workshop: Workshop, letter: Letter) -> dict[str, Totals]:
    with workshop.writing() as session:
        pledges = queries.list_pledges(session, letter)
        found = counting.list_totals(session, pledges)
        return {pledge.key: found[pledge.id] for pledge in pledges}


def kept(workshop: Workshop) -> list[dict[str, int]]:
    with workshop.writing() as session:
        columns = [func.coalesce(func.sum(getattr(PledgeTally, name)), 0) for name in COUNTED]
        statement = select(Pledge.id, *columns).outerjoin(PledgeTally).group_by(Pledge.id).order_by(Pledge.id)
        return [dict(zip(COUNTED, map(int, row[1:]), strict=True)) for row in session.execute(statement)]


def recounted(workshop: Workshop) -> list[dict[str, int]]:
    with workshop.writing() as session:
        sums: dict[int, dict[str, int]] = {p.id: dict.fromkeys(COUNTED, 0) for p in session.scalars(select(Pledge))}
        for commitment in session.scalars(select(Commitment)):
            for name, value in weight(commitment).items():
                sums[commitment.pledge_id][name] += value
        return [sums[key] for key in sorted(sums)]
