"""Who is asked for a proof of work and who is not, and that a rush costs and tells nobody more."""

import json

import time_machine
from sqlalchemy import select

from pledges.signature.challenge import MOST
from pledges.signature.models import Signature
from pledges.signature.states import State
from tests.crowds import dump
from tests.people import Visitor, Workshop
from tests.signature.test_statements import READING_THE_LETTER, SIGNING, counted
from tests.solving import ABOVE, asked, encoded, solve


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
