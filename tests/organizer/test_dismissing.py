"""What ends staff accounts, their roles and their sessions: signing out, and the commands of whoever runs the site."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask

from pledges.errors import DomainError
from pledges.organizer import dismissing
from pledges.organizer.models import Role
from pledges.organizer.queries import find_account_by_email
from pledges.signature.states import State
from tests.crowds import crowd, dump
from tests.moderation.desk import decide, history
from tests.organizer.test_signing_in import sign_in
from tests.people import PASSWORD, Visitor, Workshop

NEW = "an altogether new one"


def run(app: Flask, *arguments: str, password: str = NEW) -> tuple[int, list[str]]:
    result = app.test_cli_runner(env={"PLEDGES_PASSWORD": password}).invoke(args=["account", *arguments])
    assert "Traceback" not in result.output
    return result.exit_code, result.output.splitlines()


@pytest.fixture
def staff(workshop: Workshop, visitor: Visitor) -> Visitor:
    workshop.account("staff@example.org")
    assert sign_in(visitor, "staff@example.org") == 303
    return visitor


def test_a_copied_cookie_opens_nothing_once_its_owner_has_signed_out(staff: Visitor, app: Flask) -> None:
    copied = staff.client.get_cookie("pledges_staff").value
    thief = Visitor(app.test_client())
    thief.client.set_cookie("pledges_staff", copied)
    assert thief.get("/moderation/").status_code == 200
    staff.get("/moderation/")
    staff.press("/logout")
    assert "You are signed out. So is every other browser" in staff.text
    thief.client.set_cookie("pledges_staff", copied)
    assert thief.get("/moderation/").status_code == 303
    assert sign_in(staff, "staff@example.org") == 303


def test_accounts_are_listed_with_role_and_reach(workshop: Workshop, app: Flask) -> None:
    assert run(app, "list") == (0, [])
    workshop.account("chief@example.org", Role.ADMIN)
    workshop.account("one@example.org", only=workshop.letter())
    code, lines = run(app, "list")
    assert code == 0
    assert [line.split("\t") for line in lines] == [
        ["chief@example.org", "admin", f"{workshop.now():%Y-%m-%d}", "every letter"],
        ["one@example.org", "moderator", f"{workshop.now():%Y-%m-%d}", "ask-more"],
    ]


def test_limiting_an_account_says_what_it_reaches_now(workshop: Workshop, app: Flask) -> None:
    workshop.account("one@example.org")
    workshop.letter()
    assert run(app, "limit", "one@example.org", "ask-more") == (0, ["one@example.org reaches ask-more"])
    assert run(app, "limit", "one@example.org") == (0, ["one@example.org reaches every letter"])


def test_a_removed_account_is_out_at_once_and_signs_in_no_more(workshop: Workshop, app: Flask, staff: Visitor) -> None:
    code, lines = run(app, "remove", "STAFF@example.org")
    assert (code, len(lines)) == (0, 1)
    assert staff.get("/moderation/").status_code == 303
    assert sign_in(staff, "staff@example.org") == 422
    assert dump(workshop)["account"] == []


def test_what_a_removed_account_decided_stays_decided_by_a_moderator(
    workshop: Workshop, app: Flask, staff: Visitor
) -> None:
    (signature,) = crowd(workshop, workshop.letter(), ["Ada Example"], State.AWAITING)
    decide(staff, "ask-more", [signature.id], "reject", "made up")
    assert history(workshop, signature)[-1].account_id is not None
    run(app, "remove", "staff@example.org")
    last = history(workshop, signature)[-1]
    assert (last.account_id, last.actor, last.reason, last.new) == (None, "moderator", "made up", State.REJECTED)
    workshop.account("other@example.org")
    sign_in(staff, "other@example.org")
    staff.get("/moderation/ask-more/decided")
    assert "by a moderator: made up" in staff.text


def test_the_limits_of_a_removed_account_go_with_it(workshop: Workshop, app: Flask) -> None:
    workshop.account("one@example.org", only=workshop.letter())
    assert run(app, "remove", "one@example.org")[0] == 0
    assert dump(workshop)["account_letter"] == []


def test_a_forgotten_password_is_replaced_and_ends_every_session(app: Flask, staff: Visitor) -> None:
    code, lines = run(app, "password", "staff@example.org")
    assert (code, len(lines)) == (0, 1)
    assert NEW not in lines[0]
    assert staff.get("/moderation/").status_code == 303
    assert sign_in(staff, "staff@example.org", PASSWORD) == 422
    assert sign_in(staff, "staff@example.org", NEW) == 303


def test_another_role_holds_from_the_next_signing_in(app: Flask, staff: Visitor) -> None:
    assert staff.get("/organize/").status_code == 403
    assert run(app, "role", "staff@example.org", "--role", "organizer") == (0, ["staff@example.org is organizer now"])
    assert staff.get("/moderation/").status_code == 303
    assert sign_in(staff, "staff@example.org") == 303
    assert staff.get("/organize/").status_code == 200
    assert run(app, "role", "staff@example.org", "--role", "organizer")[0] == 0
    assert staff.get("/organize/").status_code == 200


@pytest.mark.parametrize(
    "arguments", [("remove", "chief@example.org"), ("role", "chief@example.org", "--role", "moderator")]
)
def test_the_last_admin_stays(workshop: Workshop, app: Flask, arguments: tuple[str, ...]) -> None:
    workshop.account("chief@example.org", Role.ADMIN)
    workshop.account("other@example.org", Role.ORGANIZER)
    before = dump(workshop)
    code, lines = run(app, *arguments)
    assert (code, len(lines)) == (1, 1)
    assert "last admin" in lines[0]
    assert dump(workshop) == before
    workshop.account("second@example.org", Role.ADMIN)
    assert run(app, *arguments)[0] == 0


def test_two_admins_who_remove_each_other_at_once_leave_one(workshop: Workshop) -> None:
    emails = [f"chief-{number}@example.org" for number in range(2)]
    for email in emails:
        workshop.account(email, Role.ADMIN)

    def remove(email: str) -> bool:
        try:
            with workshop.writing() as session:
                dismissing.remove(session, find_account_by_email(session, email))
        except DomainError:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(remove, emails)) == [False, True]


@pytest.mark.parametrize("arguments", [("remove",), ("password",), ("role", "--role", "admin"), ("limit",)])
def test_an_address_without_an_account_is_told_in_one_line(app: Flask, arguments: tuple[str, ...]) -> None:
    code, lines = run(app, arguments[0], "nobody@example.org", *arguments[1:])
    assert (code, lines) == (1, ["Error: there is no account for nobody@example.org"])


def test_a_password_that_is_too_short_changes_nothing(app: Flask, staff: Visitor) -> None:
    assert run(app, "password", "staff@example.org", password="short")[0] == 1
    assert staff.get("/moderation/").status_code == 200
