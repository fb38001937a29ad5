"""Retention: erases what has reached its term, batch by batch, each in a transaction of its own."""

import logging
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from pledges import allowance
from pledges.db import db, empty_the_log, transaction
from pledges.letter import forgetting as letter_forgetting
from pledges.mail import outbox
from pledges.organizer import recognizing
from pledges.pledge import forgetting as pledge_forgetting
from pledges.signature import forgetting as signature_forgetting
from pledges.term import Term

log = logging.getLogger(__name__)

FEW = 100
LONGEST_REST_SECONDS = 0.5
"""After many it rests as long as they took: on SQLite whoever signs meanwhile gets a turn."""

TERMS = (
    *signature_forgetting.TERMS,
    *pledge_forgetting.TERMS,
    *letter_forgetting.TERMS,
    *outbox.TERMS,
    *allowance.TERMS,
    *recognizing.TERMS,
)


def run(*, now: datetime, is_stopping: Callable[[], bool] = lambda: False) -> Mapping[str, int]:
    """Erases all that is due, also what fell due while nothing ran; answers how much, by kind."""
    erased = {term.kind: _run(term, now, is_stopping) for term in TERMS}
    empty_the_log(db.engine)
    if any(erased.values()):
        log.info("erased", extra={"kinds": erased})
    return erased


def _run(term: Term, now: datetime, is_stopping: Callable[[], bool]) -> int:
    erased, after = 0, None
    while not is_stopping() and (keys := _find(term, now, after)):
        began = time.monotonic()
        with transaction() as session:
            erased += term.erase(session, keys, now)
        after = keys[-1]
        if len(keys) > FEW:
            time.sleep(min(time.monotonic() - began, LONGEST_REST_SECONDS))
    return erased


def _find(term: Term, now: datetime, after: Any) -> list[Any]:
    """Looks outside of the transaction that erases: on SQLite nobody could write meanwhile."""
    try:
        return [*term.find(db.session(), now=now, after=after)]
    finally:
        db.session.rollback()
