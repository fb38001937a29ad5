"""Nobody shows whose day before was for nothing: too few are left, or the letter was withdrawn."""

from datetime import timedelta

import time_machine

from pledges import clock
from pledges.letter import withdrawing
from pledges.letter.queries import get_letter
from pledges.moderation import deciding
from pledges.signature import desk, gathering
from tests.crowds import stolen
from tests.people import Visitor, Workshop
from tests.signature.test_gathering import letter_of_three, signed, work


def test_those_who_came_only_to_open_what_others_sealed_open_nothing_once_they_are_rejected(
    workshop: Workshop, visitor: Visitor
) -> None:
    letter = workshop.letter(together=3, moderation="hold")
    signed(workshop, visitor, "Timid Quillfeather", together="y")
    for name in ("First Sock", "Second Sock"):
        signed(workshop, visitor, name)
    work(workshop)
    with workshop.writing() as session:
        rows = desk.list_waiting(session, letter, limit=9)[0]
        socks = [row.id for row in rows if "Sock" in (row.words.name or "")]
        deciding.reject(session, letter, socks, reason="Nobody", account_id=None, now=clock.now())
        timid = [row.id for row in rows if row.id not in socks]
        deciding.approve(session, letter, timid, account_id=None, now=clock.now())
    work(workshop, hours=30)
    assert "Quillfeather" not in visitor.get("/letters/ask-more/signatories").text
    assert b"Quillfeather" not in stolen(workshop)
    for name in ("Third Person", "Fourth Person"):
        signed(workshop, visitor, name)
    work(workshop, hours=31)
    assert "Timid Quillfeather" in visitor.get("/letters/ask-more/signatories").text


def test_a_name_shows_without_another_mail_also_when_enough_are_confirmed_again_weeks_later(
    workshop: Workshop, visitor: Visitor
) -> None:
    letter_of_three(workshop)
    signed(workshop, visitor, "Timid Quillfeather", together="y")
    own = workshop.manage_link("timid.quillfeather@example.org")
    for name in ("Second Person", "Third Person"):
        signed(workshop, visitor, name)
    work(workshop)
    visitor.post(workshop.manage_link("third.person@example.org") + "/withdraw")
    for days in (5, 16):
        work(workshop, hours=days * 24)
    assert "together_reached" not in [mail.event for mail in workshop.outbox()]
    with time_machine.travel(clock.now() + timedelta(days=16)):
        visitor.get(own)
        assert "Enough had signed, and now 2 of 3 people are confirmed." in visitor.text
        assert visitor.page.select_one("form[action$='/told']") is None
        signed(workshop, visitor, "Fourth Person")
        visitor.get(own)
        assert "Enough have signed: your signature shows from" in visitor.text
        work(workshop)
        assert "Timid Quillfeather" in visitor.get("/letters/ask-more/signatories").text
    assert len([mail for mail in workshop.sink.messages if "about to show" in mail["Subject"]]) == 1


def test_nobody_new_shows_under_a_letter_that_was_withdrawn_within_that_day(
    workshop: Workshop, visitor: Visitor
) -> None:
    letter_of_three(workshop)
    signed(workshop, visitor, "Timid Quillfeather", together="y")
    for name in ("Second Person", "Third Person"):
        signed(workshop, visitor, name)
    work(workshop)
    workshop.deliver()
    with workshop.writing() as session:
        withdrawing.withdraw(session, get_letter(session, "ask-more"), "We were wrong", now=clock.now())
    work(workshop, hours=25)
    assert "Quillfeather" not in visitor.get("/letters/ask-more/signatories").text
    assert b"Quillfeather" not in stolen(workshop)


def test_whose_letter_is_withdrawn_before_the_mail_leaves_hears_of_that_alone(
    workshop: Workshop, visitor: Visitor
) -> None:
    letter_of_three(workshop)
    signed(workshop, visitor, "Timid Quillfeather", together="y")
    for name in ("Second Person", "Third Person"):
        signed(workshop, visitor, name)
    workshop.sink.messages.clear()
    with workshop.writing() as session:
        gathering.gather(session, now=clock.now())
        gathering.tell_gathered(session, now=clock.now())
        withdrawing.withdraw(session, get_letter(session, "ask-more"), "We were wrong", now=clock.now())
    work(workshop)
    workshop.deliver()
    assert {m["Subject"] for m in workshop.sink.messages} == {"This letter was withdrawn: Ask more of us"}
