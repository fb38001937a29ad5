"""Old answers serve while the database is away, a day long; those that list names for an hour, and then nowhere."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
import time_machine
from flask import Flask
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from pledges import create_app, door
from pledges.config import Settings
from pledges.db import db
from tests.people import Visitor, Workshop

LETTER = "/letters/ask-more"


@contextmanager
def away(app: Flask) -> Iterator[None]:
    """Inside, the database answers nothing."""

    def refuse(*_: object) -> None:
        raise OperationalError("SELECT", {}, Exception("the database is away"))

    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", refuse)
    try:
        yield
    finally:
        with app.app_context():
            event.remove(db.engine, "before_cursor_execute", refuse)


def test_old_answers_serve_while_the_database_is_away(app: Flask, workshop: Workshop, visitor: Visitor) -> None:
    workshop.letter()
    before = visitor.get(LETTER).data
    with away(app):
        kept = visitor.get(LETTER)
        assert (kept.status_code, kept.data) == (200, before)
        assert visitor.get("/letters/ask-more/signatories").status_code == 503
    assert visitor.get("/letters/ask-more/signatories").status_code == 200


@pytest.mark.parametrize(("path", "hours"), [(f"{LETTER}/signatories", 1), (LETTER, 1), ("/", 24)])
def test_what_lists_names_serves_for_an_hour_while_the_database_is_away_and_other_pages_for_a_day(
    app: Flask, workshop: Workshop, visitor: Visitor, path: str, hours: int
) -> None:
    workshop.confirmed(workshop.letter(moderation="flag"))
    with time_machine.travel(workshop.now(), tick=False) as clock:
        visitor.get(path)
        with away(app):
            clock.shift(hours * 3600 - 5)
            assert visitor.get(path).status_code == 200
            assert "stale-if-error" not in visitor.response.headers["Cache-Control"]
            clock.shift(10)
            assert visitor.get(path).status_code == 503
    assert "stale-if-error" in visitor.get(path).headers["Cache-Control"]


def test_a_name_that_was_withdrawn_is_in_no_memory_after_an_hour(
    app: Flask, workshop: Workshop, visitor: Visitor
) -> None:
    workshop.confirmed(workshop.letter(moderation="flag"))
    pages = [LETTER, f"{LETTER}/signatories", "/api/v1/letters/ask-more/signatories?limit=7"]
    in_front = app.wsgi_app
    assert isinstance(in_front, door.Door)
    with time_machine.travel(workshop.now(), tick=False) as clock:
        for path in [*pages, "/"]:
            visitor.get(path)
        clock.shift(3601)
        visitor.get("/healthz")
    assert [*in_front._shelf._answers, *in_front._of_many._answers] == ["/? en"]
    assert in_front._shelf._bytes == len(in_front._shelf._answers["/? en"].body)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_name_that_was_withdrawn_is_in_no_redis_after_an_hour(
    settings: Settings, workshop: Workshop, redis_url: str
) -> None:
    from redis import Redis

    workshop.confirmed(workshop.letter(moderation="flag"))
    app = create_app(replace(settings, redis_url=redis_url, base_url="https://names.example"))
    for path in (LETTER, f"{LETTER}/signatories", "/api/v1/letters/ask-more/signatories", f"{LETTER}/pledges", "/"):
        app.test_client().get(path)
    redis = Redis.from_url(redis_url)
    lasting = {key.decode().partition("example:")[2]: redis.ttl(key) for key in redis.scan_iter("*names.example*")}
    assert len(lasting) == 5
    assert [key for key, seconds in lasting.items() if not 0 < seconds <= 3600] == ["/? en"]
    with app.app_context():
        db.engine.dispose()
