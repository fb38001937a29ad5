"""A mail that carries its own recipient, whose address is stored nowhere else, keeps it no longer than it must."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import text

from pledges import clock, retention
from pledges.mail import outbox
from pledges.mail.models import OwedMail, OwedState
from pledges.mail.transports import ServerAway
from tests.crowds import stolen
from tests.people import Visitor, Workshop

DAY = timedelta(days=1)


def erase(workshop: Workshop) -> None:
    with workshop.app.app_context():
        retention.run(now=clock.now())


def confirmed_for_the_last_time(workshop: Workshop, visitor: Visitor) -> OwedMail:
    """Who asked for it has no address from the confirmation on, but in the last mail."""
    workshop.letter(moderation="flag", email_domains="[example.com]")
    visitor.sign("ask-more", email="ada@example.com", erase_address="y")
    workshop.deliver()
    assert visitor.post(workshop.confirm_link("ada@example.com")).status_code == 303
    owed = workshop.outbox()[-1]
    assert (owed.event, owed.recipient) == ("last_thanks", "ada@example.com")
    return owed


def sealed_values(workshop: Workshop) -> int:
    with workshop.writing() as session:
        rows = session.execute(text("SELECT recipient FROM outbox WHERE recipient IS NOT NULL")).all()
        rows += session.execute(text("SELECT email FROM signature WHERE email IS NOT NULL")).all()
    return len(rows)


@pytest.mark.parametrize("answer", ["550 5.1.1 no such mailbox", "554 5.7.1 spam"])
def test_refused_for_good_it_forgets_its_recipient_at_once(workshop: Workshop, visitor: Visitor, answer: str) -> None:
    confirmed_for_the_last_time(workshop, visitor)
    workshop.sink.answers.append(answer)
    workshop.deliver()
    owed = workshop.outbox()[-1]
    assert (owed.state, owed.recipient, owed.error) == (OwedState.FAILED, None, answer)
    assert sealed_values(workshop) == 0


def test_staff_see_that_it_failed_and_are_offered_no_second_try(workshop: Workshop, visitor: Visitor) -> None:
    confirmed_for_the_last_time(workshop, visitor)
    workshop.sink.answers.append("550 no")
    workshop.deliver()
    workshop.account()
    visitor.sign_in("mod@example.org")
    visitor.get("/staff/mail")
    assert "none: its address is erased" in visitor.text
    assert visitor.page.find("form", action=lambda action: action and "/retry" in action) is None
    owed = workshop.outbox()[-1]
    with workshop.writing() as session:
        outbox.retry(session, owed.id, now=clock.now())
    assert workshop.outbox()[-1].state is OwedState.FAILED


def test_refused_for_now_again_and_again_it_is_given_up_after_a_day(workshop: Workshop, visitor: Visitor) -> None:
    with time_machine.travel("2027-03-01T12:00:00Z", tick=False) as time:
        confirmed_for_the_last_time(workshop, visitor)
        workshop.sink.refused["ada@example.com"] = "451 later"
        workshop.deliver()
        time.shift(DAY - timedelta(seconds=1))
        erase(workshop)
        assert sealed_values(workshop) == 1
        workshop.deliver()
        time.shift(timedelta(seconds=1))
        erase(workshop)
        assert sealed_values(workshop) == 0
        workshop.sink.refused.clear()
        time.shift(timedelta(hours=2))
        assert workshop.deliver() == []
        assert workshop.outbox()[-1].state is OwedState.MOOT


def test_within_the_day_it_still_leaves(workshop: Workshop, visitor: Visitor) -> None:
    with time_machine.travel("2027-03-01T12:00:00Z", tick=False) as time:
        confirmed_for_the_last_time(workshop, visitor)
        workshop.sink.answers += ["451 later"] * 3
        workshop.deliver()
        for pause in (5, 15, 20):
            time.shift(pause)
            workshop.deliver()
        assert [mail["To"] for mail in workshop.sink.messages[1:]] == ["ada@example.com"]
        assert sealed_values(workshop) == 0


def test_a_server_that_is_away_for_days_makes_it_kept_no_longer(
    workshop: Workshop, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise ServerAway("away")

    with time_machine.travel("2027-03-01T12:00:00Z", tick=False) as time:
        confirmed_for_the_last_time(workshop, visitor)
        visitor.post("/letters/ask-more/resend", {"email": "nobody@example.com"})
        for office in workshop.worker.offices:
            monkeypatch.setattr(office.transport, "send", away)
        workshop.worker.work()
        time.shift(DAY)
        erase(workshop)
    assert sealed_values(workshop) == 0
    assert b"ada@example.com" not in stolen(workshop)


def test_a_mail_that_finds_its_address_elsewhere_is_tried_for_longer(workshop: Workshop) -> None:
    with time_machine.travel("2027-03-01T12:00:00Z", tick=False) as time:
        workshop.confirmed(workshop.letter())
        workshop.sink.refused["ada@example.org"] = "451 later"
        workshop.deliver()
        time.shift(DAY * 2)
        erase(workshop)
        workshop.sink.refused.clear()
        assert {mail["To"] for mail in workshop.deliver()} == {"ada@example.org"}
