"""The count of a letter, as other programs read it."""

from datetime import datetime

import pytest
import time_machine

from pledges.signature.states import Kind, State
from tests.crowds import in_state
from tests.people import Visitor, Workshop

PATH = "/api/v1/letters/ask-more/count"


def test_the_count_has_exactly_this_shape(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter(goal=10)
    for number, state in enumerate([*State, State.APPROVED]):
        in_state(workshop, letter, state, f"ada-{number}@example.org")
    in_state(workshop, letter, State.APPROVED, "society@example.org", kind=Kind.ORGANIZATION)
    with time_machine.travel("2027-03-08T12:34:56.789Z", tick=False):
        answer = visitor.get(PATH)
    assert answer.mimetype == "application/json"
    assert answer.json == {
        "letter": "ask-more",
        "count": 3,
        "counted": "confirmed",
        "goal": 10,
        "at": "2027-03-08T12:34:56+00:00",
        "breakdown": {
            "confirmed": 3,
            "approved": 2,
            "awaiting": 1,
            "rejected": 1,
            "withdrawn": 1,
            "earlier": 0,
            "organizations": 1,
            "imported": 0,
        },
    }


@pytest.mark.parametrize(("counted", "count"), [("confirmed", 2), ("approved", 1)])
def test_the_count_counts_what_the_letter_says(workshop: Workshop, visitor: Visitor, counted: str, count: int) -> None:
    letter = workshop.letter(count=counted)
    in_state(workshop, letter, State.AWAITING, "ada@example.org")
    in_state(workshop, letter, State.APPROVED, "bea@example.org")
    answer = visitor.get(PATH).json
    assert (answer["count"], answer["counted"], answer["goal"]) == (count, counted, None)
    assert (answer["breakdown"]["confirmed"], answer["breakdown"]["approved"]) == (2, 1)


def test_quarantined_ones_are_in_no_count(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter()
    in_state(workshop, letter, State.QUARANTINED)
    answer = visitor.get(PATH).json
    assert (answer["count"], set(answer["breakdown"].values())) == (0, {0})


def test_the_moment_moves_and_the_tag_does_not_until_the_count_does(workshop: Workshop, visitor: Visitor) -> None:
    with time_machine.travel("2027-03-08T12:00:00Z", tick=False) as time:
        letter = workshop.letter()
        first = visitor.get(PATH)
        time.shift(10)
        second = visitor.get(PATH)
        assert second.headers["ETag"] == first.headers["ETag"]
        assert datetime.fromisoformat(second.json["at"]) >= datetime.fromisoformat(first.json["at"])
        same = visitor.get(PATH, headers={"If-None-Match": first.headers["ETag"]})
        assert (same.status_code, same.data, same.headers["ETag"]) == (304, b"", first.headers["ETag"])
        in_state(workshop, letter, State.AWAITING)
        changed = visitor.get(PATH, headers={"If-None-Match": first.headers["ETag"]})
        assert (changed.status_code, changed.json["count"]) == (200, 1)
        assert changed.headers["ETag"] != first.headers["ETag"]


def test_a_goal_of_another_letter_or_its_names_make_no_other_tag(workshop: Workshop, visitor: Visitor) -> None:
    workshop.letter()
    tag = visitor.get(PATH).headers["ETag"]
    in_state(workshop, workshop.letter("another"), State.APPROVED)
    assert visitor.get(PATH, headers={"If-None-Match": tag}).status_code == 304
