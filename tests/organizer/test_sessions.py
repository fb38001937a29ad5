"""A staff session: its cookie, how long it lasts, and what ends it."""

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from flask import Flask

from pledges import create_app
from pledges.config import Settings
from pledges.db import db
from pledges.organizer.queries import find_account_by_email
from tests.organizer.test_signing_in import sign_in
from tests.people import PASSWORD, Visitor, Workshop

NEW = "an altogether new one"


def change_password(visitor: Visitor, old: str = PASSWORD, new: str = NEW, again: str | None = None) -> int:
    visitor.get("/account/password")
    token = visitor.page.select_one("input[name=csrf_token]")["value"]
    fields = {"old": old, "new": new, "again": new if again is None else again, "csrf_token": token}
    return visitor.post("/account/password", fields).status_code


@pytest.fixture
def staff(workshop: Workshop, visitor: Visitor) -> Visitor:
    workshop.account("staff@example.org")
    assert sign_in(visitor, "staff@example.org") == 303
    return visitor


@pytest.mark.parametrize(
    ("base_url", "secure"), [("http://127.0.0.1:8000", False), ("https://letters.example.org", True)]
)
def test_the_cookie_is_for_this_site_alone_and_out_of_reach_of_scripts(
    settings: Settings, base_url: str, secure: bool
) -> None:
    app = create_app(replace(settings, base_url=base_url))
    visitor = Visitor(app.test_client())
    visitor.get("/login", base_url=base_url)
    parts = [part.strip() for part in visitor.response.headers["Set-Cookie"].split(";")]
    assert parts[0].startswith("pledges_staff=")
    assert "HttpOnly" in parts
    assert "SameSite=Lax" in parts
    assert "Path=/" in parts
    assert ("Secure" in parts) == secure
    assert not [part for part in parts if part.startswith("Domain")]
    with app.app_context():
        db.engine.dispose()


def test_a_session_ends_after_twelve_hours(workshop: Workshop, visitor: Visitor) -> None:
    workshop.account("staff@example.org")
    with time_machine.travel("2027-03-08T08:00:00Z", tick=False) as time:
        sign_in(visitor, "staff@example.org")
        assert visitor.get("/moderation/").status_code == 200
        time.shift(12 * 3600)
        assert visitor.get("/moderation/").status_code == 200
        time.shift(1)
        assert visitor.get("/moderation/").status_code == 303


def test_a_changed_password_ends_every_other_session(staff: Visitor, app: Flask) -> None:
    other = Visitor(app.test_client())
    sign_in(other, "staff@example.org")
    assert other.get("/moderation/").status_code == 200
    assert change_password(staff) == 303
    assert other.get("/moderation/").status_code == 303
    staff.get("/moderation/")
    assert "Your password is changed" in staff.text
    assert sign_in(other, "staff@example.org", PASSWORD) == 422
    assert sign_in(other, "staff@example.org", NEW) == 303


def test_a_password_is_not_changed_by_a_wrong_form(staff: Visitor, app: Flask) -> None:
    for old, new, again, field in (
        ("wrong password", NEW, NEW, "old"),
        (PASSWORD, "too short", "too short", "new"),
        (PASSWORD, "x" * 201, "x" * 201, "new"),
        (PASSWORD, NEW, NEW + "!", "again"),
        ("", NEW, NEW, "old"),
    ):
        assert change_password(staff, old, new, again) == 422
        assert staff.page.select_one(f"#{field}-error").get_text(strip=True)
    assert sign_in(Visitor(app.test_client()), "staff@example.org", PASSWORD) == 303


def test_guesses_at_the_old_password_are_throttled(staff: Visitor) -> None:
    assert [change_password(staff, "wrong password") for _ in range(6)] == [422] * 5 + [429]


def test_a_forged_cookie_opens_nothing(workshop: Workshop, staff: Visitor, app: Flask) -> None:
    cookie = staff.client.get_cookie("pledges_staff").value
    for forged in (cookie[:-2], cookie.swapcase(), "x", cookie.split(".")[0] + ".x.x", ""):
        stranger = Visitor(app.test_client())
        stranger.client.set_cookie("pledges_staff", forged)
        assert stranger.get("/moderation/").status_code == 303
    stranger.client.set_cookie("pledges_staff", cookie)
    assert stranger.get("/moderation/").status_code == 200


def test_the_session_of_an_account_that_is_gone_opens_nothing(workshop: Workshop, staff: Visitor) -> None:
    with workshop.writing() as session:
        session.delete(find_account_by_email(session, "staff@example.org"))
    assert staff.get("/moderation/").status_code == 303


def test_signing_in_opens_a_fresh_session(workshop: Workshop, visitor: Visitor) -> None:
    workshop.account("staff@example.org")
    visitor.get("/login")
    with visitor.client.session_transaction() as before:
        before["planted"] = "by somebody else"
    sign_in(visitor, "staff@example.org")
    with visitor.client.session_transaction() as after:
        assert "planted" not in after


def test_staff_pages_are_kept_by_no_cache_and_public_ones_get_no_cookie(workshop: Workshop, staff: Visitor) -> None:
    workshop.letter()
    for page in ("/moderation/", "/moderation/ask-more", "/account/password", "/staff/mail", "/login"):
        assert staff.get(page).headers["Cache-Control"] == "no-store"
    for page in ("/", "/letters/ask-more", "/letters/ask-more/signatories", "/privacy", "/api/v1/letters"):
        answer = staff.get(page)
        assert "Set-Cookie" not in answer.headers
        assert "Cookie" not in answer.headers.get("Vary", "")


@pytest.mark.parametrize(
    ("referrer", "next_"),
    [
        ("http://localhost/moderation/ask-more?after=x&choose=all", "/moderation/ask-more?after=x&choose=all"),
        ("http://localhost/staff/mail", "/staff/mail"),
        ("https://evil.example/moderation/ask-more", None),
        ("", None),
        ("http://[", None),
    ],
)
@pytest.mark.parametrize("sent_to", ["/moderation/ask-more/decide", "/account/password", "/logout"])
def test_who_presses_a_button_after_the_session_has_ended_is_told_so_and_led_to_sign_in(
    workshop: Workshop, visitor: Visitor, sent_to: str, referrer: str, next_: str | None
) -> None:
    workshop.letter()
    assert visitor.post(sent_to, {"csrf_token": "of a session"}, headers={"Referer": referrer}).status_code == 400
    assert visitor.page.h1.get_text() == "You are signed out"
    assert "open for too long" not in visitor.text
    way = urlsplit(visitor.page.select_one("main a.button")["href"])
    assert (way.path, parse_qs(way.query)) == ("/login", {"next": [next_]} if next_ else {})


def test_who_is_signed_in_or_signs_in_is_told_of_a_form_that_was_open_too_long(staff: Visitor) -> None:
    for sent_to in ("/account/password", "/login"):
        assert staff.post(sent_to, {"csrf_token": "of another session"}).status_code == 400
        assert "open for too long" in staff.text
        staff.client.delete_cookie("pledges_staff")


def test_what_an_account_may_not_do_is_told_without_a_word_of_forms(workshop: Workshop, staff: Visitor) -> None:
    workshop.letter()
    assert staff.get("/organize/").status_code == 403
    assert "Your account may not do this." in staff.text
    assert "form" not in staff.page.main.get_text()


def test_a_button_pressed_after_the_account_ended_every_session_leads_back_to_its_page(
    workshop: Workshop, staff: Visitor
) -> None:
    workshop.letter()
    staff.get("/account/password")
    token = staff.page.select_one("main input[name=csrf_token]")["value"]
    with workshop.writing() as session:
        find_account_by_email(session, "staff@example.org").end_sessions()
    sent = {"csrf_token": token, "decision": "approve"}
    headers = {"Referer": "http://localhost/moderation/ask-more"}
    answer = staff.post("/moderation/ask-more/decide", sent, headers=headers)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/login?next=/moderation/ask-more")
