"""One reminder after a day to those who did not confirm, and none after."""

import re
import threading

import time_machine

from pledges import clock
from pledges.signature import reminding
from tests.mailing import link, plain
from tests.people import Visitor, Workshop
from tests.signature import society

DAY = 24 * 3600


def after(days: float) -> time_machine.travel:
    return time_machine.travel(clock.now().timestamp() + days * DAY)


def remind(workshop: Workshop) -> None:
    with workshop.writing() as session:
        reminding.remind_unconfirmed(session, now=clock.now())


def test_who_has_not_confirmed_is_reminded_once_after_a_day(workshop: Workshop, visitor: Visitor) -> None:
    workshop.sign(workshop.letter())
    workshop.deliver()
    with after(0.9):
        remind(workshop)
        assert workshop.deliver() == []
    with after(1.1):
        remind(workshop)
        (mail,) = workshop.deliver()
        assert mail["Subject"] == "Your signature still waits for you: Ask more of us"
        assert "only reminder" in plain(mail)
    for days in (1.2, 2.5, 6.9, 9):
        with after(days):
            remind(workshop)
            assert workshop.deliver() == []
    with after(5):
        assert visitor.post(link(mail, "confirm")).status_code == 303


def test_who_got_the_first_mail_late_is_reminded_a_day_after_it(workshop: Workshop) -> None:
    workshop.sign(workshop.letter())
    with after(1.2):
        remind(workshop)
        assert len(workshop.deliver()) == 1
    with after(2.1):
        remind(workshop)
        assert workshop.deliver() == []
    with after(2.3):
        remind(workshop)
        assert len(workshop.deliver()) == 1


def test_who_was_reminded_and_submits_anew_is_not_reminded_again(workshop: Workshop) -> None:
    letter = workshop.letter()
    workshop.sign(letter)
    workshop.deliver()
    with after(1.1):
        remind(workshop)
        assert len(workshop.deliver()) == 1
        workshop.sign(letter, name="Ada Again")
        assert len(workshop.deliver()) == 1
    with after(2.5):
        remind(workshop)
        assert workshop.deliver() == []


def test_several_submissions_of_one_mailbox_are_one_reminder_of_the_newest(workshop: Workshop) -> None:
    letter = workshop.letter()
    for name in ("Ada First", "Ada Second", "Ada Third"):
        workshop.sign(letter, name=name)
    workshop.deliver()
    for days in (1.1, 1.2, 3):
        with after(days):
            remind(workshop)
            workshop.deliver()
    (mail,) = workshop.sink.messages[3:]
    assert "Ada Third" in plain(mail)


def test_each_organization_that_waits_is_one_reminder_whatever_its_mailbox_has_confirmed(
    workshop: Workshop, visitor: Visitor
) -> None:
    workshop.letter()
    for name in ("First", "Second", "Third"):
        society.sign(visitor, name=f"{name} Society", website=f"{name}.example.org")
    workshop.deliver()
    assert visitor.post(workshop.confirm_link(society.SENT["email"])).status_code == 303
    workshop.deliver()
    for days in (1.1, 3):
        with after(days):
            remind(workshop)
            workshop.deliver()
    mails = [plain(mail) for mail in workshop.sink.messages[4:]]
    assert sorted(re.findall(r"For: (\w+) Society", " ".join(mails))) == ["First", "Second"]
    assert all("only reminder" in mail for mail in mails)


def test_an_organization_is_reminded_only_while_nobody_else_holds_its_website(
    workshop: Workshop, visitor: Visitor
) -> None:
    letter = workshop.letter()
    society.sign(visitor, email="second@example.org")
    workshop.deliver()
    assert society.confirm(workshop, visitor, email="first@example.org") == 303
    assert visitor.post(workshop.confirm_link("second@example.org")).status_code == 409
    with after(1.1):
        remind(workshop)
        assert [mail["To"] for mail in workshop.deliver() if "only reminder" in plain(mail)] == []
    (holder,) = society.stored(workshop, letter)
    society.decide(workshop, letter, holder, "reject")
    with after(1.2):
        remind(workshop)
        assert [mail["To"] for mail in workshop.deliver()] == ["second@example.org"]


def test_who_confirmed_meanwhile_or_whose_letter_closed_is_not_reminded(workshop: Workshop) -> None:
    workshop.confirmed(workshop.letter())
    workshop.sign(workshop.letter("closed", closes="2100-01-01"), "bob@example.org")
    workshop.deliver()
    with workshop.writing() as session:
        from pledges.letter import publishing
        from pledges.letter.queries import get_letter

        publishing.close(session, get_letter(session, "closed"), now=clock.now())
    with after(1.1):
        remind(workshop)
        assert workshop.deliver() == []


def test_two_that_remind_at_once_remind_nobody_twice(workshop: Workshop) -> None:
    letter = workshop.letter()
    for n in range(30):
        workshop.sign(letter, f"ada{n}@example.org")
    workshop.deliver()
    with after(1.1):
        threads = [threading.Thread(target=remind, args=(workshop,)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(workshop.deliver()) == 30
