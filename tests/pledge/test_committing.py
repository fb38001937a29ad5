"""Commitments follow their signatures; totals hold what binds, exactly, whatever is changed by whom at once."""

import random
import threading
from collections.abc import Sequence

import pytest
import time_machine
from sqlalchemy import func, select

from pledges import clock
from pledges.letter.models import Letter
from pledges.letter.queries import get_letter
from pledges.moderation import deciding
from pledges.pledge import asking, binding, committing, counting, queries, reporting
from pledges.pledge.counting import COUNTED, Totals, weight
from pledges.pledge.models import Commitment, Pledge, PledgeTally
from pledges.pledge.reporting import CommitmentOver, Outcome
from pledges.pledge.states import State
from pledges.signature import confirming, withdrawing
from pledges.signature.models import Signature
from tests.people import Workshop

PLEDGES = """
  - {key: speak, kind: act, text: I will speak up., due: 2027-06-01, every: 30}
  - {key: give, kind: amount, unit: EUR, text: I will give., due: 2027-06-01, target: 1000}
  - {key: strike, kind: act, text: I will strike., due: 2027-06-01, threshold: 3}"""


@pytest.fixture
def letter(workshop: Workshop) -> Letter:
    return workshop.letter(pledges=PLEDGES)


def signed(workshop: Workshop, letter: Letter, email: str, **amounts: int | None) -> Signature:
    """A confirmed signature with these pledges; `give=500` for one with an amount."""
    pending = workshop.sign(letter, email)
    with workshop.writing() as session:
        pledges = queries.list_pledges(session, letter)
        chosen = {pledge.id: amounts[pledge.key] for pledge in pledges if pledge.key in amounts}
        committing.offer_commitments(session, pending.id, chosen, pledges, language="en", now=clock.now())
        session.get_one(Signature, pending.id).commits = True
    with workshop.writing() as session:
        return confirming.confirm(session, get_letter(session, letter.slug), pending.id, now=clock.now())


def totals(workshop: Workshop, letter: Letter) -> dict[str, Totals]:
    with workshop.writing() as session:
        pledges = queries.list_pledges(session, letter)
        found = counting.list_totals(session, pledges)
        return {pledge.key: found[pledge.id] for pledge in pledges}


def commitments(workshop: Workshop) -> Sequence[Commitment]:
    with workshop.writing() as session:
        return session.scalars(select(Commitment).order_by(Commitment.id)).all()


def recounted(workshop: Workshop) -> list[dict[str, int]]:
    with workshop.writing() as session:
        sums: dict[int, dict[str, int]] = {p.id: dict.fromkeys(COUNTED, 0) for p in session.scalars(select(Pledge))}
        for commitment in session.scalars(select(Commitment)):
            for name, value in weight(commitment).items():
                sums[commitment.pledge_id][name] += value
        return [sums[key] for key in sorted(sums)]


def kept(workshop: Workshop) -> list[dict[str, int]]:
    with workshop.writing() as session:
        columns = [func.coalesce(func.sum(getattr(PledgeTally, name)), 0) for name in COUNTED]
        statement = select(Pledge.id, *columns).outerjoin(PledgeTally).group_by(Pledge.id).order_by(Pledge.id)
        return [dict(zip(COUNTED, map(int, row[1:]), strict=True)) for row in session.execute(statement)]


def report(workshop: Workshop, signature: Signature, **outcomes: Outcome) -> None:
    with workshop.writing() as session:
        reporting.report(session, signature.id, outcomes, now=clock.now())


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


def tick(workshop: Workshop) -> None:
    """What the worker does by time."""
    for sweep in (binding.note_thresholds, binding.bind_reached, binding.lapse_unreached, asking.ask_due):
        with workshop.writing() as session:
            sweep(session, now=clock.now())


def asked(workshop: Workshop) -> int:
    return [mail.event for mail in workshop.outbox()].count("check_in")


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


def at_once(deed: object, times: int) -> None:
    threads = [threading.Thread(target=deed) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
