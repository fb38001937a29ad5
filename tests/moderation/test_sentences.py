"""A sentence under one's name is judged on its own: a name may stand without it, and none shows unread."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage

import pytest
import time_machine

from pledges.moderation import deciding
from pledges.signature import queries, statements
from pledges.signature.models import Display, Signature, StatementState, Words
from pledges.signature.states import State
from pledges.tally.queries import Figures, get_stamp
from tests.crowds import crowd, dump, in_state
from tests.mailing import plain
from tests.moderation.desk import csrf_token, decide, flashed, history, revise
from tests.people import Visitor, Workshop
from tests.signature.test_statements import counted

SENTENCE = "I will <speak> up."
SHOWN = ("/letters/ask-more", "/letters/ask-more/signatories", "/letters/ask-more/signatories?q=ada")


def statement_state(workshop: Workshop, signature: Signature) -> StatementState | None:
    with workshop.writing() as session:
        return queries.find_signature(session, signature.id).statement_state


def is_shown(visitor: Visitor) -> bool:
    """Whether every public place shows the sentence; that some do and some don't is a mistake."""
    shown = {visitor.get(path) and SENTENCE in visitor.text for path in SHOWN}
    shown |= {
        found["statement"] == SENTENCE
        for found in visitor.get("/api/v1/letters/ask-more/signatories").json["signatories"]
    }
    assert len(shown) == 1
    return shown.pop()


def sentences(visitor: Visitor) -> list[int]:
    """The ids in the queue's part for sentences."""
    visitor.get("/moderation/ask-more")
    return [int(box["value"]) for box in visitor.page.select(".sentences input[name=signature]")]


def rewrite(workshop: Workshop, signature: Signature, statement: str | None) -> None:
    with workshop.writing() as session:
        found = queries.lock_signature(session, signature.id)
        found.write(Words(name=found.words.name, statement=statement), found.display)


@pytest.mark.parametrize(
    ("decision", "state", "statement"),
    [
        ("approve", State.APPROVED, StatementState.APPROVED),
        ("approve_name", State.APPROVED, StatementState.REJECTED),
        ("reject", State.REJECTED, StatementState.WAITING),
    ],
)
def test_a_name_that_waits_is_decided_with_its_sentence(
    workshop: Workshop,
    moderator: Visitor,
    decision: str,
    state: State,
    statement: StatementState,
) -> None:
    signature = workshop.confirmed(workshop.letter(), statement=SENTENCE)
    assert statement_state(workshop, signature) is StatementState.WAITING
    moderator.get("/moderation/ask-more")
    assert {b["value"] for b in moderator.page.select("[data-decide] button")} == {"approve", "approve_name", "reject"}
    assert decide(moderator, "ask-more", [signature.id], decision, "made up").status_code == 303
    assert (workshop.state(signature), statement_state(workshop, signature)) == (state, statement)
    if state is State.APPROVED:
        assert is_shown(moderator) is (decision == "approve")
    assert sentences(moderator) == []


def test_names_without_sentences_are_not_offered_to_be_approved_without_them(
    workshop: Workshop, moderator: Visitor
) -> None:
    signature = workshop.confirmed(workshop.letter())
    moderator.get("/moderation/ask-more")
    assert "approve_name" not in {button["value"] for button in moderator.page.select("[data-decide] button")}
    decide(moderator, "ask-more", [signature.id], "approve_name")
    assert (workshop.state(signature), statement_state(workshop, signature)) == (State.APPROVED, None)


def test_that_a_name_was_approved_alone_is_recorded(workshop: Workshop, moderator: Visitor) -> None:
    signature = workshop.confirmed(workshop.letter(), statement=SENTENCE)
    decide(moderator, "ask-more", [signature.id], "approve_name")
    assert history(workshop, signature)[-1].reason == "without the sentence"
    assert "1 name approved without the sentence." in flashed(moderator, "ask-more")


def test_a_sentence_holds_no_name_under_the_flag_policy_and_waits_alone(workshop: Workshop, moderator: Visitor) -> None:
    letter = workshop.letter(moderation="flag")
    signature = workshop.confirmed(letter, statement=SENTENCE)
    assert (signature.state, signature.flags) == (State.APPROVED, [])
    assert not is_shown(moderator)
    assert sentences(moderator) == [signature.id]
    assert "1 sentence waits" in moderator.text
    moderator.press(
        "/decide", "approve_statement", signature=[signature.id], seen=f"{signature.id}:{signature.edition}"
    )
    assert "1 sentence approved." in moderator.text
    assert is_shown(moderator)
    assert sentences(moderator) == []
    assert workshop.figures(letter) == Figures(approved=1)


def test_a_rejected_sentence_leaves_the_name_and_the_count(workshop: Workshop, moderator: Visitor) -> None:
    letter = workshop.letter(moderation="flag")
    signature = workshop.confirmed(letter, statement=SENTENCE)
    decide(moderator, "ask-more", [signature.id], "reject_statement", "insults somebody")
    assert "1 sentence rejected." in flashed(moderator, "ask-more")
    assert not is_shown(moderator)
    assert "Ada Example" in moderator.get("/letters/ask-more").get_data(as_text=True)
    assert workshop.figures(letter) == Figures(approved=1)
    event = history(workshop, signature)[-1]
    assert (event.old, event.new, event.reason) == (
        State.APPROVED,
        State.APPROVED,
        "sentence rejected: insults somebody",
    )


def test_a_judged_sentence_can_be_judged_anew(workshop: Workshop, moderator: Visitor) -> None:
    signature = workshop.confirmed(workshop.letter(), statement=SENTENCE)
    decide(moderator, "ask-more", [signature.id], "approve")
    revise(moderator, "ask-more", [signature.id], "remove_statement")
    assert not is_shown(moderator)
    revise(moderator, "ask-more", [signature.id], "take_back_statement")
    assert sentences(moderator) == [signature.id]
    decide(moderator, "ask-more", [signature.id], "approve_statement")
    assert is_shown(moderator)


def test_a_name_rejected_after_its_sentence_was_judged_can_still_be_rejected(
    workshop: Workshop, moderator: Visitor
) -> None:
    """Who has read the sentence has not decided on the name."""
    signature = workshop.confirmed(workshop.letter(moderation="flag"), statement=SENTENCE)
    decide(moderator, "ask-more", [signature.id], "approve_statement")
    decide(moderator, "ask-more", [signature.id], "reject", "made up")
    assert workshop.state(signature) is State.REJECTED


@pytest.mark.parametrize("display", [Display.AFFILIATION, Display.ANONYMOUS])
def test_a_sentence_that_is_never_shown_bothers_nobody(
    workshop: Workshop, moderator: Visitor, display: Display
) -> None:
    letter = workshop.letter(moderation="flag", anonymous="true")
    workshop.confirmed(letter, statement=SENTENCE, display=display, role="Nurse")
    assert sentences(moderator) == []
    with workshop.writing() as session:
        assert (statements.count_unread(session), statements.newest_unread(session)) == ({}, {})


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
    assert "Somebody else was quicker" in flashed(moderator, "ask-more")
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
    assert "nothing was changed for: Ada Example: rejected" in flashed(colleague, "ask-more")
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


def test_sentences_of_another_letter_and_of_names_that_wait_are_left_alone(
    workshop: Workshop, moderator: Visitor
) -> None:
    workshop.letter(moderation="flag")
    other = workshop.confirmed(workshop.letter("other", moderation="flag"), statement=SENTENCE)
    waiting = workshop.confirmed(workshop.letter("third"), statement=SENTENCE)
    for slug in ("ask-more", "third"):
        decide(moderator, slug, [other.id, waiting.id, 99_999], "approve_statement")
    assert statement_state(workshop, other) is statement_state(workshop, waiting) is StatementState.WAITING


def test_a_hundred_sentences_stand_on_a_page_and_the_next_begins_behind_them(
    workshop: Workshop, moderator: Visitor
) -> None:
    letter = workshop.letter(moderation="flag")
    ids = [s.id for s in crowd(workshop, letter, [f"Name {n}" for n in range(130)])]
    with workshop.writing() as session:
        for number, row in enumerate(queries.lock_several(session, letter, ids)):
            row.write(Words(name=row.name, statement=f"Sentence {number}"), Display.PUBLIC)
    assert sentences(moderator) == ids[:100]
    assert "130 sentences wait" in moderator.text
    following = moderator.page.select_one(".sentences a[rel=next]")["href"]
    moderator.get(f"/moderation/ask-more{following}")
    assert [int(box["value"]) for box in moderator.page.select(".sentences input[name=signature]")] == ids[100:]
    assert moderator.get("/moderation/ask-more?unread=x").status_code == 400


def test_the_public_pages_have_another_stamp_once_a_sentence_is_judged(workshop: Workshop) -> None:
    letter = workshop.letter(moderation="flag")
    signature = workshop.confirmed(letter, statement=SENTENCE)
    stamps = []
    for old, new in (("waiting", "approved"), ("approved", "rejected"), ("approved", "rejected")):
        with workshop.writing() as session:
            deciding.judge_statements(
                session,
                letter,
                [signature.id],
                StatementState(old),
                StatementState(new),
                account_id=None,
                now=workshop.now(),
            )
            stamps.append(get_stamp(session, "ask-more", now=workshop.now()))
    assert stamps[0] != stamps[1] == stamps[2]


@pytest.mark.parametrize("decision", ["approve", "approve_name", "approve_statement"])
def test_judging_a_hundred_sentences_costs_as_many_statements_as_judging_two(workshop: Workshop, decision: str) -> None:
    costs = []
    for slug, people in (("two", 2), ("hundred", 100)):
        letter = workshop.letter(slug)
        state = State.APPROVED if "statement" in decision else State.AWAITING
        ids = [s.id for s in crowd(workshop, letter, [f"Name {n}" for n in range(people)], state)]
        with workshop.writing() as session:
            for row in queries.lock_several(session, letter, ids)[::2]:
                row.write(Words(name=row.name, statement=SENTENCE), Display.PUBLIC)
        with counted(workshop.app) as run, workshop.writing() as session:
            how = {"account_id": None, "now": workshop.now()}
            if decision == "approve_statement":
                deciding.judge_statements(session, letter, ids, StatementState.WAITING, StatementState.APPROVED, **how)
            else:
                getattr(deciding, decision)(session, letter, ids, **how)
        costs.append(len(run))
    assert costs[0] == costs[1]


@pytest.fixture
def time() -> Iterator[time_machine.Traveller]:
    with time_machine.travel("2027-03-08T12:00:00Z", tick=False) as traveller:
        yield traveller


def told(workshop: Workshop) -> list[EmailMessage]:
    return [mail for mail in workshop.deliver() if "/moderation/" in plain(mail)]


def test_moderators_are_told_of_sentences_that_wait(workshop: Workshop, time: time_machine.Traveller) -> None:
    workshop.account()
    letter = workshop.letter(moderation="flag")
    workshop.confirmed(letter, statement=SENTENCE)
    workshop.confirmed(letter, "bea@example.org", statement=SENTENCE)
    (mail,) = told(workshop)
    assert mail["Subject"] == "2 sentences are waiting for a moderator"
    for part in (plain(mail), mail.get_body(("html",)).get_content()):
        assert "2 sentences" in part
        assert "/moderation/ask-more" in part
        assert "speak" not in part
    time.shift(3601)
    assert told(workshop) == []
    time.shift(2)
    workshop.confirmed(workshop.letter("another"), statement=SENTENCE)
    (mail,) = told(workshop)
    assert mail["Subject"] == "1 name is waiting for a moderator"


def test_letters_with_sentences_waiting_are_counted_among_those_with_work(
    workshop: Workshop, moderator: Visitor
) -> None:
    workshop.letter()
    workshop.confirmed(workshop.letter("busy", title="Busy", moderation="flag"), statement=SENTENCE)
    moderator.get("/moderation/")
    first = moderator.page.select_one("tbody tr")
    assert (first.select_one("a").get_text(), first.select_one(".number").get_text(strip=True)) == ("Busy", "1")


def test_the_own_page_says_what_became_of_the_sentence(workshop: Workshop, moderator: Visitor) -> None:
    signature = workshop.confirmed(workshop.letter(moderation="flag"), statement=SENTENCE)
    workshop.deliver()
    path = workshop.manage_link("ada@example.org")
    moderator.get(path)
    assert "waits for a moderator; until then it is not shown" in moderator.text
    decide(moderator, "ask-more", [signature.id], "approve_statement")
    moderator.get(path)
    assert "has read it and approved it" in moderator.text
    revise(moderator, "ask-more", [signature.id], "remove_statement")
    moderator.get(path)
    assert "decided not to show this sentence" in moderator.text
