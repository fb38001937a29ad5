"""Sentences that wait are paged, counted among the work and told to moderators, however many, at the same cost."""

import pytest
import time_machine

from pledges.moderation import deciding
from pledges.signature import desk
from pledges.signature.models import StatementState
from pledges.signature.states import State
from pledges.signature.words import Display, Words
from pledges.tally.queries import get_stamp
from tests.crowds import crowd
from tests.mailing import plain
from tests.moderation.desk import told
from tests.moderation.sentences import SENTENCE, sentences
from tests.people import Visitor, Workshop
from tests.signature.test_statements import counted


def test_a_hundred_sentences_stand_on_a_page_and_the_next_begins_behind_them(
    workshop: Workshop, moderator: Visitor
) -> None:
    letter = workshop.letter(moderation="flag")
    ids = [s.id for s in crowd(workshop, letter, [f"Name {n}" for n in range(130)])]
    with workshop.writing() as session:
        for number, row in enumerate(desk.lock_seen(session, letter, ids)):
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
            for row in desk.lock_seen(session, letter, ids)[::2]:
                row.write(Words(name=row.name, statement=SENTENCE), Display.PUBLIC)
        with counted(workshop.app) as run, workshop.writing() as session:
            how = {"account_id": None, "now": workshop.now()}
            if decision == "approve_statement":
                deciding.judge_statements(session, letter, ids, StatementState.WAITING, StatementState.APPROVED, **how)
            else:
                getattr(deciding, decision)(session, letter, ids, **how)
        costs.append(len(run))
    assert costs[0] == costs[1]


def test_moderators_are_told_of_sentences_that_wait(workshop: Workshop, time: time_machine.Traveller) -> None:
    workshop.account()
    letter = workshop.letter(moderation="flag")
    workshop.confirmed(letter, statement=SENTENCE)
    workshop.confirmed(letter, "bea@example.org", statement=SENTENCE)
    (mail,) = told(workshop)
    assert mail["Subject"] == "2 sentences waiting for a moderator"
    for part in (plain(mail), mail.get_body(("html",)).get_content()):
        assert "2 sentences" in part
        assert "/moderation/ask-more" in part
        assert "speak" not in part
    time.shift(3601)
    assert told(workshop) == []
    time.shift(2)
    workshop.confirmed(workshop.letter("another"), statement=SENTENCE)
    (mail,) = told(workshop)
    assert mail["Subject"] == "1 name, 2 sentences waiting for a moderator"


def test_letters_with_sentences_waiting_are_counted_among_those_with_work(
    workshop: Workshop, moderator: Visitor
) -> None:
    workshop.letter()
    workshop.confirmed(workshop.letter("busy", title="Busy", moderation="flag"), statement=SENTENCE)
    moderator.get("/moderation/")
    first = moderator.page.select_one("tbody tr")
    assert (first.select_one("a").get_text(), first.select_one("td").get_text(strip=True)) == ("Busy", "1 sentence")
