"""What the forms of this room ask of a field."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import Field, Form
from wtforms.validators import ValidationError

from pledges.letter.models import Letter
from pledges.plain_text import TextRefused, clean, clean_line
from pledges.signature.addresses import LONGEST, LONGEST_LOCAL, Address, AddressRefused, Flaw, ending_of, read_address
from pledges.signature.words import Display

LONGEST_NAME = 120
LONGEST_STATEMENT = 400
LONGEST_TYPED = 2000
"""Of anything: what is longer is not even looked at."""


class PlainText:
    """Readable text of at most `longest` characters; line breaks become spaces."""

    clean = staticmethod(clean)

    def __init__(self, longest: int) -> None:
        self.longest = longest

    def __call__(self, form: Form, field: Field) -> None:
        try:
            field.data = self.clean((field.data or "")[: LONGEST_TYPED + 1])
        except TextRefused:
            raise ValidationError(
                _("Type this anew: it holds a character that can't be seen or that turns the direction of writing.")
            ) from None
        if len(field.data) > self.longest:
            raise ValidationError(_("Use at most %(most)d characters.", most=self.longest))


class PlainLine(PlainText):
    """The same for a field of one line, which no line break can come from."""

    clean = staticmethod(clean_line)


def address_in(field: Field) -> Address:
    """The mail address that was typed; raises ValidationError with what is wrong with it."""
    typed = (field.data or "").strip()[: LONGEST_TYPED + 1]
    try:
        return read_address(typed)
    except AddressRefused as refused:
        words = {"most": LONGEST, "before": LONGEST_LOCAL, "ending": ending_of(typed)}
        raise ValidationError(str(_REFUSED[refused.flaw]) % words) from None


_REFUSED: Mapping[Flaw, Any] = {
    Flaw.SEVERAL: _("Enter one address: these are several."),
    Flaw.HIDDEN: _("Type this address by hand: it holds a character that can't be seen, as copied text often does."),
    Flaw.LONG: _(
        "This address is too long. A mail address has at most %(most)d characters, %(before)d of them before the @."
    ),
    Flaw.NUMBER: _("Enter an address with a name behind the @, such as name@example.org: a number alone is not taken."),
    Flaw.RESERVED: _("No mail reaches addresses that end in %(ending)s. Enter one whose mail you read."),
    Flaw.OTHER: _("Enter a whole mail address, such as name@example.org."),
}
"""None of these knows who has signed: they tell how the address is written."""


def check_choice(field: Field, allowed: Any, otherwise: Any) -> None:
    """Raises ValidationError, which says `otherwise`, for what is not among those."""
    if field.data not in allowed:
        raise ValidationError(otherwise)


def check_display(form: Any, letter: Letter) -> None:
    """Of role and affiliation there must be one, where they shall stand instead of the name."""
    offered = {value for value, _label in displays_of(letter)}
    check_choice(form.display, offered, _("Choose what the public sees, from those that are offered."))
    is_empty = not any((field.data or "").strip() for field in (form.role, form.affiliation))
    if form.display.data == Display.AFFILIATION and is_empty:
        raise ValidationError(_("Say what you do, or where: else nothing would stand under the letter."))


def displays_of(letter: Letter) -> list[tuple[Display, Any]]:
    """What a letter lets one choose to show, with its label."""
    displays = [
        (Display.PUBLIC, _("My name")),
        (Display.AFFILIATION, _("My role and affiliation, not my name")),
        (Display.ANONYMOUS, _("Nothing: I am counted, not listed")),
    ]
    return displays if letter.anonymous else displays[:2]
