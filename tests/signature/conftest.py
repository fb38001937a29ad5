"""What the tests of signatures prove at their end."""

from collections.abc import Iterator

import pytest

from pledges.signature.queries import rows_by_bucket
from pledges.tally import recounting
from tests.people import Workshop


@pytest.fixture
def no_difference(workshop: Workshop) -> Iterator[None]:
    """Once the test is through, the counts are those of the rows."""
    yield
    with workshop.writing() as session:
        assert recounting.compare(session, rows_by_bucket()) == []
