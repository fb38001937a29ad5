"""An organizer has the silent asked: once a week at most, and nobody who is not to be asked."""

import time_machine

from pledges.letter.models import Letter
from pledges.pledge import asking
from pledges.pledge.reporting import Outcome
from pledges.pledge.states import State
from pledges.signature.models import Signature
from tests.moderation.desk import csrf_token
from tests.people import Visitor, Workshop
from tests.pledge.commitments import asked, signed, tick
from tests.pledge.deliveries import PAGE
from tests.pledge.promises import report


def test_a_nudge_asks_the_silent_once_a_week_at_most(
    workshop: Workshop, people: list[Signature], organizer: Visitor
) -> None:
    report(workshop, people[0], speak=Outcome(State.KEPT))
    organizer.get(f"{PAGE}/nudge?pledge=speak")
    assert "not due yet" in organizer.text
    for day in ("06-02", "06-10", "06-25"):
        with time_machine.travel(f"2027-{day}T12:00:00Z"):
            tick(workshop)
    with time_machine.travel("2027-08-01T12:00:00Z"):
        tick(workshop)
        before = asked(workshop)
        organizer.sign_in("org@example.org")
        organizer.get(f"{PAGE}/nudge?pledge=speak")
        assert "2 signatories have said nothing" in organizer.text
        organizer.press("/nudge")
        assert "2 signatories are asked." in organizer.text
        tick(workshop)
        tick(workshop)
        assert asked(workshop) == before + 2
        sent = {"pledge": "speak", "csrf_token": csrf_token(organizer)}
        assert organizer.post(f"{PAGE}/nudge", sent).status_code == 409
    assert organizer.get(f"{PAGE}/nudge?pledge=none").status_code in (303, 404)


def test_a_nudge_asks_whoever_said_not_yet_and_nobody_who_wants_no_mails(
    workshop: Workshop, people: list[Signature], organizer: Visitor
) -> None:
    with time_machine.travel("2027-06-02T12:00:00Z"):
        tick(workshop)
        report(workshop, people[0], speak=Outcome(State.NOT_YET))
    with time_machine.travel("2027-08-01T12:00:00Z"):
        tick(workshop)
        tick(workshop)
        report(workshop, people[1], speak=Outcome(State.NOT_YET))
        with workshop.writing() as session:
            asking.stop_asking(session, people[2].id)
        before = asked(workshop)
        organizer.sign_in("org@example.org")
        organizer.get(f"{PAGE}/nudge?pledge=speak")
        assert "1 signatory has said nothing since it fell due, or “not yet” a week ago or longer" in organizer.text
        organizer.press("/nudge")
        assert "1 signatory is asked." in organizer.text
        tick(workshop)
        assert asked(workshop) == before + 1
        organizer.get(f"{PAGE}/nudge?pledge=speak")
        assert "They can be asked again seven days later." in organizer.text
    with time_machine.travel("2027-08-09T12:00:00Z"):
        report(workshop, people[0], speak=Outcome(State.KEPT))
        report(workshop, people[1], speak=Outcome(State.RELEASED))
        organizer.sign_in("org@example.org")
        organizer.get(f"{PAGE}/nudge?pledge=speak")
        assert "Nobody is left to ask" in organizer.text


def test_a_pledge_that_lapsed_is_asked_about_by_nobody(workshop: Workshop, letter: Letter, organizer: Visitor) -> None:
    signed(workshop, letter, "ada@example.org", strike=None)
    with time_machine.travel("2027-06-02T12:00:00Z"):
        tick(workshop)
        organizer.sign_in("org@example.org")
        organizer.get(PAGE)
        assert "lapsed" in organizer.page.select("tbody tr")[2].get_text()
        assert not organizer.page.select("a[href*='pledge=strike']")
        organizer.get(f"{PAGE}/nudge?pledge=strike")
        assert "It has lapsed and binds nobody" in organizer.text
        sent = {"pledge": "strike", "csrf_token": csrf_token(organizer)}
        assert organizer.post(f"{PAGE}/nudge", sent).status_code == 409
