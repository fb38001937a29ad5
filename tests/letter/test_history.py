"""The history of a letter's text: public, whole, and with its differences word by word."""

import hashlib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pledges.letter.differences import compare
from pledges.letter.models import LetterText
from tests.letter.revisions import CHANGE, CORRECTION, revise, translated
from tests.people import Visitor, Workshop

HISTORY = "/letters/ask-more/history"
HOSTILE = "<script>alert(1)</script> & <img src=x>"


def written(visitor: Visitor, kind: str) -> list[str]:
    """What stands in the page's `del` or `ins`, without what only screen readers say."""
    for spoken in visitor.page.select(".visually-hidden"):
        spoken.decompose()
    page = visitor.page
    for spoken in page.select(".visually-hidden"):
        spoken.decompose()
    return [found.get_text() for found in page.find_all(kind)]


def test_the_history_shows_each_revision_with_when_why_its_sha256_and_what_differs(
    workshop: Workshop, visitor: Visitor
) -> None:
    workshop.letter()
    (corrected,) = revise(workshop, CORRECTION, "We ask **more** of you all.", reason="A word was missing")
    (changed,) = revise(workshop, CHANGE, "We ask **less** of you all.", reason="We ask for less now")
    assert visitor.get(HISTORY).status_code == 200
    assert [h.get_text(" ", strip=True) for h in visitor.page.find_all("h3")] == [
        "Version 3 change",
        "Version 2 correction",
        "Version 1 first text",
    ]
    found = [[words.strip() for words in written(visitor, kind)] for kind in ("del", "ins")]
    assert (found[0], found[1]) == (["more"], ["less", "all"])
    for told in ("A word was missing", "We ask for less now", corrected.text.sha256, changed.text.sha256):
        assert told in visitor.text
    spoken = visitor.page.find("del").get_text()
    assert spoken == "[removed: more] "


def test_each_old_text_can_be_read_whole_and_its_sha256_proved(workshop: Workshop, visitor: Visitor) -> None:
    translated(workshop)
    revise(workshop, CHANGE, "We ask **less** of you.")
    visitor.get(HISTORY)
    hrefs = [a["href"] for a in visitor.page.select("main a")]
    assert {f"{HISTORY}/1", f"{HISTORY}/2", f"{HISTORY}/1?lang=es", f"{HISTORY}/1.md?lang=es"} <= set(hrefs)
    assert "<strong>more</strong>" in visitor.get(f"{HISTORY}/1").text
    assert "This is version 1, an earlier text" in visitor.text
    visitor.get(f"{HISTORY}/2")
    assert "This is version 2, the present text" in visitor.text
    assert "<strong>más</strong>" in visitor.get(f"{HISTORY}/1?lang=es").text
    for number in (1, 2):
        answer = visitor.get(f"{HISTORY}/{number}.md")
        assert answer.mimetype == "text/plain"
        assert hashlib.sha256(answer.data).hexdigest() in visitor.get(f"{HISTORY}/{number}").text


@pytest.mark.parametrize("path", ["/3", "/0", "/x", "/1/2", "/99999999999999999999", "/3.md", "/2?lang=es"])
def test_a_version_that_there_is_not_is_not_found(workshop: Workshop, visitor: Visitor, path: str) -> None:
    translated(workshop)
    revise(workshop, CHANGE)
    assert visitor.get(f"{HISTORY}{path}").status_code == 404


def test_a_version_that_says_again_what_was_signed_says_so(workshop: Workshop, visitor: Visitor) -> None:
    workshop.letter()
    revise(workshop, CHANGE)
    revise(workshop, CHANGE, "We ask **more** of you.")
    visitor.get(HISTORY)
    assert visitor.text.count("Word for word") == 1
    (version,) = [one for one in visitor.page.select(".versions__one") if "Word for word" in one.get_text()]
    assert version["id"] == "en-3"
    assert "Word for word version 1 again" in version.get_text()


def test_a_draft_has_no_history_for_the_public(workshop: Workshop, visitor: Visitor) -> None:
    workshop.letter(opened=False)
    for path in (HISTORY, f"{HISTORY}/1", f"{HISTORY}/1.md"):
        assert visitor.get(path).status_code == 404


def test_texts_in_the_history_stay_text(workshop: Workshop, visitor: Visitor) -> None:
    workshop.letter()
    revise(workshop, CHANGE, f"{HOSTILE} \u202etxet", reason=HOSTILE)
    page = visitor.get(HISTORY).text
    assert "<script" not in page
    assert "<img" not in page
    assert "\u202e" not in page
    assert "&lt;script&gt;" in page


def test_history_and_letter_are_kept_until_the_text_is_revised(workshop: Workshop, visitor: Visitor) -> None:
    workshop.letter()
    paths = (HISTORY, "/letters/ask-more", "/api/v1/letters/ask-more", f"{HISTORY}/1")
    tags = {path: visitor.get(path).headers["ETag"] for path in paths}
    for path, tag in tags.items():
        assert "public" in visitor.get(path).headers["Cache-Control"]
        assert visitor.get(path, headers={"If-None-Match": tag}).status_code == 304
    revise(workshop, CORRECTION)
    for path, tag in tags.items():
        assert visitor.get(path, headers={"If-None-Match": tag}).status_code == 200, path


def test_the_letters_page_says_what_changed_and_leads_to_the_history(workshop: Workshop, visitor: Visitor) -> None:
    workshop.letter()
    visitor.get("/letters/ask-more")
    assert "Changed on" not in visitor.text
    assert visitor.page.find("a", href=HISTORY)
    revise(workshop, CHANGE, reason="We ask for less now")
    (revision,) = revise(workshop, CORRECTION, "We ask **less** of you all.", reason="A word was missing")
    visitor.get("/letters/ask-more")
    assert "We ask for less now" in visitor.text.partition("Changed on")[2]
    assert "A word was missing" in visitor.text.partition("Corrected on")[2]
    assert revision.text.sha256 in visitor.text


def a_text(markdown: str, title: str = "Title") -> LetterText:
    return LetterText(title=title, addressee="To", markdown=markdown)


def test_differences_keep_the_words_that_stayed() -> None:
    found = compare(
        a_text("One.\n\nTwo small words.\n\nThree.\n"), a_text("One.\n\nTwo big words.\n\nThree.\n", "Other")
    )
    assert [(piece.fate.value, piece.words) for piece in found.passages[0].pieces] == [
        ("kept", "Two "),
        ("removed", "small "),
        ("added", "big "),
        ("kept", "words."),
    ]
    assert len(found.passages) == 1
    assert (found.title.before, found.title.after) == ("Title", "Other")
    assert not found.addressee


@pytest.mark.parametrize(
    ("before", "after"), [("One.\n", "One.\n\nTwo.\n"), ("One.\n\nTwo.\n", "Two.\n"), ("A\n", "B\n")]
)
def test_differences_put_together_make_both_texts(before: str, after: str) -> None:
    (passage,) = compare(a_text(before), a_text(after)).passages
    assert passage.before in before
    assert passage.after in after


WORDS = ["We", "ask", "for", "**fair**", "nights", ",", ".", ", ", " ", "  "]
SENTENCES = st.lists(st.sampled_from(WORDS)).map(" ".join)


@given(before=SENTENCES, after=SENTENCES)
@example("Dos enfermeras por planta.", "Dos enfermeras, siempre, por planta.")
@example("We ask for **fair** nights now.", "We ask for **fair** nights.")
def test_what_differs_misquotes_neither_text(before: str, after: str) -> None:
    found = compare(a_text("x", before), a_text("x", after)).title
    if found:
        assert (_spaced(found.before), _spaced(found.after)) == (_spaced(before), _spaced(after))


def _spaced(text: str) -> str:
    """As it is read: how wide a space is makes no difference."""
    return " ".join(text.split())


def test_a_long_letter_written_anew_is_compared_in_a_moment() -> None:
    import time

    old = " ".join(f"word{n % 900}" for n in range(15000))
    new = " ".join(f"word{n % 700}" for n in range(15000))
    began = time.monotonic()
    compare(a_text(old), a_text(new))
    some = " ".join(f"word{n % 90}" for n in range(1400))
    compare(a_text(some), a_text(some.replace("word7", "other").replace("word3", "another")))
    compare(a_text(old.replace(" ", "\n")), a_text(new.replace(" ", "\n")))
    assert time.monotonic() - began < 20


def test_lines_broken_elsewhere_are_no_difference_and_paragraphs_are() -> None:
    before, rewrapped = "One two\nthree four.\n", "One\ntwo three\nfour.\n"
    (passage,) = compare(a_text(before), a_text(rewrapped)).passages
    assert {piece.fate.value for piece in passage.pieces} == {"kept"}
    (passage,) = compare(a_text("One two three.\n"), a_text("One two\n\nthree.\n")).passages
    assert {piece.fate.value for piece in passage.pieces} == {"kept", "removed", "added"}
