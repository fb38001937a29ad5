"""The form on which a signatory says what became of the pledges: four fields for each, all of them optional."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import Field, Form, RadioField, StringField, TextAreaField
from wtforms.form import BaseForm
from wtforms.validators import ValidationError

from pledges.pledge.amounts import AmountRefused, Unit, Wrong, as_typed, decimal_point, example, read_amount
from pledges.pledge.models import LONGEST_EVIDENCE, LONGEST_NOTE, Commitment
from pledges.pledge.reporting import Outcome
from pledges.pledge.states import REPORTED, State
from pledges.signature.forms.fields import PlainLine, PlainText

PARTS = ("outcome", "amount", "note", "evidence")
OUTCOMES = (
    (State.KEPT, _("Kept")),
    (State.PARTLY, _("Partly")),
    (State.NOT_YET, _("Not yet")),
    (State.RELEASED, _("I can’t any more")),
)


_WHY_NOT: Mapping[Wrong, Any] = {
    Wrong.NO_NUMBER: _("Write a number, such as %(such)s."),
    Wrong.NEGATIVE: _("An amount can’t be negative. Write it such as %(such)s."),
    Wrong.NOTHING: _("Write an amount above zero, such as %(such)s, or leave it empty."),
    Wrong.TOO_LARGE: _("That is more than can be stored. Write an amount such as %(such)s."),
    Wrong.TOO_FINE: _("%(unit)s has fewer decimals. Write an amount such as %(such)s."),
    Wrong.OTHER_POINT: _("Decimals come after “%(point)s” here. If you mean %(meant)s, write it like that."),
    Wrong.OTHER_UNIT: _("This is in %(unit)s only. Write an amount such as %(such)s."),
}


def why_not(error: AmountRefused, unit: Unit, language: str) -> str:
    """What is wrong with an amount, by name, and how one is written."""
    words = {"such": example(unit, language), "unit": unit.named(language)}
    return str(_WHY_NOT[error.why]) % {**words, "point": decimal_point(language), "meant": error.meant}


def sent_keys(sent: Mapping[str, str]) -> frozenset[str]:
    """The pledges of which the form says something."""
    return frozenset(name.removesuffix("-outcome") for name in sent if name.endswith("-outcome") and sent[name])


class AmountIn:
    """An amount of that unit, as the page's language writes it, or nothing."""

    def __init__(self, unit: Unit, language: str) -> None:
        self.unit, self.language = unit, language

    def __call__(self, form: Form, field: Field) -> None:
        field.data = (field.data or "").strip()[:80]
        if not field.data:
            return
        try:
            read_amount(field.data, self.unit, self.language)
        except AmountRefused as error:
            raise ValidationError(why_not(error, self.unit, self.language)) from None


def check_evidence(form: Form, field: Field) -> None:
    """A link to somewhere on the web, and nothing that runs."""
    PlainLine(LONGEST_EVIDENCE)(form, field)
    if field.data and not _is_web_address(field.data):
        raise ValidationError(
            _("Give a link that begins with https:// or http://, such as https://example.org/receipt.")
        )


def _is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        port_is_right = parts.port is None or parts.port > 0
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and port_is_right and " " not in text


class ReportForm(BaseForm):
    """For each commitment that binds, by its pledge's key: `-outcome`, `-amount`, `-note`, `-evidence`."""

    def __init__(self, commitments: Sequence[Commitment], *, language: str, sent: Any = None) -> None:
        self.commitments, self._language = commitments, language
        fields = {name: field for row in commitments for name, field in self._fields_of(row).items()}
        super().__init__(fields)
        for row in commitments:
            outcome: Any = self[f"{row.pledge.key}-outcome"]
            outcome.choices = [*OUTCOMES]
        self.process(sent, data=self._said() if sent is None else None)

    def _fields_of(self, row: Commitment) -> dict[str, Any]:
        key, unit = row.pledge.key, row.pledge.unit
        fields: dict[str, Any] = {f"{key}-outcome": RadioField(row.wording, validate_choice=False)}
        if unit is not None:
            fields[f"{key}-amount"] = StringField(
                _("How much of it (%(unit)s)", unit=unit.named(self._language)),
                [AmountIn(unit, self._language)],
                description=self._hint(row, unit),
                render_kw={"inputmode": "decimal", "maxlength": 40, "autocomplete": "off"},
            )
        fields[f"{key}-note"] = TextAreaField(
            _("A note"),
            [PlainText(LONGEST_NOTE)],
            description=_("Shown once a moderator has read it."),
            render_kw={"rows": 2, "maxlength": LONGEST_NOTE},
        )
        fields[f"{key}-evidence"] = StringField(
            _("A link that shows it"),
            [check_evidence],
            description=_("To a page that anyone can see; shown once a moderator has looked at it."),
            render_kw={"inputmode": "url", "autocapitalize": "none", "maxlength": LONGEST_EVIDENCE},
        )
        return fields

    def _hint(self, row: Commitment, unit: Unit) -> str:
        such = example(unit, self._language)
        if row.amount is None:
            return str(gettext("Such as %(such)s.", such=such))
        return str(gettext("Such as %(such)s. Leave it empty if you kept all of it.", such=such))

    def _said(self) -> dict[str, Any]:
        said: dict[str, Any] = {}
        for row in self.commitments:
            key, unit = row.pledge.key, row.pledge.unit
            said[f"{key}-outcome"] = row.state if row.is_own_word else None
            said[f"{key}-note"], said[f"{key}-evidence"] = row.note, row.evidence
            if unit is not None and row.delivered is not None:
                said[f"{key}-amount"] = as_typed(row.delivered, unit, self._language)
        return said

    def validate(self, extra_validators: Any = None) -> bool:
        """Each field by itself, then those of each commitment together."""
        is_valid = super().validate(extra_validators)
        for row in self.commitments:
            outcome = self[f"{row.pledge.key}-outcome"]
            wrong = self._wrong_together(row, outcome)
            if wrong is not None and not outcome.errors:
                outcome.errors = [wrong]
                is_valid = False
        return is_valid and self._says_anything()

    def _says_anything(self) -> bool:
        """A form that leaves all of it open would be thanked for nothing."""
        outcomes = [self[f"{row.pledge.key}-outcome"] for row in self.commitments]
        if not outcomes or any(outcome.data for outcome in outcomes):
            return True
        nothing = gettext("Nothing is chosen, so nothing was recorded. Choose what became of at least one pledge.")
        outcomes[0].errors = [nothing]
        return False

    def _wrong_together(self, row: Commitment, outcome: Field) -> str | None:
        if outcome.data and outcome.data not in {*REPORTED}:
            return str(gettext("Choose one of those that are offered."))
        if not outcome.data and any(self._data(row, part) for part in PARTS[1:]):
            return str(gettext("Say what became of it: kept, partly, not yet, or can’t any more."))
        if outcome.data == State.NOT_YET and self._data(row, "amount"):
            return str(gettext("If some of it is done already, choose “Partly”."))
        return None

    def _data(self, row: Commitment, part: str) -> Any:
        name = f"{row.pledge.key}-{part}"
        return self[name].data if name in self else None

    def outcomes(self) -> Mapping[str, Outcome]:
        """What was said anew, once it is valid, by the pledges' keys; what stays as it was is left out."""
        said = {row.pledge.key: self._outcome(row) for row in self.commitments if self._data(row, "outcome")}
        before = {
            row.pledge.key: Outcome(row.state, row.delivered, row.note, row.evidence)
            for row in self.commitments
            if row.is_own_word
        }
        return {key: outcome for key, outcome in said.items() if outcome != before.get(key)}

    def _outcome(self, row: Commitment) -> Outcome:
        key = row.pledge.key
        state = State(self[f"{key}-outcome"].data)
        typed, unit = self._data(row, "amount"), row.pledge.unit
        amount = read_amount(typed, unit, self._language) if typed and unit else None
        said = Outcome(state, amount, self[f"{key}-note"].data or None, self[f"{key}-evidence"].data or None)
        if amount is None and row.amount is not None and state is State.KEPT:
            return Outcome(state, row.amount, said.note, said.evidence)
        return said
