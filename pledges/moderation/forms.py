"""The form with which a moderator decides."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import Field, HiddenField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length, ValidationError

from pledges.moderation.deciding import LONGEST_REASON, MOST_AT_ONCE
from pledges.plain_text import TextRefused, clean
from pledges.pledge.models import LONGEST_SOURCE, Reading
from pledges.signature.models import StatementState

_LARGEST_ID = 2**62


class Decision(StrEnum):
    """What a moderator can do with names and with the statements under them."""

    APPROVE = "approve"
    """The name, and its statement if there is one."""
    APPROVE_NAME = "approve_name"
    REJECT = "reject"
    APPROVE_STATEMENT = "approve_statement"
    REJECT_STATEMENT = "reject_statement"
    TAKE_BACK = "take_back"
    REMOVE = "remove"
    TAKE_BACK_STATEMENT = "take_back_statement"
    REMOVE_STATEMENT = "remove_statement"
    APPROVE_REPORT = "approve_report"
    REJECT_REPORT = "reject_report"
    TAKE_BACK_REPORT = "take_back_report"
    REMOVE_REPORT = "remove_report"
    CHECK_REPORT = "check_report"
    """Somebody looked at the evidence: the reason says against what."""
    UNCHECK_REPORT = "uncheck_report"


OF_STATEMENTS: dict[Decision, tuple[StatementState, StatementState]] = {
    Decision.APPROVE_STATEMENT: (StatementState.WAITING, StatementState.APPROVED),
    Decision.REJECT_STATEMENT: (StatementState.WAITING, StatementState.REJECTED),
    Decision.TAKE_BACK_STATEMENT: (StatementState.REJECTED, StatementState.WAITING),
    Decision.REMOVE_STATEMENT: (StatementState.APPROVED, StatementState.REJECTED),
}
"""From which state to which a decision moves statements alone."""


OF_REPORTS: dict[Decision, tuple[Reading, Reading]] = {
    Decision.APPROVE_REPORT: (Reading.WAITING, Reading.APPROVED),
    Decision.REJECT_REPORT: (Reading.WAITING, Reading.REJECTED),
    Decision.TAKE_BACK_REPORT: (Reading.REJECTED, Reading.WAITING),
    Decision.REMOVE_REPORT: (Reading.APPROVED, Reading.REJECTED),
}
"""The same for the notes and the evidence of reports."""
REPORT_DECISIONS = frozenset({*OF_REPORTS, Decision.CHECK_REPORT, Decision.UNCHECK_REPORT})


@dataclass(frozen=True)
class Choice:
    """What a moderator chose: which signatures, what to do with them, and why."""

    ids: tuple[int, ...]
    decision: Decision
    reason: str
    seen: Mapping[int, str]
    """By id: which edition of a name's words the moderator read."""


NEEDS_REASON = frozenset({Decision.REJECT, Decision.REMOVE})


def _seen(value: str) -> tuple[int, str]:
    number, _, edition = value.partition(":")
    return _id(number), edition


def _id(value: str) -> int:
    number = int(value) if value.isascii() and value.isdecimal() and len(value) < 20 else 0
    if not 0 < number < _LARGEST_ID:
        raise ValueError(value)
    return number


class DecisionForm(FlaskForm):  # type: ignore[misc] # untyped base
    """`signature` are ids, `decision` is what to do with them, `reason` why, `seen` which words were on the page."""

    signature = SelectMultipleField(_("Names"), coerce=_id, validate_choice=False)
    seen = SelectMultipleField(coerce=_seen, validate_choice=False)
    decision = HiddenField(validators=[InputRequired(_("Choose approve or reject."))])
    reason = StringField(
        _("Reason, for a rejection"),
        [Length(max=LONGEST_REASON, message=_("Write %(max)d characters at most."))],
    )

    allowed: frozenset[Decision] = frozenset(
        {
            Decision.APPROVE,
            Decision.APPROVE_NAME,
            Decision.REJECT,
            Decision.APPROVE_STATEMENT,
            Decision.REJECT_STATEMENT,
        }
    )

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
            seen=dict(self.seen.data or ()),
        )


class RevisionForm(DecisionForm):
    """The same for a name that was decided on before."""

    allowed = frozenset({Decision.TAKE_BACK, Decision.REMOVE, Decision.TAKE_BACK_STATEMENT, Decision.REMOVE_STATEMENT})


class ReportsForm(DecisionForm):
    """The same for reports on pledges: `commitment` are their ids, `reason` is against what they were checked."""

    commitment = SelectMultipleField(_("Reports"), coerce=_id, validate_choice=False)
    reason = StringField(
        _("Checked against what"),
        [Length(max=LONGEST_SOURCE, message=_("Write %(max)d characters at most."))],
        description=_("Such as a receipt or the bank’s list; only for the mark “checked”, and shown with it."),
    )

    allowed = REPORT_DECISIONS

    def validate_signature(self, field: Field) -> None:
        """Nobody is chosen by signature here."""

    def validate_commitment(self, field: Field) -> None:
        if not field.data:
            raise ValidationError(_("Choose at least one report."))
        if len(field.data) > MOST_AT_ONCE:
            raise ValidationError(_("Choose at most %(most)d reports at once.", most=MOST_AT_ONCE))

    def validate_reason(self, field: Field) -> None:
        super().validate_reason(field)
        if self.decision.data == Decision.CHECK_REPORT and not field.data:
            raise ValidationError(_("Say against what you have checked it."))

    def choice(self) -> Choice:
        """What was sent, once it is valid."""
        return replace(super().choice(), ids=tuple(self.commitment.data or ()))
