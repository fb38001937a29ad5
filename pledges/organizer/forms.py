"""The forms with which staff sign in."""

from dataclasses import dataclass, field

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import EmailField, PasswordField
from wtforms.validators import EqualTo, InputRequired, Length

from pledges.organizer.passwords import LONGEST, SHORTEST


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
