"""Staff sign in and out: what a stranger learns from it, and where it leads."""

import re
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

import pytest
from flask import Flask

from pledges.organizer import passwords
from pledges.organizer.models import Role
from tests.people import PASSWORD, Visitor, Workshop

HOSTILE = [
    "https://evil.example/",
    "//evil.example/",
    "///evil.example/",
    "/\\evil.example/",
    "\\\\evil.example/",
    "http:evil.example",
    "javascript:alert(1)",
    "/\t/evil.example",
    "/\n/evil.example",
    "/\r\nLocation: https://evil.example",
    " //evil.example",
    "evil.example",
    "//[",
    "/\x00",
    "",
]


def sign_in(visitor: Visitor, email: str, password: str = PASSWORD, query: str = "", **environ: object) -> int:
    """Fills the form as a browser does, and answers the status."""
    visitor.get(f"/login{query}")
    token = visitor.page.select_one("input[name=csrf_token]")["value"]
    fields = {"email": email, "password": password, "csrf_token": token}
    return visitor.post(f"/login{query}", fields, environ_base=environ).status_code


@pytest.mark.parametrize("role", Role)
def test_each_role_signs_in_and_out(workshop: Workshop, visitor: Visitor, role: Role) -> None:
    workshop.account("staff@example.org", role)
    assert sign_in(visitor, "staff@example.org") == 303
    assert visitor.response.headers["Location"] == "/moderation/"
    assert visitor.get("/moderation/").status_code == 200
    visitor.press("/logout")
    assert visitor.response.request.path == "/login"
    assert "You are signed out." in visitor.text
    for page in ("/moderation/", "/staff/mail", "/account/password"):
        assert visitor.get(page).headers["Location"] == f"/login?next={page}"


def test_the_case_of_the_address_does_not_matter(workshop: Workshop, visitor: Visitor) -> None:
    workshop.account("Staff.Member@example.org")
    assert sign_in(visitor, " staff.member@EXAMPLE.org ") == 303


def test_a_wrong_password_and_an_unknown_address_are_answered_alike(workshop: Workshop, app: Flask) -> None:
    workshop.account("known@example.org")
    answers = []
    for email, password in (("known@example.org", "wrong password"), ("nobody@example.org", PASSWORD)):
        visitor = Visitor(app.test_client())
        assert sign_in(visitor, email, password) == 422
        assert "Address and password do not belong together." in visitor.page.select_one("#password-error").get_text()
        assert password not in visitor.response.get_data(as_text=True)
        page = re.sub(r'value="[^"]*"', "", visitor.response.get_data(as_text=True))
        answers.append((page, sorted(name for name, _value in visitor.response.headers)))
        assert visitor.get("/moderation/").status_code == 303
    assert answers[0] == answers[1]


def test_without_an_account_no_password_is_right() -> None:
    stored = passwords.hash_password(PASSWORD)
    assert passwords.is_right(PASSWORD, stored)
    assert not passwords.is_right(PASSWORD[:-1], stored)
    assert not passwords.is_right("nobody's password", None)
    assert not passwords.is_right(PASSWORD, "not a hash")


def test_a_stored_password_costs_a_thief_what_is_advised() -> None:
    shipped = "from pledges.organizer.passwords import hash_password; print(hash_password('correct horse'))"
    stored = subprocess.run([sys.executable, "-c", shipped], capture_output=True, text=True, check=True).stdout
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_what_is_no_sign_in_is_refused(workshop: Workshop, visitor: Visitor) -> None:
    workshop.account("staff@example.org")
    for email, password in (
        ("", PASSWORD),
        ("staff@example.org", ""),
        ("staff@example.org\x00", PASSWORD),
        ("a" * 255, PASSWORD),
        ("staff@example.org", "x" * 201),
        ("staff@example.org", "\x00"),
        ("staff@example.org", PASSWORD + "\ufffd"),
    ):
        assert (sign_in(visitor, email, password), email, password) == (422, email, password)
    fields = {"email": "staff@example.org", "password": PASSWORD}
    assert visitor.post("/login", fields).status_code == 400
    assert visitor.get("/moderation/").status_code == 303


def test_signing_in_from_another_site_is_refused(workshop: Workshop, visitor: Visitor) -> None:
    workshop.account("staff@example.org")
    visitor.get("/login")
    token = visitor.page.select_one("input[name=csrf_token]")["value"]
    fields = {"email": "staff@example.org", "password": PASSWORD, "csrf_token": token}
    assert visitor.post("/login", fields, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert visitor.get("/moderation/").status_code == 303


@pytest.mark.parametrize("path", ["/moderation/ask-more", "/moderation/ask-more?choose=all&after=x", "/staff/mail"])
def test_one_returns_to_the_page_that_asked(workshop: Workshop, visitor: Visitor, path: str) -> None:
    workshop.account("staff@example.org")
    location = visitor.get(path).headers["Location"]
    assert location.startswith("/login?next=")
    assert sign_in(visitor, "staff@example.org", query=location.removeprefix("/login")) == 303
    assert visitor.response.headers["Location"] == path


def test_signing_in_leads_to_no_other_site(workshop: Workshop, app: Flask) -> None:
    workshop.account("staff@example.org")
    for target in HOSTILE:
        visitor = Visitor(app.test_client())
        assert (sign_in(visitor, "staff@example.org", query=f"?{urlencode({'next': target})}"), target) == (303, target)
        assert (visitor.response.headers["Location"], target) == ("/moderation/", target)


def test_whoever_is_signed_in_is_not_asked_again(workshop: Workshop, visitor: Visitor) -> None:
    workshop.account("staff@example.org")
    sign_in(visitor, "staff@example.org")
    answer = visitor.get("/login")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/moderation/")


def test_signing_in_twice_at_once_is_never_an_error(workshop: Workshop, app: Flask) -> None:
    workshop.account("staff@example.org")
    gate = threading.Barrier(4)

    def run(password: str) -> list[int]:
        gate.wait()
        tries = 4 if password == PASSWORD else 1
        return [sign_in(Visitor(app.test_client()), "staff@example.org", password) for _ in range(tries)]

    with ThreadPoolExecutor(4) as pool:
        answers = {status for statuses in pool.map(run, [PASSWORD, "wrong password"] * 2) for status in statuses}
    assert answers == {303, 422}
