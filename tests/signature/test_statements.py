"""How many statements the busiest requests cost: not one more, however many have signed."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import event

from pledges.db import db
from pledges.mail.models import OwedState
from pledges.moderation import deciding
from pledges.signature.resending import ASKS_A_DAY
from pledges.signature.states import State
from tests.crowds import crowd
from tests.people import Visitor, Workshop

READING_THE_LETTER = 2
SIGNING = 2
CONFIRMING = 5
CONFIRMING_AND_LISTING = 6


PAGES = ("letters/{}", "letters/{}/signatories", "moderation/{}", "moderation/{}/decided")


@contextmanager
def counted(app: Flask) -> Iterator[list[str]]:
    """The statements that run inside, without the words that begin a transaction."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith("BEGIN"):
            statements.append(re.sub(r"\s+", " ", statement)[:120])

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize("others", [1, 50])
def test_signing_costs_few_statements_however_many_have_signed(
    workshop: Workshop, visitor: Visitor, others: int
) -> None:
    crowd(workshop, workshop.letter(), [f"Name {n}" for n in range(others)])
    with counted(workshop.app) as statements:
        assert visitor.sign("ask-more").status_code == 303
    assert len(statements) <= READING_THE_LETTER + SIGNING, statements


@pytest.mark.parametrize("head", [{}, {"pledges": "[{key: speak-up, kind: act, text: I will speak up.}]"}])
def test_a_sixth_mail_of_a_day_that_is_not_sent_costs_what_the_fifth_does(
    workshop: Workshop, visitor: Visitor, head: dict[str, str]
) -> None:
    workshop.letter(**head)
    ran: list[list[str]] = []
    for _ in range(7):
        with counted(workshop.app) as statements:
            fields = {"role": "Nurse", **({"pledge": "speak-up"} if head else {})}
            assert visitor.sign("ask-more", statement="I will.", display="affiliation", **fields).status_code == 303
        ran.append(statements)
        workshop.deliver()
    assert ran[4] == ran[5] == ran[6]
    assert len([words for words in ran[5] if words.startswith("INSERT")]) == (3 if head else 2)


def test_to_ask_too_often_for_ones_own_page_costs_what_it_cost_before(workshop: Workshop, visitor: Visitor) -> None:
    workshop.letter()
    ran: list[list[str]] = []
    for _ in range(ASKS_A_DAY + 1):
        with counted(workshop.app) as statements:
            assert visitor.post("/letters/ask-more/resend", {"email": "ada@example.org"}).status_code == 303
        ran.append(statements)
    assert ran[-1] == ran[-2]
    assert len([words for words in ran[-1] if words.startswith("INSERT")]) == 2
    assert [mail.state for mail in workshop.outbox()][-2:] == [OwedState.DUE, OwedState.MOOT]


@pytest.mark.parametrize("others", [1, 50])
@pytest.mark.parametrize(("moderation", "most"), [("hold", CONFIRMING), ("flag", CONFIRMING_AND_LISTING)])
def test_confirming_costs_few_statements_however_many_have_signed(
    workshop: Workshop, visitor: Visitor, moderation: str, most: int, others: int
) -> None:
    letter = workshop.letter(moderation=moderation)
    crowd(workshop, letter, [f"Name {n}" for n in range(others)])
    workshop.sign(letter)
    workshop.deliver()
    path = workshop.confirm_link("ada@example.org")
    with counted(workshop.app) as statements:
        assert visitor.post(path).status_code == 303
    assert len(statements) <= READING_THE_LETTER + most, statements


def test_a_letter_at_hand_is_not_read_again_for_the_next_signature(
    workshop: Workshop, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pledges.letter.at_hand.KEPT_FOR", timedelta(seconds=1))
    with time_machine.travel("2027-03-01T12:00:00Z", tick=False):
        workshop.letter()
        visitor.sign("ask-more")
        with counted(workshop.app) as statements:
            assert visitor.sign("ask-more", email="bea@example.org").status_code == 303
    assert len(statements) <= SIGNING, statements


def test_a_refused_form_costs_no_more_than_a_taken_one_and_writes_nothing(workshop: Workshop, visitor: Visitor) -> None:
    workshop.letter()
    with counted(workshop.app) as statements:
        assert visitor.sign("ask-more", email="nobody").status_code == 422
    assert not [statement for statement in statements if not statement.startswith("SELECT")]


def test_approving_a_hundred_names_costs_as_many_statements_as_approving_two(workshop: Workshop) -> None:
    costs = []
    for slug, names in (("two", 2), ("hundred", 100)):
        letter = workshop.letter(slug)
        ids = [s.id for s in crowd(workshop, letter, [f"Name {n}" for n in range(names)], State.AWAITING)]
        with counted(workshop.app) as statements, workshop.writing() as session:
            outcome = deciding.approve(session, letter, ids, account_id=None, now=workshop.now())
        assert len(outcome.decided) == names
        costs.append(len(statements))
    assert costs[0] == costs[1]


def test_a_page_of_a_hundred_names_costs_as_many_statements_as_one_of_two(workshop: Workshop, visitor: Visitor) -> None:
    workshop.account()
    visitor.sign_in("mod@example.org")
    costs: list[list[int]] = []
    for slug, names in (("two", 2), ("hundred", 100)):
        letter = workshop.letter(slug)
        crowd(workshop, letter, [f"Waiting {n}" for n in range(names)], State.AWAITING)
        paths = (
            f"/letters/{slug}",
            f"/letters/{slug}/signatories",
            f"/moderation/{slug}",
            f"/moderation/{slug}/decided",
        )
        costs.append([])
        for path in paths:
            with counted(workshop.app) as statements:
                assert visitor.get(path).status_code == 200
            costs[-1].append(len(statements))
    assert costs[0] == costs[1]
