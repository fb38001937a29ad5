"""Strangers can cause five mails a day to one mailbox for each letter, however many of them try at once."""

import threading
from collections import Counter
from datetime import timedelta

import time_machine

from pledges import allowance, clock, retention
from pledges.signature.signing import MAILS_A_DAY
from tests.people import Visitor, Workshop


def test_five_mails_a_day_reach_one_mailbox_and_every_form_is_answered_alike(
    workshop: Workshop, visitor: Visitor
) -> None:
    workshop.letter()
    answers = {(visitor.sign("ask-more").status_code, visitor.response.headers["Location"]) for _ in range(8)}
    assert answers == {(303, "/letters/ask-more/check-email")}
    assert [mail["To"] for mail in workshop.deliver()] == ["ada@example.org"] * 5
    assert MAILS_A_DAY == 5


def test_every_spelling_of_one_mailbox_shares_its_mails(workshop: Workshop) -> None:
    letter = workshop.letter()
    for address in ("ada.l@gmail.com", "adal@gmail.com", "a.d.a.l@googlemail.com", "ADAL+x@gmail.com") * 2:
        workshop.sign(letter, address)
    assert len(workshop.deliver()) == 5


def test_each_letter_and_each_mailbox_has_its_own_five(workshop: Workshop) -> None:
    letters = [workshop.letter("one"), workshop.letter("two")]
    for letter in letters:
        for name in ("ada", "bob"):
            for _ in range(6):
                workshop.sign(letter, f"{name}@example.org")
    assert Counter(mail["To"] for mail in workshop.deliver()) == {"ada@example.org": 10, "bob@example.org": 10}


def test_thirty_forms_at_once_cause_five_mails(workshop: Workshop) -> None:
    workshop.letter()
    start, statuses = threading.Barrier(30), []

    def sign() -> None:
        visitor = Visitor(workshop.app.test_client())
        start.wait()
        statuses.append(visitor.sign("ask-more").status_code)

    threads = [threading.Thread(target=sign) for _ in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(statuses) == {303: 30}
    assert len(workshop.outbox()) == 5


def test_the_day_begins_with_the_first_mail_and_then_there_are_five_again(workshop: Workshop) -> None:
    letter = workshop.letter()
    with time_machine.travel(clock.now(), tick=False) as time:
        workshop.sign(letter)
        time.shift(timedelta(hours=23))
        for _ in range(5):
            workshop.sign(letter)
        assert len(workshop.outbox()) == 5
        time.shift(timedelta(minutes=59, seconds=59))
        workshop.sign(letter)
        assert len(workshop.outbox()) == 5
        time.shift(1)
        for _ in range(6):
            workshop.sign(letter)
        assert len(workshop.outbox()) == 10


def test_an_owners_own_deed_is_told_of_though_strangers_used_up_the_mails(workshop: Workshop) -> None:
    letter = workshop.letter()
    for _ in range(6):
        workshop.sign(letter)
    assert len(workshop.deliver()) == 5
    visitor = Visitor(workshop.app.test_client())
    visitor.get(workshop.confirm_link("ada@example.org"))
    visitor.press("/confirm/")
    (thanks,) = workshop.deliver()
    assert thanks["Subject"] == "You have signed: Ask more of us"


def test_what_is_used_up_is_forgotten_with_its_window(workshop: Workshop) -> None:
    def take() -> bool:
        with workshop.writing() as session:
            return allowance.take(session, b"d" * 32, limit=1, window=timedelta(days=1), now=clock.now())

    def forgotten() -> int:
        with workshop.app.app_context():
            return retention.run(now=clock.now())["lapsed allowances"]

    with time_machine.travel(clock.now(), tick=False) as time:
        assert take()
        assert not take()
        time.shift(timedelta(days=1))
        assert forgotten() == 1
        assert take()
        time.shift(timedelta(hours=23))
        assert forgotten() == 0
        assert not take()


def test_what_was_given_back_is_whole_again(workshop: Workshop) -> None:
    with workshop.writing() as session:

        def take() -> bool:
            return allowance.take(session, b"d" * 32, limit=2, window=timedelta(hours=1), now=clock.now())

        assert [take(), take(), take()] == [True, True, False]
        allowance.give_back(session, b"d" * 32)
        assert [take(), take(), take()] == [True, True, False]
