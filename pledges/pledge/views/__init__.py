"""The pages about pledges: the tracker, what became of one's own, and an end to mails of a kind."""

from pledges.pledge.views import making, reporting, tracker, unsubscribing
from pledges.pledge.views.room import blueprint

__all__ = ["blueprint", "making", "reporting", "tracker", "unsubscribing"]
