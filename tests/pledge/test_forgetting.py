"""When a letter's addresses go, so do the words of reports that nobody is shown."""

import pytest
import time_machine
from sqlalchemy import update

from pledges import clock, retention
from pledges.letter import publishing
from pledges.letter.models import Letter
from pledges.letter.queries import lock_letter
from pledges.pledge.models import Commitment, Reading
from pledges.pledge.reporting import Outcome
from pledges.pledge.states import State
from tests.people import Workshop
from tests.pledge.commitments import PLEDGES, commitments, kept, recounted, signed
from tests.pledge.promises import report
from tests.pledge.test_reporting import reports


@pytest.fixture
def letter(workshop: Workshop) -> Letter:
    return workshop.letter(pledges=PLEDGES, keep_addresses="3")


def erase(workshop: Workshop) -> None:
    with workshop.app.app_context():
        retention.run(now=clock.now())


def test_unread_notes_go_with_the_addresses_and_shown_ones_stay(workshop: Workshop, letter: Letter) -> None:
    ada = signed(workshop, letter, "ada@example.org", speak=None, give=2000)
    report(workshop, ada, speak=Outcome(State.PARTLY, None, "First."))
    report(workshop, ada, speak=Outcome(State.KEPT, None, "Shown."))
    report(workshop, ada, give=Outcome(State.PARTLY, 500, "Unread.", "https://example.org/a"))
    with workshop.writing() as session:
        spoken = update(Commitment).where(Commitment.state == State.KEPT)
        session.execute(spoken.values(reading=Reading.APPROVED))
        publishing.close(session, lock_letter(session, letter.slug), now=clock.now())
    with time_machine.travel("2027-08-01T12:00:00Z"):
        erase(workshop)
        assert [row.note for row in commitments(workshop)] == ["Shown.", "Unread."]
    with time_machine.travel("2027-10-01T12:00:00Z"):
        erase(workshop)
        erase(workshop)
    assert [(row.state, row.note, row.evidence) for row in commitments(workshop)] == [
        (State.KEPT, "Shown.", None), (State.PARTLY, None, None),
    ]  # fmt: skip
    assert {(said.note, said.evidence) for said in reports(workshop)} == {(None, None)}
    assert [said.outcome for said in reports(workshop)] == [State.PARTLY, State.KEPT, State.PARTLY]
    assert kept(workshop) == recounted(workshop)
