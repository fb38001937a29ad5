"""What was delivered, as tests import it, and the organizer's page about it."""

from pledges import clock
from pledges.letter.queries import get_letter
from pledges.pledge import deliveries
from pledges.pledge.deliveries import Imported
from pledges.pledge.models import Commitment
from tests.people import Workshop
from tests.pledge.commitments import commitments

PAGE = "/organize/ask-more/pledges"


def gifts(workshop: Workshop) -> list[Commitment]:
    return [row for row in commitments(workshop) if row.amount]


def import_(workshop: Workshop, text: str) -> Imported:
    with workshop.writing() as session:
        letter = get_letter(session, "ask-more")
        return deliveries.import_deliveries(session, letter, deliveries.read_lines(text), now=clock.now())
