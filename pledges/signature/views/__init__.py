"""The pages of signatures: signing and confirming, and the signatory's own page."""

from pledges.signature.views import agreeing, asking, expired, first, own, returning, signing
from pledges.signature.views.room import blueprint

__all__ = ["agreeing", "asking", "blueprint", "expired", "first", "own", "returning", "signing"]
