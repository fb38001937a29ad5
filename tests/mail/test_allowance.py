"""Strangers can cause five mails a day to one mailbox for each letter, however many of them try at once."""

import random
import threading
import time
from collections import Counter
from datetime import timedelta

import pytest
import time_machine

from pledges import allowance, clock, retention
from pledges.mail.models import OwedState
from pledges.signature.mailing import MAILS_A_DAY
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
    assert len(workshop.deliver()) == 5
    assert Counter(mail.state for mail in workshop.outbox()) == {OwedState.SENT: 5, OwedState.MOOT: 25}


def test_a_mail_that_has_to_wait_for_its_server_is_counted_once(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    passed, real = [0.0], time.monotonic
    monkeypatch.setattr(time, "monotonic", lambda: real() + passed[0])
    letter = workshop.letter()
    workshop.sign(letter)
    workshop.sink.stop()
    for _ in range(8):
        assert workshop.deliver() == []
        passed[0] += 15
    workshop.sink.start()
    for _ in range(5):
        workshop.sign(letter)
    assert len(workshop.deliver()) == MAILS_A_DAY


def test_a_day_after_each_mail_there_is_one_more_and_never_six_within_a_day(workshop: Workshop) -> None:
    letter = workshop.letter()

    def signed(times: int) -> int:
        for _ in range(times):
            workshop.sign(letter)
        return len(workshop.deliver())

    with time_machine.travel("2027-03-01T12:00:00Z", tick=False) as at:
        assert signed(1) == 1
        at.shift(timedelta(hours=23))
        assert signed(6) == 4
        at.shift(timedelta(minutes=59, seconds=59))
        assert signed(1) == 0
        at.shift(1)
        assert signed(6) == 1
        at.shift(timedelta(hours=22, minutes=59, seconds=59))
        assert signed(1) == 0
        at.shift(1)
        assert signed(6) == 4


@pytest.mark.parametrize("limit", [1, 2, 5])
def test_within_any_window_no_more_is_taken_and_no_less_is_given(workshop: Workshop, limit: int) -> None:
    chance, window, taken = random.Random(limit), timedelta(hours=24), []
    now = clock.now()
    with workshop.writing() as session:
        for _ in range(150):
            now += timedelta(seconds=chance.choice((0, 1, 60, 3600, 6 * 3600)), microseconds=chance.randrange(10**6))
            used = sum(now - window < at for at in taken)
            granted = allowance.take(session, b"d" * 32, limit=limit, window=window, now=now)
            assert granted == (used < limit)
            taken += [now] * granted
    assert len(taken) > limit * 5


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

    with time_machine.travel(clock.now(), tick=False) as at:
        assert take()
        assert not take()
        at.shift(timedelta(days=1))
        assert forgotten() == 1
        assert take()
        at.shift(timedelta(hours=23))
        assert forgotten() == 0
        assert not take()


def test_what_was_given_back_is_whole_again(workshop: Workshop) -> None:
    with workshop.writing() as session:

        def take() -> bool:
            return allowance.take(session, b"d" * 32, limit=2, window=timedelta(hours=1), now=clock.now())

        assert [take(), take(), take()] == [True, True, False]
        allowance.give_back(session, b"d" * 32)
        assert [take(), take(), take()] == [True, True, False]
