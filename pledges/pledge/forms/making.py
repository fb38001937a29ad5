"""The part of a form in which one chooses pledges: while signing, and later on the own page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from werkzeug.datastructures import MultiDict

from pledges.letter.models import PledgeKind
from pledges.pledge.amounts import AmountRefused, Unit, Wrong, as_typed, decimal_point, read_amount, such_as, written
from pledges.pledge.making import Making
from pledges.pledge.models import Pledge

LONGEST_AMOUNT = 60

_WHY_NOT: Mapping[Wrong | None, Any] = {
    None: _("Say how much, in %(unit)s, such as %(example)s."),
    Wrong.NO_NUMBER: _("That is no amount that we understand. Write it in %(unit)s, such as %(example)s."),
    Wrong.NEGATIVE: _("An amount can’t be negative. Write it in %(unit)s, such as %(example)s."),
    Wrong.NOTHING: _("Nothing is no pledge. Write an amount in %(unit)s, such as %(example)s."),
    Wrong.TOO_LARGE: _("That is too much to be meant. Write it in %(unit)s, such as %(example)s."),
    Wrong.TOO_FINE: _("That is finer than %(unit)s is counted. Write it such as %(example)s."),
    Wrong.OTHER_POINT: _("Decimals come after “%(point)s” here. If you mean %(meant)s, write it like that."),
    Wrong.OTHER_UNIT: _("This pledge is in %(unit)s. Write the amount such as %(example)s."),
}


class Mistake(NamedTuple):
    """One thing to mend: where it stands, what that is called, and what to do."""

    id: str
    label: str
    message: str


@dataclass
class Choice:
    """One pledge in the form, as it was filled in."""

    pledge: Pledge
    language: str
    is_over: bool
    is_ticked: bool = False
    typed: str = ""
    amount: int | None = None
    tick_error: str | None = None
    amount_error: str | None = None

    @property
    def id(self) -> str:
        return f"pledge-{self.pledge.key}"

    @property
    def amount_id(self) -> str:
        """Both the field's name and its id."""
        return f"{self.id}-amount"

    @property
    def text(self) -> str:
        return self.pledge.text_in(self.language)

    @property
    def unit(self) -> Unit | None:
        return self.pledge.unit if self.pledge.kind is PledgeKind.AMOUNT else None

    @property
    def example(self) -> str:
        """An amount that would be taken, as the language writes it."""
        if self.unit is None:
            return ""
        amount = max(such_as(self.unit), self.pledge.lowest or 0)
        return as_typed(min(amount, self.pledge.highest or amount), self.unit, self.language)

    @property
    def mistakes(self) -> list[Mistake]:
        at_tick = [Mistake(self.id, self.text, self.tick_error)] if self.tick_error else []
        at_amount = [Mistake(self.amount_id, self.text, self.amount_error)] if self.amount_error else []
        return at_tick + at_amount

    def check(self, *, may_require: bool) -> None:
        """Reads what was filled in. Who typed an amount and forgot the tick means it."""
        self.is_ticked = self.is_ticked or bool(self.typed and self.unit and not self.is_over)
        if self.is_over:
            self.tick_error = (
                gettext("This pledge is past its date and takes nobody any more.") if self.is_ticked else None
            )
        elif may_require and self.pledge.required and not self.is_ticked:
            self.tick_error = gettext("Whoever signs this letter makes this pledge. Tick it, or do not sign.")
        elif self.is_ticked and self.unit:
            self._read(self.unit)

    def _read(self, unit: Unit) -> None:
        lowest, highest = self.pledge.lowest, self.pledge.highest
        try:
            amount = read_amount(self.typed, unit, self.language)
        except AmountRefused as refused:
            self.amount_error = self._why_not(refused, unit)
            return
        if lowest is not None and amount < lowest:
            least = {"amount": written(lowest, unit, self.language), "example": self.example}
            self.amount_error = gettext("The least is %(amount)s. Write it such as %(example)s.", **least)
        elif highest is not None and amount > highest:
            most = {"amount": written(highest, unit, self.language), "example": self.example}
            self.amount_error = gettext("The most is %(amount)s. Write it such as %(example)s.", **most)
        self.amount = amount

    def _why_not(self, refused: AmountRefused, unit: Unit) -> str:
        words = {"unit": unit.named(self.language), "example": self.example}
        how = {"point": decimal_point(self.language), "meant": refused.meant}
        return str(_WHY_NOT[refused.why if self.typed else None]) % {**words, **how}


class PledgeForm:
    """The pledges that are offered, each with a tick and, of an amount, with a field."""

    def __init__(
        self, sent: MultiDict[str, str] | None = None, *, pledges: Sequence[Pledge], language: str, now: datetime
    ) -> None:
        self.choices = [Choice(pledge, language, pledge.is_due(now)) for pledge in pledges]
        self.shows = sent is not None and bool(sent.get("show_pledges"))
        self.error: str | None = None
        self._keys = frozenset(sent.getlist("pledge")) if sent is not None else frozenset()
        for choice in self.choices:
            choice.is_ticked = choice.pledge.key in self._keys
            choice.typed = sent.get(choice.amount_id, "").strip()[:LONGEST_AMOUNT] if sent is not None else ""

    @property
    def by_key(self) -> Mapping[str, Choice]:
        return {choice.pledge.key: choice for choice in self.choices}

    @property
    def mistakes(self) -> list[Mistake]:
        """All that is to mend, in the form's order."""
        unknown = [Mistake("pledges", gettext("What will you do?"), self.error)] if self.error else []
        return unknown + [mistake for choice in self.choices for mistake in choice.mistakes]

    def validate(self, *, is_signing: bool = True) -> bool:
        """Whether all can be taken; whoever signs must make what is required."""
        if self._keys - self.by_key.keys():
            self.error = gettext("Choose among the pledges of this letter.")
        for choice in self.choices:
            choice.check(may_require=is_signing)
        if not (is_signing or self._keys or any(choice.is_ticked for choice in self.choices)):
            self.error = gettext("Tick what you pledge, then press the button again.")
        return not self.mistakes

    def making(self) -> Making:
        """What was chosen, once it is valid."""
        amounts = {choice.pledge.id: choice.amount for choice in self.choices if choice.is_ticked}
        return Making([choice.pledge for choice in self.choices], amounts, is_shown=self.shows)
