"""The form under a letter."""

from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, EmailField, Field, Form, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, ValidationError

from pledges.languages import countries, country_codes, either
from pledges.letter.models import Letter
from pledges.plain_text import has_letter
from pledges.signature.addresses import LONGEST, Address, is_within, readable_domain
from pledges.signature.forms.fields import (
    LONGEST_NAME,
    LONGEST_STATEMENT,
    PlainLine,
    PlainText,
    address_in,
    check_choice,
    check_display,
    displays_of,
)
from pledges.signature.signing import Submission
from pledges.signature.states import Kind
from pledges.signature.websites import LONGEST_WEBSITE, Website, WebsiteRefused, read_website
from pledges.signature.words import Display, Words

_MORE = frozenset(
    {"role", "affiliation", "country", "statement", "display", "together", "updates", "erase_address"}
    | {"kind", "website", "representative"}
)

_OWN_NAME = _("Enter your name as it should stand under the letter.")
_ITS_NAME = _("Enter the organization's name as it should stand under the letter.")


class SignForm(Form):
    """What a supporter sends. The letter says what it takes."""

    name = StringField(
        _("Your name"),
        [InputRequired(_OWN_NAME), PlainLine(LONGEST_NAME)],
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
        [PlainLine(LONGEST_NAME)],
        render_kw={"autocomplete": "organization-title", "maxlength": LONGEST_NAME},
    )
    affiliation = StringField(
        _("Where: company, school, group"),
        [PlainLine(LONGEST_NAME)],
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
    subject = StringField(_("Leave this empty"), render_kw={"tabindex": "-1", "autocomplete": "off"})
    """A trap: hidden from people, and named like nothing that a browser would fill in for them."""
    website = StringField(
        _("Website of the organization"),
        render_kw={"autocomplete": "url", "inputmode": "url", "maxlength": LONGEST_WEBSITE, "autocapitalize": "none"},
    )
    representative = StringField(
        _("Your name, as its representative"),
        [PlainLine(LONGEST_NAME)],
        description=_("For moderators only, and kept encrypted: the public sees the organization, not you."),
        render_kw={"autocomplete": "name", "maxlength": LONGEST_NAME},
    )
    updates = BooleanField(_("Mail me when this letter closes"))
    together = BooleanField(_("Show my name only once enough have signed"))
    erase_address = BooleanField(_("Erase my address once I have confirmed"))

    def __init__(self, formdata: Any = None, *, letter: Letter, language: str) -> None:
        super().__init__(formdata)
        self._letter = letter
        self._address: Address | None = None
        self._website: Website | None = None
        self.country.choices = [("", "–"), *countries(language)]
        self.display.choices = displays_of(letter)
        if letter.goal_is_ahead:
            self.updates.label.text = _("Mail me when this letter reaches its goal, and when it closes")
        self.kind.choices = [(Kind.PERSON, _("for myself")), (Kind.ORGANIZATION, _("for an organization"))]
        if self.is_for_organization:
            self.name.label.text = _("Name of the organization")
            self.name.validators = [InputRequired(_ITS_NAME), PlainLine(LONGEST_NAME)]

    def validate_name(self, field: Field) -> None:
        if not has_letter(field.data):
            raise ValidationError(_ITS_NAME if self.is_for_organization else _OWN_NAME)

    def validate_email(self, field: Field) -> None:
        self._address = address_in(field)
        domains = self._letter.email_domains
        if domains and not is_within(self._address, domains):
            readable = either(map(readable_domain, domains))
            raise ValidationError(_("Only addresses of %(domains)s can sign this letter.", domains=readable))

    def validate_country(self, field: Field) -> None:
        field.data = (field.data or "").strip().upper()
        check_choice(field, country_codes() | {""}, _("Choose a country from the list, or leave it open."))

    def validate_display(self, field: Field) -> None:
        field.data = field.data or Display.PUBLIC
        if self.is_for_organization and field.data != Display.PUBLIC:
            raise ValidationError(_("Choose “My name”: an organization always stands with its name."))
        check_display(self, self._letter)

    @property
    def offers_together(self) -> bool:
        """Whether names may still wait for others."""
        return self._letter.together is not None and self._letter.together_reached_at is None

    @property
    def offers_erasing(self) -> bool:
        """Whether the address may go: where only some domains may sign, it could tell on somebody."""
        return bool(self._letter.email_domains)

    def validate_together(self, field: Field) -> None:
        if field.data and self.offers_together and self.is_for_organization:
            raise ValidationError(
                _("Untick this: an organization stands with its name once a moderator has let it through.")
            )

    def validate_erase_address(self, field: Field) -> None:
        if field.data and self.offers_erasing and self.is_for_organization:
            raise ValidationError(
                _("Untick this: a moderator looks at where the address of an organization belongs, so it is kept.")
            )
        if field.data and self.offers_erasing and self.together.data and self._letter.together is not None:
            raise ValidationError(
                _("Choose one of the two: without your address we can't tell you before your name shows.")
            )

    def validate_updates(self, field: Field) -> None:
        if field.data and self.offers_erasing and self.erase_address.data and not self.is_for_organization:
            raise ValidationError(
                _("Choose one: this, or having your address erased. Without an address no mail can reach you.")
            )

    def validate_kind(self, field: Field) -> None:
        field.data = field.data or Kind.PERSON
        check_choice(field, {*Kind}, _("Choose whether you sign for yourself or for an organization."))

    @property
    def says_more(self) -> bool:
        """Whether something was filled in, or is to mend, in the part that is folded away at first."""
        return any(self[name].errors or self[name].data not in (None, "", False, self[name].default) for name in _MORE)

    @property
    def is_trapped(self) -> bool:
        """Whether a program filled what no person sees."""
        return bool(self.subject.data)

    @property
    def is_for_organization(self) -> bool:
        return bool(self.kind.data == Kind.ORGANIZATION)

    def validate_website(self, field: Field) -> None:
        if not self.is_for_organization:
            return
        typed = (field.data or "").strip()
        if len(typed) > LONGEST_WEBSITE:
            raise ValidationError(
                _(
                    "This address is too long. Use at most %(most)d characters; its front page will do.",
                    most=LONGEST_WEBSITE,
                )
            )
        try:
            self._website = read_website(typed)
        except WebsiteRefused:
            raise ValidationError(_("Enter the organization's website, such as https://example.org.")) from None

    def validate_representative(self, field: Field) -> None:
        if self.is_for_organization and not has_letter(field.data):
            raise ValidationError(_("Enter your own name: who signs for the organization?"))

    def submission(self) -> Submission:
        """What was sent, once it is valid."""
        return self._of_organization() if self.is_for_organization else self._of_person()

    def _of_organization(self) -> Submission:
        """An organization is always shown, with its website; what a person says of themselves is not kept."""
        assert self._address is not None  # noqa: S101 - set by validation
        name, country, statement = self.name.data, self.country.data or None, self.statement.data or None
        return Submission(
            address=self._address,
            words=Words(name=name, country=country, statement=statement),
            kind=Kind.ORGANIZATION,
            website=self._website,
            representative=self.representative.data,
            updates=self.updates.data,
        )

    def _of_person(self) -> Submission:
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
            together=self.together.data and self._letter.together is not None and self.kind.data == Kind.PERSON,
            erases_address=self.erase_address.data and self.offers_erasing and self.kind.data == Kind.PERSON,
        )
