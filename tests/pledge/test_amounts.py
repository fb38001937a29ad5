"""Amounts are understood as the page's language writes them, exact, or refused by name."""

from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pledges.pledge.amounts import AmountRefused, Unit, Wrong, as_text, as_typed, example, read_amount, written

EUR, YEN, DINAR, HOURS = Unit("EUR"), Unit("JPY"), Unit("KWD"), Unit("hours")

UNDERSTOOD = [
    ("500", EUR, "en", 50000),
    ("1,234.50", EUR, "en", 123450),
    ("1.234,50", EUR, "es", 123450),
    ("1234,5", EUR, "es", 123450),
    ("1234.5", EUR, "es", 123450),
    ("1.234", EUR, "es", 123400),
    ("1\u202f234,50", EUR, "fr", 123450),
    ("€ 20", EUR, "en", 2000),
    ("20 EUR", EUR, "es", 2000),
    ("$500", Unit("USD"), "en", 50000),
    ("13,000,000", Unit("USD"), "en", 1_300_000_000),
    ("1,250", YEN, "en", 1250),
    ("1.234", DINAR, "en", 1234),
    ("1.5 hours", HOURS, "en", 150),
    ("1 hour", HOURS, "en", 100),
    ("1,5 horas", HOURS, "es", 150),
    ("2 hours", HOURS, "es", 200),
    ("٢ ساعة", HOURS, "ar", 200),
    ("0.01", EUR, "en", 1),
    ("+5", EUR, "en", 500),
    ("500\u00a0US$", Unit("USD"), "es", 50000),
    ("US$ 1.500,50", Unit("USD"), "es", 150050),
    ("1.500", Unit("USD"), "es", 150000),
    ("١٢٣", EUR, "en", 12300),
]
REFUSED = [
    ("", EUR, "en", Wrong.NO_NUMBER),
    ("some", EUR, "en", Wrong.NO_NUMBER),
    ("NaN", EUR, "en", Wrong.NO_NUMBER),
    ("inf", EUR, "en", Wrong.NO_NUMBER),
    ("1e5", EUR, "en", Wrong.NO_NUMBER),
    ("0x10", EUR, "en", Wrong.NO_NUMBER),
    ("1,23,4", EUR, "en", Wrong.NO_NUMBER),
    ("1.2.3", EUR, "en", Wrong.NO_NUMBER),
    ("-5", EUR, "en", Wrong.NEGATIVE),
    ("\u22125", EUR, "en", Wrong.NEGATIVE),
    ("0", EUR, "en", Wrong.NOTHING),
    ("0.00", EUR, "en", Wrong.NOTHING),
    ("9" * 13, EUR, "en", Wrong.TOO_LARGE),
    ("0.001", EUR, "en", Wrong.TOO_FINE),
    ("1.500", EUR, "en", Wrong.TOO_FINE),
    ("1,500", EUR, "es", Wrong.TOO_FINE),
    ("10.00", YEN, "en", Wrong.TOO_FINE),
    ("\u221e", EUR, "en", Wrong.NO_NUMBER),
    ("12,50", EUR, "en", Wrong.OTHER_POINT),
    ("1.250,50 EUR", EUR, "en", Wrong.OTHER_POINT),
    ("1,250.50", EUR, "es", Wrong.OTHER_POINT),
    ("500 \u20ac", Unit("USD"), "en", Wrong.OTHER_UNIT),
    ("500 MXN", Unit("USD"), "es", Wrong.OTHER_UNIT),
    ("10.5", YEN, "en", Wrong.TOO_FINE),
    ("20 USD", EUR, "en", Wrong.OTHER_UNIT),
    ("£20", EUR, "en", Wrong.OTHER_UNIT),
    ("€3", HOURS, "en", Wrong.OTHER_UNIT),
]


@pytest.mark.parametrize(("text", "unit", "language", "smallest"), UNDERSTOOD)
def test_an_amount_is_understood_as_its_language_writes_it(text: str, unit: Unit, language: str, smallest: int) -> None:
    assert read_amount(text, unit, language) == smallest


@pytest.mark.parametrize(("text", "unit", "language", "why"), REFUSED)
def test_what_is_no_amount_is_refused_by_name(text: str, unit: Unit, language: str, why: Wrong) -> None:
    with pytest.raises(AmountRefused) as refused:
        read_amount(text, unit, language)
    assert refused.value.why is why


@given(st.integers(1, 10**14), st.sampled_from([EUR, YEN, DINAR, HOURS]), st.sampled_from(["en", "es", "de", "fr"]))
def test_what_is_told_is_read_again_as_the_same(smallest: int, unit: Unit, language: str) -> None:
    told = as_text(smallest, unit)
    assert Decimal(told).scaleb(unit.decimals) == smallest
    if Decimal(told) <= 10**12 and unit.decimals != 3:
        assert read_amount(told, unit, language) == smallest


@given(st.text(max_size=30), st.sampled_from(["en", "es", "ar", "hi", "xx"]))
def test_nothing_breaks_it(text: str, language: str) -> None:
    with suppress(AmountRefused):
        assert read_amount(text, EUR, language) > 0


def test_the_example_is_written_as_the_language_does() -> None:
    assert example(EUR, "en") == "1,250.50"
    assert example(EUR, "es-MX") == "1,250.50"
    assert example(EUR, "de") == "1.250,50"
    assert example(YEN, "en") == "1,250"
    for unit in (EUR, YEN, HOURS):
        for language in ("en", "de", "fr"):
            assert read_amount(example(unit, language), unit, language) > 0


@pytest.mark.parametrize(
    ("amount", "unit", "language", "shown"),
    [
        (50000, Unit("USD"), "en", "$500"),
        (50050, Unit("USD"), "en", "$500.50"),
        (1_300_000_000, EUR, "es", "13.000.000\N{NO-BREAK SPACE}€"),
        (1, EUR, "es", "0,01\N{NO-BREAK SPACE}€"),
        (1250, YEN, "de", "1.250\N{NO-BREAK SPACE}¥"),
        (1_250_000, DINAR, "en", "KWD1,250"),
        (1_250_500, DINAR, "en", "KWD1,250.500"),
        (50000, Unit("dollars"), "en", "500\N{NO-BREAK SPACE}dollars"),
        (150, HOURS, "es", "1,5\N{NO-BREAK SPACE}horas"),
        (100, HOURS, "es", "1\N{NO-BREAK SPACE}hora"),
        (100, HOURS, "en", "1\N{NO-BREAK SPACE}hour"),
        (390_000_015, EUR, "ar", "€3,900,000.15"),
        (200, Unit("meals"), "es", "2\N{NO-BREAK SPACE}meals"),
    ],
)
def test_a_whole_amount_is_shown_without_decimals(amount: int, unit: Unit, language: str, shown: str) -> None:
    assert written(amount, unit, language) == shown


def test_a_known_unit_is_named_in_the_language_and_another_as_it_is_written() -> None:
    named = {language: HOURS.named(language) for language in ("en", "es", "de", "fr", "ar", "qq")}
    assert named == {"en": "hours", "es": "horas", "de": "Stunden", "fr": "heures", "ar": "ساعة", "qq": "hours"}
    assert [Unit(name).named("es") for name in ("meals", "EUR", "horas", "Hours of work")] == [
        "meals", "EUR", "horas", "Hours of work",
    ]  # fmt: skip


@given(st.integers(1, 10**12), st.sampled_from([EUR, YEN, DINAR, HOURS]), st.sampled_from(["en", "es", "de", "fr"]))
def test_what_a_field_is_filled_with_is_read_again_as_the_same(smallest: int, unit: Unit, language: str) -> None:
    assert read_amount(as_typed(smallest, unit, language), unit, language) == smallest
