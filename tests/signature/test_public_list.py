"""The public list: newest first, by pages that neither repeat nor skip a name."""

from datetime import timedelta
from itertools import product

import pytest
import time_machine
from sqlalchemy import select, update

from pledges import cursor
from pledges.signature import listing, queries
from pledges.signature.models import Signature
from pledges.signature.states import Kind, State
from pledges.signature.words import Display
from tests.crowds import crowd, in_state
from tests.people import Visitor, Workshop

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "{{ 7 * 7 }} {% raw %}",
    "Robert'); DROP TABLE signature;--",
    "&lt;b&gt; &amp; Sons",
    "]]></script><h1>Ada",
]


def names(visitor: Visitor) -> list[str]:
    return [li.get_text(" ", strip=True) for li in visitor.page.select(".signatory")]


def walk(visitor: Visitor, path: str) -> list[list[str]]:
    """The names page by page, by the links of the pages themselves."""
    pages = []
    while path:
        assert visitor.get(path).status_code == 200
        pages.append(names(visitor))
        following = visitor.page.select_one("a[rel=next]")
        path = following["href"] if following else ""
    return pages


def test_the_newest_name_comes_first(workshop: Workshop, visitor: Visitor) -> None:
    with time_machine.travel("2027-03-01T12:00:00Z", tick=False) as time:
        letter = workshop.letter()
        for name in ("Ada", "Bea", "Cleo"):
            in_state(workshop, letter, State.APPROVED, f"{name}@example.org", name)
            time.shift(1)
        visitor.get("/letters/ask-more/signatories")
        assert names(visitor) == ["Cleo", "Bea", "Ada"]


def test_the_letters_page_shows_the_first_and_then_the_newest_and_nobody_twice(
    workshop: Workshop, visitor: Visitor
) -> None:
    with time_machine.travel("2027-03-01T12:00:00Z", tick=False) as time:
        letter = workshop.letter()
        for number in range(10):
            in_state(workshop, letter, State.APPROVED, f"n{number}@example.org", f"Name {number}")
            time.shift(1)
        visitor.get("/letters/ask-more")
    assert names(visitor) == [f"Name {number}" for number in (0, 1, 2, 3, 4, 5, 9, 8, 7, 6)]


@pytest.mark.parametrize("apart", [timedelta(seconds=1), timedelta(0)], ids=["one-by-one", "in-one-moment"])
def test_pages_of_a_hundred_hold_every_name_once(workshop: Workshop, visitor: Visitor, apart: timedelta) -> None:
    everyone = [f"Name {number}" for number in range(205)]
    crowd(workshop, workshop.letter(), everyone, apart=apart)
    pages = walk(visitor, "/letters/ask-more/signatories")
    assert [len(page) for page in pages] == [100, 100, 5]
    assert [name for page in pages for name in page] == everyone[::-1]


def test_names_that_arrive_while_one_reads_neither_repeat_nor_hide_another(
    workshop: Workshop, visitor: Visitor
) -> None:
    letter = workshop.letter()
    first = crowd(workshop, letter, [f"Name {number}" for number in range(8)])
    read: list[str] = []
    after = None
    for turn in range(3):
        with workshop.writing() as session:
            page, after = queries.list_listed(session, letter, after=after, limit=3)
        read += [signature.name for signature in page]
        in_state(workshop, letter, State.APPROVED, f"new-{turn}@example.org", f"New {turn}")
        if turn == 0:
            with workshop.writing() as session:
                gone = queries.find_signature(session, first[7].id)
                session.delete(gone)
    assert read == [f"Name {number}" for number in range(7, -1, -1)]
    assert after is None


def test_the_list_shows_what_each_signatory_chose(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter(anonymous="true")
    words = {"role": "Nurse", "affiliation": "City Hospital", "country": "ES", "statement": "I will."}
    for display in Display:
        name = f"Name of {display}"
        in_state(workshop, letter, State.APPROVED, f"{display}@example.org", name, display=display, **words)
    visitor.get("/letters/ask-more/signatories")
    affiliation, public = names(visitor)
    for word in ("Name of public", "Nurse", "City Hospital", "Spain", "I will."):
        assert word in public
        assert (word in affiliation) == (word in ("Nurse", "City Hospital"))
    assert "Name of anonymous" not in visitor.text
    assert visitor.page.select_one(".count__number").get_text() == "3"


def test_someone_who_shows_only_an_affiliation_and_has_none_is_listed_without_a_name(
    workshop: Workshop, visitor: Visitor
) -> None:
    in_state(workshop, workshop.letter(), State.APPROVED, display=Display.AFFILIATION)
    visitor.get("/letters/ask-more/signatories")
    assert names(visitor) == ["Name not shown"]


@pytest.mark.parametrize("state", [state for state in State if state is not State.APPROVED])
def test_only_the_approved_are_listed(workshop: Workshop, visitor: Visitor, state: State) -> None:
    in_state(workshop, workshop.letter(), state)
    for path in ("/letters/ask-more", "/letters/ask-more/signatories", "/letters/ask-more/signatories?q=ada"):
        visitor.get(path)
        assert names(visitor) == []
        assert "Ada Example" not in visitor.text


def test_organizations_and_other_letters_names_are_not_among_the_people(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter()
    in_state(workshop, letter, State.APPROVED, name="Example Society", kind=Kind.ORGANIZATION)
    in_state(workshop, workshop.letter("another"), State.APPROVED, name="Somebody Else")
    for query in ("", "?q=example", "?q=somebody"):
        visitor.get(f"/letters/ask-more/signatories{query}")
        assert names(visitor) == []


def test_a_hostile_name_is_nothing_but_text(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter()
    signatures = [
        in_state(workshop, letter, State.APPROVED, f"h-{n}@example.org", name, statement=name)
        for n, name in enumerate(HOSTILE)
    ]
    for path in ("/letters/ask-more", "/letters/ask-more/signatories", "/letters/ask-more/signatories?q=a"):
        visitor.get(path)
        shown = {span.get_text() for span in visitor.page.select(".signatory__name")}
        assert shown <= {*HOSTILE}
        assert len(shown) > 2
        assert not visitor.page.select(
            "main script, main img, main h1 + script, .signatory b, [onmouseover], [onerror]"
        )
    assert len(signatures) == len(HOSTILE)


@pytest.mark.parametrize(
    "after",
    [
        "x",
        "!!!",
        "%00",
        "a" * 400,
        cursor.encode(1),
        cursor.encode(1, 2, 3),
        cursor.encode("name", 1),
        cursor.encode(-1, 1),
        cursor.encode(2**62, 1),
        cursor.encode(1, 2**62),
        cursor.encode(2**61, 1),
        cursor.encode(1, 1) + "=",
    ],
)
def test_an_unknown_page_of_the_list_is_refused(workshop: Workshop, visitor: Visitor, after: str) -> None:
    crowd(workshop, workshop.letter(), ["Ada"])
    assert visitor.get(f"/letters/ask-more/signatories?after={after}").status_code == 400
    assert visitor.get(f"/api/v1/letters/ask-more/signatories?after={after}").status_code == 400


def test_an_empty_search_and_an_empty_page_are_the_first_page(workshop: Workshop, visitor: Visitor) -> None:
    crowd(workshop, workshop.letter(), ["Ada", "Bea"])
    for query in ("?q=&after=", "?after=", "?q="):
        assert visitor.get(f"/letters/ask-more/signatories{query}").status_code == 200
        assert names(visitor) == ["Bea", "Ada"]


def test_the_list_is_not_for_search_engines(workshop: Workshop, visitor: Visitor) -> None:
    workshop.letter()
    visitor.get("/letters/ask-more/signatories")
    assert "noindex" in visitor.page.select_one("meta[name=robots]")["content"]


def test_who_belongs_on_the_list_is_told_alike_for_one_and_for_many(workshop: Workshop) -> None:
    standings = [
        {"state": state, "display": display, "name": name, "together": together, "unread": unread}
        for state, display, name in product(State, Display, (None, "Ada Example"))
        for together, unread in product((False, True), repeat=2)
    ]
    letter = workshop.letter()
    rows = crowd(workshop, letter, [f"Name {n}" for n in range(len(standings))])
    with workshop.writing() as session:
        for row, standing in zip(rows, standings, strict=True):
            session.execute(update(Signature).where(Signature.id == row.id).values(standing))
    with workshop.writing() as session:
        belonging = set(session.scalars(select(Signature.id).where(listing.BELONGS)))
        assert belonging == {row.id for row in session.scalars(select(Signature)) if row.belongs_on_list}
    assert 0 < len(belonging) < len(rows)
