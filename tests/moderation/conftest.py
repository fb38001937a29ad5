"""Moderators at their desks, and their day."""

from collections.abc import Iterator

import pytest
import time_machine
from flask import Flask

from pledges.organizer.models import Account
from tests.people import Visitor, Workshop


@pytest.fixture
def account(workshop: Workshop) -> Account:
    return workshop.account("mod@example.org")


@pytest.fixture
def moderator(account: Account, visitor: Visitor) -> Visitor:
    """A moderator who has signed in."""
    assert visitor.sign_in("mod@example.org").status_code == 303
    return visitor


@pytest.fixture
def colleague(workshop: Workshop, app: Flask) -> Visitor:
    """Another moderator who has signed in."""
    workshop.account("colleague@example.org")
    other = Visitor(app.test_client())
    assert other.sign_in("colleague@example.org").status_code == 303
    return other


@pytest.fixture
def time() -> Iterator[time_machine.Traveller]:
    with time_machine.travel("2027-03-08T12:00:00Z", tick=False) as traveller:
        yield traveller
