"""What is written to the log while a test runs, as an operator's programs read it: a line of JSON each."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from pledges.logs import JsonLines


@pytest.fixture
def log(app: Flask) -> Iterator[io.StringIO]:
    """What goes to standard error while a test runs."""
    (handler,) = [h for h in logging.getLogger("pledges").handlers if isinstance(h.formatter, JsonLines)]
    assert isinstance(handler, logging.StreamHandler)
    written = io.StringIO()
    before = handler.setStream(written)
    yield written
    handler.setStream(before)


def lines(log: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.getvalue().splitlines()]
