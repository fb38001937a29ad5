"""The interface's languages: its catalogs, and which words and figures a reader gets."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine
from babel.messages.catalog import Catalog
from babel.messages.frontend import CommandLineInterface
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from pledges.languages import figure
from pledges.letter.models import Letter
from tests.mailing import link, plain
from tests.people import Visitor, Workshop

ROOT = Path(__file__).resolve().parent.parent
CATALOGS = ROOT / "pledges/translations"
SPANISH = CATALOGS / "es/LC_MESSAGES/messages.po"
KEYWORDS = ("_", "gettext", "ngettext:1,2", "lazy_gettext")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")

TRANSLATIONS = """
  - language: es
    title: Pídannos más
    to: La junta
    body: |
      Les pedimos **más**.
  - language: fr
    title: Demandez-nous plus
    body: |
      Nous demandons **plus**.
  - language: ar
    title: اطلبوا منا المزيد
    body: |
      نطلب **المزيد**."""

ABSURD_LANGUAGES = (
    *("", "xx", "ES", "es-", "es es", "../../../etc/passwd", "<script>", "%s%(n)s", "%00", "%E2%80%AE"),
    *("es%0d%0aX-A:b", "a" * 5000, "-" * 300, "es_ES.UTF-8", "zh-Hant-TW-x-private", "None", "0"),
)
ACCEPTED = {
    "es": "es",
    "ES": "es",
    "es-419": "es",
    "es_ES": "es",
    "es-MX,es;q=0.9,en;q=0.8": "es",
    "fr,es;q=0.5,en;q=0.4": "es",
    "en,es;q=0.9": "en",
    "es;q=0": "en",
    "*": "en",
    "": "en",
    "fr": "en",
    "\x7f\xff\xe9": "en",
    ",,;;=,q=1;": "en",
    "es;q=nan": "en",
    "es;q=1e999": "en",
    "es;q=-1": "en",
    "a," * 3000: "en",
    "-" * 4000: "en",
    "x" * 8000: "en",
}


def read_catalog(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_mo(file) if path.suffix == ".mo" else read_po(file, locale="es")


def messages(path: Path) -> dict[tuple[str, ...], tuple[str, ...]]:
    return {forms(message.id): forms(message.string) for message in read_catalog(path) if message.id}


def forms(text: str | list[str] | tuple[str, ...]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


def english_words() -> Iterator[str]:
    for ids, strings in messages(SPANISH).items():
        if ids != strings:
            yield from (text for text in ids if not PLACEHOLDER.search(text))


def english_left_in(text: str) -> list[str]:
    """The interface's English messages that stand in a text."""
    return [words for words in english_words() if re.search(rf"(?<!\w){re.escape(words)}(?!\w)", text)]


@pytest.fixture
def letter(workshop: Workshop) -> Letter:
    return workshop.letter(goal=12345, translations=TRANSLATIONS)


def test_every_message_is_translated() -> None:
    catalog = read_catalog(SPANISH)
    missing = [message.id for message in catalog if message.id and not all(forms(message.string))]
    guessed = [message.id for message in catalog if message.id and message.fuzzy]
    assert len(catalog) > 200
    assert (missing, guessed) == ([], [])


def test_translations_fill_in_what_their_messages_do() -> None:
    for ids, strings in messages(SPANISH).items():
        assert len(ids) == len(strings)
        for english, spanish in zip(ids, strings, strict=True):
            wanted, got = Counter(PLACEHOLDER.findall(english)), Counter(PLACEHOLDER.findall(spanish))
            assert got == wanted, spanish
            assert "%" not in PLACEHOLDER.sub("", spanish), spanish


def test_translations_end_as_their_messages_do() -> None:
    for ids, strings in messages(SPANISH).items():
        for english, spanish in zip(ids, strings, strict=True):
            assert spanish == " ".join(spanish.split())
            assert spanish[-1:] == english[-1] or english[-1] not in ".:", english


def test_compiled_catalog_is_that_of_the_written_one() -> None:
    translated = {ids: strings for ids, strings in messages(SPANISH).items() if all(strings)}
    assert messages(SPANISH.with_suffix(".mo")) == translated, "make translations"


def test_catalogs_hold_the_words_of_the_sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    found = tmp_path / "messages.pot"
    keywords = [option for keyword in KEYWORDS for option in ("-k", keyword)]
    CommandLineInterface().run(["pybabel", "-q", "extract", "-F", "pyproject.toml", *keywords, "-o", str(found), "."])
    assert set(messages(found)) == set(messages(CATALOGS / "messages.pot")), "make translations"
    assert set(messages(found)) == set(messages(SPANISH)), "make translations"


def test_catalogs_hold_no_date_that_a_run_changes() -> None:
    assert "POT-Creation-Date" not in (CATALOGS / "messages.pot").read_text("utf-8")
    assert re.search(r"^\"POT-Creation-Date: \d{4}-", SPANISH.read_text("utf-8"), re.MULTILINE)


def test_spanish_text_has_a_spanish_page(visitor: Visitor, letter: Letter) -> None:
    assert visitor.get("/letters/ask-more?lang=es").status_code == 200
    assert (visitor.page.html["lang"], visitor.page.html["dir"]) == ("es", "ltr")
    assert visitor.page.select_one("form button.button").get_text() == "Firmar"
    assert visitor.page.select_one("#sign-title").get_text() == "Firme esta carta"
    assert visitor.page.select_one("label[for=email]").get_text() == "Su dirección de correo"
    assert visitor.page.select_one("option[value=DE]").get_text() == "Alemania"


def test_no_english_is_left_on_spanish_pages(visitor: Visitor, letter: Letter) -> None:
    for path in ("/", "/privacy", *(f"/letters/ask-more{rest}" for rest in ("", "/signatories", "/check-email"))):
        assert visitor.get(f"{path}?lang=es").status_code == 200
        assert visitor.page.html["lang"] == "es"
        assert english_left_in(visitor.text) == [], path
    visitor.get("/letters/ask-more")
    assert {"Sign", "Sign this letter", "Country"} <= set(english_left_in(visitor.text))


def test_spanish_form_says_in_spanish_what_is_wrong(visitor: Visitor, letter: Letter) -> None:
    assert visitor.post("/letters/ask-more/sign?lang=es", {"name": "", "email": "a@b"}).status_code == 422
    assert "Faltan 2 cosas por corregir:" in visitor.text
    assert "Su nombre: Escriba su nombre tal como debe figurar al pie de la carta." in visitor.text
    assert english_left_in(visitor.text) == []
    visitor.post("/letters/ask-more/sign?lang=es", {"name": "Ada", "email": "a@b"})
    assert "Falta una cosa por corregir:" in visitor.text


def test_one_and_many_read_as_spanish_has_them(workshop: Workshop, visitor: Visitor, letter: Letter) -> None:
    seen = []
    for number in range(3):
        visitor.get("/letters/ask-more?lang=es")
        seen += re.findall(r"\d+ personas? han? firmado", visitor.text)
        workshop.confirmed(letter, f"ada{number}@example.org")
    assert seen == ["0 personas han firmado", "1 persona ha firmado", "2 personas han firmado"]


def test_front_page_speaks_the_language_of_the_browser(visitor: Visitor, letter: Letter) -> None:
    for header, language in ACCEPTED.items():
        assert visitor.get("/", headers={"Accept-Language": header}).status_code == 200, header[:40]
        heading = {"es": "Cartas abiertas", "en": "Open letters"}[language]
        assert (visitor.page.html["lang"], visitor.page.h1.get_text()) == (language, heading), header[:40]
    visitor.get("/?lang=en", headers={"Accept-Language": "es"})
    assert visitor.page.h1.get_text() == "Open letters"


def test_error_page_speaks_the_language_of_the_browser(visitor: Visitor) -> None:
    assert visitor.get("/letters/none", headers={"Accept-Language": "es-AR"}).status_code == 404
    assert (visitor.page.html["lang"], visitor.page.h1.get_text()) == ("es", "No existe esa carta")
    assert english_left_in(visitor.text) == []


def test_absurd_language_in_the_address_is_as_none(visitor: Visitor, letter: Letter) -> None:
    for language in ABSURD_LANGUAGES:
        for path in ("/", "/privacy", "/letters/ask-more", "/letters/ask-more/signatories", "/letters/none"):
            answer = visitor.get(f"{path}?lang={language}")
            assert answer.status_code == (404 if path.endswith("none") else 200), (path, language[:40])
            assert visitor.page.html["lang"] == "en", (path, language[:40])


def test_who_signs_in_spanish_is_spoken_to_in_spanish(workshop: Workshop, visitor: Visitor, letter: Letter) -> None:
    with time_machine.travel("2027-03-08T12:00:00Z", tick=True):
        visitor.post("/letters/ask-more/sign?lang=es", {"name": "Ada Example", "email": "ada@example.org"})
        (mail,) = workshop.deliver()
        assert (mail["Subject"], mail["Content-Language"]) == ("Confirme su firma: Pídannos más", "es")
        assert "Hola, Ada Example: Está a punto de firmar esta carta abierta:" in " ".join(plain(mail).split())
        assert '<html lang="es" dir="ltr">' in mail.get_body(("html",)).get_content()
        assert english_left_in(plain(mail)) == []

        visitor.get(link(mail, "confirm"))
        assert visitor.page.h1.get_text() == "Confirme su firma"
        visitor.press("/confirm/")
        assert (visitor.page.html["lang"], visitor.page.h1.get_text()) == ("es", "Gracias por firmar")
        (thanks,) = workshop.deliver()
        assert thanks["Subject"] == "Usted ha firmado: Pídannos más"
        visitor.get(link(thanks, "manage"))
    assert "Usted firmó «Pídannos más» el 8 de marzo de 2027." in visitor.text
    assert english_left_in(visitor.text) == []


def test_who_signs_in_english_gets_english_mail_beside(workshop: Workshop, letter: Letter) -> None:
    workshop.sign(letter)
    (mail,) = workshop.deliver()
    assert (mail["Subject"], mail["Content-Language"]) == ("Confirm your signature: Ask more of us", "en")


@pytest.mark.parametrize(("language", "direction"), [("fr", "ltr"), ("ar", "rtl")])
def test_text_in_another_language_has_its_direction_and_english_words(
    visitor: Visitor, letter: Letter, language: str, direction: str
) -> None:
    visitor.get(f"/letters/ask-more?lang={language}", headers={"Accept-Language": "es"})
    assert (visitor.page.html["lang"], visitor.page.html["dir"]) == (language, direction)
    assert visitor.page.select_one("#sign-title").get_text() == "Sign this letter"
    assert visitor.page.h1.get_text() == {"fr": "Demandez-nous plus", "ar": "اطلبوا منا المزيد"}[language]


def test_figures_read_as_the_language_expects(visitor: Visitor, letter: Letter) -> None:
    assert [figure(number, "es") for number in (999, 1234, 12345, 1234567)] == ["999", "1.234", "12.345", "1.234.567"]
    assert [figure(number, "en") for number in (999, 1234, 12345, 1234567)] == ["999", "1,234", "12,345", "1,234,567"]
    visitor.get("/letters/ask-more?lang=es")
    assert "12.345" in visitor.text
    visitor.get("/letters/ask-more")
    assert "12,345" in visitor.text
