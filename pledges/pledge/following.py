"""Makes pledges follow letters and signatures: what happens there is acted upon here, in the same transaction."""

from pledges.letter import publishing
from pledges.pledge import committing, offering
from pledges.signature import moving


def register() -> None:
    """Listens, when the app is assembled."""
    publishing.created.register(offering.offer)
    moving.moved.register(committing.follow_signatures)
