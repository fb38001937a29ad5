"""Approving and rejecting names: what changes, and what is recorded."""

import pytest
import time_machine

from pledges.organizer.models import Account
from pledges.signature.states import Actor, State
from pledges.tally.queries import Figures
from tests.crowds import crowd, dump, in_state
from tests.moderation.desk import decide, flashed, history, waiting_ids
from tests.people import Visitor, Workshop

GARBAGE = [
    [],
    [""],
    ["x"],
    ["-1"],
    ["0"],
    ["1.5"],
    ["1e3"],
    ["٣"],
    ["9" * 30],
    [str(2**62)],
    ["1; DROP TABLE signature"],
    ["\x00"],
    ["1", "x"],
]


def test_approving_lists_and_counts_the_chosen_names_and_leads_back_to_the_queue(
    workshop: Workshop, moderator: Visitor
) -> None:
    letter = workshop.letter()
    signatures = crowd(workshop, letter, ["Ada", "Bea", "Cleo"], State.AWAITING)
    response = decide(moderator, "ask-more", [s.id for s in signatures[:2]], "approve")
    assert (response.status_code, response.headers["Location"]) == (303, "/moderation/ask-more")
    assert "2 names approved." in flashed(moderator, "ask-more")
    assert waiting_ids(moderator) == [signatures[2].id]
    assert workshop.figures(letter) == Figures(awaiting=1, approved=2)
    moderator.get("/letters/ask-more/signatories")
    assert [name.get_text() for name in moderator.page.select(".signatory__name")] == ["Bea", "Ada"]


def test_rejecting_takes_the_chosen_names_off_the_count(workshop: Workshop, moderator: Visitor) -> None:
    letter = workshop.letter()
    (signature,) = crowd(workshop, letter, ["Mickey Mouse"], State.AWAITING)
    assert decide(moderator, "ask-more", [signature.id], "reject", "made up").status_code == 303
    assert "1 name rejected." in flashed(moderator, "ask-more")
    assert workshop.figures(letter) == Figures(rejected=1)
    moderator.get("/letters/ask-more/signatories")
    assert "Mickey" not in moderator.text


@pytest.mark.parametrize("decision", ["approve", "reject"])
def test_a_quarantined_name_can_be_decided(workshop: Workshop, moderator: Visitor, decision: str) -> None:
    signature = in_state(workshop, workshop.letter(), State.QUARANTINED)
    assert decide(moderator, "ask-more", [signature.id], decision, "looked at it").status_code == 303
    assert workshop.state(signature) == {"approve": State.APPROVED, "reject": State.REJECTED}[decision]


def test_who_when_and_why_are_recorded(workshop: Workshop, moderator: Visitor, account: Account) -> None:
    letter = workshop.letter()
    with time_machine.travel("2027-03-08T12:34:56Z", tick=False):
        moderator.sign_in("mod@example.org")
        good, bad = crowd(workshop, letter, ["Ada", "Mickey"], State.AWAITING)
        decide(moderator, "ask-more", [good.id], "approve")
        decide(moderator, "ask-more", [bad.id], "reject", "  no such\tperson ")
        now = workshop.now()
        moderator.get("/moderation/ask-more/decided")
    assert "no such person" in moderator.text
    assert "Mar 8, 2027" in moderator.text
    approved, rejected = history(workshop, good)[-1], history(workshop, bad)[-1]
    assert (approved.actor, approved.account_id, approved.at, approved.reason) == (
        Actor.MODERATOR,
        account.id,
        now,
        None,
    )
    assert (rejected.actor, rejected.account_id, rejected.at) == (Actor.MODERATOR, account.id, now)
    assert rejected.reason == "no such person"


def test_a_rejection_without_a_readable_reason_is_refused(workshop: Workshop, moderator: Visitor) -> None:
    (signature,) = crowd(workshop, workshop.letter(), ["Ada"], State.AWAITING)
    before = dump(workshop)
    for reason in ("", "   ", "x" * 501, "a\x00b", "a\u202eb"):
        assert (decide(moderator, "ask-more", [signature.id], "reject", reason).status_code, reason) == (422, reason)
        assert moderator.page.select_one("#reason-error").get_text(strip=True)
        assert [box["value"] for box in moderator.page.select("input[name=signature][checked]")] == [str(signature.id)]
        assert dump(workshop) == before


def test_garbage_instead_of_ids_is_refused(workshop: Workshop, moderator: Visitor) -> None:
    crowd(workshop, workshop.letter(), ["Ada"], State.AWAITING)
    before = dump(workshop)
    for ids in GARBAGE:
        assert (decide(moderator, "ask-more", ids, "approve").status_code, ids) == (422, ids)
        assert moderator.page.select_one(".summary")
        assert dump(workshop) == before, ids


def test_an_unknown_decision_is_refused(workshop: Workshop, moderator: Visitor) -> None:
    (signature,) = crowd(workshop, workshop.letter(), ["Ada"], State.AWAITING)
    before = dump(workshop)
    for decision in ("", "delete", "APPROVE", "take_back", "remove", "approve\x00"):
        answer = decide(moderator, "ask-more", [signature.id], decision, "because")
        assert (answer.status_code, decision) == (422, decision)
    assert dump(workshop) == before


def test_more_names_than_a_page_can_hold_are_refused_at_once(workshop: Workshop, moderator: Visitor) -> None:
    crowd(workshop, workshop.letter(), ["Ada"], State.AWAITING)
    assert decide(moderator, "ask-more", range(1, 502), "approve").status_code == 422
    assert decide(moderator, "ask-more", range(1, 501), "approve").status_code == 303


def test_the_same_name_chosen_twice_is_decided_once(workshop: Workshop, moderator: Visitor) -> None:
    letter = workshop.letter()
    (signature,) = crowd(workshop, letter, ["Ada"], State.AWAITING)
    decide(moderator, "ask-more", [signature.id, signature.id], "approve")
    assert "1 name approved." in flashed(moderator, "ask-more")
    assert workshop.figures(letter) == Figures(approved=1)
    assert len(history(workshop, signature)) == 2


def test_names_of_another_letter_and_names_that_are_gone_are_left_alone(workshop: Workshop, moderator: Visitor) -> None:
    mine = in_state(workshop, workshop.letter(), State.AWAITING)
    other = in_state(workshop, workshop.letter("another"), State.AWAITING)
    pending = in_state(workshop, workshop.letter("third"), State.PENDING)
    assert decide(moderator, "ask-more", [mine.id, other.id, pending.id, 99_999], "approve").status_code == 303
    assert (workshop.state(mine), workshop.state(other)) == (State.APPROVED, State.AWAITING)
    assert workshop.state(pending) is State.PENDING
    assert "1 name approved." in flashed(moderator, "ask-more")


def test_a_pending_signature_can_not_be_approved(workshop: Workshop, moderator: Visitor) -> None:
    letter = workshop.letter()
    signature = in_state(workshop, letter, State.PENDING)
    decide(moderator, "ask-more", [signature.id], "approve")
    assert workshop.state(signature) is State.PENDING
    assert workshop.figures(letter) == Figures()


def test_a_name_that_only_the_policy_let_through_can_be_rejected(workshop: Workshop, moderator: Visitor) -> None:
    letter = workshop.letter(moderation="flag")
    signature = workshop.confirmed(letter)
    assert signature.state is State.APPROVED
    decide(moderator, "ask-more", [signature.id], "reject", "made up")
    assert "1 name rejected." in flashed(moderator, "ask-more")
    assert workshop.figures(letter) == Figures(rejected=1)


def test_a_decision_without_its_token_is_refused(workshop: Workshop, moderator: Visitor) -> None:
    (signature,) = crowd(workshop, workshop.letter(), ["Ada"], State.AWAITING)
    fields = {"signature": signature.id, "decision": "approve"}
    assert moderator.post("/moderation/ask-more/decide", fields).status_code == 400
    assert moderator.post("/moderation/ask-more/decide", {**fields, "csrf_token": "x"}).status_code == 400
    assert workshop.state(signature) is State.AWAITING
