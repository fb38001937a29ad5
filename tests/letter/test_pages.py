"""The public pages of letters."""

import json
from datetime import UTC, datetime

import pytest
import time_machine

from pledges import clock
from pledges.letter import publishing
from pledges.letter.queries import get_letter
from tests.letter.files import HEAD, read
from tests.people import Visitor, Workshop

SPANISH = "translations:\n- {language: es, title: Pídannos más, to: La junta, body: Les pedimos **más**.}"


def open_letter(workshop: Workshop, *lines: str, head: str = HEAD) -> None:
    with workshop.writing() as session:
        letter = publishing.create(session, read(*lines, head=head), now=clock.now())
        publishing.open_letter(session, letter, now=clock.now())


def close(workshop: Workshop, slug: str) -> None:
    with workshop.writing() as session:
        publishing.close(session, get_letter(session, slug), now=clock.now())


def test_the_front_page_says_that_there_is_no_letter(visitor: Visitor) -> None:
    assert visitor.get("/").status_code == 200
    assert "There is no letter yet." in visitor.text


def test_the_front_page_lists_open_letters_then_closed_ones_and_no_draft(workshop: Workshop, visitor: Visitor) -> None:
    for number in range(1, 5):
        workshop.letter(f"letter-{number}", title=f"Letter {number}")
    workshop.letter("sketch", opened=False)
    for slug in ("letter-1", "letter-3"):
        close(workshop, slug)
    visitor.get("/")
    links = [link["href"] for link in visitor.page.select("main h2 a")]
    assert links == ["/letters/letter-4", "/letters/letter-2", "/letters/letter-3", "/letters/letter-1"]
    assert visitor.text.count("Closed") == 2
    assert visitor.text.index("Letter 2") < visitor.text.index("Closed")


def test_the_front_page_shows_each_letters_count(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter()
    workshop.letter("other")
    for n in range(3):
        workshop.confirmed(letter, f"ada{n}@example.org")
    visitor.get("/")
    other, signed = (count.get_text().split()[0] for count in visitor.page.select(".count"))
    assert (other, signed) == ("0", "3")


def test_the_front_page_shows_a_letter_in_the_readers_language_where_it_has_it(
    workshop: Workshop, visitor: Visitor
) -> None:
    open_letter(workshop, SPANISH)
    visitor.get("/?lang=es")
    link = visitor.page.select_one("main h2 a")
    assert (link.get_text(), link["href"]) == ("Pídannos más", "/letters/ask-more?lang=es")
    assert visitor.page.html["lang"] == "es"
    visitor.get("/?lang=xx")
    assert visitor.page.select_one("main h2 a").get_text() == "Ask more of us"


def test_a_draft_is_as_unknown_as_no_letter(workshop: Workshop, visitor: Visitor) -> None:
    workshop.letter("sketch", title="Not yet", opened=False)
    for page in ("", "/signatories", "/check-email", "/thanks"):
        drafted = visitor.get(f"/letters/sketch{page}")
        assert drafted.status_code == 404
        assert "Not yet" not in visitor.text
        unknown = visitor.get(f"/letters/nobody{page}")
        assert (unknown.status_code, unknown.data) == (404, drafted.data)


def test_the_letters_page_shows_all_of_it(workshop: Workshop, visitor: Visitor) -> None:
    open_letter(workshop, "hashtag: AskMore", "goal: 1500")
    visitor.get("/letters/ask-more")
    page = visitor.page
    assert page.select_one("h1").get_text() == "Ask more of us"
    assert "To: The board" in visitor.text
    assert "#AskMore" in visitor.text
    assert page.select_one(".letter__text strong").get_text() == "more"
    assert "1,500" in page.select_one(".count").get_text()
    assert page.select_one("progress")["max"] == "1500"
    with workshop.writing() as session:
        assert get_letter(session, "ask-more").text_in(None).sha256 in visitor.text
    assert page.select_one("form[method=post]")["action"].partition("#")[0] == "/letters/ask-more/sign"


def test_a_translation_is_shown_with_its_own_words_and_the_way_back(workshop: Workshop, visitor: Visitor) -> None:
    open_letter(workshop, SPANISH)
    assert visitor.get("/letters/ask-more?lang=es").status_code == 200
    page = visitor.page
    assert (page.html["lang"], page.html["dir"]) == ("es", "ltr")
    assert page.select_one("h1").get_text() == "Pídannos más"
    assert page.select_one(".letter__text strong").get_text() == "más"
    assert [a["href"] for a in page.select("a[hreflang]")] == ["/letters/ask-more"]
    assert page.select_one("form[method=post]")["action"].partition("#")[0] == "/letters/ask-more/sign?lang=es"


def test_an_unknown_language_falls_back_to_the_letters_own(workshop: Workshop, visitor: Visitor) -> None:
    open_letter(workshop, SPANISH)
    plain = visitor.get("/letters/ask-more").data
    for lang in ("xx", "fr", "", "es-MX", "en", "%00", "../..", "x" * 3000):
        answer = visitor.get(f"/letters/ask-more?lang={lang}", headers={"Accept-Language": "es"})
        assert (answer.status_code, answer.data) == (200, plain)


def test_a_text_that_runs_to_the_left_says_so(workshop: Workshop, visitor: Visitor) -> None:
    open_letter(workshop, head=HEAD.replace("language: en", "language: ar"))
    visitor.get("/letters/ask-more")
    assert (visitor.page.html["lang"], visitor.page.html["dir"]) == ("ar", "rtl")


def test_what_the_head_says_can_not_become_markup(workshop: Workshop, visitor: Visitor) -> None:
    hostile = "\"><script>alert(1)</script><img src=x onerror='alert(1)'>{{ 7*7 }}"
    quoted = json.dumps(hostile)
    open_letter(
        workshop,
        f"translations:\n- {{language: es, title: {quoted}, to: {quoted}, body: x}}",
        head=HEAD.replace("Ask more of us", quoted).replace("The board", quoted),
    )
    for path in ("/", "/?lang=es", "/letters/ask-more", "/letters/ask-more?lang=es", "/letters/ask-more/signatories"):
        visitor.get(path)
        assert not visitor.page.select("script:not([src]), img, [onerror]")
        assert hostile in visitor.page.get_text()


def test_a_list_that_shows_none_of_those_who_signed_says_so(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter()
    for path in ("/letters/ask-more", "/letters/ask-more/signatories"):
        visitor.get(path)
        assert "Yours can be the first." in visitor.text
    workshop.confirmed(letter)
    for path in ("/letters/ask-more", "/letters/ask-more/signatories"):
        visitor.get(path)
        assert "No name is shown yet." in visitor.text
        assert "the first." not in visitor.text


def test_a_closed_letter_is_read_without_a_form(workshop: Workshop, visitor: Visitor) -> None:
    workshop.letter()
    close(workshop, "ask-more")
    assert visitor.get("/letters/ask-more").status_code == 200
    assert "This letter is closed" in visitor.text
    assert not visitor.page.select("form[method=post]")


def test_a_letters_form_goes_in_the_moment_its_date_passes(workshop: Workshop, visitor: Visitor) -> None:
    with time_machine.travel(datetime(2027, 3, 8, 23, 59, 59, tzinfo=UTC), tick=False) as now:
        workshop.letter(closes="2027-03-08")
        visitor.get("/letters/ask-more")
        assert visitor.page.select("form[method=post]")
        now.shift(1)
        visitor.get("/letters/ask-more")
        assert not visitor.page.select("form[method=post]")


@pytest.mark.parametrize(("closes", "said"), [("2027-03-08", "March 8"), ("2027-03-08T18:00:00Z", "March 8")])
def test_an_open_letter_says_until_which_day_it_is_open(
    workshop: Workshop, visitor: Visitor, closes: str, said: str
) -> None:
    with time_machine.travel("2027-03-01T12:00:00Z", tick=False) as time:
        open_letter(workshop, f"closes: {closes}", SPANISH)
        visitor.get("/letters/ask-more")
        assert f"Open until {said}, 2027" in visitor.text
        visitor.get("/letters/ask-more?lang=es")
        assert "8 de marzo de 2027" in visitor.text
        time.move_to("2027-03-09T00:00:00Z")
        visitor.get("/letters/ask-more")
        assert "Open until" not in visitor.text
        assert "This letter is closed" in visitor.text


def test_a_letter_without_an_end_and_one_that_was_closed_early_say_no_day(workshop: Workshop, visitor: Visitor) -> None:
    workshop.letter("endless")
    workshop.letter(closes="2999-03-08")
    for slug in ("endless", "ask-more"):
        visitor.get(f"/letters/{slug}")
        assert ("Open until" in visitor.text) is (slug == "ask-more")
    close(workshop, "ask-more")
    visitor.get("/letters/ask-more")
    assert "Open until" not in visitor.text


def test_what_is_no_slug_is_404(visitor: Visitor) -> None:
    for slug in ("No-Such", "a_b", "-a", "a" * 300, "a/b", "", "%00", "ñ"):
        assert visitor.get(f"/letters/{slug}").status_code == 404
