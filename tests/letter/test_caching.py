"""Public pages are the same bytes for everyone who asks in the same language, and caches may keep them for 5 s."""

import re
from datetime import UTC, datetime

import pytest
import time_machine
from flask import Flask

from pledges import clock
from pledges.letter import publishing
from pledges.letter.queries import get_letter
from tests.people import Visitor, Workshop

PUBLIC = [
    "/",
    "/?lang=es",
    "/privacy",
    "/letters/ask-more",
    "/letters/ask-more/signatories",
    "/letters/ask-more/signatories?q=ada",
    "/letters/ask-more/check-email",
    "/letters/ask-more/thanks",
]


@pytest.fixture(autouse=True)
def _letter(workshop: Workshop) -> None:
    letter = workshop.letter(moderation="flag")
    workshop.confirmed(letter)


@pytest.mark.parametrize("path", PUBLIC)
def test_a_public_page_is_the_same_bytes_for_everyone_and_kept_for_5_seconds_at_most(app: Flask, path: str) -> None:
    stranger, other, staff = (Visitor(app.test_client()) for _ in range(3))
    first = stranger.get(path)
    assert first.status_code == 200
    assert "Set-Cookie" not in first.headers
    assert "Cookie" not in first.vary
    kept = dict(re.findall(r"([a-z-]+)=(\d+)", first.headers["Cache-Control"]))
    assert int(kept["s-maxage"]) + int(kept["stale-while-revalidate"]) == 5
    assert int(kept["stale-if-error"]) >= 3600
    assert first.cache_control.public
    assert kept["max-age"] == "0"

    staff.get("/login")
    others = {"User-Agent": "Another", "Cookie": "a=b; pledges_staff=forged", "Referer": "https://example.org/"}
    for again in (stranger.get(path), other.get(path, headers=others), staff.get(path)):
        assert (again.data, again.headers["ETag"]) == (first.data, first.headers["ETag"])
        assert "Set-Cookie" not in again.headers


def test_who_has_the_page_already_is_told_so_without_it(visitor: Visitor) -> None:
    for path in PUBLIC:
        etag = visitor.get(path).headers["ETag"]
        again = visitor.get(path, headers={"If-None-Match": etag})
        assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", etag)
        assert "s-maxage=" in again.headers["Cache-Control"]
        assert visitor.get(path, headers={"If-None-Match": '"another"'}).status_code == 200
        assert visitor.client.head(path).headers["ETag"] == etag


def test_a_new_name_makes_another_page(workshop: Workshop, visitor: Visitor) -> None:
    etag = visitor.get("/letters/ask-more").headers["ETag"]
    with workshop.writing() as session:
        letter = get_letter(session, "ask-more")
    workshop.confirmed(letter, "bob@example.org", "Bob Example")
    again = visitor.get("/letters/ask-more", headers={"If-None-Match": etag})
    assert again.status_code == 200
    assert "Bob Example" in visitor.text


def test_a_page_changes_with_its_letters_state_and_on_its_date(workshop: Workshop, visitor: Visitor) -> None:
    with time_machine.travel(datetime(2027, 3, 8, 23, tzinfo=UTC), tick=False) as now:
        workshop.letter("dated", closes="2027-03-08")
        paths = ("/", "/letters/dated", "/letters/ask-more")
        seen = [[visitor.get(path).data for path in paths]]
        with workshop.writing() as session:
            publishing.close(session, get_letter(session, "ask-more"), now=clock.now())
        seen.append([visitor.get(path).data for path in paths])
        now.shift(3600)
        seen.append([visitor.get(path).data for path in paths])
    fronts, dated, closed = zip(*seen, strict=True)
    assert len(set(fronts)) == 3
    assert [dated[0] == dated[1], dated[1] == dated[2]] == [True, False]
    assert [closed[0] == closed[1], closed[1] == closed[2]] == [False, True]


def test_a_page_of_staff_is_kept_by_nobody_and_theirs_alone(workshop: Workshop, visitor: Visitor) -> None:
    workshop.account()
    visitor.sign_in("mod@example.org")
    page = visitor.get("/moderation/")
    assert page.headers["Cache-Control"] == "no-store"
    assert "Cookie" in page.vary
    public = visitor.get("/")
    assert "Sign out" not in visitor.text
    assert "Set-Cookie" not in public.headers


@pytest.mark.parametrize("path", ["/", "/privacy"])
def test_a_page_in_the_browsers_language_tells_caches_so(visitor: Visitor, path: str) -> None:
    english = visitor.get(path, headers={"Accept-Language": "en"})
    spanish = visitor.get(path, headers={"Accept-Language": "es-MX,es;q=0.9"})
    assert visitor.page.html["lang"] == "es"
    assert english.data != spanish.data
    assert "Accept-Language" in english.vary
    assert "Accept-Language" in spanish.vary
    asked = visitor.get(f"{path}?lang=es", headers={"Accept-Language": "en"})
    assert "Accept-Language" not in asked.vary
    assert asked.data == spanish.data


@pytest.mark.parametrize("path", ["/nowhere", "/letters/nobody", "/letters/ask-more/signatories?after=x"])
def test_an_error_is_kept_by_no_cache(visitor: Visitor, path: str) -> None:
    answer = visitor.get(path)
    assert answer.status_code in (400, 404)
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers


def test_a_public_page_runs_no_inline_script_or_style(visitor: Visitor) -> None:
    for path in PUBLIC:
        policy = visitor.get(path).headers["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert not visitor.page.select("style, [style], script:not([src])")
