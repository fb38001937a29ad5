"""Who stands first once the letter is open, and how an organizer moves them."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from pledges.letter import views
from pledges.letter.models import Letter
from pledges.signature import queries, ranking, withdrawing
from pledges.signature.models import Signature
from pledges.signature.states import State
from tests.crowds import crowd, in_state
from tests.people import Visitor, Workshop
from tests.signature.invitations import came, first_link, invited, open_it


def names_first(visitor: Visitor) -> list[str]:
    visitor.get("/letters/ask-more")
    return [name.get_text(strip=True) for name in visitor.page.select(".names__list--first .signatory__name")]


def test_ranked_stand_first_then_the_invited_then_everybody_by_time(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter(opened=False, moderation="flag")
    path = first_link(workshop, letter)
    came(workshop, visitor, path, "Ada Example", "Bea Example", "Cea Example")
    open_it(workshop, letter)
    crowd(workshop, letter, [f"Later {letter}" for letter in "ABCDEFGH"], apart=timedelta(hours=1))
    assert names_first(visitor)[:3] == ["Ada Example", "Bea Example", "Cea Example"]
    cea = invited(workshop, letter)[2]
    with workshop.writing() as session:
        ranking.arrange(session, letter, {cea.id: 1})
    assert names_first(visitor) == ["Cea Example", "Ada Example", "Bea Example", "Later A", "Later B", "Later C"]
    assert "First signatories" in visitor.text
    with workshop.writing() as session:
        most = queries.list_first(session, letter, limit=2, most_invited=2)
    assert [found.name for found in most] == ["Cea Example", "Ada Example"]


def test_on_the_list_they_stand_first_as_they_are_ranked_and_nobody_stands_twice(
    workshop: Workshop, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "PAGE", 3)
    letter = workshop.letter(opened=False, moderation="flag")
    came(workshop, visitor, first_link(workshop, letter), "Ada Example", "Bea Example")
    open_it(workshop, letter)
    ada, bea = invited(workshop, letter)
    with workshop.writing() as session:
        ranking.arrange(session, letter, {bea.id: 1, ada.id: 2})
    assert listed(visitor, "/letters/ask-more/signatories") == [["Bea Example", "Ada Example"]]
    crowd(workshop, letter, [f"Later {letter}" for letter in "ABCDE"], apart=timedelta(hours=1))
    pages = listed(visitor, "/letters/ask-more/signatories")
    assert pages == [["Bea Example", "Ada Example", "Later E", "Later D", "Later C"], ["Later B", "Later A"]]
    visitor.get("/letters/ask-more/signatories")
    block = visitor.page.select_one(".names__list--first")
    assert block.find_previous("h2").get_text() == "First signatories"
    assert len(block.select(".signatory")) == 2
    assert listed(visitor, "/letters/ask-more/signatories?q=bea") == [["Bea Example"]]


def listed(visitor: Visitor, path: str) -> list[list[str]]:
    """The names of each page of the list."""
    visitor.get(path)
    names = [one.select_one(".signatory__name").get_text(strip=True) for one in visitor.page.select(".signatory")]
    following = visitor.page.select_one("a[rel=next]")
    return [names, *(listed(visitor, following["href"]) if following else [])]


def test_moving_up_and_down_numbers_all_that_have_a_place_by_that(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter(opened=False)
    came(workshop, visitor, first_link(workshop, letter), *(f"{name} Example" for name in ("Ada", "Bea", "Cea", "Dea")))
    ids = {found.name[0]: found.id for found in invited(workshop, letter)}

    def order() -> list[tuple[str, int | None]]:
        return [(found.name[0], found.rank) for found in invited(workshop, letter)]

    def shift(name: str, by: int) -> None:
        with workshop.writing() as session:
            ranking.arrange(session, letter, {}, step=(ids[name], by))

    shift("B", -1)
    assert order() == [("B", 1), ("A", 2), ("C", None), ("D", None)]
    shift("A", 1)
    assert order() == [("B", 1), ("C", 2), ("A", 3), ("D", None)]
    for unmoved in (("B", -1), ("D", 1)):
        shift(*unmoved)
    assert order() == [("B", 1), ("C", 2), ("A", 3), ("D", None)]


def test_who_withdraws_while_places_are_given_has_none(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter(opened=False)
    came(workshop, visitor, first_link(workshop, letter), "Ada Example", "Bea Example")
    ada, bea = invited(workshop, letter)
    with ThreadPoolExecutor(1) as pool:
        with workshop.writing() as session:
            withdrawing.withdraw(session, ada.id, now=workshop.now())
            arranging = pool.submit(_arrange, workshop, letter, {ada.id: 1, bea.id: 2})
            with pytest.raises(TimeoutError):
                arranging.result(0.5)
        arranging.result(10)
    with workshop.writing() as session:
        ranks = {found.id: found.rank for found in session.scalars(select(Signature))}
    assert ranks == {ada.id: None, bea.id: 2}


def _arrange(workshop: Workshop, letter: Letter, ranks: dict[int, int | None]) -> None:
    with workshop.writing() as session:
        ranking.arrange(session, letter, ranks)


def test_another_letters_names_are_not_among_the_first(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter()
    in_state(workshop, workshop.letter("another"), State.APPROVED)
    assert names_first(visitor) == []
    assert invited(workshop, letter) == []
