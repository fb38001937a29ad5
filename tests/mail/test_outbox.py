"""What is owed stands in the outbox from the deed's commit on, and says nothing about anybody."""

import threading
from contextlib import suppress
from datetime import timedelta

import time_machine
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from pledges import clock, retention
from pledges.mail import claiming, outbox
from pledges.mail.models import OwedMail, OwedState
from pledges.signature import withdrawing
from pledges.signature.models import Signature
from pledges.signature.states import State
from tests.people import Visitor, Workshop


class Interrupted(Exception):
    """Something broke after the deed."""


def stored(session: Session, table: str) -> str:
    """All that a thief of the database reads in a table."""
    return repr([tuple(row) for row in session.execute(text(f"SELECT * FROM {table}"))])


def test_nothing_is_sent_when_the_deeds_transaction_rolls_back(workshop: Workshop) -> None:
    letter = workshop.letter()
    signature = workshop.sign(letter)
    workshop.deliver()
    with suppress(Interrupted), workshop.writing() as session:
        outbox.owe(session, "confirmation", signature.id, now=clock.now())
        raise Interrupted
    assert workshop.deliver() == []
    assert len(workshop.outbox()) == 1


def test_nothing_is_sent_before_the_commit(workshop: Workshop) -> None:
    letter = workshop.letter()
    signature = workshop.sign(letter)
    workshop.deliver()
    worker = threading.Thread(target=workshop.worker.work)
    with workshop.writing() as session:
        outbox.owe(session, "confirmation", signature.id, now=clock.now())
        worker.start()
        worker.join(0.3)
        assert len(workshop.sink.messages) == 1
    worker.join()
    workshop.worker.work()
    assert len(workshop.sink.messages) == 2


def test_a_refused_form_owes_no_mail(workshop: Workshop, visitor: Visitor) -> None:
    workshop.letter()
    assert visitor.sign("ask-more", name="").status_code == 422
    assert workshop.outbox() == []


def test_the_outbox_holds_neither_address_nor_name_nor_token(workshop: Workshop) -> None:
    signature = workshop.confirmed(workshop.letter(), "ada@example.org", "Ada Example")
    workshop.deliver()
    with workshop.writing() as session:
        rows = stored(session, "outbox")
    assert "'confirmation'" in rows
    assert "'thanks'" in rows
    assert str(signature.id) in rows
    for secret in ("ada", "Ada", "example", "@", "/manage/", "/confirm/"):
        assert secret not in rows


def test_a_last_word_keeps_its_recipient_sealed_and_only_until_it_is_sent(workshop: Workshop) -> None:
    signature = workshop.confirmed(workshop.letter(), "ada@example.org")
    workshop.deliver()
    with workshop.writing() as session:
        withdrawing.withdraw(session, signature.id, now=clock.now())
    assert workshop.outbox()[-1].recipient == "ada@example.org"
    with workshop.writing() as session:
        rows = stored(session, "outbox")
    assert "gAAAA" in rows
    assert "ada@" not in rows
    (mail,) = workshop.deliver()
    assert mail["To"] == "ada@example.org"
    assert workshop.outbox()[-1].recipient is None
    with workshop.writing() as session:
        everything = stored(session, "outbox") + stored(session, "signature")
    assert "gAAAA" not in everything


def test_a_mail_about_what_is_gone_is_moot(workshop: Workshop) -> None:
    signature = workshop.sign(workshop.letter())
    with workshop.writing() as session:
        session.delete(session.get(Signature, signature.id))
    assert workshop.deliver() == []
    (owed,) = workshop.outbox()
    assert (owed.state, owed.attempts, owed.ended_at is not None) == (OwedState.MOOT, 0, True)


def test_a_mail_to_one_who_has_confirmed_leads_to_the_own_page_and_erases_the_new_submission(
    workshop: Workshop,
) -> None:
    letter = workshop.letter()
    workshop.confirmed(letter)
    workshop.deliver()
    again = workshop.sign(letter)
    workshop.sink.answers.append("451 later")
    with time_machine.travel(clock.now(), tick=False) as time:
        assert workshop.deliver() == []
        assert workshop.state(again) is None
        time.shift(5)
        (mail,) = workshop.deliver()
    assert mail["To"] == "ada@example.org"
    assert "/manage/" in mail.as_string()
    assert "/confirm/" not in mail.as_string()
    assert {row.recipient for row in workshop.outbox()} == {None}


def test_what_was_sent_or_moot_is_forgotten_after_two_weeks_and_what_is_due_is_not(workshop: Workshop) -> None:
    letter = workshop.letter()
    with time_machine.travel(clock.now(), tick=False) as time:
        sent, moot = workshop.sign(letter), workshop.sign(letter, "eve@example.org")
        with workshop.writing() as session:
            session.delete(session.get(Signature, moot.id))
        workshop.deliver()
        waiting = workshop.sign(letter, "bob@example.org")
        time.shift(timedelta(days=14))
        with workshop.app.app_context():
            retention.run(now=clock.now())
        assert len(workshop.outbox()) == 3
        time.shift(1)
        with workshop.app.app_context():
            retention.run(now=clock.now())
    assert [row.about_id for row in workshop.outbox()] == [waiting.id]
    assert workshop.state(sent) is State.PENDING


def test_the_worker_forgets_by_itself(workshop: Workshop) -> None:
    workshop.sign(workshop.letter())
    with time_machine.travel(clock.now(), tick=False) as time:
        workshop.deliver()
        time.shift(timedelta(days=14, minutes=1))
        workshop.worker.work()
    assert workshop.outbox() == []


def test_figures_of_the_outbox_tell_due_from_failed(workshop: Workshop) -> None:
    letter = workshop.letter()
    for name in ("ada", "bob", "eve"):
        workshop.sign(letter, f"{name}@example.org")
    workshop.sink.answers += ["550 no", "451 later"]
    workshop.deliver()
    with workshop.writing() as session:
        assert claiming.count_by_state(session) == {OwedState.DUE: 1, OwedState.FAILED: 1}
        states = session.scalars(select(OwedMail.state).order_by(OwedMail.id)).all()
    assert states == [OwedState.FAILED, OwedState.DUE, OwedState.SENT]
