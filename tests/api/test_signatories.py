"""The public list as JSON: what it shows, and how one walks through it."""

from urllib.parse import urlencode

import pytest
import time_machine

from pledges.signature.states import Kind, State
from pledges.signature.words import Display
from tests.crowds import crowd, in_state
from tests.people import Visitor, Workshop

PATH = "/api/v1/letters/ask-more/signatories"
WORDS = {"role": "Nurse", "affiliation": "City Hospital", "country": "ES", "statement": "I <will>."}

CHECKS = {"address": True, "affiliation": False, "domain": None, "moderator": True}


def walk(visitor: Visitor, **query: object) -> list[list[str]]:
    pages, after = [], None
    while True:
        answer = visitor.get(f"{PATH}?{urlencode(query | ({'after': after} if after else {}))}")
        assert answer.status_code == 200
        pages.append([found["name"] for found in answer.json["signatories"]])
        after = answer.json["next"]
        if after is None:
            return pages


def test_the_list_has_exactly_this_shape(workshop: Workshop, visitor: Visitor) -> None:
    with time_machine.travel("2027-03-08T23:30:00Z", tick=False):
        letter = workshop.letter()
        in_state(workshop, letter, State.APPROVED, name="<b>Ada</b>", **WORDS)
        answer = visitor.get(PATH)
    assert answer.mimetype == "application/json"
    assert answer.json == {
        "letter": "ask-more",
        "signatories": [{"name": "<b>Ada</b>", **WORDS, "checks": CHECKS, "confirmed_on": "2027-03-08"}],
        "next": None,
    }


def test_each_shows_what_its_signatory_chose(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter(anonymous="true")
    for display in Display:
        in_state(workshop, letter, State.APPROVED, f"{display}@example.org", f"Ada {display}", display=display, **WORDS)
    affiliation, public = visitor.get(PATH).json["signatories"]
    assert (public["name"], public["country"]) == ("Ada public", "ES")
    shown = {key for key, value in affiliation.items() if value is not None}
    assert shown == {"role", "affiliation", "checks", "confirmed_on"}
    assert "Ada affiliation" not in visitor.text
    assert "Ada anonymous" not in visitor.text


def test_only_approved_people_are_listed(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter()
    for state in State:
        in_state(workshop, letter, state, f"{state}@example.org", f"Ada {state}")
    in_state(workshop, letter, State.APPROVED, "society@example.org", "Society", kind=Kind.ORGANIZATION)
    assert [found["name"] for found in visitor.get(PATH).json["signatories"]] == ["Ada approved"]
    assert "example.org" not in visitor.response.get_data(as_text=True)


@pytest.mark.parametrize(("limit", "pages"), [(1, 7), (3, 3), (7, 1), (500, 1)])
def test_the_cursors_walk_everything_once_newest_first(
    workshop: Workshop, visitor: Visitor, limit: int, pages: int
) -> None:
    everyone = [f"Name {number}" for number in range(7)]
    crowd(workshop, workshop.letter(), everyone)
    found = walk(visitor, limit=limit)
    assert len(found) == pages
    assert [name for page in found for name in page] == everyone[::-1]


def test_a_page_holds_a_hundred_unless_one_asks_for_more(workshop: Workshop, visitor: Visitor) -> None:
    crowd(workshop, workshop.letter(), [f"Name {number}" for number in range(501)])
    assert [len(page) for page in walk(visitor)] == [100] * 5 + [1]
    assert [len(page) for page in walk(visitor, limit=500)] == [500, 1]


def test_a_limit_out_of_bounds_is_refused(workshop: Workshop, visitor: Visitor) -> None:
    workshop.letter()
    for limit in ("0", "501", "-1", "x", "1.5", "1e2", "", " 1", "+1", "٣", "9" * 40, "1\x00"):
        assert (visitor.get(PATH, query_string={"limit": limit}).status_code, limit) == (400, limit)
    for limit in ("1", "500", "007"):
        assert (visitor.get(PATH, query_string={"limit": limit}).status_code, limit) == (200, limit)


def test_an_unknown_cursor_is_refused_and_an_empty_one_is_the_beginning(workshop: Workshop, visitor: Visitor) -> None:
    crowd(workshop, workshop.letter(), ["Ada", "Bea"])
    following = visitor.get(f"{PATH}?limit=1").json["next"]
    for after in ("x", following[:-1], following + "A", following.swapcase(), "null", "[]", "..", "\x00", "é"):
        assert (visitor.get(PATH, query_string={"after": after}).status_code, after) == (400, after)
    assert visitor.get(f"{PATH}?after=").json == visitor.get(PATH).json


def test_the_list_has_a_tag_that_changes_with_it(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter()
    tag = visitor.get(PATH).headers["ETag"]
    assert visitor.get(PATH, headers={"If-None-Match": tag}).status_code == 304
    in_state(workshop, letter, State.APPROVED)
    assert visitor.get(PATH, headers={"If-None-Match": tag}).status_code == 200
