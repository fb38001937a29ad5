"""What becomes of a mail that the server refuses, for now or for good, and of one that can't be written."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import Text, text, type_coerce, update

from pledges import clock
from pledges.mail import composing, outbox
from pledges.mail.models import OwedMail, OwedState
from pledges.mail.transports import Refused
from pledges.signature.models import Signature
from pledges.worker import Sweep
from tests.people import Visitor, Workshop


def broken(*_: object, **__: object) -> None:
    raise RuntimeError("no words for ada@example.org")


def forgetting_events(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test registers is nobody's after it."""
    for registered in ("_composers", "_subjects"):
        monkeypatch.setattr(composing, registered, dict(getattr(composing, registered)))


def test_a_mail_refused_for_now_is_tried_again_soon_and_then_after_growing_pauses(workshop: Workshop) -> None:
    workshop.sign(workshop.letter())
    workshop.sink.answers += ["451 later"] * 5
    with time_machine.travel(clock.now(), tick=False) as time:
        assert workshop.deliver() == []
        for attempts, pause in enumerate((5, 15, 20, 20, 60), start=1):
            (owed,) = workshop.outbox()
            assert (owed.state, owed.attempts) == (OwedState.DUE, attempts)
            assert owed.due_at - clock.now() == timedelta(seconds=pause)
            time.shift(pause - 1)
            assert workshop.deliver() == []
            assert workshop.outbox()[0].attempts == attempts
            time.shift(1)
            arrived = workshop.deliver()
    assert [mail["To"] for mail in arrived] == ["ada@example.org"]
    assert (workshop.outbox()[0].state, workshop.outbox()[0].attempts) == (OwedState.SENT, 6)


def test_the_pauses_grow_to_an_hour_and_no_further(workshop: Workshop) -> None:
    workshop.sign(workshop.letter())
    workshop.sink.answers += ["451 later"] * 8
    pauses = []
    with time_machine.travel(clock.now(), tick=False) as time:
        for _ in range(8):
            workshop.deliver()
            pauses.append((workshop.outbox()[0].due_at - clock.now()).total_seconds())
            time.move_to(workshop.outbox()[0].due_at)
        assert len(workshop.deliver()) == 1
    assert pauses == [5, 15, 20, 20, 60, 300, 900, 3600]


def test_a_mail_refused_for_now_for_five_days_is_given_up(workshop: Workshop) -> None:
    workshop.sign(workshop.letter())
    workshop.sink.answers += ["451 later"] * 2
    with time_machine.travel(clock.now(), tick=False) as time:
        workshop.deliver()
        time.shift(timedelta(days=5))
        workshop.deliver()
    owed = workshop.outbox()[0]  # the other one is the reminder
    assert (owed.event, owed.state, owed.error) == ("confirmation", OwedState.FAILED, "451 later")


@pytest.mark.parametrize("answer", ["550 no such mailbox", "554 5.7.1 spam"])
def test_a_mail_refused_for_good_has_failed_and_is_not_tried_again(workshop: Workshop, answer: str) -> None:
    workshop.sign(workshop.letter())
    workshop.sink.answers.append(answer)
    workshop.deliver()
    (owed,) = workshop.outbox()
    assert (owed.state, owed.error, owed.attempts) == (OwedState.FAILED, answer, 1)
    with time_machine.travel(clock.now() + timedelta(hours=23)):
        assert workshop.deliver() == []


def test_a_refused_recipient_has_failed_and_the_next_is_served(workshop: Workshop) -> None:
    letter = workshop.letter()
    workshop.sink.refused["ada@example.org"] = "550 5.1.1 <ada@example.org>: unknown"
    workshop.sink.refused["eve@example.org"] = "450 4.2.1 eve@example.org is asleep"
    for name in ("ada", "eve", "bob"):
        workshop.sign(letter, f"{name}@example.org")
    assert [mail["To"] for mail in workshop.deliver()] == ["bob@example.org"]
    failed, later, sent = workshop.outbox()
    assert (failed.state, failed.error) == (OwedState.FAILED, "550 5.1.1 <(address)>: unknown")
    assert (later.state, later.attempts, later.error) == (OwedState.DUE, 1, "450 4.2.1 (address) is asleep")
    assert sent.state is OwedState.SENT


@pytest.mark.parametrize(
    ("answer", "kept"),
    [
        ("450 4.1.2 no MX for janedoe.example", "450 4.1.2 no MX for (domain)"),
        ("452 mx.janedoe.example is busy, jane", "452 mx.(domain) is busy, (address)"),
        ('452 "john doe"@example.org rejected', "452 (address) rejected"),
        ("550 a\x00b\x1b[31m\u202e", "550 a b [31m "),
    ],
)
def test_a_refusal_is_kept_as_plain_text_that_names_nobody(answer: str, kept: str) -> None:
    assert str(Refused(answer, for_good=False, recipient="jane@janedoe.example")) == kept


def test_a_refused_sender_is_no_ones_failed_mail(workshop: Workshop) -> None:
    workshop.sign(workshop.letter())
    workshop.sink.refused["letters@localhost"] = "550 sender unknown"
    workshop.deliver()
    (owed,) = workshop.outbox()
    assert (owed.state, owed.attempts) == (OwedState.DUE, 1)
    workshop.sink.refused.clear()
    with time_machine.travel(clock.now() + timedelta(seconds=6)):
        assert len(workshop.deliver()) == 1


def test_one_refused_mail_does_not_hold_up_the_others(workshop: Workshop) -> None:
    letter = workshop.letter()
    for number in range(4):
        workshop.sign(letter, f"ada{number}@example.org")
    workshop.sink.answers += ["451 later", "550 no"]
    assert [mail["To"] for mail in workshop.deliver()] == ["ada2@example.org", "ada3@example.org"]


@pytest.mark.parametrize("mistake", ["composer", "template", "unknown event"])
def test_one_mail_that_cannot_be_written_does_not_hold_up_the_others(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch, mistake: str
) -> None:
    signature = workshop.sign(workshop.letter())
    workshop.deliver()
    forgetting_events(monkeypatch)
    if mistake == "composer":
        composing.register("odd", broken, about=Signature)
    elif mistake == "template":
        composing.register("odd", lambda *_: composing.Content("odd", "ada@example.org", "en"), about=Signature)
    with workshop.writing() as session:
        outbox.owe(session, "odd", signature.id, now=clock.now())
        outbox.owe(session, "confirmation", signature.id, now=clock.now())
    assert [mail["To"] for mail in workshop.deliver()] == ["ada@example.org"]
    _first, odd, sent = workshop.outbox()
    assert (odd.state, odd.attempts, sent.state) == (OwedState.DUE, 1, OwedState.SENT)
    assert "ada" not in str(odd.error)


def test_what_was_sent_is_noted_though_the_next_one_ends_its_transaction(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    forgetting_events(monkeypatch)
    composing.register("odd", lambda session, *_: session.execute(text("SELECT lost FROM nowhere")), about=Signature)
    signature = workshop.sign(workshop.letter())
    with workshop.writing() as session:
        outbox.owe(session, "odd", signature.id, now=clock.now())
    assert len(workshop.deliver()) == 1
    assert [(mail.state, mail.attempts) for mail in workshop.outbox()] == [(OwedState.SENT, 1), (OwedState.DUE, 1)]
    assert workshop.deliver() == []


def test_what_was_sent_is_noted_though_the_server_goes_away_after_it(workshop: Workshop) -> None:
    letter = workshop.letter()
    for name in ("ada", "bob"):
        workshop.sign(letter, f"{name}@example.org")
    workshop.sink.answers += ["250 taken", "421 going away"]
    assert [mail["To"] for mail in workshop.deliver()] == ["ada@example.org"]
    left = [(mail.state, mail.leased_by) for mail in workshop.outbox()]
    assert left == [(OwedState.SENT, None), (OwedState.DUE, None)]


def test_one_mail_whose_sealing_key_is_lost_holds_up_neither_the_others_nor_the_staff_page(
    workshop: Workshop, visitor: Visitor
) -> None:
    letter = workshop.letter()
    workshop.account()
    signature = workshop.sign(letter)
    with workshop.writing() as session:
        outbox.owe(session, "withdrawn", signature.id, recipient="ada@example.org", now=clock.now())
        session.execute(update(OwedMail).values(recipient=type_coerce("sealed with a lost key", Text())))
    workshop.sign(letter, "bob@example.org")
    assert "bob@example.org" in [mail["To"] for mail in workshop.deliver()]
    visitor.sign_in("mod@example.org")
    assert visitor.get("/staff/mail").status_code == 200
    assert "KeysMissing" in visitor.text


def test_one_sweep_that_fails_holds_up_no_mail(workshop: Workshop) -> None:
    workshop.worker.sweeps.insert(0, Sweep(broken, timedelta(seconds=2)))
    workshop.sign(workshop.letter())
    assert len(workshop.deliver()) == 1


def test_staff_see_what_failed_and_what_is_tried_again_without_an_address(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter()
    workshop.sink.refused["ada@example.org"] = "550 <ada@example.org> unknown"
    workshop.sink.refused["eve@example.org"] = "450 mailbox busy"
    failed = workshop.sign(letter, "ada@example.org")
    postponed = workshop.sign(letter, "eve@example.org")
    workshop.deliver()
    workshop.account()
    visitor.sign_in("mod@example.org")
    assert visitor.get("/staff/mail").status_code == 200
    rows = [row.get_text(" ") for row in visitor.page.select("tbody tr")]
    assert len(rows) == 2
    assert f"Link to confirm a signature signature number {failed.id}" in rows[0]
    assert "550 <(address)> unknown" in rows[0]
    assert f"number {postponed.id}" in rows[1]
    assert "450 mailbox busy" in rows[1]
    assert "ada@" not in visitor.text


def test_the_page_of_failed_mails_and_its_button_are_for_staff_alone(workshop: Workshop, visitor: Visitor) -> None:
    workshop.sign(workshop.letter())
    workshop.sink.answers.append("550 no")
    workshop.deliver()
    (owed,) = workshop.outbox()
    assert visitor.get("/staff/mail").headers["Location"].startswith("/login")
    visitor.post(f"/staff/mail/{owed.id}/retry")
    assert workshop.outbox()[0].state is OwedState.FAILED


def test_the_button_of_a_failed_mail_sends_it_after_all(workshop: Workshop, visitor: Visitor) -> None:
    workshop.sign(workshop.letter())
    workshop.sink.answers.append("550 no")
    workshop.deliver()
    workshop.account()
    visitor.sign_in("mod@example.org")
    visitor.get("/staff/mail")
    visitor.press("/retry")
    assert "The mail is tried again." in visitor.text
    assert [mail["To"] for mail in workshop.deliver()] == ["ada@example.org"]
    (owed,) = workshop.outbox()
    assert (owed.state, owed.error) == (OwedState.SENT, None)


def test_the_button_changes_no_mail_that_was_sent(workshop: Workshop) -> None:
    workshop.sign(workshop.letter())
    workshop.deliver()
    (owed,) = workshop.outbox()
    with workshop.writing() as session:
        outbox.retry(session, owed.id, now=clock.now())
    assert workshop.deliver() == []
    assert workshop.outbox()[0].state is OwedState.SENT
