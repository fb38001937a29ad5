"""The forms of the own page, and of the ways to it."""

from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import EmailField, Field, Form, RadioField, StringField, TextAreaField
from wtforms.validators import InputRequired, ValidationError

from pledges.signature.addresses import LONGEST, Address
from pledges.signature.changing import Wish
from pledges.signature.forms.fields import (
    LONGEST_NAME,
    LONGEST_STATEMENT,
    LONGEST_TYPED,
    PlainLine,
    PlainText,
    address_in,
    check_display,
    displays_of,
)
from pledges.signature.models import Signature
from pledges.signature.states import Kind
from pledges.signature.words import Display


class AddressForm(Form):
    """One's address, to be mailed the way to one's own signature."""

    email = EmailField(
        _("Your mail address"),
        [InputRequired(_("Enter your mail address, such as name@example.org."))],
        render_kw={"autocomplete": "email", "inputmode": "email", "maxlength": LONGEST, "autocapitalize": "none"},
    )
    address: Address

    def validate_email(self, field: Field) -> None:
        self.address = address_in(field)


class CodeForm(AddressForm):
    """The six digits of a mail, with the address that it went to."""

    code = StringField(
        _("The six digits of the mail"),
        [InputRequired(_("Enter the six digits that stand in the mail."))],
        render_kw={"inputmode": "numeric", "autocomplete": "one-time-code", "maxlength": 9, "pattern": "[0-9 -]*"},
    )

    def validate_code(self, field: Field) -> None:
        field.data = "".join(c for c in field.data[:LONGEST_TYPED] if c not in " -\u00a0\u202f")
        if len(field.data) != 6 or not (field.data.isascii() and field.data.isdigit()):
            raise ValidationError(_("Enter the six digits that stand in the mail."))

    def refuse(self) -> None:
        """Says the same whether they are wrong or tried too often, for any address."""
        self.code.errors = [
            _(
                "These are not the digits of our newest mail to this address. "
                "After five tries only those of another mail help: have it sent once more."
            )
        ]


class OwnForm(Form):
    """What a signatory may change: what is shown, and the words beside the name."""

    display = RadioField(_("What the public sees"), validate_choice=False)
    role = StringField(
        _("What you do"),
        [PlainLine(LONGEST_NAME)],
        render_kw={"autocomplete": "organization-title", "maxlength": LONGEST_NAME},
    )
    affiliation = StringField(
        _("Where: company, school, group"),
        [PlainLine(LONGEST_NAME)],
        render_kw={"autocomplete": "organization", "maxlength": LONGEST_NAME},
    )
    statement = TextAreaField(
        _("A sentence of yours"),
        [PlainText(LONGEST_STATEMENT)],
        description=_("Shown under your name once a moderator has read it."),
        render_kw={"rows": 2, "maxlength": LONGEST_STATEMENT},
    )

    def __init__(self, formdata: Any = None, *, signature: Signature) -> None:
        words = signature.words
        shown = {"display": signature.display, "role": words.role, "affiliation": words.affiliation}
        super().__init__(formdata, data={**shown, "statement": words.statement})
        self._signature = signature
        self.display.choices = displays_of(signature.letter)

    def validate_display(self, field: Field) -> None:
        """An organization chooses nothing: whatever is sent, it stands with its name."""
        if self._signature.kind is Kind.PERSON:
            check_display(self, self._signature.letter)
        else:
            field.data = Display.PUBLIC

    def wish(self) -> Wish:
        """What was sent, once it is valid."""
        return Wish(
            display=Display(self.display.data),
            role=self.role.data or None,
            affiliation=self.affiliation.data or None,
            statement=self.statement.data or None,
        )
