"""What the tests of signatures begin with, and what they prove at their end."""

from collections.abc import Iterator

import pytest
import time_machine
from sqlalchemy import func, select

from pledges.signature import carrying
from pledges.signature.rounds import Round
from pledges.tally.models import AHEAD, Tally
from tests.letter.revisions import carry_all
from tests.people import Workshop
from tests.signature.carried import check_counts


@pytest.fixture
def time() -> Iterator[time_machine.Traveller]:
    with time_machine.travel("2027-03-01T12:00:00Z", tick=False) as traveller:
        yield traveller


@pytest.fixture
def no_difference(workshop: Workshop) -> Iterator[None]:
    """Once the test is through, the counts are those of the rows."""
    yield
    check_counts(workshop)


@pytest.fixture
def a_few_are_four(monkeypatch: pytest.MonkeyPatch) -> None:
    """A revision is carried through by four signatures at a time."""
    monkeypatch.setattr(carrying, "AT_ONCE", 4)


@pytest.fixture
def ends_exact_and_leaves_nothing(workshop: Workshop) -> Iterator[None]:
    """Once the test is through and the revision, too, nothing is left of the round."""
    yield
    carry_all(workshop)
    check_counts(workshop)
    with workshop.writing() as session:
        assert session.scalar(select(func.count()).select_from(Round)) == 0
        assert session.scalar(select(func.count()).select_from(Tally).where(Tally.shard == AHEAD)) == 0
