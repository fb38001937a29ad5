"""The form under a letter, and those of the signatory's own page."""

from pledges.signature.forms.fields import LONGEST_NAME, LONGEST_STATEMENT
from pledges.signature.forms.own import AddressForm, CodeForm, OwnForm
from pledges.signature.forms.signing import SignForm

__all__ = ["LONGEST_NAME", "LONGEST_STATEMENT", "AddressForm", "CodeForm", "OwnForm", "SignForm"]
