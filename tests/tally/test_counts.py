"""What a letter's counts say, and that they are the sum of rows spread over shards."""

from collections import Counter

import pytest
from sqlalchemy import select

from pledges.letter.models import Counted, Letter
from pledges.signature.states import Kind, State
from pledges.tally import counting
from pledges.tally.models import SHARDS, Bucket, Tally
from pledges.tally.queries import Figures, list_figures
from tests.crowds import in_state
from tests.people import Visitor, Workshop


def everyone(workshop: Workshop, **head: str) -> Letter:
    """One letter with a signature in every state, twice awaiting and three times approved, and organizations."""
    letter = workshop.letter(**head)
    for number, state in enumerate([*State, State.AWAITING, State.APPROVED, State.APPROVED]):
        in_state(workshop, letter, state, f"person-{number}@example.org")
    for number, state in enumerate([State.AWAITING, State.APPROVED, State.APPROVED, State.REJECTED]):
        in_state(workshop, letter, state, f"organization-{number}@example.org", kind=Kind.ORGANIZATION)
    return letter


def test_each_count_holds_what_it_says(workshop: Workshop) -> None:
    letter = everyone(workshop)
    figures = workshop.figures(letter)
    assert figures == Figures(awaiting=2, approved=3, rejected=1, withdrawn=1, organizations=2)
    assert figures.confirmed == 5


@pytest.mark.parametrize(("counted", "count"), [("confirmed", 5), ("approved", 3)])
def test_a_letter_counts_as_it_says_everywhere(workshop: Workshop, visitor: Visitor, counted: str, count: int) -> None:
    letter = everyone(workshop, count=counted, goal="10")
    assert workshop.figures(letter).count(Counted(counted)) == count
    answer = visitor.get("/api/v1/letters/ask-more/count").json
    assert (answer["count"], answer["counted"]) == (count, counted)
    assert visitor.get("/api/v1/letters/ask-more").json["count"] == count
    assert visitor.get("/api/v1/letters").json["letters"][0]["count"] == count
    for path in ("/letters/ask-more", "/letters/ask-more/signatories"):
        visitor.get(path)
        assert visitor.page.select_one(".count__number").get_text(strip=True) == str(count)
        assert visitor.page.select_one("progress")["value"] == str(count)


def test_organizations_stand_beside_the_count(workshop: Workshop, visitor: Visitor) -> None:
    everyone(workshop)
    answer = visitor.get("/api/v1/letters/ask-more/count").json
    assert (answer["count"], answer["breakdown"]["organizations"]) == (5, 2)
    visitor.get("/letters/ask-more")
    assert "2 organizations" in visitor.text


def test_a_letter_that_nobody_signed_counts_zero(workshop: Workshop) -> None:
    first, second = workshop.letter(), workshop.letter("another")
    in_state(workshop, second, State.APPROVED)
    with workshop.writing() as session:
        assert list_figures(session, [first, second]) == {first.id: Figures(), second.id: Figures(approved=1)}


def test_changes_are_spread_over_the_shards_and_read_as_their_sum(workshop: Workshop) -> None:
    letter = workshop.letter()
    with workshop.writing() as session:
        for _ in range(200):
            counting.change(session, letter.id, Counter({Bucket.AWAITING: 1}))
        for _ in range(150):
            counting.change(session, letter.id, Counter({Bucket.AWAITING: -1, Bucket.APPROVED: 1}))
        shards = session.scalars(select(Tally).where(Tally.letter_id == letter.id)).all()
    assert {row.shard for row in shards} <= set(range(SHARDS))
    assert len(shards) > SHARDS // 2
    assert max(row.approved for row in shards) < 100
    assert workshop.figures(letter) == Figures(awaiting=50, approved=150)


def test_a_deed_that_fails_leaves_the_counts_as_they_were(workshop: Workshop) -> None:
    class Interrupted(Exception):
        pass

    def fail() -> None:
        with workshop.writing() as session:
            counting.change(session, letter.id, Counter({Bucket.APPROVED: 1}))
            raise Interrupted

    letter = workshop.letter()
    with pytest.raises(Interrupted):
        fail()
    assert workshop.figures(letter) == Figures()
