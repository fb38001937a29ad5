"""Who confirmed is told once when the organizer withdraws the letter: why, what becomes of the data, the way out."""

import threading
from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage

import pytest
import time_machine
from sqlalchemy import func, select, update

from pledges import clock
from pledges.letter import withdrawing
from pledges.letter.queries import get_letter
from pledges.letter.term import add_months
from pledges.mail.models import OwedMail
from pledges.pledge.asking import stop_asking
from pledges.signature import announcing, confirming
from pledges.signature import withdrawing as leaving
from pledges.signature.announcing import LETTER_WITHDRAWN, announce
from pledges.signature.models import Signature
from pledges.signature.rounds import Round
from pledges.signature.states import TOLD, State
from tests.crowds import crowd, in_state
from tests.mailing import link, plain
from tests.people import Visitor, Workshop


def withdraw(workshop: Workshop) -> None:
    with workshop.writing() as session:
        withdrawing.withdraw(session, get_letter(session, "ask-more"), "The board has agreed", now=clock.now())


def step(workshop: Workshop) -> int:
    with workshop.writing() as session:
        return announce(session, now=clock.now())


def deliver_soon(workshop: Workshop) -> list[EmailMessage]:
    """What the worker does by itself within seconds."""
    with time_machine.travel(clock.now().timestamp() + 5):
        return workshop.deliver()


def told(workshop: Workshop) -> list[int]:
    return [mail.about_id for mail in workshop.outbox() if mail.event == LETTER_WITHDRAWN]


def rounds(workshop: Workshop) -> int:
    with workshop.writing() as session:
        return session.scalar(select(func.count()).select_from(Round)) or 0


def test_who_confirmed_is_told_why_what_becomes_of_the_data_and_the_way_out(
    workshop: Workshop, visitor: Visitor
) -> None:
    letter = workshop.letter(keep_addresses=3)
    workshop.confirmed(letter)
    workshop.deliver()
    withdraw(workshop)
    (mail,) = deliver_soon(workshop)
    assert (mail["To"], mail["Subject"]) == ("ada@example.org", "This letter was withdrawn: Ask more of us")
    words = " ".join(plain(mail).split())
    assert "Hello Ada Example," in words
    assert "The board has agreed" in words
    kept_until = add_months(clock.now(), 3)
    assert f"On {kept_until:%B} {kept_until.day}, {kept_until.year} your address is erased" in words
    assert "/privacy" in words
    visitor.get(link(mail, "manage"))
    visitor.press("/withdraw")
    assert "Your signature is withdrawn" in visitor.text
    assert [mail["Subject"] for mail in workshop.deliver()] == ["Your signature is withdrawn: Ask more of us"]


def test_all_who_think_that_they_are_counted_are_told_alike_and_nobody_else(workshop: Workshop) -> None:
    letter = workshop.letter()
    signed = {state: in_state(workshop, letter, state, f"{state}@example.org") for state in State}
    stopped = workshop.confirmed(letter, "stopped@example.org")
    erased = workshop.confirmed(letter, "erased@example.org")
    with workshop.writing() as session:
        stop_asking(session, stopped.id)
        session.execute(update(Signature).where(Signature.id == erased.id).values(email=None))
    workshop.deliver()
    withdraw(workshop)
    mails = deliver_soon(workshop)
    assert {mail["To"] for mail in mails} == {*(f"{state}@example.org" for state in TOLD), "stopped@example.org"}
    assert len({plain(mail).replace(link(mail, "manage"), "") for mail in mails}) == 1
    assert sorted(told(workshop)) == sorted([*(signed[state].id for state in TOLD), stopped.id])
    assert rounds(workshop) == 0
    assert deliver_soon(workshop) == []


def test_another_letters_signatories_hear_nothing(workshop: Workshop) -> None:
    workshop.letter()
    workshop.confirmed(workshop.letter("another"))
    workshop.deliver()
    withdraw(workshop)
    assert deliver_soon(workshop) == []


def test_of_many_only_some_are_looked_at_in_one_transaction(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(announcing, "AT_ONCE", 4)
    letter = workshop.letter()
    ids = [signature.id for signature in crowd(workshop, letter, [f"Name {n}" for n in range(10)])]
    withdraw(workshop)
    assert told(workshop) == []
    assert [step(workshop) for _ in range(4)] == [4, 4, 2, 0]
    assert told(workshop) == ids
    assert rounds(workshop) == 0


def test_mails_to_many_fall_due_one_behind_the_other(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(announcing, "AT_ONCE", 4)
    monkeypatch.setattr("pledges.mail.outbox.A_SECOND", 2)
    crowd(workshop, workshop.letter(), [f"Name {n}" for n in range(10)])
    withdraw(workshop)
    now = clock.now()
    while True:
        with workshop.writing() as session:
            if not announce(session, now=now):
                break
    seconds = [round((mail.due_at - now).total_seconds()) for mail in workshop.outbox()]
    assert seconds in ([0, 0, 1, 1, 2, 2, 3, 3, 4, 4], [-1, -1, 0, 0, 1, 1, 2, 2, 3, 3])  # SQLite knows whole seconds


def test_who_withdraws_before_the_mail_leaves_gets_only_the_last_word(workshop: Workshop) -> None:
    letter = workshop.letter()
    signature = workshop.confirmed(letter)
    workshop.deliver()
    withdraw(workshop)
    step(workshop)
    with workshop.writing() as session:
        leaving.withdraw(session, signature.id, now=clock.now())
    assert [mail["Subject"] for mail in workshop.deliver()] == ["Your signature is withdrawn: Ask more of us"]


def test_several_workers_at_once_tell_nobody_twice(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(announcing, "AT_ONCE", 3)
    ids = [signature.id for signature in crowd(workshop, workshop.letter(), [f"Name {n}" for n in range(40)])]
    withdraw(workshop)
    gate = threading.Barrier(4)

    def work() -> None:
        gate.wait()
        while rounds(workshop):
            step(workshop)

    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(work) for _ in range(4)]:
            done.result(30)
    assert sorted(told(workshop)) == ids


def test_who_is_just_confirming_is_waited_for_and_told(workshop: Workshop) -> None:
    letter = workshop.letter()
    signature = workshop.sign(letter)
    confirmed, go_on = threading.Event(), threading.Event()

    def confirm_slowly() -> None:
        with workshop.writing() as session:
            confirming.confirm(session, get_letter(session, letter.slug), signature.id, now=clock.now())
            confirmed.set()
            go_on.wait(10)

    def withdraw_and_announce() -> None:
        withdraw(workshop)
        step(workshop)

    with ThreadPoolExecutor(2) as pool:
        confirming_ = pool.submit(confirm_slowly)
        assert confirmed.wait(10)
        announcing_ = pool.submit(withdraw_and_announce)
        with pytest.raises(TimeoutError):
            announcing_.result(0.5)
        go_on.set()
        confirming_.result(10)
        announcing_.result(10)
    assert told(workshop) == [signature.id]
    with workshop.writing() as session:
        assert session.scalar(select(func.count()).select_from(OwedMail)) == 3
