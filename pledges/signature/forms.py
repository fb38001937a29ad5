"""The form under a letter."""

from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, EmailField, Field, Form, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, ValidationError

from pledges.languages import countries, country_codes
from pledges.letter.models import Letter
from pledges.plain_text import TextRefused, clean, has_letter
from pledges.signature.addresses import LONGEST, Address, AddressRefused, is_within, read_address
from pledges.signature.models import Display, Words
from pledges.signature.signing import Submission
from pledges.signature.states import Kind

LONGEST_NAME = 120
LONGEST_STATEMENT = 400
LONGEST_TYPED = 2000
"""Of anything: what is longer is not even looked at."""


class PlainText:
    """One readable line of at most `longest` characters."""

    def __init__(self, longest: int) -> None:
        self.longest = longest

    def __call__(self, form: Form, field: Field) -> None:
        try:
            field.data = clean((field.data or "")[: LONGEST_TYPED + 1])
        except TextRefused:
            raise ValidationError(
                _("Type this anew: it holds a character that can't be seen or that turns the direction of writing.")
            ) from None
        if len(field.data) > self.longest:
            raise ValidationError(_("Use at most %(most)d characters.", most=self.longest))


def _choice(field: Field, allowed: Any) -> None:
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


class SignForm(Form):
    """What a supporter sends. The letter says what it takes."""

    name = StringField(
        _("Your name"),
        [InputRequired(_("Enter your name as it should stand under the letter.")), PlainText(LONGEST_NAME)],
        render_kw={"autocomplete": "name", "maxlength": LONGEST_NAME},
    )
    email = EmailField(
        _("Your mail address"),
        [InputRequired(_("Enter your mail address, such as name@example.org."))],
        description=_("Never shown. We send one mail to confirm that it is you."),
        render_kw={"autocomplete": "email", "inputmode": "email", "maxlength": LONGEST, "autocapitalize": "none"},
    )
    role = StringField(
        _("What you do"),
        [PlainText(LONGEST_NAME)],
        render_kw={"autocomplete": "organization-title", "maxlength": LONGEST_NAME},
    )
    affiliation = StringField(
        _("Where: company, school, group"),
        [PlainText(LONGEST_NAME)],
        render_kw={"autocomplete": "organization", "maxlength": LONGEST_NAME},
    )
    country = SelectField(_("Country"), validate_choice=False, render_kw={"autocomplete": "country"})
    statement = TextAreaField(
        _("A sentence of yours"),
        [PlainText(LONGEST_STATEMENT)],
        description=_("Shown under your name once a moderator has read it."),
        render_kw={"rows": 2, "maxlength": LONGEST_STATEMENT},
    )
    display = RadioField(_("What the public sees"), default=Display.PUBLIC, validate_choice=False)
    kind = RadioField(_("I sign"), default=Kind.PERSON, validate_choice=False)
    updates = BooleanField(_("Tell me by mail what becomes of this letter"))

    def __init__(self, formdata: Any = None, *, letter: Letter, language: str) -> None:
        super().__init__(formdata)
        self.is_bound = formdata is not None
        self._letter = letter
        self._address: Address | None = None
        self.country.choices = [("", "–"), *countries(language)]
        self.display.choices = displays_of(letter)
        self.kind.choices = [(Kind.PERSON, _("for myself")), (Kind.ORGANIZATION, _("for an organization"))]

    def validate_name(self, field: Field) -> None:
        if not has_letter(field.data):
            raise ValidationError(_("Enter your name as it should stand under the letter."))

    def validate_email(self, field: Field) -> None:
        try:
            self._address = read_address(field.data[:LONGEST_TYPED])
        except AddressRefused:
            raise ValidationError(_("Enter a whole mail address, such as name@example.org.")) from None
        domains = self._letter.email_domains
        if domains and not is_within(self._address, domains):
            raise ValidationError(_("Only addresses of %(domains)s can sign this letter.", domains=", ".join(domains)))

    def validate_country(self, field: Field) -> None:
        field.data = (field.data or "").strip().upper()
        _choice(field, country_codes() | {""})

    def validate_display(self, field: Field) -> None:
        field.data = field.data or Display.PUBLIC
        _choice(field, {value for value, _label in displays_of(self._letter)})

    def validate_kind(self, field: Field) -> None:
        field.data = field.data or Kind.PERSON
        _choice(field, {*Kind})

    def submission(self) -> Submission:
        """What was sent, once it is valid."""
        assert self._address is not None  # noqa: S101 - set by validation
        return Submission(
            address=self._address,
            words=Words(
                name=self.name.data,
                affiliation=self.affiliation.data or None,
                role=self.role.data or None,
                country=self.country.data or None,
                statement=self.statement.data or None,
            ),
            display=Display(self.display.data),
            kind=Kind(self.kind.data),
            updates=self.updates.data,
        )
