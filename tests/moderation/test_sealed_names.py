"""Names that are sealed until enough have signed are no moderator's business, whatever ids are sent."""

import pytest
import time_machine
from sqlalchemy import select

from pledges.moderation import judging
from pledges.pledge.models import Commitment, Reading
from pledges.pledge.reporting import Outcome
from pledges.pledge.states import State as PledgeState
from pledges.signature import queries
from pledges.signature.states import State
from tests.moderation.desk import decide, flashed, history, revise
from tests.people import Visitor, Workshop
from tests.pledge.promises import AFTER, PLEDGES, pledged, report


@pytest.mark.parametrize("count", ["confirmed", "approved"])
def test_a_sealed_names_report_waits_sealed_too(workshop: Workshop, moderator: Visitor, count: str) -> None:
    letter = workshop.letter(together=9, moderation="hold", count=count, pledges=PLEDGES)
    sealed = pledged(workshop, letter, "timid@example.org", "Timid Quillfeather", speak=None)
    with workshop.writing() as session:
        signature = queries.lock_signature(session, sealed.id)
        signature.write(signature.words, signature.display, sealed=True)
        signature.together = True
    with time_machine.travel(AFTER):
        moderator.sign_in("mod@example.org")
        report(workshop, sealed, speak=Outcome(PledgeState.KEPT, note="I did."))
        for page in ("/moderation/", "/moderation/ask-more", "/moderation/ask-more/reports"):
            moderator.get(page)
            assert "Quillfeather" not in moderator.text
            assert "report waits" not in moderator.text
        with workshop.writing() as session:
            ids = session.scalars(select(Commitment.id)).all()
            how = {"account_id": None, "now": workshop.now(), "seen": {}}
            judged = judging.judge_reports(session, letter, ids, Reading.WAITING, Reading.APPROVED, **how)
    assert (judged.judged, judged.overtaken) == (0, 0)


DECISIONS = [("approve", ""), ("approve_name", ""), ("reject", "No such person"), ("approve_statement", "")]
REVISIONS = [("remove", "No such person"), ("take_back", "")]


@pytest.mark.parametrize("moderation", ["flag", "hold"])
def test_a_sealed_name_is_neither_told_nor_decided_on(workshop: Workshop, moderator: Visitor, moderation: str) -> None:
    letter = workshop.letter(together=9, moderation=moderation)
    sealed = workshop.confirmed(letter, name="Timid Quillfeather", together=True, statement="I will.")
    before = (sealed.state, len(history(workshop, sealed)))
    for send, decisions in ((decide, DECISIONS), (revise, REVISIONS)):
        for decision, reason in decisions:
            send(moderator, "ask-more", [sealed.id], decision, reason)
            assert "Quillfeather" not in flashed(moderator, "ask-more"), decision
    assert (workshop.state(sealed), len(history(workshop, sealed))) == before
    assert before[0] is (State.APPROVED if moderation == "flag" else State.AWAITING)
