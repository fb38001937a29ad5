"""Pledges at hand: while many sign a letter, what it offers is read once a second and not for every signature."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from pledges.letter import at_hand
from pledges.letter.models import Letter
from pledges.pledge import queries
from pledges.pledge.models import Pledge


class PledgesAtHand:
    """What the letters last asked for offer, detached from any session and a second old at most.

    What must not be a second late is looked at when the signature is confirmed: whether a threshold is reached.
    """

    def __init__(self) -> None:
        self._held: dict[int, tuple[Sequence[Pledge], datetime]] = {}

    def list(self, session: Session, letter: Letter, *, now: datetime) -> Sequence[Pledge]:
        """The letter's pledges in its order; one without costs no statement."""
        if not letter.offered_pledges:
            return ()
        pledges, until = self._held.get(letter.id, ((), now))
        if now < until:
            return pledges
        pledges = queries.list_pledges(session, letter)
        for pledge in pledges:
            session.expunge(pledge)
        if len(self._held) >= at_hand.MOST_LETTERS:
            self._held.clear()
        self._held[letter.id] = (pledges, now + at_hand.KEPT_FOR)
        return pledges
