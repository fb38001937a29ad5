"""What an amount is of, and how finely it is told."""

from dataclasses import dataclass

from babel.numbers import get_currency_precision, list_currencies

DECIMALS = 2
"""Of a unit that is no currency: quarters of an hour."""


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
