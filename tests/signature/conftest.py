"""What the tests of signatures begin with, and what they prove at their end."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from pledges.signature import carrying
from pledges.signature.rounds import Round
from pledges.tally.models import AHEAD, Tally
from tests.letter.revisions import carry_all
from tests.people import Visitor, Workshop
from tests.signature.carried import check_counts
from tests.solving import ABOVE


@pytest.fixture
def time() -> Iterator[time_machine.Traveller]:
    with time_machine.travel("2027-03-01T12:00:00Z", tick=False) as traveller:
        yield traveller


@pytest.fixture
def rush(workshop: Workshop, visitor: Visitor, time: time_machine.Traveller) -> Visitor:
    """Somebody who comes to sign in a rush, in the middle of a minute, has sent the form, and is asked for a proof."""
    time.shift(30)
    for slug in ("ask-more", "another"):
        workshop.letter(slug, moderation="flag", challenge_above=ABOVE)
        for number in range(ABOVE):
            assert visitor.sign(slug, email=f"early-{number}@example.org").status_code == 303
    assert visitor.sign("ask-more").status_code == 422
    return visitor


@pytest.fixture
def no_difference(workshop: Workshop) -> Iterator[None]:
    """Once the test is through, the counts are those of the rows."""
    yield
    check_counts(workshop)


@pytest.fixture
def a_few_are_four(monkeypatch: pytest.MonkeyPatch) -> None:
    """A revision is carried through by four signatures at a time."""
    monkeypatch.setattr(carrying, "AT_ONCE", 4)


@pytest.fixture(params=[carrying.AT_ONCE, 4])
def in_one_step_or_in_many(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A revision is carried through at once, and by four signatures at a time."""
    monkeypatch.setattr(carrying, "AT_ONCE", request.param)


@pytest.fixture
def one_row_of_the_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever takes it too early waits for somebody else every time, and not once in many."""
    monkeypatch.setattr("pledges.tally.counting.SHARDS", 1)


@pytest.fixture
def letters_at_hand_for_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pledges.letter.at_hand.KEPT_FOR", timedelta(seconds=1))


@pytest.fixture
def ends_exact_and_leaves_nothing(workshop: Workshop) -> Iterator[None]:
    """Once the test is through and the revision, too, nothing is left of the round."""
    yield
    carry_all(workshop)
    check_counts(workshop)
    with workshop.writing() as session:
        assert session.scalar(select(func.count()).select_from(Round)) == 0
        assert session.scalar(select(func.count()).select_from(Tally).where(Tally.shard == AHEAD)) == 0
