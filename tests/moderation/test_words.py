"""What is stored as a code is told to staff in words."""

from enum import StrEnum

import pytest
from flask import Flask, get_template_attribute

from pledges.letter.models import LetterState
from pledges.mail import composing
from pledges.signature.models import StatementState
from pledges.signature.states import Actor, State
from tests.moderation.desk import decide
from tests.people import Visitor, Workshop


@pytest.mark.parametrize(
    ("macro", "codes"),
    [("state_name", State), ("state_name", StatementState), ("letter_state", LetterState), ("actor_name", Actor)],
)
def test_every_state_and_everyone_who_moves_one_has_a_name(app: Flask, macro: str, codes: type[StrEnum]) -> None:
    with app.test_request_context():
        names = [get_template_attribute("macros/moderation.html", macro)(code).strip() for code in codes]
    assert all(names)
    assert len({*names}) == len(codes)


def test_every_kind_of_mail_has_a_name(app: Flask) -> None:
    with app.test_request_context():
        name = get_template_attribute("macros/mails.html", "mail_name")
        assert [event for event in composing._composers if name(event) == event] == []
        assert name("unheard_of") == "unheard_of"


def test_the_history_of_a_name_is_told_in_words(workshop: Workshop, moderator: Visitor) -> None:
    signature = workshop.confirmed(workshop.letter(), statement="It was my business, too.")
    decide(moderator, "ask-more", [signature.id], "approve")
    decide(moderator, "ask-more", [signature.id], "remove_statement", reason="rude")
    moderator.get("/moderation/ask-more/decided")
    first, second = (line.get_text(strip=True).partition(" UTC: ")[2] for line in moderator.page.select(".history li"))
    assert first == "not confirmed yet → waits for a moderator, by the signatory"
    assert second.startswith("waits for a moderator → approved, by moderator number ")
