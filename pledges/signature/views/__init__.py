"""The pages of signatures: signing and confirming, and the signatory's own page."""

from pledges.signature.views import agreeing, asking, first, own, signing
from pledges.signature.views.room import blueprint

__all__ = ["agreeing", "asking", "blueprint", "first", "own", "signing"]
