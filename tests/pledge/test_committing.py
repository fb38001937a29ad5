"""Commitments follow their signatures; totals hold what binds, exactly, whatever is changed by whom at once."""

import random
import threading

import pytest
import time_machine

from pledges import clock
from pledges.letter.models import Letter
from pledges.moderation import deciding
from pledges.pledge import committing, queries
from pledges.pledge.counting import Totals
from pledges.pledge.reporting import CommitmentOver, Outcome
from pledges.pledge.states import State
from pledges.signature import withdrawing
from tests.people import Workshop
from tests.pledge.commitments import commitments, kept, recounted, signed, tick, totals
from tests.pledge.promises import report


def test_a_commitment_binds_with_its_signature_and_keeps_its_wording(workshop: Workshop, letter: Letter) -> None:
    signed(workshop, letter, "ada@example.org", speak=None, give=50000)
    speak, give = commitments(workshop)
    assert (speak.state, speak.wording, speak.amount) == (State.MADE, "I will speak up.", None)
    assert (give.state, give.amount) == (State.MADE, 50000)
    assert totals(workshop, letter)["give"] == Totals(unreported=1, pledged=50000)
    assert totals(workshop, letter)["speak"].made == 1


def test_what_is_not_confirmed_binds_nobody(workshop: Workshop, letter: Letter) -> None:
    pending = workshop.sign(letter)
    with workshop.writing() as session:
        pledges = queries.list_pledges(session, letter)
        committing.offer_commitments(
            session, pending.id, {pledges[0].id: None}, pledges, language="en", now=clock.now()
        )
    assert [c.state for c in commitments(workshop)] == [State.OFFERED]
    assert totals(workshop, letter)["speak"] == Totals()
    with workshop.writing() as session:
        withdrawing.withdraw(session, pending.id, now=clock.now())
    assert commitments(workshop) == []


def test_commitments_leave_and_return_with_what_moderators_decide(workshop: Workshop, letter: Letter) -> None:
    signature = signed(workshop, letter, "ada@example.org", give=2000)
    with workshop.writing() as session:
        deciding.reject(session, letter, [signature.id], reason="made up", account_id=None, now=clock.now())
    assert totals(workshop, letter)["give"] == Totals()
    with workshop.writing() as session:
        deciding.take_back(session, letter, signature.id, account_id=None, now=clock.now())
    assert totals(workshop, letter)["give"] == Totals(unreported=1, pledged=2000)


def test_withdrawing_the_signature_withdraws_its_commitments_and_erases_what_was_said(
    workshop: Workshop, letter: Letter
) -> None:
    signature = signed(workshop, letter, "ada@example.org", give=2000)
    report(workshop, signature, give=Outcome(State.PARTLY, 500, "Half of it.", "https://example.org/receipt"))
    with workshop.writing() as session:
        withdrawing.withdraw(session, signature.id, now=clock.now())
    (commitment,) = commitments(workshop)
    assert commitment.state is State.WITHDRAWN
    assert (commitment.note, commitment.evidence, commitment.amount) == (None, None, None)
    assert totals(workshop, letter)["give"] == Totals()
    with pytest.raises(CommitmentOver):
        report(workshop, signature, give=Outcome(State.KEPT))


def test_a_report_can_be_corrected_and_the_history_stays(workshop: Workshop, letter: Letter) -> None:
    signature = signed(workshop, letter, "ada@example.org", give=2000, speak=None)
    report(workshop, signature, give=Outcome(State.PARTLY, 500), speak=Outcome(State.NOT_YET))
    assert totals(workshop, letter)["give"] == Totals(partly=1, pledged=2000, delivered=500)
    report(workshop, signature, give=Outcome(State.KEPT))
    report(workshop, signature, give=Outcome(State.KEPT, 3000))
    assert totals(workshop, letter)["give"] == Totals(kept=1, pledged=2000, delivered=3000)
    give = next(c for c in commitments(workshop) if c.amount)
    with workshop.writing() as session:
        history = [(r.outcome, r.delivered) for r in queries.list_reports(session, [give.id])]
    assert history == [(State.PARTLY, 500), (State.KEPT, 2000), (State.KEPT, 3000)]


def test_a_threshold_binds_everyone_once_it_is_reached(workshop: Workshop, letter: Letter) -> None:
    for n in range(2):
        signed(workshop, letter, f"ada{n}@example.org", strike=None)
    tick(workshop)
    assert totals(workshop, letter)["strike"] == Totals(waiting=2)
    signed(workshop, letter, "ada2@example.org", strike=None)
    tick(workshop)
    tick(workshop)
    assert totals(workshop, letter)["strike"] == Totals(unreported=3)
    signed(workshop, letter, "late@example.org", strike=None)
    assert totals(workshop, letter)["strike"] == Totals(unreported=4)
    told = [mail.event for mail in workshop.outbox() if mail.event == "threshold_reached"]
    assert len(told) == 3


def test_a_threshold_missed_by_the_due_date_lapses_and_is_counted_nowhere(workshop: Workshop, letter: Letter) -> None:
    signed(workshop, letter, "ada@example.org", strike=None)
    with time_machine.travel("2027-06-09T12:00:00Z"):
        tick(workshop)
        tick(workshop)
    assert [c.state for c in commitments(workshop)] == [State.LAPSED]
    assert totals(workshop, letter)["strike"] == Totals()
    assert [mail.event for mail in workshop.outbox()].count("lapsed") == 1


def test_totals_equal_a_recount_after_random_changes_by_many_at_once(workshop: Workshop, letter: Letter) -> None:
    people = [signed(workshop, letter, f"ada{n}@example.org", give=100 * n + 1, strike=None) for n in range(8)]
    outcomes = [
        Outcome(State.KEPT), Outcome(State.PARTLY, 50), Outcome(State.NOT_YET), Outcome(State.RELEASED),
        Outcome(State.KEPT, 12345),
    ]  # fmt: skip

    def change(seed: int) -> None:
        dice = random.Random(seed)
        for _ in range(25):
            person, kind = dice.choice(people), dice.random()
            try:
                if kind < 0.7:
                    report(workshop, person, give=dice.choice(outcomes))
                elif kind < 0.8:
                    tick(workshop)
                elif kind < 0.9:
                    with workshop.writing() as session:
                        deciding.reject(session, letter, [person.id], reason="x", account_id=None, now=clock.now())
                else:
                    with workshop.writing() as session:
                        deciding.take_back(session, letter, person.id, account_id=None, now=clock.now())
            except CommitmentOver:
                continue

    threads = [threading.Thread(target=change, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert kept(workshop) == recounted(workshop)
    assert any(sum(row.values()) for row in kept(workshop))
