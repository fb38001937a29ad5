"""The proof of work: who is asked for it, what is taken for one, and that each is good once."""

import base64
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from pledges.signature.challenge import LASTS, MOST
from pledges.signature.models import Signature
from pledges.signature.states import State
from tests.crowds import dump
from tests.people import Visitor, Workshop
from tests.signature.test_statements import READING_THE_LETTER, SIGNING, counted
from tests.solving import asked, encoded, solve

ABOVE = 3
CHALLENGED = ("ask-more", "another")


@pytest.fixture
def time() -> Iterator[time_machine.Traveller]:
    with time_machine.travel("2027-03-01T12:00:30Z", tick=False) as traveller:
        yield traveller


@pytest.fixture
def rush(workshop: Workshop, visitor: Visitor, time: time_machine.Traveller) -> Visitor:
    """Somebody who comes to sign in a rush, has sent the form, and is asked for a proof."""
    for slug in CHALLENGED:
        workshop.letter(slug, moderation="flag", challenge_above=ABOVE)
        for number in range(ABOVE):
            assert visitor.sign(slug, email=f"early-{number}@example.org").status_code == 303
    assert visitor.sign("ask-more").status_code == 422
    return visitor


def signed(workshop: Workshop) -> int:
    return len(dump(workshop)["signature"])


def confirmed_flags(workshop: Workshop, visitor: Visitor) -> tuple[State | None, list[str]]:
    """What becomes of Ada's signature when she confirms it."""
    workshop.deliver()
    visitor.post(workshop.confirm_link("ada@example.org"))
    with workshop.writing() as session:
        named = select(Signature).where(Signature.name == "Ada Example", Signature.confirmed_at.is_not(None))
        found = session.scalars(named).one()
        return found.state, found.flags


def test_in_a_rush_the_form_comes_back_filled_in_and_asks_for_a_proof(workshop: Workshop, rush: Visitor) -> None:
    before = dump(workshop)
    answer = rush.sign("ask-more", role='Editor "in chief"', country="ES")
    assert answer.status_code == 422
    assert answer.headers["Cache-Control"] == "no-store"
    assert rush.page.select_one("#name")["value"] == "Ada Example"
    assert rush.page.select_one("#role")["value"] == 'Editor "in chief"'
    assert not rush.page.select(".field__error")
    assert "Press “Sign” once more" in rush.page.select_one("[data-challenge] [aria-live=polite]").get_text()
    assert rush.page.select_one('script[src*="js/challenge.js"]')
    assert {*asked(rush)} == {"algorithm", "challenge", "maxnumber", "salt", "signature"}
    assert asked(rush)["maxnumber"] == MOST
    assert dump(workshop) == before


def test_whoever_solves_it_signs_as_ever(workshop: Workshop, rush: Visitor) -> None:
    answer = rush.sign("ask-more", altcha=encoded(solve(asked(rush))), challenge=json.dumps(asked(rush)))
    assert (answer.status_code, answer.headers["Location"]) == (303, "/letters/ask-more/check-email")
    assert confirmed_flags(workshop, rush) == (State.APPROVED, [])


def test_whoever_sends_it_back_unsolved_signs_and_is_held(workshop: Workshop, rush: Visitor) -> None:
    challenge = rush.page.select_one("form [name=challenge]")["value"]
    answer = rush.sign("ask-more", challenge=challenge)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/letters/ask-more/check-email")
    assert confirmed_flags(workshop, rush) == (State.AWAITING, ["unproven"])


def test_without_a_rush_or_where_the_letter_wants_none_nobody_is_asked(workshop: Workshop, visitor: Visitor) -> None:
    workshop.letter(challenge_above=5)
    workshop.letter("another")
    for slug, many in (("ask-more", 5), ("another", 12)):
        for number in range(many):
            assert visitor.sign(slug, email=f"ada-{number}@example.org").status_code == 303
    assert visitor.sign("another", email="bea@example.org", altcha="nonsense", challenge="{}").status_code == 303


def test_pages_stay_the_same_for_everyone(rush: Visitor) -> None:
    again = rush.get("/letters/ask-more")
    assert "challenge" not in again.get_data(as_text=True)
    assert again.headers["Cache-Control"].startswith("public")


def test_a_rush_lasts_through_the_next_minute_and_ends_with_a_calm_one(
    workshop: Workshop, rush: Visitor, time: time_machine.Traveller
) -> None:
    time.shift(60)
    assert rush.sign("ask-more").status_code == 422
    time.shift(60)
    assert rush.sign("ask-more").status_code == 303


def test_what_was_sent_wrong_is_no_signature_and_counts_for_no_rush(workshop: Workshop, visitor: Visitor) -> None:
    workshop.letter(challenge_above=1)
    for _ in range(5):
        assert visitor.sign("ask-more", email="nobody").status_code == 422
        assert not visitor.page.select("[data-challenge]")
    assert visitor.sign("ask-more").status_code == 303


def test_other_letters_are_not_in_the_same_rush(workshop: Workshop, rush: Visitor) -> None:
    workshop.letter("calm", challenge_above=ABOVE)
    assert rush.sign("calm").status_code == 303


@pytest.mark.parametrize("way", ["altcha", "challenge"])
def test_a_used_challenge_is_used_whichever_way(workshop: Workshop, rush: Visitor, way: str) -> None:
    challenge = asked(rush)
    solved, unsolved = {"altcha": encoded(solve(challenge))}, {"challenge": json.dumps(challenge)}
    assert rush.sign("ask-more", **{"altcha": solved, "challenge": unsolved}[way]).status_code == 303
    before = dump(workshop)
    for again in (solved, unsolved, {**solved, **unsolved}):
        assert rush.sign("ask-more", email="bea@example.org", **again).status_code == 422
        assert asked(rush)["challenge"] != challenge["challenge"]
    assert dump(workshop) == before


def test_a_used_challenge_is_remembered_after_the_rush(
    workshop: Workshop, rush: Visitor, time: time_machine.Traveller
) -> None:
    solution = encoded(solve(asked(rush)))
    assert rush.sign("ask-more", altcha=solution).status_code == 303
    time.shift(LASTS - timedelta(seconds=1))
    assert rush.sign("ask-more", altcha=solution).status_code == 422


def test_one_solution_sent_many_times_at_once_signs_once(workshop: Workshop, rush: Visitor) -> None:
    for turn in range(3):
        assert rush.sign("ask-more").status_code == 422
        solution, before = encoded(solve(asked(rush))), signed(workshop)
        gate = threading.Barrier(6)

        def send(number: int, solution: str = solution, gate: threading.Barrier = gate, turn: int = turn) -> int:
            visitor = Visitor(workshop.app.test_client())
            gate.wait()
            return visitor.sign("ask-more", email=f"bea-{turn}-{number}@example.org", altcha=solution).status_code

        with ThreadPoolExecutor(6) as pool:
            statuses = sorted(pool.map(send, range(6)))
        assert statuses == [303] + [422] * 5
        assert signed(workshop) == before + 1


@pytest.mark.parametrize("way", ["altcha", "challenge"])
def test_an_expired_one_is_asked_anew(
    workshop: Workshop, rush: Visitor, time: time_machine.Traveller, way: str
) -> None:
    challenge = asked(rush)
    sent = {"altcha": encoded(solve(challenge)), "challenge": json.dumps(challenge)}[way]
    before = dump(workshop)
    time.shift(LASTS)
    assert rush.sign("ask-more", **{way: sent}).status_code == 422
    assert asked(rush) != challenge
    assert dump(workshop) == before


@pytest.mark.parametrize("way", ["altcha", "challenge"])
def test_another_letters_challenge_is_refused(workshop: Workshop, rush: Visitor, way: str) -> None:
    challenge = asked(rush)
    sent = {"altcha": encoded(solve(challenge)), "challenge": json.dumps(challenge)}[way]
    before = dump(workshop)
    assert rush.sign("another", **{way: sent}).status_code == 422
    assert dump(workshop) == before
    assert rush.sign("ask-more", **{way: sent}).status_code == 303


def tampered(challenge: dict[str, Any], solution: dict[str, Any]) -> list[dict[str, Any]]:
    salt = challenge["salt"]
    number = str(solution["number"])
    return [
        {**solution, "salt": salt.replace("expires=1", "expires=9")},
        {**solution, "salt": salt.replace("letter=1&", "letter=2&")},
        {**solution, "salt": salt + number[0], "number": int(number[1:] or 0)},
        {**solution, "salt": salt.removesuffix("&")},
        {**solution, "challenge": "0" * 64},
        {**solution, "signature": "0" * 64},
        {**solution, "signature": solution["challenge"]},
        {**solution, "signature": solution["signature"].upper()},
        {**solution, "number": solution["number"] + 1},
        {**solution, "number": number},
        {**solution, "number": float(number)},
        {**solution, "number": True},
        {**solution, "number": None},
        {**solution, "number": -1},
        {**solution, "number": 10**200},
        {**solution, "algorithm": "SHA-1"},
        {**solution, "algorithm": None},
        {**solution, "challenge": "\ud800" * 64},
        {**solution, "salt": ["a"]},
        {**solution, "salt": None},
        {key: value for key, value in solution.items() if key != "number"},
        {key: value for key, value in solution.items() if key != "signature"},
        {},
    ]


def test_a_tampered_one_is_refused_and_nothing_is_stored(workshop: Workshop, rush: Visitor) -> None:
    challenge = asked(rush)
    solution = solve(challenge)
    before = dump(workshop)
    for answer in tampered(challenge, solution):
        assert (rush.sign("ask-more", altcha=encoded(answer)).status_code, answer) == (422, answer)
        assert asked(rush) != challenge
    for answer in tampered(challenge, {**challenge, "number": solution["number"]})[:8]:
        if answer["salt"] != challenge["salt"] or answer["signature"] != challenge["signature"]:
            assert (rush.sign("ask-more", challenge=json.dumps(answer)).status_code, answer) == (422, answer)
    assert dump(workshop) == before
    assert rush.sign("ask-more", altcha=encoded(solution)).status_code == 303


@pytest.mark.parametrize(
    "sent",
    [
        "nonsense",
        "=",
        "é",
        "{}",
        "[" * 1500,
        "x" * 30_000,
        base64.b64encode(b"\xff\xfe").decode(),
        base64.b64encode(b"[]").decode(),
        base64.b64encode(b"null").decode(),
        base64.b64encode(b"[" * 1400).decode(),
        base64.b64encode(b'{"number": 1' + b"0" * 1400).decode(),
    ],
)
def test_what_is_no_answer_at_all_is_refused(workshop: Workshop, rush: Visitor, sent: str) -> None:
    before = dump(workshop)
    for way in ("altcha", "challenge"):
        assert rush.sign("ask-more", **{way: sent}).status_code == 422
        assert asked(rush)
    assert dump(workshop) == before


def test_in_a_rush_all_are_answered_alike_whatever_is_known_of_the_address(workshop: Workshop, rush: Visitor) -> None:
    known = rush.sign("ask-more", email="early-0@example.org")
    salts = asked(rush)
    page = known.get_data(as_text=True).replace("early-0@", "ada@")
    unknown = rush.sign("ask-more", email="ada@example.org")
    other = unknown.get_data(as_text=True)
    for key in ("challenge", "salt", "signature"):
        page = page.replace(salts[key].replace("&", r"\u0026"), "").replace(salts[key].replace("&", "&amp;"), "")
        other = other.replace(asked(rush)[key].replace("&", r"\u0026"), "")
        other = other.replace(asked(rush)[key].replace("&", "&amp;"), "")
    assert (known.status_code, page) == (unknown.status_code, other)


def test_a_proof_costs_one_statement_and_the_rush_itself_none(workshop: Workshop, rush: Visitor) -> None:
    solution = encoded(solve(asked(rush)))
    with counted(workshop.app) as statements:
        assert rush.sign("ask-more", altcha=solution).status_code == 303
    assert len(statements) <= READING_THE_LETTER + SIGNING + 1, statements
    with counted(workshop.app) as statements:
        assert rush.sign("ask-more").status_code == 422
    assert not [statement for statement in statements if not statement.startswith("SELECT")]


def test_a_mailbox_that_has_had_its_mails_is_answered_the_same(workshop: Workshop, rush: Visitor) -> None:
    for _ in range(7):
        rush.sign("ask-more")
        assert rush.sign("ask-more", altcha=encoded(solve(asked(rush)))).status_code == 303
    workshop.deliver()
    assert len(workshop.sink.to("ada@example.org")) == 5
