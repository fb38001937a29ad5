"""A letter with pledges, for those tests of pledges that need no other."""

import pytest

from pledges.letter.models import Letter
from tests.people import Workshop
from tests.pledge.commitments import PLEDGES


@pytest.fixture
def letter(workshop: Workshop) -> Letter:
    return workshop.letter(pledges=PLEDGES)
