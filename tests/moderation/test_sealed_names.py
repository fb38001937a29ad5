"""Names that are sealed until enough have signed are no moderator's business, whatever ids are sent."""

import pytest

from pledges.signature.states import State
from tests.moderation.desk import decide, flashed, history, revise
from tests.people import Visitor, Workshop

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
