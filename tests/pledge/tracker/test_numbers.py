"""The tracker says what was pledged and what became of it, each number with its denominator, silence as silence."""

import pytest
import time_machine

from pledges import clock
from pledges.letter import withdrawing
from pledges.letter.models import Letter
from pledges.letter.queries import get_letter
from pledges.pledge import binding, tracking
from pledges.pledge.mails import report_token
from pledges.pledge.reporting import Outcome
from pledges.pledge.states import State
from pledges.signature.links import manage_token
from tests.people import Visitor, Workshop
from tests.pledge.promises import AFTER, BEFORE, PLEDGES, pledged, report
from tests.pledge.tracker.page import TRACKER, section
from tests.signature.test_statements import counted


def test_each_pledge_says_how_many_made_it_and_nothing_of_success_before_it_is_due(
    workshop: Workshop, visitor: Visitor, letter: Letter
) -> None:
    with time_machine.travel(BEFORE):
        first = pledged(workshop, letter, "a@example.org", speak=None, give=5000, strike=None)
        pledged(workshop, letter, "b@example.org", speak=None)
        report(workshop, first, speak=Outcome(State.KEPT))
        assert visitor.get(TRACKER).status_code == 200
        assert "2 have pledged this" in section(visitor, "speak")
        assert "1 of 2 has reported ahead of time" in section(visitor, "speak")
        assert "that fell due" not in visitor.text
        assert "Binds once 3 have pledged; 1 by now." in section(visitor, "strike")
        assert "€50" in section(visitor, "give")
        found = {p["key"]: p for p in visitor.get(f"/api/v1{TRACKER}").json["pledges"]}
        assert [found["speak"][k] for k in ("made", "reached_due", "kept", "no_report")] == [2, 0, 0, 0]
        assert (found["strike"]["made"], found["strike"]["waiting"]) == (0, 1)


def test_once_due_every_outcome_stands_with_its_denominator(
    workshop: Workshop, visitor: Visitor, letter: Letter
) -> None:
    with time_machine.travel(BEFORE):
        people = [pledged(workshop, letter, f"p{n}@example.org", speak=None) for n in range(6)]
        for person, state in zip(people, (State.KEPT, State.KEPT, State.PARTLY, State.NOT_YET), strict=False):
            report(workshop, person, speak=Outcome(state))
    with time_machine.travel(AFTER):
        report(workshop, people[4], speak=Outcome(State.RELEASED))
        visitor.get(TRACKER)
        outcomes = [" ".join(o.get_text(" ").split()) for o in visitor.page.select("#speak .outcome")]
        assert outcomes == [
            "Kept 2 of 6 that fell due",
            "Partly kept 1 of 6 that fell due",
            "Not yet 1 of 6 that fell due",
            "Can’t any more 1 of 6 that fell due",
            "No report 1 of 6 that fell due",
        ]
        assert "Reports checked by a moderator: 0 of 5." in section(visitor, "speak")
        assert "It has lapsed" in section(visitor, "strike")
        speak = visitor.get(f"/api/v1{TRACKER}").json["pledges"][0]
        parts = [speak[k] for k in ("kept", "partly", "not_yet", "released", "no_report")]
        assert (parts, sum(parts)) == ([2, 1, 1, 1, 1], speak["reached_due"])


def test_more_than_was_pledged_and_aimed_at_can_be_delivered(
    workshop: Workshop, visitor: Visitor, letter: Letter
) -> None:
    with time_machine.travel(BEFORE):
        giver = pledged(workshop, letter, "a@example.org", give=13_000_000_00)
        report(workshop, giver, give=Outcome(State.KEPT, 20_000_000_00))
        visitor.get(TRACKER)
        assert "Pledged €13,000,000 " in section(visitor, "give")
        assert "Delivered, as reported €20,000,000 " in section(visitor, "give")
        assert visitor.page.select_one("#give .sums__delivered")["width"] == "100.0%"
        assert visitor.page.select_one("#give .sums__target")["x1"] == "65.0%"
        visitor.get(f"{TRACKER}?lang=es")
        assert "Daré dinero." in section(visitor, "give")
        assert "20.000.000\N{NO-BREAK SPACE}€" in visitor.page.select_one("#give").get_text()
        give = visitor.get(f"/api/v1{TRACKER}").json["pledges"][1]
        assert (give["pledged"], give["delivered"], give["target"]) == ("13000000.00", "20000000.00", "13000000.00")


def test_what_is_kept_has_a_bar_only_where_its_number_stands(
    workshop: Workshop, visitor: Visitor, letter: Letter
) -> None:
    with time_machine.travel(BEFORE):
        giver = pledged(workshop, letter, "a@example.org", speak=None, give=5000)
        report(workshop, giver, speak=Outcome(State.KEPT))
        visitor.get(TRACKER)
        assert visitor.page.select_one("#give .sums__delivered")
        assert visitor.page.select_one("#speak .sums__pledged")
        assert not visitor.page.select_one("#speak .sums__delivered")
    with time_machine.travel(AFTER):
        visitor.get(TRACKER)
        assert visitor.page.select_one("#speak .sums__delivered")


def test_what_waits_under_a_withdrawn_letter_binds_nobody_any_more(
    workshop: Workshop, visitor: Visitor, letter: Letter
) -> None:
    void = "The letter was withdrawn before 3 had pledged it, so it binds nobody."
    with time_machine.travel(BEFORE):
        signature = pledged(workshop, letter, "a@example.org", give=5000, strike=None)
        with workshop.writing() as session:
            withdrawing.withdraw(session, get_letter(session, letter.slug), "We were wrong.", now=clock.now())
        visitor.get(TRACKER)
        assert void in section(visitor, "strike")
        assert "Binds once" not in visitor.text
        assert "it binds nobody" in visitor.get("/embed/ask-more.json?pledge=strike").json["what"]
        with workshop.app.app_context():
            own, report_on = manage_token(signature, clock.now()), report_token(signature.id, clock.now())
        visitor.get(f"/manage/{own}")
        assert void in visitor.text
        visitor.get(f"/report/{report_on}")
        assert "I will strike. binds nobody" in visitor.text


def test_the_api_says_what_the_contract_says(workshop: Workshop, visitor: Visitor, letter: Letter) -> None:
    answer = visitor.get(f"/api/v1{TRACKER}")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["ETag"]
    assert "public" in answer.headers["Cache-Control"]
    assert answer.json["letter"] == "ask-more"
    speak, give, _strike = answer.json["pledges"]
    assert set(speak) >= {
        "key", "kind", "text", "unit", "target", "due", "made", "reached_due", "kept", "partly", "not_yet", "released",
        "no_report", "checked", "pledged", "delivered",
    }  # fmt: skip
    assert (speak["due"], speak["target"], speak["pledged"], speak["unit"]) == ("2027-06-01", 100, None, None)
    assert (give["kind"], give["unit"], give["pledged"], give["delivered"]) == ("amount", "EUR", "0.00", "0.00")
    assert visitor.get("/api/v1/letters/nothing/pledges").status_code == 404
    assert visitor.get(f"/api/v1{TRACKER}/nothing/commitments").status_code == 404
    assert visitor.get(f"/api/v1{TRACKER}/speak/commitments?after=x").status_code == 400


@pytest.mark.parametrize(
    "path", ["draft/pledges", "nothing/pledges", "ask-more/pledges/1", "ask-more/pledges/" + "9" * 30]
)
def test_what_is_not_there_is_not_found(workshop: Workshop, visitor: Visitor, letter: Letter, path: str) -> None:
    workshop.letter("draft", opened=False, pledges=PLEDGES)
    assert visitor.get(f"/letters/{path}").status_code == 404
    assert visitor.get("/api/v1/letters/draft/pledges").status_code == 404


def test_the_page_is_kept_until_something_changes_or_falls_due(
    workshop: Workshop, visitor: Visitor, letter: Letter
) -> None:
    def stamp() -> str:
        with workshop.writing() as session:
            return tracking.stamp(session, "ask-more", now=clock.now())

    with time_machine.travel(BEFORE):
        signature = pledged(workshop, letter, "a@example.org", speak=None)
        seen = [stamp()]
        assert stamp() == seen[0]
        report(workshop, signature, speak=Outcome(State.KEPT))
        seen.append(stamp())
        answer = visitor.get(TRACKER)
        assert "Set-Cookie" not in answer.headers
        assert "s-maxage" in answer.headers["Cache-Control"]
    with time_machine.travel(AFTER):
        seen.append(stamp())
    assert len(set(seen)) == 3


def test_a_threshold_that_is_reached_counts(workshop: Workshop, visitor: Visitor, letter: Letter) -> None:
    with time_machine.travel(BEFORE):
        for n in range(3):
            pledged(workshop, letter, f"p{n}@example.org", strike=None)
        for sweep in (binding.note_thresholds, binding.bind_reached):
            with workshop.writing() as session:
                sweep(session, now=clock.now())
        visitor.get(TRACKER)
        assert "3 have pledged this" in section(visitor, "strike")


@pytest.mark.parametrize("others", [1, 20])
def test_the_tracker_costs_as_many_statements_however_many_pledged(
    workshop: Workshop, visitor: Visitor, letter: Letter, others: int
) -> None:
    with time_machine.travel(BEFORE):
        for n in range(others):
            pledged(workshop, letter, f"p{n}@example.org", shown=True, speak=None, give=100)
        with counted(workshop.app) as statements:
            visitor.get(TRACKER)
        assert len(statements) <= 16, statements
        assert not [statement for statement in statements if "count(*) FROM commitment" in statement]
