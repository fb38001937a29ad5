"""Guards of the staff's pages: each says for whom it is, opens to nobody else, and does nothing without its token."""

import pytest
from flask import Flask
from sqlalchemy import text
from werkzeug.routing import Rule

from pledges.db import Base, db
from pledges.organizer.models import Role
from tests.people import Visitor, Workshop

PUBLIC_STAFF_PAGES = {"organizer.login", "organizer.sign_in", "organizer.logout"}
ARGUMENTS = {"slug": "ask-more", "mail_id": 1}


def staff_rules(app: Flask) -> list[Rule]:
    """Every route that belongs to staff."""
    rooms = ("moderation.", "organizer.")
    return [
        rule
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith(rooms) or rule.rule.startswith(("/staff/", "/moderation", "/organize", "/account"))
    ]


def path_of(app: Flask, rule: Rule) -> str:
    with app.test_request_context():
        return rule.build({name: ARGUMENTS[name] for name in rule.arguments})[1]


def everything_stored(workshop: Workshop) -> dict[str, list[str]]:
    with workshop.app.app_context(), db.engine.connect() as connection:
        return {
            table: sorted(map(repr, connection.execute(text(f"SELECT * FROM {table}"))))
            for table in Base.metadata.tables
        }


def test_every_staff_page_says_which_roles_it_is_for(app: Flask) -> None:
    rules = staff_rules(app)
    assert {"moderation.decide", "organizer.password", "mail.undelivered", "mail.retry"} <= {r.endpoint for r in rules}
    for rule in rules:
        if rule.endpoint not in PUBLIC_STAFF_PAGES:
            roles = getattr(app.view_functions[rule.endpoint], "staff_roles", ())
            assert roles, rule.endpoint
            assert set(roles) <= set(Role), rule.endpoint


def test_nobody_sees_a_staff_page_without_signing_in(workshop: Workshop, visitor: Visitor) -> None:
    workshop.confirmed(workshop.letter())
    pages = [rule for rule in staff_rules(workshop.app) if "GET" in (rule.methods or ())]
    for rule in pages:
        if rule.endpoint not in PUBLIC_STAFF_PAGES:
            path = path_of(workshop.app, rule)
            answer = visitor.get(path)
            assert answer.status_code == 303, path
            assert answer.headers["Location"].partition("?")[0] == "/login", path
            assert "Ada" not in answer.get_data(as_text=True), path


def test_nobody_sends_a_staff_form_without_signing_in(workshop: Workshop, visitor: Visitor) -> None:
    signature = workshop.confirmed(workshop.letter())
    before = everything_stored(workshop)
    visitor.get("/login")
    token = visitor.page.find("input", {"name": "csrf_token"})["value"]
    for rule in staff_rules(workshop.app):
        if "POST" in (rule.methods or ()) and rule.endpoint not in PUBLIC_STAFF_PAGES:
            path = path_of(workshop.app, rule)
            sent = {"csrf_token": token, "signature": str(signature.id), "decision": "approve"}
            assert visitor.post(path, sent).headers.get("Location") == "/login", path
    assert everything_stored(workshop) == before


@pytest.mark.parametrize("signed_in", [False, True])
def test_no_staff_form_does_anything_without_its_token(workshop: Workshop, visitor: Visitor, signed_in: bool) -> None:
    signature = workshop.confirmed(workshop.letter())
    workshop.account()
    if signed_in:
        visitor.sign_in("mod@example.org")
    before = everything_stored(workshop)
    fields = {
        "signature": str(signature.id),
        "decision": "approve",
        "email": "mod@example.org",
        "password": "correct horse battery",
        "old": "correct horse battery",
        "new": "another horse battery",
        "again": "another horse battery",
        "csrf_token": "forged",
    }
    forms = [rule for rule in staff_rules(workshop.app) if "POST" in (rule.methods or ())]
    assert len(forms) >= 5
    for rule in forms:
        path = path_of(workshop.app, rule)
        for sent in (fields, {k: v for k, v in fields.items() if k != "csrf_token"}, {}):
            assert visitor.post(path, sent).status_code == 400, path
    assert everything_stored(workshop) == before
    assert visitor.get("/moderation/").status_code == (200 if signed_in else 303)
