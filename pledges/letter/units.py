"""What an amount is of, and how finely it is told."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from babel import Locale, UnknownLocaleError
from babel.numbers import format_decimal, get_currency_precision, list_currencies
from babel.units import format_unit

DECIMALS = 2
"""Of a unit that is no currency: quarters of an hour."""


KNOWN: Mapping[str, str] = {
    "minutes": "duration-minute",
    "hours": "duration-hour",
    "days": "duration-day",
    "weeks": "duration-week",
    "months": "duration-month",
}
"""What CLDR knows by another name in every language."""


@dataclass(frozen=True)
class Unit:
    """What an amount is of: a currency by its ISO 4217 code, hours, or anything else that is counted."""

    name: str

    @property
    def is_currency(self) -> bool:
        return self.name in list_currencies()

    @property
    def decimals(self) -> int:
        """How many decimals an amount may have: 0 for yen, 2 for euros, 3 for dinars."""
        return int(get_currency_precision(self.name)) if self.is_currency else DECIMALS

    def named(self, language: str) -> str:
        """Its name beside a field, in the language where it is a known one, or as the letter writes it."""
        locale = locale_of(language)
        return self.of(Decimal(100), language).replace(format_decimal(100, locale=locale), "").strip()

    def of(self, number: Decimal, language: str) -> str:
        """So many of what is no currency, as the language says it: 1 hour, 12,5 horas."""
        locale = locale_of(language)
        if self.name in KNOWN:
            number = number.normalize()  # in English 1.00 is many
            return str(format_unit(number, KNOWN[self.name], locale=locale)).replace(" ", "\u00a0")
        return f"{format_decimal(number, locale=locale)}\u00a0{self.name}"

    def names(self, language: str) -> frozenset[str]:
        """All that a reader may call it, folded: as the letter writes it, and one and many of it in the language."""
        if self.name not in KNOWN:
            return frozenset({self.name.casefold()})
        counted = (self.of(Decimal(number), language).split("\u00a0")[-1] for number in (1, 2, 100))
        return frozenset({self.name.casefold(), *(word.casefold() for word in counted)})


def locale_of(language: str) -> Locale:
    """How the language writes numbers; English where that is not known."""
    try:
        return Locale.parse(language, sep="-")
    except (ValueError, UnknownLocaleError):
        return Locale("en")
