"""A letter's translations stand beside it, each with its own title, addressee, body and pledges."""

import pytest

from pledges import clock
from pledges.letter import publishing
from pledges.letter.head import LetterFileWrong
from pledges.letter.queries import get_letter
from pledges.letter.rendering import fingerprint
from tests.letter.files import read
from tests.people import Workshop

PLEDGES = """pledges:
- {key: speak-up, kind: act, text: I will speak}
- {key: give, kind: amount, unit: USD, text: I will give}"""

SPANISH = """translations:
- language: es
  title: Pídannos más
  to: La junta
  body: |
    Les pedimos **más**.

    Y cumplimos.
  pledges: {speak-up: Hablaré, give: Daré}"""


def test_a_translation_is_kept_with_all_its_words(workshop: Workshop) -> None:
    with workshop.writing() as session:
        publishing.create(session, read(PLEDGES, SPANISH), now=clock.now())
    with workshop.writing() as session:
        letter = get_letter(session, "ask-more")
    assert list(letter.newest_texts()) == ["en", "es"]
    text = letter.text_in("es")
    assert (text.title, text.addressee, text.number) == ("Pídannos más", "La junta", 1)
    assert text.markdown == "Les pedimos **más**.\n\nY cumplimos.\n"
    assert "<strong>más</strong>" in text.html
    assert text.sha256 == fingerprint(text.markdown)
    assert letter.offered_pledges[0]["texts"] == {"en": "I will speak", "es": "Hablaré"}


def test_a_translation_that_names_nobody_is_to_whom_the_letter_is() -> None:
    file = read("translations:\n- {language: es, title: Más, body: Más.}")
    assert file.texts[1].addressee == "The board"


def test_texts_stand_in_the_letters_own_language_first(workshop: Workshop) -> None:
    others = "translations:\n- {language: de, title: Mehr, body: Mehr.}\n- {language: ar, title: أكثر, body: أكثر.}"
    with workshop.writing() as session:
        letter = publishing.create(session, read(others), now=clock.now())
    assert list(letter.newest_texts()) == ["en", "ar", "de"]


@pytest.mark.parametrize("asked", [None, "", "fr", "xx", "en"])
def test_a_language_that_there_is_not_falls_back_to_the_letters_own(workshop: Workshop, asked: str | None) -> None:
    with workshop.writing() as session:
        letter = publishing.create(session, read(PLEDGES, SPANISH), now=clock.now())
    assert letter.text_in(asked).language == "en"


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("- language: es\n  title: Más", r"line 10: 'translations', number 1, lacks 'body'"),
        ("- language: es\n  title: Más\n  body:", r"line 12: 'body' must not be empty"),
        ("- language: es\n  body: Más", r"line 10: 'translations', number 1, lacks 'title'"),
        ("- {language: EN, title: More, body: More}", r"line 10: 'language' en stands there already"),
        (
            "- {language: es, title: a, body: b}\n- {language: es, title: c, body: d}",
            r"line 11: 'language' es stands there already",
        ),
        ("- {language: spanish, title: a, body: b}", r"line 10: 'language' must be a language by BCP 47"),
        ("- {language: es, title: a, body: b, slug: c}", r"line 10: the key 'slug' is not known here"),
        (
            "- language: es\n  title: a\n  body: b\n  pledges: {speak-up: Hablaré}",
            r"line 13: 'pledges' lacks 'give'",
        ),
        (
            "- language: es\n  title: a\n  body: b\n  pledges: {speak-up: a, give: b, sing: c}",
            r"line 13: the key 'sing' is not known here",
        ),
    ],
)
def test_a_wrong_translation_is_named_with_its_line(lines: str, said: str) -> None:
    with pytest.raises(LetterFileWrong, match=said):
        read(PLEDGES, "translations:", lines)
