"""What is kept under a mark is the answer to it and to nothing else, and nobody can fill the shelf by asking."""

import re
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import quote

import pytest
import time_machine
from flask import Flask
from hypothesis import HealthCheck, example, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from werkzeug.test import Client, TestResponse

from pledges import create_app, door
from pledges.config import Settings
from pledges.cursor import encode
from pledges.shelfmark import HOUR_SECONDS, Shelfmark, mark
from tests.conftest import let_go
from tests.people import Visitor, Workshop
from tests.pledge.promises import PLEDGES, pledged

TRANSLATED = "[{language: es, title: Pedidnos más, body: Pedimos más.}]"
LETTER = "/letters/ask-more"
API = "/api/v1/letters/ask-more"
PATHS = [
    "/",
    "/privacy",
    LETTER,
    *(f"{LETTER}/{page}" for page in ("signatories", "pledges", "history", "share", "check-email", "thanks", "qr.svg")),
    f"{LETTER}/pledges/1",
    f"{LETTER}/history/1",
    "/embed/ask-more",
    "/embed/ask-more.svg",
    "/embed/ask-more.json",
    "/embed.js",
    "/api/v1/letters",
    API,
    *(f"{API}/{part}" for part in ("count", "signatories", "pledges", "pledges/speak/commitments")),
]
NAMES = ["lang", "theme", "kind", "limit", "pledge", "after", "q", "utm", "LANG", "lang[]"]
CURSOR = encode(2**50, 2**40)
VALUES = [
    "", "es", "en", "ES", "de", "dark", "light", "auto", "person", "organization", "1", "01", "100", "0", "speak",
    "give", CURSOR, "ada", " ", "x&lang=es", "dark&pledge=zzz", "es&theme=dark", "ñ", "\0", "a" * 50,
]  # fmt: skip
fields = st.tuples(
    st.sampled_from(NAMES),
    st.sampled_from(["=", "=", "=", "", "%3D", "=="]),
    st.sampled_from(VALUES).flatmap(lambda value: st.sampled_from([quote(value), quote(value, safe="")])),
)
queries = st.lists(fields, max_size=4).flatmap(
    lambda asked: st.sampled_from(["&", "&", "&", ";", "&&", "%26"]).map(lambda by: by.join(map("".join, asked)))
)


@pytest.fixture
def letter(workshop: Workshop) -> None:
    found = workshop.letter(moderation="flag", translations=TRANSLATED, pledges=PLEDGES)
    for n in range(3):
        pledged(workshop, found, f"ada{n}@example.org", f"Ada {n}", shown=True, speak=None)


@pytest.fixture
def at_noon(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing becomes old."""
    monkeypatch.setattr(door, "FRESH_SECONDS", 60.0)
    with time_machine.travel(workshop.now(), tick=False):
        yield


def seen(answer: TestResponse) -> tuple[int, bytes, str | None]:
    return answer.status_code, answer.get_data(), answer.headers.get("Content-Type")


def kept_by(app: Flask) -> list[str]:
    in_front = app.wsgi_app
    assert isinstance(in_front, door.Door)
    return [*in_front._shelf._answers, *in_front._of_many._answers]


def behind(app: Flask) -> Client:
    """Asks the application itself."""
    in_front = app.wsgi_app
    assert isinstance(in_front, door.Door)
    return Client(in_front.application)


@pytest.mark.usefixtures("letter", "at_noon")
@examples(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)
@given(path=st.sampled_from(PATHS), query=queries, reads=st.sampled_from(["", "es", "de, es;q=0.5", "en, es"]))
@example(path=f"{LETTER}/share", query="lang=&lang=es", reads="")
@example(path=f"{LETTER}/share", query="lang=es", reads="")
@example(path=f"{API}/signatories", query=f"after=&after={CURSOR}", reads="")
@example(path=f"{API}/signatories", query=f"after={CURSOR}", reads="")
@example(path="/embed/ask-more", query="theme=dark%26pledge=zzz", reads="")
@example(path="/embed/ask-more", query="theme=dark&pledge=zzz", reads="")
@example(path=LETTER, query="lang=%FF", reads="")
def test_whatever_is_asked_the_answer_is_the_applications_own(app: Flask, path: str, query: str, reads: str) -> None:
    headers = {"Accept-Language": reads}
    kept = app.test_client().get(f"{path}?{query}", headers=headers)
    own = behind(app).get(f"{path}?{query}", headers=headers)
    assert seen(kept) == seen(own)
    assert seen(app.test_client().get(f"{path}?{query}", headers=headers)) == seen(own)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.usefixtures("letter", "at_noon")
@pytest.mark.parametrize("path", PATHS)
def test_thinking_up_values_fills_no_shelf(app: Flask, path: str) -> None:
    for n in range(30):
        word = f"qa-Q{n:03}"
        for name in ("theme", "kind", "limit", "pledge", "after", "lang", "utm", "q"):
            app.test_client().get(f"{path}?{name}={word}")
    assert len(kept_by(app)) <= 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.usefixtures("letter", "at_noon")
def test_another_path_to_the_same_page_fills_no_shelf(app: Flask) -> None:
    paths = [f"{LETTER}/pledges/{'0' * n}1" for n in range(1, 20)] + [f"/assets/{n:012x}.css" for n in range(20)]
    for path in [*paths, f"{LETTER}/history/001", f"{LETTER}/%3Flang=es", f"{LETTER}%3Flang=es"]:
        app.test_client().get(path)
    assert kept_by(app) == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.usefixtures("letter", "at_noon")
def test_cursors_that_anybody_can_make_push_nothing_off_the_shelf_and_stay_out_of_redis(
    settings: Settings, redis_url: str
) -> None:
    from redis import Redis

    app = create_app(replace(settings, redis_url=redis_url, base_url="https://cursors.example"))
    app.test_client().get(LETTER)
    for n in range(door.MOST_OF_MANY + 20):
        for query in (f"after={encode(2**50, n)}", f"limit={n + 1}"):
            assert app.test_client().get(f"{API}/signatories?{query}").status_code == 200
    assert len(kept_by(app)) == door.MOST_OF_MANY + 1
    assert len(list(Redis.from_url(redis_url).scan_iter("*cursors.example*"))) == 1
    let_go(app)


@pytest.mark.usefixtures("letter")
def test_every_path_that_the_public_may_keep_has_its_mark(app: Flask, visitor: Visitor) -> None:
    for path in PATHS:
        assert visitor.get(path).status_code == 200, path
        assert "public" in visitor.response.headers["Cache-Control"], path
        assert marked(path) is not None, path


@pytest.mark.usefixtures("letter")
def test_what_shows_names_is_marked_for_it(visitor: Visitor) -> None:
    for path in PATHS:
        visitor.get(path)
        found = marked(path)
        shows = re.search(r"Ada \d", visitor.response.get_data(as_text=True)) is not None
        assert found is not None
        assert found.lists_names == shows, path
        assert (f"stale-if-error={HOUR_SECONDS}" in visitor.response.headers["Cache-Control"]) == shows, path


def marked(path: str) -> Shelfmark | None:
    return mark({"REQUEST_METHOD": "GET", "PATH_INFO": path, "QUERY_STRING": ""})
