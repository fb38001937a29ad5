"""The day on which every story of retention begins."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine

BEGIN = datetime(2027, 3, 8, 12, tzinfo=UTC)


@pytest.fixture
def time() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(BEGIN, tick=False) as traveller:
        yield traveller
