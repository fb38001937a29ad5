"""Search among the listed names: by the beginning of any word, folded."""

from urllib.parse import urlencode

import pytest

from pledges import cursor
from pledges.moderation import deciding
from pledges.signature.states import State
from pledges.signature.words import Display
from tests.crowds import crowd, in_state
from tests.people import Visitor, Workshop
from tests.signature.test_public_list import HOSTILE, names, walk

LISTED = [
    "María Núñez",
    "Łukasz Żółć",
    "Ольга Петрова",
    "王小明",
    "김철수",
    "Χαρά Παπαδοπούλου",
    "Nguyễn Thị Hoa",
    "Jean-Luc O'Neil",
    "J.R.R. Tolkien",
    "Straßer Öğüt",
    "MacDonald McDonald",
    "100 % Percent_Name",
    "Ana Ana",
    "Anastasia Annan",
]

FOUND = [
    ("maria", ["María Núñez"]),
    ("MARÍA", ["María Núñez"]),
    ("mari\u0301a", ["María Núñez"]),
    ("nun", ["María Núñez"]),
    ("  núñ  ", ["María Núñez"]),
    ("luka", ["Łukasz Żółć"]),
    ("zol", ["Łukasz Żółć"]),
    ("Żó", ["Łukasz Żółć"]),
    ("оль", ["Ольга Петрова"]),
    ("ПЕТР", ["Ольга Петрова"]),
    ("petr", ["Ольга Петрова"]),
    ("王", ["王小明"]),
    ("김", ["김철수"]),
    ("χαρ", ["Χαρά Παπαδοπούλου"]),
    ("ΠΑΠΑ", ["Χαρά Παπαδοπούλου"]),
    ("nguyen hoa", ["Nguyễn Thị Hoa"]),
    ("hoa nguyen", ["Nguyễn Thị Hoa"]),
    ("luc", ["Jean-Luc O'Neil"]),
    ("o'neil", ["Jean-Luc O'Neil"]),
    ("jean-luc", ["Jean-Luc O'Neil"]),
    ("tolk j", ["J.R.R. Tolkien"]),
    ("strasser", ["Straßer Öğüt"]),
    ("öğ", ["Straßer Öğüt"]),
    ("mc", ["MacDonald McDonald"]),
    ("mac mc", ["MacDonald McDonald"]),
    ("ana", ["Ana Ana", "Anastasia Annan"]),
    ("ana ann", ["Anastasia Annan"]),
    ("percent", ["100 % Percent_Name"]),
    ("100", ["100 % Percent_Name"]),
]

NOT_FOUND = [
    "unez",
    "onald",
    "maria petrova",
    "example",
    "%",
    "_",
    "%aria",
    "m_ria",
    "_aria",
    "100%25",
    "\\",
    "'",
    "' OR 1=1 --",
    "*",
    "😀",
    "ada",
    "editor",
]


@pytest.fixture
def listed(workshop: Workshop) -> Workshop:
    crowd(workshop, workshop.letter(), LISTED)
    return workshop


def search(visitor: Visitor, q: str) -> list[str]:
    assert visitor.get("/letters/ask-more/signatories", query_string={"q": q}).status_code == 200
    return names(visitor)


def test_the_beginning_of_any_word_finds_a_name_however_it_is_spelt(listed: Workshop, visitor: Visitor) -> None:
    for q, found in FOUND:
        assert (q, sorted(search(visitor, q))) == (q, found)


def test_what_begins_no_word_finds_nothing_and_wildcards_are_only_characters(
    listed: Workshop, visitor: Visitor
) -> None:
    for q in NOT_FOUND:
        assert (q, search(visitor, q)) == (q, [])
        assert visitor.page.select_one("#q")["value"] == q
    assert search(visitor, "") == LISTED[::-1]
    assert search(visitor, "   ") == LISTED[::-1]


def test_a_name_without_a_separator_is_found_by_all_of_its_spelling_in_latin_letters(
    listed: Workshop, visitor: Visitor
) -> None:
    assert search(visitor, "wangxiao") == ["王小明"]
    assert search(visitor, "王小") == ["王小明"]


def test_only_shown_names_are_found(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter(anonymous="true")
    for display in Display:
        in_state(workshop, letter, State.APPROVED, f"{display}@example.org", f"Ada {display}", display=display)
    assert search(visitor, "ada") == ["Ada public"]
    for hidden in ("affiliation", "anonymous"):
        assert search(visitor, hidden) == []


def test_a_name_is_found_from_its_approval_until_it_is_taken_off(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter()
    signature = in_state(workshop, letter, State.APPROVED)
    assert search(visitor, "ada") == ["Ada Example"]
    with workshop.writing() as session:
        deciding.remove(session, letter, signature.id, reason="asked", account_id=None, now=workshop.now())
    assert search(visitor, "ada") == []
    with workshop.writing() as session:
        deciding.take_back(session, letter, signature.id, account_id=None, now=workshop.now())
        deciding.approve(session, letter, [signature.id], account_id=None, now=workshop.now())
    assert search(visitor, "ada") == ["Ada Example"]


def test_pages_of_a_search_hold_every_name_once(workshop: Workshop, visitor: Visitor) -> None:
    everyone = [f"Maria Marta {chr(97 + n % 26)}ma{n}" for n in range(120)] + ["Marta Only", "Other Name"]
    crowd(workshop, workshop.letter(), everyone)
    pages = walk(visitor, "/letters/ask-more/signatories?q=ma")
    assert [len(page) for page in pages] == [25, 25, 25, 25, 21]
    found = [name for page in pages for name in page]
    assert sorted(found) == sorted(everyone[:-1])
    assert visitor.page.select_one("#q")["value"] == "ma"
    pages = walk(visitor, "/letters/ask-more/signatories?q=ma+mart")
    assert sorted(name for page in pages for name in page) == sorted(everyone[:-1])


def test_two_words_find_every_name_once_though_the_first_is_the_beginning_of_many(
    workshop: Workshop, visitor: Visitor
) -> None:
    """More whole words than are looked up at once, some of them before no such second word, some names twice."""
    found = [f"Ma{chr(97 + n // 26)}{chr(97 + n % 26)} Bo" for n in range(120)] + ["Mab Maz Boris Bob", "Bo Mara"]
    crowd(workshop, workshop.letter(), [*found, "Maxi Other", "Bo Only", *(f"Mat{n} Cal" for n in range(9))])
    assert sorted(name for page in walk(visitor, "/letters/ask-more/signatories?q=ma+bo") for name in page) == sorted(
        found
    )
    assert search(visitor, "bo ma bor") == ["Mab Maz Boris Bob"]


def test_any_two_words_of_a_long_name_find_it_in_any_order(workshop: Workshop, visitor: Visitor) -> None:
    crowd(workshop, workshop.letter(), ["Ana Berta Clara Dora Eva", "Uma Vera Wanda Xenia Yara Zoe"])
    assert search(visitor, "dora ana") == search(visitor, "berta eva") == ["Ana Berta Clara Dora Eva"]
    assert search(visitor, "yara vera uma") == search(visitor, "zoe") == ["Uma Vera Wanda Xenia Yara Zoe"]
    assert search(visitor, "ana vera") == []


def test_a_hostile_search_is_shown_as_text(workshop: Workshop, visitor: Visitor) -> None:
    workshop.letter()
    for q in HOSTILE:
        assert search(visitor, q) == []
        assert visitor.page.select_one("#q")["value"] == q
        assert not visitor.page.select("main script, main img, [onmouseover], [onerror]")


@pytest.mark.parametrize(
    "after",
    [
        "x",
        cursor.encode(1, 1),
        cursor.encode("", 1),
        cursor.encode("ada\0", 1),
        cursor.encode("\ud800", 1),
        cursor.encode("ada", 2**62),
        cursor.encode("ada", "1"),
    ],
)
def test_an_unknown_page_of_a_search_is_refused(listed: Workshop, visitor: Visitor, after: str) -> None:
    assert visitor.get(f"/letters/ask-more/signatories?q=a&after={after}").status_code == 400


@pytest.mark.parametrize("q", ["a\x00", "a\u202e", "a" * 121, "a\ufffd"])
def test_a_search_that_is_no_name_is_refused(listed: Workshop, visitor: Visitor, q: str) -> None:
    assert visitor.get("/letters/ask-more/signatories", query_string={"q": q}).status_code == 400
    assert "Search for a name or the beginning of one" in visitor.text
    assert "send the form again" not in visitor.text


@pytest.mark.parametrize("name", ["ä" * 119, "龘" * 120, "Æ" * 120, "ab " * 39 + "ab"])
def test_pages_of_a_search_among_the_longest_names_hold_every_name_once(
    workshop: Workshop, visitor: Visitor, name: str
) -> None:
    crowd(workshop, workshop.letter(), [name] * 101)
    pages = walk(visitor, f"/letters/ask-more/signatories?{urlencode({'q': name[:2]})}")
    assert [len(page) for page in pages] == [25, 25, 25, 25, 1]
