"""The door: public answers are rendered once per change, and are alike for everyone who asks."""

import gzip
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest
import time_machine
from flask import Flask
from sqlalchemy import event

from pledges import create_app, door
from pledges.config import Settings
from pledges.db import db
from pledges.letter import publishing
from pledges.letter.queries import get_letter
from tests.people import Visitor, Workshop

LETTER = "/letters/ask-more"


@pytest.fixture
def renderings(app: Flask) -> Iterator[list[str]]:
    """The templates rendered since."""
    from flask import template_rendered

    seen: list[str] = []

    def note(_app: Flask, template: object, **_: object) -> None:
        seen.append(str(getattr(template, "name", "")))

    with template_rendered.connected_to(note, app):
        yield seen


def test_more_fields_than_any_link_has_are_answered_as_what_is_unknown(workshop: Workshop, visitor: Visitor) -> None:
    workshop.letter()
    for path in ("/letters/ask-more", "/api/v1/letters"):
        for query in ("&".join(f"a{n}=1" for n in range(40)), "&" * 60):
            assert visitor.get(f"{path}?{query}").status_code == 200


def test_a_page_is_rendered_once_until_something_changes(
    workshop: Workshop, visitor: Visitor, renderings: list[str]
) -> None:
    letter = workshop.letter()
    for _ in range(4):
        assert visitor.get(LETTER).status_code == 200
    assert renderings.count("letter/letter.html") == 1
    workshop.confirmed(letter)
    visitor.get(LETTER)
    assert renderings.count("letter/letter.html") == 2
    with workshop.writing() as session:
        publishing.close(session, get_letter(session, letter.slug), now=workshop.now())
    visitor.get(LETTER)
    assert "This letter is closed" in visitor.text


def test_a_fresh_answer_asks_the_database_nothing(
    app: Flask, workshop: Workshop, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    workshop.letter()
    monkeypatch.setattr(door, "FRESH_SECONDS", 60.0)
    first = visitor.get(LETTER)
    statements: list[str] = []
    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", lambda *a: statements.append(a[2]))
    again = visitor.get(LETTER)
    assert statements == []
    assert again.data == first.data


def test_an_answer_is_a_second_old_at_most_and_says_its_age(
    workshop: Workshop, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    letter = workshop.letter()
    monkeypatch.setattr(door, "FRESH_SECONDS", 1.0)
    with time_machine.travel(workshop.now(), tick=False) as clock:
        visitor.get("/api/v1/letters/ask-more/count")
        workshop.confirmed(letter)
        clock.shift(0.6)
        kept = visitor.get("/api/v1/letters/ask-more/count")
        assert (kept.json["count"], kept.headers["Age"]) == (0, "1")
        clock.shift(0.5)
        assert visitor.get("/api/v1/letters/ask-more/count").json["count"] == 1


def test_many_who_ask_at_once_make_one_rendering(
    app: Flask, workshop: Workshop, renderings: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    workshop.letter()
    monkeypatch.setattr(door, "FRESH_SECONDS", 30.0)
    barrier = threading.Barrier(12)
    answers: list[bytes] = []

    def ask() -> None:
        barrier.wait()
        answers.append(app.test_client().get(LETTER).data)

    threads = [threading.Thread(target=ask) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(answers)) == 1
    assert renderings.count("letter/letter.html") == 1


def test_browsers_that_take_gzip_get_it_and_others_do_not(workshop: Workshop, visitor: Visitor) -> None:
    workshop.letter()
    plain = visitor.get(LETTER)
    packed = visitor.get(LETTER, headers={"Accept-Encoding": "gzip, br"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert gzip.decompress(packed.data) == plain.data
    assert "Accept-Encoding" in plain.headers["Vary"]


def test_what_a_browser_has_is_not_sent_again(workshop: Workshop, visitor: Visitor) -> None:
    workshop.letter()
    etag = visitor.get(LETTER).headers["ETag"]
    again = visitor.get(LETTER, headers={"If-None-Match": etag})
    assert (again.status_code, again.data) == (304, b"")
    assert "s-maxage" in again.headers["Cache-Control"]


def test_head_answers_as_get_without_its_body(workshop: Workshop, visitor: Visitor) -> None:
    workshop.letter()
    body = visitor.get(LETTER).data
    head = visitor.client.head(LETTER)
    assert (head.status_code, head.data, head.headers["Content-Length"]) == (200, b"", str(len(body)))


def test_errors_and_pages_of_one_person_are_not_kept(app: Flask, workshop: Workshop, visitor: Visitor) -> None:
    workshop.letter(opened=False)
    assert visitor.get(LETTER).status_code == 404
    with workshop.writing() as session:
        publishing.open_letter(session, get_letter(session, "ask-more"), now=workshop.now())
    assert visitor.get(LETTER).status_code == 200
    assert visitor.get("/login").headers["Cache-Control"] == "no-store"


def test_a_cookie_neither_changes_an_answer_nor_comes_back(workshop: Workshop, visitor: Visitor) -> None:
    workshop.letter()
    workshop.account()
    before = visitor.get(LETTER).data
    visitor.sign_in("mod@example.org")
    again = visitor.get(LETTER)
    assert again.data == before
    assert "Set-Cookie" not in again.headers


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_two_nodes_share_what_one_has_rendered(
    settings: Settings, workshop: Workshop, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    workshop.letter()
    shared = replace(settings, redis_url=redis_url)
    first, second = create_app(shared), create_app(shared)
    monkeypatch.setattr(door, "FRESH_SECONDS", 30.0)
    one = first.test_client().get(LETTER)
    with second.app_context():
        event.listen(db.engine, "before_cursor_execute", lambda *_: pytest.fail("it asked the database"))
    assert second.test_client().get(LETTER).data == one.data
    for app in (first, second):
        with app.app_context():
            db.engine.dispose()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_answers_go_on_when_redis_is_away(settings: Settings, workshop: Workshop) -> None:
    workshop.letter()
    alone = create_app(replace(settings, redis_url="redis://127.0.0.1:1/0"))
    assert [alone.test_client().get(LETTER).status_code for _ in range(3)] == [200, 200, 200]
    with alone.app_context():
        db.engine.dispose()


def test_what_a_page_does_not_know_makes_no_other_answer(
    workshop: Workshop, visitor: Visitor, renderings: list[str]
) -> None:
    workshop.letter()
    for query in ("", "?junk=1", "?junk=2&utm_source=x", "?x=" + "y" * 400):
        assert visitor.get(LETTER + query).status_code == 200
    assert renderings.count("letter/letter.html") == 1


def test_a_language_that_a_letter_has_not_is_answered_and_not_kept(app: Flask, workshop: Workshop) -> None:
    workshop.letter()
    door_of_app = app.wsgi_app
    assert isinstance(door_of_app, door.Door)
    for number in range(10, 40):
        assert app.test_client().get(f"{LETTER}?lang=qa-{number}").status_code == 200
        assert app.test_client().get(f"/letters/nobody-{number}").status_code == 404
    assert not door_of_app._shelf._answers
    assert not door_of_app._shelf._filling
