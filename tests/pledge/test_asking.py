"""Check-ins come every so often until there is a report, a few times at most, then silence."""

import threading

import pytest
import time_machine

from pledges.letter.models import Letter
from pledges.pledge.reporting import Outcome
from pledges.pledge.states import State
from tests.people import Workshop
from tests.pledge.commitments import asked, signed, tick
from tests.pledge.promises import report


def at_once(deed: object, times: int) -> None:
    threads = [threading.Thread(target=deed) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_check_ins_come_every_so_often_when_due_and_twice_more_then_silence(workshop: Workshop, letter: Letter) -> None:
    with time_machine.travel("2027-03-01T12:00:00Z"):
        signed(workshop, letter, "ada@example.org", speak=None)
    seen = {}
    for day in ("03-20", "04-02", "05-03", "05-30", "06-02", "06-05", "06-10", "06-20", "06-25", "08-01", "12-01"):
        with time_machine.travel(f"2027-{day}T12:00:00Z"):
            tick(workshop)
            tick(workshop)
            seen[day] = asked(workshop)
    assert seen == {
        "03-20": 0, "04-02": 1, "05-03": 2, "05-30": 2, "06-02": 3, "06-05": 3, "06-10": 4, "06-20": 4, "06-25": 5,
        "08-01": 5, "12-01": 5,
    }  # fmt: skip


def test_what_fell_due_while_nothing_ran_for_a_week_comes_exactly_once(workshop: Workshop, letter: Letter) -> None:
    for n in range(3):
        signed(workshop, letter, f"ada{n}@example.org", give=100, speak=None)
    with time_machine.travel("2027-06-08T12:00:00Z"):
        at_once(lambda: tick(workshop), 4)
        assert asked(workshop) == 3


def test_who_reported_is_not_asked_again(workshop: Workshop, letter: Letter) -> None:
    with time_machine.travel("2027-03-01T12:00:00Z"):
        signature = signed(workshop, letter, "ada@example.org", give=100)
        report(workshop, signature, give=Outcome(State.KEPT))
    with time_machine.travel("2027-06-02T12:00:00Z"):
        tick(workshop)
        assert asked(workshop) == 0


def test_who_said_not_yet_is_reminded_twice_at_most_whatever_is_said_again(workshop: Workshop, letter: Letter) -> None:
    signature = signed(workshop, letter, "ada@example.org", speak=None)
    seen = {}
    for day in ("06-02", "06-08", "06-10", "06-20", "06-26", "08-01"):
        with time_machine.travel(f"2027-{day}T12:00:00Z"):
            tick(workshop)
            seen[day] = asked(workshop)
            if day != "06-08":
                report(workshop, signature, speak=Outcome(State.NOT_YET, note=f"On {day}"))
    assert seen == {"06-02": 1, "06-08": 1, "06-10": 2, "06-20": 2, "06-26": 2, "08-01": 3}
    with time_machine.travel("2027-12-01T12:00:00Z"):
        tick(workshop)
        assert asked(workshop) == 3


@pytest.mark.parametrize("state", [State.KEPT, State.PARTLY, State.RELEASED])
def test_what_was_answered_once_due_is_not_asked_about_again(workshop: Workshop, letter: Letter, state: State) -> None:
    signature = signed(workshop, letter, "ada@example.org", give=100)
    with time_machine.travel("2027-06-02T12:00:00Z"):
        tick(workshop)
        report(workshop, signature, give=Outcome(state, 50))
    with time_machine.travel("2027-12-01T12:00:00Z"):
        tick(workshop)
        assert asked(workshop) == 1
