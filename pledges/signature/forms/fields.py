"""What the forms of this room ask of a field."""

from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import Field, Form
from wtforms.validators import ValidationError

from pledges.letter.models import Letter
from pledges.plain_text import TextRefused, clean, clean_line
from pledges.signature.models import Display

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


def check_choice(field: Field, allowed: Any) -> None:
    if field.data not in allowed:
        raise ValidationError(_("Choose one of those that are offered."))


def displays_of(letter: Letter) -> list[tuple[Display, Any]]:
    """What a letter lets one choose to show, with its label."""
    displays = [
        (Display.PUBLIC, _("My name")),
        (Display.AFFILIATION, _("My role and affiliation, not my name")),
        (Display.ANONYMOUS, _("Nothing: I am counted, not listed")),
    ]
    return displays if letter.anonymous else displays[:2]
