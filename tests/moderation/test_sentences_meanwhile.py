"""A sentence that was written anew or judged by somebody else meanwhile is not decided on unread."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from pledges.moderation import deciding
from pledges.signature.models import StatementState
from pledges.signature.states import State
from tests.crowds import dump, in_state
from tests.moderation.desk import csrf_token, decide, flashed, history
from tests.moderation.sentences import SENTENCE, is_shown, rewrite, sentences, statement_state
from tests.people import Visitor, Workshop


def test_a_sentence_written_anew_waits_again_and_is_not_shown_meanwhile(workshop: Workshop, moderator: Visitor) -> None:
    signature = workshop.confirmed(workshop.letter(), statement="Something else.")
    decide(moderator, "ask-more", [signature.id], "approve")
    rewrite(workshop, signature, SENTENCE)
    assert not is_shown(moderator)
    assert sentences(moderator) == [signature.id]
    rewrite(workshop, signature, None)
    assert statement_state(workshop, signature) is None
    assert sentences(moderator) == []


def test_the_same_sentence_written_again_stays_as_it_was_judged(workshop: Workshop) -> None:
    letter = workshop.letter()
    signature = in_state(workshop, letter, State.APPROVED, statement=SENTENCE)
    rewrite(workshop, signature, SENTENCE)
    assert statement_state(workshop, signature) is StatementState.APPROVED


@pytest.mark.parametrize("decision", ["approve", "approve_name", "reject", "approve_statement", "reject_statement"])
def test_words_changed_since_a_moderator_read_them_are_not_decided_on(
    workshop: Workshop, moderator: Visitor, decision: str
) -> None:
    letter = workshop.letter(moderation="flag" if "statement" in decision else "hold")
    signature = workshop.confirmed(letter, statement="Something nice.")
    moderator.get("/moderation/ask-more")
    seen = [box["value"] for box in moderator.page.select("input[name=seen]")]
    rewrite(workshop, signature, SENTENCE)
    fields = {"signature": signature.id, "decision": decision, "seen": seen, "reason": "made up"}
    moderator.post("/moderation/ask-more/decide", {**fields, "csrf_token": csrf_token(moderator)})
    assert moderator.response.status_code == 303
    told = flashed(moderator, "ask-more")
    assert "The words have changed since you read them; nothing was decided. Read anew: Ada Example" in told
    assert "Dealt with or changed meanwhile" not in told
    assert workshop.state(signature) is signature.state
    assert statement_state(workshop, signature) is StatementState.WAITING


def test_garbage_about_what_was_seen_is_refused(workshop: Workshop, moderator: Visitor) -> None:
    signature = workshop.confirmed(workshop.letter(), statement=SENTENCE)
    moderator.get("/moderation/ask-more")
    token, before = csrf_token(moderator), dump(workshop)
    for seen in ("", "x", ":", "0:abc", "1e3:abc", "\x00"):
        fields = {"signature": signature.id, "decision": "approve", "seen": seen, "csrf_token": token}
        assert moderator.post("/moderation/ask-more/decide", fields).status_code == 422, seen
    assert dump(workshop) == before


def test_a_second_decision_on_a_sentence_is_told_and_changes_nothing(
    workshop: Workshop, moderator: Visitor, colleague: Visitor
) -> None:
    signature = workshop.confirmed(workshop.letter(moderation="flag"), statement=SENTENCE)
    decide(moderator, "ask-more", [signature.id], "reject_statement")
    decide(colleague, "ask-more", [signature.id], "approve_statement")
    assert "nothing was done to: Ada Example: rejected" in flashed(colleague, "ask-more")
    assert statement_state(workshop, signature) is StatementState.REJECTED
    assert len(history(workshop, signature)) == 2


def test_two_moderators_at_once_judge_each_sentence_once(workshop: Workshop) -> None:
    letter = workshop.letter(moderation="flag")
    people = [workshop.confirmed(letter, f"ada-{n}@example.org", statement=f"{SENTENCE} {n}") for n in range(12)]
    gate = threading.Barrier(4)

    def judge(new: StatementState) -> int:
        gate.wait()
        with workshop.writing() as session:
            ids = [person.id for person in people]
            old = StatementState.WAITING
            outcome = deciding.judge_statements(session, letter, ids, old, new, account_id=None, now=workshop.now())
            return len(outcome.decided)

    with ThreadPoolExecutor(4) as pool:
        judged = list(pool.map(judge, [StatementState.APPROVED, StatementState.REJECTED] * 2))
    assert sorted(judged) == [0, 0, 0, 12]
    assert {len(history(workshop, person)) for person in people} == {2}
