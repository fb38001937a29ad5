"""What can't be an amount, a link or a report is refused by name, on every page and in each of its languages."""

from collections.abc import Callable

import pytest

from pledges import clock
from pledges.letter import publishing
from pledges.letter.models import Letter
from pledges.letter.reading import read_letter_file
from pledges.pledge.mails import report_token
from pledges.pledge.models import Commitment
from pledges.signature.models import Signature
from tests.people import Visitor, Workshop

LETTER = """---
slug: ask-more
title: Ask more of us
language: en
to: The board
pledges: [{key: give, kind: amount, unit: USD, text: I will give.}]
translations:
  - {language: es, title: Pídannos más, body: Pedimos más., pledges: {give: Daré.}}
---
We ask more.
"""
UNDERSTOOD = [("en", "1,500.50"), ("es", "1.500,50"), ("en", "$1,500.50"), ("es", "1.500,50 US$"), ("es", "1500.50")]
NO_AMOUNT = "That is no amount that we understand. Write it in USD, such as 1,250.50."
WRONG = [
    ("en", "NaN", NO_AMOUNT, "Write a number, such as 1,250.50."),
    ("en", "Infinity", NO_AMOUNT, "Write a number, such as 1,250.50."),
    ("en", "-inf", NO_AMOUNT, "Write a number, such as 1,250.50."),
    ("en", "1e5", NO_AMOUNT, "Write a number, such as 1,250.50."),
    ("en", "0x1F", NO_AMOUNT, "Write a number, such as 1,250.50."),
    ("en", "five hundred", NO_AMOUNT, "Write a number, such as 1,250.50."),
    ("en", "-500", "An amount can’t be negative. Write it in USD", "An amount can’t be negative. Write it such as"),
    ("en", "\u2212500", "An amount can’t be negative. Write it in USD", "An amount can’t be negative."),
    ("en", "0", "Nothing is no pledge. Write an amount in USD", "Write an amount above zero"),
    ("en", "9" * 30, "That is too much to be meant. Write it in USD", "That is more than can be stored."),
    ("en", "500.001", "That is finer than USD is counted.", "USD has fewer decimals."),
    ("en", "1.500", "That is finer than USD is counted.", "USD has fewer decimals."),
    ("en", "500 €", "This pledge is in USD.", "This is in USD only."),
    ("en", "500 MXN", "This pledge is in USD.", "This is in USD only."),
    ("es", "NaN", "No entendemos esta cantidad.", "Escriba un número, como"),
    ("es", "-500", "Una cantidad no puede ser negativa.", "Una cantidad no puede ser negativa."),
    ("es", "500 €", "Este compromiso es en USD.", "Esto es solo en USD."),
    ("es", "1,500", "Son más decimales de los que tiene USD.", "USD tiene menos decimales."),
]
LINKS = (
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "ftp://example.org/receipt",
    "data:text/html,<script>alert(1)</script>",
    "file:///etc/passwd",
    "mailto:ada@example.org",
    "//example.org/receipt",
    "example.org/receipt",
    "https://",
    "https:// example.org",
    "https://example.org:99999/",
)


@pytest.fixture
def letter(workshop: Workshop) -> Letter:
    with workshop.writing() as session:
        letter = publishing.create(session, read_letter_file(LETTER), now=clock.now())
        publishing.open_letter(session, letter, now=clock.now())
    return letter


@pytest.fixture
def signed(workshop: Workshop, letter: Letter) -> Callable[[str], str]:
    """Signs in a language with a pledge of 500 dollars; answers where one reports on it."""

    def sign(language: str) -> str:
        visitor = Visitor(workshop.app.test_client())
        sent = {"name": "Ada", "email": "ada@example.org", "pledge": "give", "pledge-give-amount": "500"}
        assert visitor.post(f"/letters/ask-more/sign?lang={language}", sent).status_code == 303
        workshop.deliver()
        assert visitor.post(workshop.confirm_link("ada@example.org")).status_code == 303
        with workshop.writing() as session:
            return f"/report/{report_token(session.query(Signature).one().id, clock.now())}"

    return sign


def commitment(workshop: Workshop) -> Commitment:
    with workshop.writing() as session:
        return session.query(Commitment).one()


def error(visitor: Visitor, field: str) -> str:
    return str(visitor.page.find(id=f"{field}-error").get_text())


@pytest.mark.parametrize(("language", "typed"), UNDERSTOOD)
def test_thousands_as_the_page_writes_them_are_understood(
    workshop: Workshop, visitor: Visitor, signed: Callable[[str], str], language: str, typed: str
) -> None:
    page = signed(language)
    workshop.deliver()
    own = workshop.manage_link("ada@example.org")
    assert visitor.post(f"{own}/pledges", {"pledge": "give", "pledge-give-amount": typed}).status_code == 303
    assert commitment(workshop).amount == 150050
    assert visitor.post(page, {"give-outcome": "partly", "give-amount": typed}).status_code == 303
    assert commitment(workshop).delivered == 150050


@pytest.mark.parametrize("case", WRONG, ids=lambda case: f"{case[0]}-{case[1]}")
def test_what_is_no_amount_is_refused_by_name_with_an_example(
    workshop: Workshop, visitor: Visitor, signed: Callable[[str], str], case: tuple[str, str, str, str]
) -> None:
    language, typed, on_pledging, on_reporting = case
    example = "1,250.50" if language == "en" else "1250,50"
    page = signed(language)
    workshop.deliver()
    own = workshop.manage_link("ada@example.org")
    sent = {"name": "Bea", "email": "bea@example.org", "pledge": "give", "pledge-give-amount": typed}
    for path in (f"/letters/ask-more/sign?lang={language}", f"{own}/pledges"):
        assert visitor.post(path, sent).status_code == 422, path
        said = error(visitor, "pledge-give-amount")
        assert said.startswith(on_pledging)
        assert example in said.replace("1.250", "1250")
        assert typed in {field.get("value") for field in visitor.page.find_all("input")}
    assert visitor.post(page, {"give-outcome": "partly", "give-amount": typed}).status_code == 422
    said = error(visitor, "give-amount")
    assert said.startswith(on_reporting)
    assert example in said.replace("1.250", "1250")
    assert visitor.page.find(id="give-amount")["value"] == typed
    assert (commitment(workshop).amount, commitment(workshop).delivered) == (50000, None)


@pytest.mark.parametrize(
    ("language", "typed", "said"),
    [
        ("en", "1.500,50", "Decimals come after “.” here. If you mean 1,500.50, write it like that."),
        ("es", "1,500.50", "Aquí los decimales van después de «,». Si quiere decir 1.500,50, escríbalo así."),
    ],
)
def test_who_writes_decimals_as_another_language_does_is_told_how_it_is_meant(
    visitor: Visitor, signed: Callable[[str], str], language: str, typed: str, said: str
) -> None:
    page = signed(language)
    sent = {"name": "Bea", "email": "bea@example.org", "pledge": "give", "pledge-give-amount": typed}
    assert visitor.post(f"/letters/ask-more/sign?lang={language}", sent).status_code == 422
    assert error(visitor, "pledge-give-amount") == said
    assert visitor.post(page, {"give-outcome": "partly", "give-amount": typed}).status_code == 422
    assert error(visitor, "give-amount") == said


@pytest.mark.parametrize("link", LINKS)
def test_evidence_that_is_no_page_of_the_web_is_refused(
    workshop: Workshop, visitor: Visitor, signed: Callable[[str], str], link: str
) -> None:
    page = signed("en")
    assert visitor.post(page, {"give-outcome": "kept", "give-evidence": link}).status_code == 422
    said = "Give a link that begins with https:// or http://, such as https://example.org/receipt."
    assert error(visitor, "give-evidence") == said
    assert visitor.page.find(id="give-evidence")["value"] == link
    assert visitor.page.find("input", {"name": "give-outcome", "value": "kept"}).has_attr("checked")
    assert commitment(workshop).reported_at is None
