"""Two moderators before the same names: the second is told, and nothing is decided twice."""

import threading
from concurrent.futures import ThreadPoolExecutor

from flask import Flask

from pledges.signature import changing
from pledges.signature.queries import rows_by_bucket
from pledges.signature.states import State
from pledges.signature.words import Display
from pledges.tally import recounting
from pledges.tally.queries import Figures
from tests.crowds import crowd, in_state
from tests.moderation.desk import decide, flashed, history, revise
from tests.people import Visitor, Workshop


def test_a_decision_that_came_second_is_told_and_changes_nothing(
    workshop: Workshop, moderator: Visitor, colleague: Visitor
) -> None:
    letter = workshop.letter()
    ada, bea = crowd(workshop, letter, ["Ada Example", "Bea Example"], State.AWAITING)
    decide(moderator, "ask-more", [ada.id], "approve")
    answer = decide(colleague, "ask-more", [ada.id, bea.id], "reject", "made up")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/moderation/ask-more")
    told = flashed(colleague, "ask-more")
    assert "1 name rejected." in told
    assert len(colleague.page.select("main [role=status][tabindex][autofocus] .notice")) == 2
    assert "Dealt with or changed meanwhile; nothing was done to: Ada Example: approved" in told
    assert workshop.figures(letter) == Figures(approved=1, rejected=1)
    assert len(history(workshop, ada)) == 2
    assert "meanwhile" not in flashed(colleague, "ask-more")


def test_the_same_decision_again_is_told_and_not_recorded_again(
    workshop: Workshop, moderator: Visitor, colleague: Visitor
) -> None:
    for decision, reason, state in (("approve", "", "approved"), ("reject", "made up", "rejected")):
        letter = workshop.letter(decision)
        (signature,) = crowd(workshop, letter, ["Ada Example"], State.AWAITING)
        decide(moderator, decision, [signature.id], decision, reason)
        decide(colleague, decision, [signature.id], decision, "another reason")
        told = flashed(colleague, decision)
        assert f"Ada Example: {state}" in told
        assert f"name {state}." not in told
        assert [event.reason for event in history(workshop, signature)] == [None, reason or None]


def test_someone_who_withdrew_meanwhile_is_left_alone_and_not_named(workshop: Workshop, moderator: Visitor) -> None:
    letter = workshop.letter()
    signature = in_state(workshop, letter, State.WITHDRAWN)
    decide(moderator, "ask-more", [signature.id], "approve")
    assert "(withdrawn): withdrawn" in flashed(moderator, "ask-more")
    assert workshop.figures(letter) == Figures(withdrawn=1)


def test_who_changed_meanwhile_is_left_alone_and_nobody_is_said_to_have_been_quicker(
    workshop: Workshop, moderator: Visitor
) -> None:
    signature = workshop.confirmed(workshop.letter(moderation="flag"))
    with workshop.writing() as session:
        wish = changing.Wish(Display.PUBLIC, role="Keeper", affiliation=None, statement=None)
        changing.change(session, signature.id, wish, now=workshop.now())
    revise(moderator, "ask-more", [signature.id], "remove", "Pressed by mistake")
    told = "Dealt with or changed meanwhile; nothing was done to: Ada Example: waits for a moderator"
    assert told in flashed(moderator, "ask-more")
    assert workshop.state(signature) is State.AWAITING


def test_a_policys_approval_is_not_overtaken_by_an_approval(workshop: Workshop, moderator: Visitor) -> None:
    letter = workshop.letter(moderation="flag")
    signature = workshop.confirmed(letter)
    decide(moderator, "ask-more", [signature.id], "approve")
    assert "Ada Example: approved" in flashed(moderator, "ask-more")
    assert len(history(workshop, signature)) == 1


def test_a_name_that_a_moderator_approved_is_not_rejected_from_a_stale_queue(
    workshop: Workshop, moderator: Visitor, colleague: Visitor
) -> None:
    letter = workshop.letter(moderation="flag")
    signature = workshop.confirmed(letter, name="buy.example.com")
    decide(moderator, "ask-more", [signature.id], "approve")
    decide(colleague, "ask-more", [signature.id], "reject", "I saw it later")
    assert workshop.state(signature) is State.APPROVED


def test_fifty_names_overtaken_are_told_in_a_message_that_fits_its_cookie(
    workshop: Workshop, moderator: Visitor, colleague: Visitor
) -> None:
    ids = [s.id for s in crowd(workshop, workshop.letter(), ["王" * 120] * 50, State.AWAITING)]
    decide(moderator, "ask-more", ids, "approve")
    answer = decide(colleague, "ask-more", ids, "approve")
    assert len(answer.headers["Set-Cookie"]) < 4000
    assert "…" in flashed(colleague, "ask-more")


def test_no_name_lies_in_the_cookie_of_a_moderator(workshop: Workshop, moderator: Visitor, colleague: Visitor) -> None:
    letter = workshop.letter(anonymous="true")
    signature = in_state(workshop, letter, State.AWAITING, name="Secret Signatory", display=Display.ANONYMOUS)
    decide(moderator, "ask-more", [signature.id], "approve")
    decide(colleague, "ask-more", [signature.id], "approve")
    with colleague.client.session_transaction() as cookie:
        assert "Secret" not in repr(cookie)
    assert "Secret Signatory: approved" in flashed(colleague, "ask-more")


def test_another_letters_queue_names_nobody_of_this_one(
    workshop: Workshop, moderator: Visitor, colleague: Visitor
) -> None:
    signature = in_state(workshop, workshop.letter(), State.AWAITING)
    workshop.letter("other", title="Another letter")
    decide(moderator, "ask-more", [signature.id], "approve")
    decide(colleague, "ask-more", [signature.id], "approve")
    assert "Ada Example" not in flashed(colleague, "other")


def test_two_who_decide_at_once_on_the_same_fifty_names_share_them(
    workshop: Workshop, app: Flask, moderator: Visitor, colleague: Visitor
) -> None:
    letter = workshop.letter()
    signatures = crowd(workshop, letter, [f"Name {n}" for n in range(50)], State.AWAITING)
    ids = [signature.id for signature in signatures]
    gate = threading.Barrier(4)

    def run(visitor: Visitor, decision: str, chosen: list[int]) -> int:
        gate.wait()
        return decide(visitor, "ask-more", chosen, decision, "made up").status_code

    more = [Visitor(app.test_client()) for _ in range(2)]
    for visitor in more:
        visitor.sign_in("colleague@example.org")
    turns = [
        (moderator, "approve", ids),
        (colleague, "reject", ids[::-1]),
        (more[0], "approve", ids[20:]),
        (more[1], "reject", ids[:30]),
    ]
    with ThreadPoolExecutor(len(turns)) as pool:
        assert list(pool.map(lambda turn: run(*turn), turns)) == [303] * 4
    figures = workshop.figures(letter)
    assert (figures.awaiting, figures.approved + figures.rejected) == (0, 50)
    assert {len(history(workshop, signature)) for signature in signatures} == {2}
    with workshop.writing() as session:
        assert recounting.compare(session, rows_by_bucket()) == []
