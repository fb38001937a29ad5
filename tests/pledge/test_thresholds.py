"""Everyone who waits for a threshold is told what became of it, once; whose address is erased is told nothing."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select, update

from pledges import clock
from pledges.letter.models import Letter
from pledges.letter.queries import get_letter
from pledges.moderation import deciding
from pledges.pledge import binding, committing, queries
from pledges.pledge.models import Commitment
from pledges.pledge.states import State
from pledges.signature import confirming
from pledges.signature.models import Signature
from tests.mailing import MailSink, plain
from tests.people import Workshop
from tests.pledge.promises import offer

PLEDGES = """
  - {key: strike, kind: act, text: I will strike., due: 2027-06-01, threshold: 4}
  - {key: give, kind: amount, unit: EUR, text: I will give., due: 2027-06-01, threshold: 2,
     pay: "https://pay.example.org"}"""


@pytest.fixture
def letter(workshop: Workshop) -> Letter:
    return workshop.letter(pledges=PLEDGES)


def pledged(workshop: Workshop, letter: Letter, email: str, key: str, amount: int | None = None) -> Signature:
    pending = workshop.sign(letter, email)
    with workshop.writing() as session:
        pledge = queries.get_pledge(session, letter, key)
        committing.offer_commitments(session, pending.id, {pledge.id: amount}, [pledge], language="en", now=clock.now())
        session.get_one(Signature, pending.id).commits = True
    with workshop.writing() as session:
        return confirming.confirm(session, get_letter(session, letter.slug), pending.id, now=clock.now())


def later(workshop: Workshop, sink: MailSink, moment: str) -> list[tuple[str, str]]:
    """What the worker mails at that time and a while after it: to whom, and about what."""
    before = len(sink.messages)
    with time_machine.travel(moment, tick=False) as then:
        for _ in range(4):
            workshop.worker.work()
            then.shift(timedelta(seconds=5))
    return sorted((message["To"], message["Subject"].partition(":")[0]) for message in sink.messages[before:])


def test_everyone_is_told_once_when_enough_have_pledged(workshop: Workshop, letter: Letter, sink: MailSink) -> None:
    for n in range(2):
        pledged(workshop, letter, f"ada{n}@example.org", "give", 125050)
    mails = later(workshop, sink, "2027-01-01T12:00:00Z")
    told = [(to, about) for to, about in mails if about == "Your pledge binds now"]
    assert told == [("ada0@example.org", "Your pledge binds now"), ("ada1@example.org", "Your pledge binds now")]
    mail = next(m for m in sink.messages if m["Subject"].startswith("Your pledge binds now"))
    for text in (plain(mail), mail.get_body(("html",)).get_content()):
        for said in ("I will give.", "€1,250.50", "June 1, 2027", "Money is not taken here", "https://pay.example.org"):
            assert said in text
    assert not [about for _, about in later(workshop, sink, "2027-01-02T12:00:00Z") if about == told[0][1]]


def test_everyone_is_told_once_when_too_few_have(workshop: Workshop, letter: Letter, sink: MailSink) -> None:
    pledged(workshop, letter, "ada@example.org", "strike")
    workshop.deliver()
    assert later(workshop, sink, "2027-05-31T23:59:00Z") == []
    assert later(workshop, sink, "2027-06-09T12:00:00Z") == [("ada@example.org", "Your pledge has lapsed")]
    assert "counted nowhere as broken" in plain(sink.to("ada@example.org")[-1])
    assert later(workshop, sink, "2027-06-10T12:00:00Z") == []


def test_a_mail_writes_a_threshold_of_thousands_as_the_pages_do(workshop: Workshop, sink: MailSink) -> None:
    letter = workshop.letter(pledges=PLEDGES.replace("threshold: 4", "threshold: 1000"))
    pledged(workshop, letter, "ada@example.org", "strike")
    workshop.deliver()
    later(workshop, sink, "2027-06-09T12:00:00Z")
    thanks, lapsed = sink.to("ada@example.org")[-2:]
    for mail, said in ((thanks, "only once 1,000 have pledged it"), (lapsed, "fewer than 1,000 had pledged it")):
        for part in (plain(mail), mail.get_body(("html",)).get_content()):
            assert said in part


def test_enough_who_pledged_in_time_are_bound_also_if_nothing_ran_until_a_week_after(
    workshop: Workshop, letter: Letter, sink: MailSink
) -> None:
    for n in range(2):
        pledged(workshop, letter, f"ada{n}@example.org", "give", 125050)
    mails = later(workshop, sink, "2027-06-09T12:00:00Z")
    assert [about for _, about in mails].count("Your pledge binds now") == 2
    assert "Your pledge has lapsed" not in {about for _, about in mails}
    with workshop.writing() as session:
        assert set(session.scalars(select(Commitment.state))) == {State.MADE}


def test_who_confirms_after_the_date_completes_no_threshold(workshop: Workshop, letter: Letter) -> None:
    pledged(workshop, letter, "ada@example.org", "give", 125050)
    late = workshop.sign(letter, "late@example.org")
    offer(workshop, letter, late, give=500)
    with time_machine.travel("2027-06-02T00:00:01Z"):
        with workshop.writing() as session:
            confirming.confirm(session, get_letter(session, letter.slug), late.id, now=clock.now())
        for _ in range(2):
            with workshop.writing() as session:
                binding.lapse_unreached(session, now=clock.now())
    with workshop.writing() as session:
        assert set(session.scalars(select(Commitment.state))) == {State.LAPSED}


def test_a_crowd_is_bound_in_one_round_of_the_worker(
    workshop: Workshop, letter: Letter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pledges.pledge.binding.AT_ONCE", 2)
    for n in range(5):
        pledged(workshop, letter, f"ada{n}@example.org", "strike")
    workshop.worker.work()
    with workshop.writing() as session:
        assert set(session.scalars(select(Commitment.state))) == {State.MADE}


def test_an_erased_address_and_one_kept_out_are_told_nothing_and_hold_up_nobody(
    workshop: Workshop, letter: Letter, sink: MailSink
) -> None:
    erased = pledged(workshop, letter, "erased@example.org", "strike")
    out = pledged(workshop, letter, "out@example.org", "strike")
    pledged(workshop, letter, "ada@example.org", "strike")
    workshop.deliver()
    with workshop.writing() as session:
        deciding.reject(session, letter, [out.id], reason="made up", account_id=None, now=clock.now())
        session.execute(update(Signature).where(Signature.id == erased.id).values(email=None))
    assert later(workshop, sink, "2027-06-09T12:00:00Z") == [("ada@example.org", "Your pledge has lapsed")]
    with workshop.writing() as session:
        assert set(session.scalars(select(Commitment.state))) == {State.LAPSED}
