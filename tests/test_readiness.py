"""Whether it can work: it says so, and says no within seconds while its database or its Redis is out of reach."""

import io
import time
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

from pledges import postgresql
from pledges.db import take_time, transaction
from tests.conftest import VisitorFactory
from tests.logged import lines
from tests.serving import free_port
from tests.wires import Wire


@pytest.fixture
def stopping(postgresql_url: str) -> Iterator[tuple[Wire, str]]:
    """A wire to PostgreSQL that can stop without a word, and the database's address through it."""
    url = make_url(postgresql_url)
    wire = Wire(f"{url.host}:{url.port or 5432}")
    host, _, port = wire.way.partition(":")
    yield wire, url.set(host=host, port=int(port)).render_as_string(hide_password=False)
    wire.go_on()
    wire.cut()


def test_it_is_ready_with_its_database_and_its_redis_in_reach(make: VisitorFactory, redis_url: str) -> None:
    visitor = make(redis_url=redis_url)
    assert (visitor.get("/healthz").status_code, visitor.get("/healthz").text) == (200, "ok\n")
    assert (visitor.get("/readyz").status_code, visitor.get("/readyz").text) == (200, "ready\n")
    assert "Set-Cookie" not in visitor.response.headers
    assert visitor.response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("url", ["postgresql://ada:secret@127.0.0.1:{port}/none", "sqlite:////nowhere/at/all.db"])
def test_without_its_database_it_runs_and_is_not_ready(make: VisitorFactory, url: str) -> None:
    visitor = make(database_url=url.format(port=free_port()))
    assert visitor.get("/healthz").status_code == 200
    assert (visitor.get("/readyz").status_code, visitor.response.text) == (503, "not in reach: database\n")


def test_without_its_redis_it_runs_and_is_not_ready(make: VisitorFactory) -> None:
    visitor = make(redis_url=f"redis://127.0.0.1:{free_port()}/0")
    assert visitor.get("/healthz").status_code == 200
    assert (visitor.get("/readyz").status_code, visitor.response.text) == (503, "not in reach: redis\n")


def test_it_is_ready_again_once_its_database_is_back(
    make: VisitorFactory, postgresql_url: str, log: io.StringIO
) -> None:
    url = make_url(postgresql_url)
    wire = Wire(f"{url.host}:{url.port or 5432}")
    host, _, port = wire.way.partition(":")
    visitor = make(database_url=url.set(host=host, port=int(port)).render_as_string(hide_password=False))
    assert visitor.get("/readyz").status_code == 200
    wire.cut()
    assert visitor.get("/readyz").status_code == 503
    assert visitor.post("/letters/none/sign").status_code == 503
    assert int(visitor.response.headers["Retry-After"]) > 0
    wire.mend()
    assert visitor.get("/readyz").status_code == 200
    assert visitor.post("/letters/none/sign").status_code == 404
    wire.cut()
    assert "database away" in {line["message"] for line in lines(log)}


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("rest", [0.0, 10.0])
def test_a_database_that_stops_without_a_word_is_out_of_reach_within_seconds(
    make: VisitorFactory, stopping: tuple[Wire, str], monkeypatch: pytest.MonkeyPatch, rest: float
) -> None:
    wire, url = stopping
    monkeypatch.setattr(postgresql, "REST_SECONDS", rest)
    visitor = make(database_url=url)
    assert visitor.get("/readyz").status_code == 200
    wire.stop()
    for _ in range(2):
        began = time.monotonic()
        assert visitor.get("/readyz").status_code == 503
        assert time.monotonic() - began < 9
    wire.go_on()
    assert visitor.get("/readyz").status_code == 200


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_no_form_waits_for_ever_for_a_database_that_stopped(
    make: VisitorFactory, stopping: tuple[Wire, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    wire, url = stopping
    monkeypatch.setattr(postgresql, "PATIENCE_SECONDS", 1.0)
    visitor = make(database_url=url)
    assert visitor.post("/letters/none/sign").status_code == 404
    wire.stop()
    began = time.monotonic()
    assert visitor.post("/letters/none/sign").status_code == 503
    assert time.monotonic() - began < 5
    wire.go_on()
    assert visitor.post("/letters/none/sign").status_code == 404


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_deed_that_takes_its_time_is_waited_for(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgresql, "PATIENCE_SECONDS", 0.2)
    with app.app_context():
        for _ in range(2):
            with transaction() as session:
                take_time(session)
                session.execute(text("SELECT pg_sleep(0.5)"))
        with pytest.raises(OperationalError), transaction() as session:
            session.execute(text("SELECT pg_sleep(0.5)"))
