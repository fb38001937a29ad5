"""What stands in the database while a revision is carried through, as tests look at it."""

from collections import Counter

from sqlalchemy import select

from pledges.signature.models import Signature
from pledges.signature.queries import rows_by_bucket
from pledges.tally import recounting
from tests.people import Workshop


def check_counts(workshop: Workshop) -> None:
    with workshop.writing() as session:
        assert recounting.compare(session, rows_by_bucket()) == []


def stored(workshop: Workshop) -> list[Signature]:
    with workshop.writing() as session:
        return [*session.scalars(select(Signature).order_by(Signature.id))]


def told(workshop: Workshop, event: str) -> Counter[int]:
    return Counter(mail.about_id for mail in workshop.outbox() if mail.event == event)
