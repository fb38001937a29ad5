"""What an operator sees: whether it runs, whether it can work, what it does; and never who signed."""

import io
import json
import logging
import time
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

from pledges import postgresql
from pledges.db import take_time, transaction
from pledges.http_guard import FORWARDING
from pledges.logs import JsonLines
from pledges.signature.words import Display
from tests.conftest import VisitorFactory
from tests.mailing import link
from tests.people import Visitor, Workshop
from tests.serving import free_port
from tests.wires import Wire

ELSEWHERE = {"REMOTE_ADDR": "192.0.2.1"}
TOKEN = "a token for the metrics"


@pytest.fixture
def app(new_app: Flask) -> Flask:
    """One that a test may add addresses to."""
    return new_app


@pytest.fixture
def log(app: Flask) -> Iterator[io.StringIO]:
    """What goes to standard error while a test runs."""
    (handler,) = [h for h in logging.getLogger("pledges").handlers if isinstance(h.formatter, JsonLines)]
    assert isinstance(handler, logging.StreamHandler)
    written = io.StringIO()
    before = handler.setStream(written)
    yield written
    handler.setStream(before)


@pytest.fixture
def stopping(postgresql_url: str) -> Iterator[tuple[Wire, str]]:
    """A wire to PostgreSQL that can stop without a word, and the database's address through it."""
    url = make_url(postgresql_url)
    wire = Wire(f"{url.host}:{url.port or 5432}")
    host, _, port = wire.way.partition(":")
    yield wire, url.set(host=host, port=int(port)).render_as_string(hide_password=False)
    wire.go_on()
    wire.cut()


def lines(log: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.getvalue().splitlines()]


def metrics(visitor: Visitor) -> dict[tuple[str, ...], float]:
    """Every figure, by its name and its labels."""
    assert visitor.get("/metrics").status_code == 200
    families = text_string_to_metric_families(visitor.response.get_data(as_text=True))
    return {
        (s.name, *(value for _, value in sorted(s.labels.items()))): s.value
        for family in families
        for s in family.samples
    }


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


def test_metrics_count_requests_by_route_and_never_name_a_path(workshop: Workshop, visitor: Visitor) -> None:
    workshop.sign(workshop.letter())
    workshop.deliver()
    path = workshop.confirm_link("ada@example.org")
    key = ("pledges_requests_total", "GET", "/confirm/<token>", "200")
    before = metrics(visitor).get(key, 0)
    visitor.get(path)
    visitor.get(path)
    visitor.get("/nowhere/ada@example.org")
    after = metrics(visitor)
    assert after[key] - before == 2
    assert after["pledges_request_seconds_count", "/confirm/<token>"] >= 2
    assert path.rpartition("/")[2] not in visitor.response.text
    assert "ada" not in visitor.response.text


def test_metrics_tell_how_many_mails_are_due_and_failed(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter()
    for name in ("ada", "bob", "eve"):
        workshop.sign(letter, f"{name}@example.org")
    workshop.sink.answers += ["550 no", "250 OK", "451 later"]
    workshop.deliver()
    workshop.sign(letter, "joe@example.org")
    for _ in range(2):
        found = metrics(visitor)
        assert (found["pledges_outbox", "due"], found["pledges_outbox", "failed"]) == (2, 1)


@pytest.mark.parametrize("url", ["postgresql://127.0.0.1:{port}/none", "sqlite:////nowhere/at/all.db"])
def test_metrics_leave_out_the_outbox_while_the_database_is_away(make: VisitorFactory, url: str) -> None:
    visitor = make(database_url=url.format(port=free_port()))
    visitor.get("/healthz")
    found = metrics(visitor)
    assert found["pledges_requests_total", "GET", "/healthz", "200"] >= 1
    assert not [key for key in found if key[0] == "pledges_outbox"]


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_this_machine_sees_the_metrics(visitor: Visitor, address: str) -> None:
    assert visitor.get("/metrics", environ_base={"REMOTE_ADDR": address}).status_code == 200
    assert visitor.response.headers["Content-Type"].startswith("text/plain")


@pytest.mark.parametrize("header", FORWARDING)
def test_a_forwarded_request_sees_no_metrics(visitor: Visitor, header: str) -> None:
    assert visitor.get("/metrics", headers={header: "127.0.0.1"}).status_code == 404


def test_behind_a_proxy_nobody_sees_the_metrics_without_the_token(make: VisitorFactory) -> None:
    visitor = make(proxies=1, metrics_token=TOKEN)
    forwarded = {"X-Forwarded-For": "127.0.0.1"}
    assert visitor.get("/metrics", headers=forwarded).status_code == 404
    assert visitor.get("/metrics", headers={**forwarded, "Authorization": f"Bearer {TOKEN}"}).status_code == 200


@pytest.mark.parametrize(
    "given", [None, "Bearer", "Bearer ", f"Bearer {TOKEN}x", TOKEN, f"Basic {TOKEN}", "Bearer é", "Basic e", "\xff"]
)
def test_another_machine_sees_no_metrics_without_the_token(make: VisitorFactory, given: str | None) -> None:
    headers = {"Authorization": given} if given is not None else {}
    assert make(metrics_token=TOKEN).get("/metrics", environ_base=ELSEWHERE, headers=headers).status_code == 404
    assert make().get("/metrics", environ_base=ELSEWHERE, headers=headers).status_code == 404


@pytest.mark.parametrize("scheme", ["Bearer", "bearer"])
def test_another_machine_sees_the_metrics_with_the_token(make: VisitorFactory, scheme: str) -> None:
    headers = {"Authorization": f"{scheme} {TOKEN}"}
    assert make(metrics_token=TOKEN).get("/metrics", environ_base=ELSEWHERE, headers=headers).status_code == 200


def test_a_whole_story_leaves_no_address_no_token_and_no_name_in_the_log(
    app: Flask, workshop: Workshop, visitor: Visitor, log: io.StringIO
) -> None:
    app.add_url_rule("/broken/<path:rest>", view_func=broken)
    letter = workshop.letter(anonymous="true")
    workshop.account("mod@example.org")
    visitor.sign("ask-more", name="Ada Lovelace", email="ada@example.org", display=Display.ANONYMOUS)
    visitor.sign("ask-more", name="Ada Lovelace", email="ada@example")
    visitor.sign("ask-more", name="Bob Noyce", email="bob@example.org", statement="my own words")
    workshop.sink.refused["bob@example.org"] = "550 5.1.1 bob@example.org: Bob Noyce is not here"
    workshop.deliver()
    confirm = workshop.confirm_link("ada@example.org")
    visitor.get(confirm)
    visitor.press("/confirm/")
    visitor.get("/confirm/" + "x" * 40)
    visitor.get(confirm + "x?name=Ada+Lovelace")
    visitor.post("/letters/ask-more/sign", {"email": "ada@example.org"}, headers={"Origin": "https://ada.example"})
    (thanks,) = workshop.deliver()[:1]
    manage = link(thanks, "manage")
    visitor.get(manage)
    assert visitor.get("/broken/ada@example.org?name=Ada+Lovelace").status_code == 500
    assert "Something broke on our side" in visitor.text
    visitor.sign_in("mod@example.org")
    visitor.get("/moderation/ask-more")
    visitor.get("/letters/ask-more/signatories?q=lovelace")
    visitor.post(f"{manage}/withdraw")
    workshop.deliver()
    workshop.sink.stop()
    workshop.sign(letter, "joe@example.org", "Joe Example")
    workshop.worker.work()

    messages = [line["message"] for line in lines(log)]
    assert {"request", "mail refused", "mistake", "mail server away"} <= set(messages)
    written = log.getvalue().lower()
    tokens = [path.rpartition("/")[2].lower() for path in (confirm, manage)]
    for secret in ("ada", "bob", "joe", "lovelace", "noyce", "@", "example.org", "my own words", *tokens):
        assert secret not in written


def broken(rest: str) -> str:
    """Fails with all that it was sent in its words."""
    try:
        raise ValueError(f"{rest} is odd")
    except ValueError as cause:
        raise RuntimeError(f"no view for {rest}\n of Ada Lovelace") from cause


def test_a_mistake_is_told_by_its_kind_and_its_place(app: Flask, visitor: Visitor, log: io.StringIO) -> None:
    app.add_url_rule("/broken/<path:rest>", view_func=broken)
    assert visitor.get("/broken/ada").status_code == 500
    mistake = next(line for line in lines(log) if line["message"] == "mistake")
    assert (mistake["level"], mistake["error"]) == ("error", "RuntimeError")
    assert mistake["where"][-1].startswith("test_observing.py:")
    assert mistake["where"][-1].endswith(" broken")


def test_a_request_is_told_by_its_route_its_answer_and_its_time(visitor: Visitor, log: io.StringIO) -> None:
    visitor.get("/confirm/abc")
    (line,) = lines(log)
    assert (line["method"], line["route"], line["status"]) == ("GET", "/confirm/<token>", 404)
    assert line["ms"] >= 0
    assert line["at"].endswith("+00:00")


def test_what_libraries_warn_of_is_a_json_line_too(log: io.StringIO) -> None:
    logging.getLogger("flask-limiter").warning("storage unreachable\nnow")
    assert [(line["logger"], line["message"]) for line in lines(log)] == [("flask-limiter", "storage unreachable\nnow")]
