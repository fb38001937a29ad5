"""Amounts as people write them: understood as the page's language writes numbers, exact, and refused by name."""

import re
from decimal import Decimal
from enum import StrEnum

from babel import Locale
from babel.numbers import (
    NumberFormatError,
    format_currency,
    format_decimal,
    get_currency_symbol,
    get_decimal_symbol,
    list_currencies,
    parse_decimal,
)

from pledges.languages import direction, interface_language
from pledges.letter.units import Unit, locale_of

__all__ = [
    "LARGEST",
    "AmountRefused",
    "Unit",
    "Wrong",
    "as_text",
    "as_typed",
    "decimal_point",
    "example",
    "read_amount",
    "such_as",
    "written",
]

LARGEST = Decimal(10) ** 12
_PLAIN = re.compile(r"\d{1,15}(?:\.\d{1,15})?")
_SIGNS = {"$": None, "€": "EUR", "£": "GBP", "¥": None, "₹": "INR", "₽": "RUB", "₩": "KRW"}
"""What a currency's sign stands for; None: for several, so that it says nothing against the pledge's own."""
_CHANGED_PLACES = str.maketrans(".,", ",.")
_SPACES = re.compile(r"[\s\u00a0\u202f\u2009]+")
_WORD = re.compile(r"[^\W\d_]{2,}")


class Wrong(StrEnum):
    """Why an amount is none."""

    NO_NUMBER = "no_number"
    NEGATIVE = "negative"
    NOTHING = "nothing"
    TOO_LARGE = "too_large"
    TOO_FINE = "too_fine"
    OTHER_UNIT = "other_unit"
    OTHER_POINT = "other_point"


class AmountRefused(ValueError):
    """What was written is no amount of that unit; `why` says what is wrong with it, and `meant` how the language would
    write it, if only point and comma changed places.
    """

    def __init__(self, why: Wrong, meant: str = "") -> None:
        super().__init__(why.value)
        self.why = why
        self.meant = meant


def read_amount(text: str, unit: Unit, language: str) -> int:
    """The amount in the smallest part of its unit (cents of EUR), never a float. Raises AmountRefused.

    A number is read as the language writes it ("1.234,50" in Spanish); one that the language would not write so, but
    programs do ("1234.5"), is understood as well.
    """
    locale = locale_of(language)
    number = _without_unit(_SPACES.sub(" ", text.strip()[:80]), unit, language)
    if number.startswith(("-", "\u2212")):
        raise AmountRefused(Wrong.NEGATIVE)
    value = _read_number(number.removeprefix("+").replace(" ", ""), locale)
    if value == 0:
        raise AmountRefused(Wrong.NOTHING)
    if value > LARGEST:
        raise AmountRefused(Wrong.TOO_LARGE)
    smallest = value.scaleb(unit.decimals)
    if int(smallest.as_tuple().exponent) < 0:  # also "1.500": whoever writes it so may mean a thousand and a half
        raise AmountRefused(Wrong.TOO_FINE)
    return int(smallest)


def as_text(amount: int, unit: Unit) -> str:
    """The amount as a decimal string, exact: what the API says."""
    return f"{Decimal(amount).scaleb(-unit.decimals):.{unit.decimals}f}"


def example(unit: Unit, language: str) -> str:
    """An amount as the language writes it, to show how it is meant: 1,250.50 of a currency, 12.50 of hours."""
    return as_typed(such_as(unit), unit, language)


def such_as(unit: Unit) -> int:
    """An amount that one might pledge; of money long enough to show how thousands are written."""
    hundredths = 125050 if unit.is_currency else 1250
    return int(hundredths * 10**unit.decimals // 100)


def as_typed(amount: int, unit: Unit, language: str) -> str:
    """The amount as one would type it, without its unit."""
    value, is_whole = _value(amount, unit)
    pattern = "#,##0" if is_whole else "#,##0." + "0" * unit.decimals
    return str(format_decimal(value, pattern, locale=locale_of(language)))


def decimal_point(language: str) -> str:
    """What stands before the decimals of a number."""
    return str(get_decimal_symbol(locale_of(language)))


def written(amount: int, unit: Unit, language: str) -> str:
    """The amount with its unit, as the language writes it, for reading: a whole one without decimals. A unit that
    nobody knows stands as the letter names it; money beside a text that runs from the right, as the interface's
    language writes it, in whose words it stands.
    """
    value, is_whole = _value(amount, unit)
    if not unit.is_currency:
        return unit.of(value, language)
    locale = locale_of(language if direction(language) == "ltr" else interface_language(language))
    if not is_whole:
        return str(format_currency(value, unit.name, locale=locale))
    pattern = locale.currency_formats["standard"].pattern.replace("0.00", "0")
    return str(format_currency(value, unit.name, pattern, locale=locale, currency_digits=False))


def _value(amount: int, unit: Unit) -> tuple[Decimal, bool]:
    """The amount in its unit, and whether it is a whole number of it."""
    value = Decimal(amount).scaleb(-unit.decimals)
    return value, value == value.to_integral_value()


def _without_unit(text: str, unit: Unit, language: str) -> str:
    names = unit.names(language)
    if unit.is_currency:
        symbol = get_currency_symbol(unit.name, locale=locale_of(language))  # as the page itself shows it
        text = text.replace(symbol, "", 1).strip()
    for sign, currency in _SIGNS.items():
        if sign in text:
            if not unit.is_currency or currency not in (None, unit.name):
                raise AmountRefused(Wrong.OTHER_UNIT)
            text = text.replace(sign, "", 1).strip()
    for word in _WORD.findall(text):
        if word.casefold() not in names:
            raise AmountRefused(Wrong.OTHER_UNIT if word.upper() in list_currencies() else Wrong.NO_NUMBER)
        text = text.replace(word, "", 1).strip()
    return text


def _read_number(text: str, locale: Locale) -> Decimal:
    if any(character.isalpha() for character in text):
        raise AmountRefused(Wrong.NO_NUMBER)
    found = _parsed(text, locale)
    if found is None and _PLAIN.fullmatch(text):
        found = Decimal(text)
    if found is None:
        meant = text.translate(_CHANGED_PLACES)
        raise AmountRefused(Wrong.NO_NUMBER if _parsed(meant, locale) is None else Wrong.OTHER_POINT, meant)
    return found


def _parsed(text: str, locale: Locale) -> Decimal | None:
    try:
        return Decimal(parse_decimal(text, locale=locale, strict=True))
    except (NumberFormatError, ArithmeticError, ValueError):
        return None
