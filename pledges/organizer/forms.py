"""The forms with which staff sign in, invite and rank first signatories, and bring what was delivered."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import EmailField, Field, PasswordField, StringField
from wtforms.validators import EqualTo, InputRequired, Length, ValidationError

from pledges.organizer.passwords import LONGEST, SHORTEST
from pledges.plain_text import TextRefused, clean


@dataclass(frozen=True)
class Credentials:
    """With what somebody signs in."""

    email: str
    password: str = field(repr=False)


@dataclass(frozen=True)
class PasswordChange:
    """The old password and the new one."""

    old: str = field(repr=False)
    new: str = field(repr=False)


class SignInForm(FlaskForm):  # type: ignore[misc] # untyped base
    """With what staff sign in."""

    email = EmailField(
        _("Mail address"),
        [InputRequired(_("Enter your mail address.")), Length(max=254, message=_("That is too long."))],
        render_kw={"autocomplete": "username"},
    )
    password = PasswordField(
        _("Password"),
        [InputRequired(_("Enter your password.")), Length(max=LONGEST, message=_("That is too long."))],
        render_kw={"autocomplete": "current-password"},
    )

    def credentials(self) -> Credentials:
        """What was sent, once it is valid."""
        return Credentials(email=self.email.data or "", password=self.password.data or "")


class PasswordForm(FlaskForm):  # type: ignore[misc] # untyped base
    """With what staff change their password."""

    old = PasswordField(
        _("Your password until now"),
        [
            InputRequired(_("Enter the password you signed in with.")),
            Length(max=LONGEST, message=_("That is too long.")),
        ],
        render_kw={"autocomplete": "current-password"},
    )
    new = PasswordField(
        _("Your new password"),
        [
            InputRequired(_("Enter a new password.")),
            Length(SHORTEST, LONGEST, message=_("Use %(min)d to %(max)d characters.")),
        ],
        description=_("At least %(shortest)d characters; a few words are easy to remember.", shortest=SHORTEST),
        render_kw={"autocomplete": "new-password"},
    )
    again = PasswordField(
        _("The new password again"),
        [
            InputRequired(_("Type the new password once more.")),
            EqualTo("new", message=_("The two new passwords are not the same.")),
        ],
        render_kw={"autocomplete": "new-password"},
    )

    def change(self) -> PasswordChange:
        """What was sent, once it is valid."""
        return PasswordChange(old=self.old.data or "", new=self.new.data or "")


LONGEST_NOTE = 120
LAST_PLACE = 9999
_LONGEST_ID = 18


class InviteForm(FlaskForm):  # type: ignore[misc] # untyped base
    """A secret link for first signatories, and for whom it is."""

    note = StringField(
        _("For whom is it?"),
        [Length(max=LONGEST_NOTE, message=_("Write %(max)d characters at most."))],
        description=_("For you alone; nobody who follows the link sees it."),
        render_kw={"maxlength": LONGEST_NOTE},
    )

    def validate_note(self, field: Field) -> None:
        try:
            field.data = clean(field.data or "")
        except TextRefused:
            raise ValidationError(_("Leave out characters that can't be seen.")) from None


class DeliveriesForm(FlaskForm):  # type: ignore[misc] # untyped base
    """A file of what was delivered."""

    file = FileField(_("The file"), [FileRequired()], render_kw={"accept": ".csv,text/csv"})

    def text(self) -> str:
        """What the file says; nothing where there is none, or it is no text in UTF-8."""
        try:
            return self.file.data.read().decode() if self.file.data else ""
        except UnicodeDecodeError:
            return ""


class RanksWrong(ValueError):
    """Places that are no whole numbers from 1 on; `ids` are whose."""

    def __init__(self, ids: frozenset[int]) -> None:
        super().__init__(ids)
        self.ids = ids


def read_ranks(sent: Mapping[str, str]) -> dict[int, int | None]:
    """The places by ids, from fields `rank-<id>`; None where a place was left empty. Raises RanksWrong."""
    typed = {name.removeprefix("rank-"): value.strip() for name, value in sent.items() if name.startswith("rank-")}
    wrong = frozenset(read_id(name) for name, value in typed.items() if value and not _is_place(value))
    if wrong:
        raise RanksWrong(wrong)
    return {read_id(name): int(value) if value else None for name, value in typed.items()}


def read_step(sent: Mapping[str, str]) -> tuple[int, int] | None:
    """The id of whom a button of its own moves up (-1) or down (+1), if one was pressed."""
    pressed = [(read_id(sent[name]), by) for name, by in (("up", -1), ("down", 1)) if name in sent]
    return pressed[0] if pressed else None


def read_id(text: str) -> int:
    """A row's id; 0, which is nobody's, for what is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _LONGEST_ID else 0


def _is_place(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= len(str(LAST_PLACE)) and int(text) > 0
