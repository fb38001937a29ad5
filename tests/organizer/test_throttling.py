"""Guessing a password is slowed down, and nobody is locked out by another's guesses."""

from datetime import timedelta

import time_machine

from pledges import retention
from pledges.organizer import dismissing
from pledges.organizer.queries import find_account_by_email
from pledges.organizer.signing_in import count_try
from tests.crowds import dump
from tests.organizer.test_signing_in import sign_in
from tests.people import PASSWORD, Visitor, Workshop

HOME = {"REMOTE_ADDR": "192.0.2.10"}
HOME_TOO = {"REMOTE_ADDR": "192.0.2.200"}
AWAY = {"REMOTE_ADDR": "198.51.100.10"}
WINDOW = 15 * 60


def fail(visitor: Visitor, times: int, email: str = "staff@example.org", **environ: object) -> list[int]:
    visitor.get("/login")
    token = visitor.page.select_one("input[name=csrf_token]")["value"]
    fields = {"email": email, "password": "wrong password", "csrf_token": token}
    return [visitor.post("/login", fields, environ_base=environ).status_code for _ in range(times)]


def test_after_five_failures_even_the_right_password_has_to_wait(workshop: Workshop, visitor: Visitor) -> None:
    workshop.account("staff@example.org")
    with time_machine.travel("2027-03-08T12:00:00Z", tick=False) as time:
        assert fail(visitor, 5) == [422] * 5
        assert sign_in(visitor, "staff@example.org") == 429
        assert 0 < int(visitor.response.headers["Retry-After"]) <= WINDOW
        assert "Too many tries" in visitor.text
        time.shift(WINDOW - 1)
        assert sign_in(visitor, "staff@example.org") == 429
        time.shift(1)
        assert sign_in(visitor, "staff@example.org") == 303


def test_a_success_forgets_the_failures_before_it(workshop: Workshop, visitor: Visitor) -> None:
    workshop.account("staff@example.org")
    for _ in range(2):
        assert fail(visitor, 4) == [422] * 4
        assert sign_in(visitor, "staff@example.org") == 303
        visitor.client.delete_cookie("pledges_staff")
    assert fail(visitor, 6) == [422] * 5 + [429]


def test_guesses_from_elsewhere_lock_nobody_out(workshop: Workshop, visitor: Visitor) -> None:
    workshop.account("staff@example.org")
    assert fail(visitor, 6, **AWAY)[-1] == 429
    assert sign_in(visitor, "staff@example.org", **HOME) == 303


def test_a_network_is_one_guesser_whatever_its_last_number(workshop: Workshop, visitor: Visitor) -> None:
    workshop.account("staff@example.org")
    fail(visitor, 3, **HOME)
    assert fail(visitor, 3, **HOME_TOO) == [422, 422, 429]


def test_a_forwarding_header_that_nobody_trusts_makes_no_other_network(workshop: Workshop, visitor: Visitor) -> None:
    workshop.account("staff@example.org")
    for number in range(5):
        fail(visitor, 1, HTTP_X_FORWARDED_FOR=f"203.0.{number}.1", HTTP_FORWARDED=f"for=203.0.{number}.1")
    assert fail(visitor, 1, HTTP_X_FORWARDED_FOR="203.0.99.1") == [429]


def test_another_account_is_tried_for_itself(workshop: Workshop, visitor: Visitor) -> None:
    workshop.account("staff@example.org")
    workshop.account("other@example.org")
    fail(visitor, 5)
    assert sign_in(visitor, "other@example.org") == 303


def test_an_unknown_address_is_throttled_alike(workshop: Workshop, visitor: Visitor) -> None:
    workshop.account("staff@example.org")
    assert fail(visitor, 6, "nobody@example.org") == fail(visitor, 6, "staff@example.org") == [422] * 5 + [429]


def test_spellings_of_one_address_share_their_tries(workshop: Workshop, visitor: Visitor) -> None:
    workshop.account("staff@example.org")
    for email in (
        "staff@example.org",
        "STAFF@example.org",
        " staff@example.org",
        "Staff@Example.Org",
        "staff@example.org",
    ):
        assert fail(visitor, 1, email) == [422]
    assert fail(visitor, 1) == [429]


def test_many_networks_together_are_slowed_down_too(workshop: Workshop, visitor: Visitor) -> None:
    workshop.account("staff@example.org")
    with workshop.writing() as session:
        for number in range(49):
            count_try(session, "staff@example.org", f"198.51.{number}.0/24", now=workshop.now())
    assert fail(visitor, 1, **AWAY) == [422]
    assert sign_in(visitor, "staff@example.org", **HOME) == 429


def guess_from_everywhere(workshop: Workshop, email: str = "staff@example.org") -> None:
    """Ten networks of strangers use up what all of them together are allowed."""
    with workshop.writing() as session:
        for number in range(50):
            count_try(session, email, f"198.51.{number // 5}.0/24", now=workshop.now())


def test_who_has_signed_in_from_a_network_before_is_not_locked_out_by_strangers(
    workshop: Workshop, visitor: Visitor
) -> None:
    workshop.account("staff@example.org")
    with time_machine.travel("2027-03-08T12:00:00Z", tick=False) as time:
        assert sign_in(visitor, "staff@example.org", **HOME) == 303
        visitor.client.delete_cookie("pledges_staff")
        time.shift(timedelta(days=90) - timedelta(seconds=1))
        guess_from_everywhere(workshop)
        assert sign_in(visitor, "staff@example.org", **AWAY) == 429
        assert sign_in(visitor, "staff@example.org", **HOME_TOO) == 303


def test_a_network_that_is_known_is_counted_for_itself(workshop: Workshop, visitor: Visitor) -> None:
    workshop.account("staff@example.org")
    sign_in(visitor, "staff@example.org", **HOME)
    visitor.client.delete_cookie("pledges_staff")
    guess_from_everywhere(workshop)
    assert fail(visitor, 6, **HOME) == [422] * 5 + [429]
    assert sign_in(visitor, "staff@example.org", **HOME) == 429


def test_a_network_is_known_to_the_account_alone_that_was_signed_in_to(workshop: Workshop, visitor: Visitor) -> None:
    workshop.account("staff@example.org")
    workshop.account("other@example.org")
    sign_in(visitor, "other@example.org", **HOME)
    visitor.client.delete_cookie("pledges_staff")
    guess_from_everywhere(workshop)
    assert sign_in(visitor, "staff@example.org", **HOME) == 429


def test_a_network_of_staff_is_erased_after_ninety_days_and_with_the_account(
    workshop: Workshop, visitor: Visitor
) -> None:
    account = workshop.account("staff@example.org")
    with time_machine.travel("2027-03-08T12:00:00Z", tick=False) as time:
        for environ in (HOME, AWAY, HOME_TOO):
            sign_in(visitor, "staff@example.org", **environ)
            visitor.client.delete_cookie("pledges_staff")
        (one, another) = dump(workshop)["account_network"]
        assert "192.0.2" not in one + another
        time.shift(timedelta(days=90) - timedelta(seconds=1))
        sign_in(visitor, "staff@example.org", **AWAY)
        assert run_retention(workshop) == 0
        time.shift(1)
        assert run_retention(workshop) == 1
        assert len(dump(workshop)["account_network"]) == 1
    with workshop.writing() as session:
        dismissing.remove(session, find_account_by_email(session, account.email))
    assert dump(workshop)["account_network"] == []


def run_retention(workshop: Workshop) -> int:
    with workshop.app.app_context():
        return retention.run(now=workshop.now())["networks of staff"]


def test_the_tries_are_counted_without_storing_whose_they_are(workshop: Workshop, visitor: Visitor) -> None:
    workshop.account("staff@example.org")
    fail(visitor, 2, **HOME)
    rows = repr(dump(workshop))
    assert len(dump(workshop)["allowance"]) == 2
    for secret in ("staff@example.org", "192.0.2.", "wrong password", PASSWORD):
        assert secret not in rows
