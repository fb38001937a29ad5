"""A letter with pledges, some who pledged and its organizer, for those tests of pledges that need no other."""

import pytest

from pledges.letter.models import Letter
from pledges.organizer.models import Role
from pledges.signature.models import Signature
from tests.people import Visitor, Workshop
from tests.pledge.commitments import PLEDGES, signed


@pytest.fixture
def letter(workshop: Workshop) -> Letter:
    return workshop.letter(pledges=PLEDGES)


@pytest.fixture
def people(workshop: Workshop, letter: Letter) -> list[Signature]:
    return [signed(workshop, letter, f"ada{n}@example.org", give=10000, speak=None) for n in range(3)]


@pytest.fixture
def organizer(workshop: Workshop, visitor: Visitor) -> Visitor:
    """The letter's organizer, who has signed in."""
    workshop.account("org@example.org", Role.ORGANIZER)
    assert visitor.sign_in("org@example.org").status_code == 303
    return visitor
