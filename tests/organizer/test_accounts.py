"""Staff accounts: how they are made and what is stored of them; and that every staff page asks for one."""

import pytest
from flask import Flask

from pledges.organizer.models import Role
from pledges.organizer.queries import find_account_by_email
from tests.crowds import dump, stolen
from tests.people import PASSWORD, Visitor, Workshop

STAFF = ("/moderation", "/organize", "/staff", "/account")


def create(app: Flask, *arguments: str, password: str = PASSWORD) -> tuple[int, str]:
    result = app.test_cli_runner(env={"PLEDGES_PASSWORD": password}).invoke(args=["account", "create", *arguments])
    return result.exit_code, result.output


@pytest.mark.parametrize("role", Role)
def test_a_command_makes_an_account_that_can_sign_in(app: Flask, visitor: Visitor, role: Role) -> None:
    code, output = create(app, "Staff@example.org", "--role", role.value)
    assert (code, "/login" in output, PASSWORD in output) == (0, True, False)
    assert visitor.sign_in("staff@example.org").status_code == 303
    assert visitor.get("/moderation/").status_code == 200


@pytest.mark.parametrize(
    ("arguments", "password"),
    [
        (("staff@example.org", "--role", "king"), PASSWORD),
        (("staff@example.org",), PASSWORD),
        (("nobody", "--role", "admin"), PASSWORD),
        (("a@localhost", "--role", "admin"), PASSWORD),
        (("staff@example.org", "--role", "admin"), "too short"),
        (("staff@example.org", "--role", "admin"), "x" * 201),
    ],
)
def test_what_can_be_no_account_is_told_without_a_trace(
    workshop: Workshop, arguments: tuple[str, ...], password: str
) -> None:
    code, output = create(workshop.app, *arguments, password=password)
    assert code != 0
    assert "Traceback" not in output
    assert password not in output
    assert dump(workshop)["account"] == []


def test_an_address_has_one_account(workshop: Workshop) -> None:
    assert create(workshop.app, "staff@example.org", "--role", "admin")[0] == 0
    code, output = create(workshop.app, "STAFF@example.org", "--role", "moderator")
    assert code != 0
    assert len(output.splitlines()) == 1
    assert len(dump(workshop)["account"]) == 1


def test_the_password_is_hashed_with_argon2_and_the_address_sealed(workshop: Workshop) -> None:
    workshop.account("staff@example.org")
    workshop.account("other@example.org")
    loot = stolen(workshop)
    for secret in (b"staff@example.org", b"staff@", PASSWORD.encode()):
        assert secret not in loot
    with workshop.writing() as session:
        hashes = [find_account_by_email(session, f"{name}@example.org").password_hash for name in ("staff", "other")]
        assert find_account_by_email(session, "staff@example.org").email == "staff@example.org"
    assert all(stored.startswith("$argon2id$") for stored in hashes)
    assert hashes[0] != hashes[1]


def test_every_staff_page_demands_a_login(app: Flask, workshop: Workshop, visitor: Visitor) -> None:
    workshop.letter()
    routes = app.url_map.bind("localhost")
    staff = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith(STAFF)]
    assert {"moderation.queue", "moderation.decide", "mail.retry"} <= {rule.endpoint for rule in staff}
    for rule in staff:
        assert app.view_functions[rule.endpoint].staff_roles, rule
        path = routes.build(rule.endpoint, dict.fromkeys(rule.arguments, 1))
        if "GET" in rule.methods:
            answer = visitor.get(path)
            assert (answer.status_code, answer.headers["Location"]) == (303, f"/login?next={path}"), rule


def test_every_staff_post_demands_a_token(app: Flask, workshop: Workshop, visitor: Visitor) -> None:
    workshop.letter()
    workshop.account("staff@example.org", Role.ADMIN)
    visitor.sign_in("staff@example.org")
    routes = app.url_map.bind("localhost")
    before = dump(workshop)
    posts = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith((*STAFF, "/login", "/logout"))]
    for rule in posts:
        if "POST" in rule.methods:
            assert visitor.post(routes.build(rule.endpoint, dict.fromkeys(rule.arguments, 1))).status_code == 400, rule
    assert dump(workshop) == before
    assert visitor.get("/moderation/").status_code == 200
