"""The form with which a moderator decides."""

from dataclasses import dataclass
from enum import StrEnum

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import Field, HiddenField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length, ValidationError

from pledges.moderation.deciding import MOST_AT_ONCE
from pledges.plain_text import TextRefused, clean

LONGEST_REASON = 500
_LARGEST_ID = 2**62


class Decision(StrEnum):
    """What a moderator can do with names: the first two in the queue, the others with what was decided."""

    APPROVE = "approve"
    REJECT = "reject"
    TAKE_BACK = "take_back"
    REMOVE = "remove"


@dataclass(frozen=True)
class Choice:
    """What a moderator chose: which signatures, what to do with them, and why."""

    ids: tuple[int, ...]
    decision: Decision
    reason: str


NEEDS_REASON = frozenset({Decision.REJECT, Decision.REMOVE})


def _id(value: str) -> int:
    number = int(value) if value.isascii() and value.isdecimal() and len(value) < 20 else 0
    if not 0 < number < _LARGEST_ID:
        raise ValueError(value)
    return number


class DecisionForm(FlaskForm):  # type: ignore[misc] # untyped base
    """`signature` are ids, `decision` is what to do with them, `reason` why."""

    signature = SelectMultipleField(_("Names"), coerce=_id, validate_choice=False)
    decision = HiddenField(validators=[InputRequired(_("Choose approve or reject."))])
    reason = StringField(
        _("Reason, for a rejection"),
        [Length(max=LONGEST_REASON, message=_("Write %(max)d characters at most."))],
        description=_("For the record; the signatory does not see it."),
    )

    allowed: frozenset[Decision] = frozenset({Decision.APPROVE, Decision.REJECT})

    def validate_signature(self, field: Field) -> None:
        if not field.data:
            raise ValidationError(_("Choose at least one name."))
        if len(field.data) > MOST_AT_ONCE:
            raise ValidationError(_("Choose at most %(most)d names at once.", most=MOST_AT_ONCE))

    def validate_decision(self, field: Field) -> None:
        if field.data not in self.allowed:
            raise ValidationError(_("Choose approve or reject."))

    def validate_reason(self, field: Field) -> None:
        try:
            field.data = clean(field.data or "")
        except TextRefused:
            raise ValidationError(_("Leave out characters that can't be seen.")) from None
        if self.decision.data in NEEDS_REASON and not field.data:
            raise ValidationError(_("Say why in a word or two."))

    def choice(self) -> Choice:
        """What was sent, once it is valid."""
        return Choice(
            ids=tuple(self.signature.data or ()),
            decision=Decision(self.decision.data or ""),
            reason=self.reason.data or "",
        )


class RevisionForm(DecisionForm):
    """The same for a name that was decided on before."""

    allowed = frozenset({Decision.TAKE_BACK, Decision.REMOVE})
