"""The pages of staff: signing in and one's password; letters and their first signatories."""

from pledges.organizer.views import account, first, pledges
from pledges.organizer.views.room import blueprint

__all__ = ["account", "blueprint", "first", "pledges"]
