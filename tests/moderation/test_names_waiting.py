"""The mail that names are waiting: at once, then at most one an hour, and never for nothing."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import time_machine
from sqlalchemy import event

from pledges.letter.models import Letter
from pledges.moderation import deciding, notifying
from pledges.moderation.notifying import NAMES_WAITING
from pledges.signature import changing, desk
from pledges.signature.changing import Wish
from pledges.signature.states import State
from pledges.signature.words import Display
from pledges.worker import Worker
from tests.crowds import crowd, in_state
from tests.mailing import MailSink, plain
from tests.moderation.desk import told
from tests.people import Workshop

MINUTE, HOUR, DAY = 60, 3600, 86400


@pytest.mark.usefixtures("time")
def test_a_moderator_is_told_at_once_how_many_names_wait_and_where(workshop: Workshop) -> None:
    workshop.account("mod@example.org")
    crowd(workshop, workshop.letter(), ["Ada", "Bea"], State.AWAITING)
    crowd(workshop, workshop.letter("another", title="Another letter"), ["Cleo"], State.AWAITING)
    workshop.letter("quiet", title="A quiet letter")
    (mail,) = told(workshop)
    assert mail["To"] == "mod@example.org"
    assert mail["Subject"] == "3 names waiting for a moderator"
    for part in (plain(mail), mail.get_body(("html",)).get_content()):
        for said in ("Ask more of us", "(ask-more): 2 names", "Another letter", ": 1 name", "/moderation/ask-more"):
            assert said in part
        assert "A quiet letter" not in part
        assert "Ada" not in part
    assert told(workshop) == []


@pytest.mark.usefixtures("time")
def test_nobody_is_told_while_nothing_waits(workshop: Workshop) -> None:
    workshop.account()
    letter = workshop.letter()
    for state in (State.PENDING, State.APPROVED, State.REJECTED, State.WITHDRAWN):
        in_state(workshop, letter, state, f"{state}@example.org")
    assert told(workshop) == []
    assert not [owed for owed in workshop.outbox() if owed.event == NAMES_WAITING]


@pytest.mark.parametrize("count", ["confirmed", "approved"])
def test_what_comes_from_a_seal_is_news_whenever_it_was_confirmed(
    workshop: Workshop, time: time_machine.Traveller, count: str
) -> None:
    workshop.account()
    letter = workshop.letter(together=3, count=count)
    workshop.confirmed(letter, "timid@example.org", "Timid Quillfeather", together=True)
    in_state(workshop, letter, State.AWAITING, "first@example.org")
    assert len(told(workshop)) == 1
    approve_all(workshop, letter)
    time.shift(2 * HOUR)
    assert told(workshop) == []
    in_state(workshop, letter, State.APPROVED, "third@example.org")
    for _ in range(3):
        time.shift(3)
        workshop.worker.work()
    mails = [mail for mail in workshop.sink.messages if "/moderation/" in plain(mail)]
    assert len(mails) == 2
    assert "1 name" in plain(mails[-1])


def test_other_words_on_the_own_page_are_news_whenever_the_name_was_confirmed(
    workshop: Workshop, time: time_machine.Traveller
) -> None:
    workshop.account()
    letter = workshop.letter(moderation="flag")
    signature = workshop.confirmed(letter)
    workshop.confirmed(letter, "bea@example.org", "www.bea.com")
    assert len(told(workshop)) == 1
    approve_all(workshop, letter)
    time.shift(2 * HOUR)
    with workshop.writing() as session:
        wish = Wish(Display.PUBLIC, role="Empress", affiliation=None, statement=None)
        changing.change(session, signature.id, wish, now=workshop.now())
    (mail,) = told(workshop)
    assert "1 name" in plain(mail)


def approve_all(workshop: Workshop, letter: Letter) -> None:
    with workshop.writing() as session:
        ids = [row.id for row in desk.list_waiting(session, letter, limit=9)[0]]
        deciding.approve(session, letter, ids, account_id=None, now=workshop.now())


def test_while_names_keep_coming_a_moderator_gets_one_mail_an_hour(
    workshop: Workshop, time: time_machine.Traveller
) -> None:
    workshop.account()
    letter = workshop.letter()
    sent = []
    for minute in range(0, 181, 5):
        in_state(workshop, letter, State.AWAITING, f"ada-{minute}@example.org")
        sent += [minute] * len(told(workshop))
        time.shift(5 * MINUTE)
    assert sent == [0, 60, 120, 180]


def test_names_that_wait_without_a_new_one_are_told_of_again_after_a_day(
    workshop: Workshop, time: time_machine.Traveller
) -> None:
    workshop.account()
    in_state(workshop, workshop.letter(), State.AWAITING)
    assert len(told(workshop)) == 1
    time.shift(HOUR)
    assert told(workshop) == []
    time.shift(DAY - HOUR - 1)
    assert told(workshop) == []
    time.shift(2)
    assert len(told(workshop)) == 1
    assert told(workshop) == []


def test_a_new_name_is_told_of_once_the_hour_is_over(workshop: Workshop, time: time_machine.Traveller) -> None:
    workshop.account()
    letter = workshop.letter()
    in_state(workshop, letter, State.AWAITING)
    assert len(told(workshop)) == 1
    time.shift(10 * MINUTE)
    in_state(workshop, letter, State.AWAITING, "bea@example.org")
    assert told(workshop) == []
    time.shift(50 * MINUTE - 2)
    assert told(workshop) == []
    time.shift(2)
    (mail,) = told(workshop)
    assert mail["Subject"] == "2 names waiting for a moderator"


def test_names_that_were_decided_before_the_mail_left_are_not_told_of(
    workshop: Workshop, sink: MailSink, time: time_machine.Traveller
) -> None:
    account = workshop.account()
    letter = workshop.letter()
    (signature,) = crowd(workshop, letter, ["Ada"], State.AWAITING)
    sink.answers = ["451 later"]
    assert told(workshop) == []
    with workshop.writing() as session:
        deciding.approve(session, letter, [signature.id], account_id=account.id, now=workshop.now())
    time.shift(5)
    assert told(workshop) == []
    assert [owed.state for owed in workshop.outbox()] == ["moot"]


@pytest.mark.usefixtures("time")
def test_a_quarantined_name_waits_too(workshop: Workshop) -> None:
    workshop.account()
    in_state(workshop, workshop.letter(), State.QUARANTINED)
    assert len(told(workshop)) == 1


def test_a_limited_moderator_is_told_of_the_own_letters_only(workshop: Workshop, time: time_machine.Traveller) -> None:
    mine, other = workshop.letter("mine", title="My letter"), workshop.letter("other", title="The other letter")
    workshop.account("limited@example.org", only=mine)
    workshop.account("everywhere@example.org")
    crowd(workshop, other, ["Ada", "Bea"], State.AWAITING)
    assert [mail["To"] for mail in told(workshop)] == ["everywhere@example.org"]
    crowd(workshop, mine, ["Cleo"], State.AWAITING)
    time.shift(2)
    (mail,) = told(workshop)
    assert mail["To"] == "limited@example.org"
    assert mail["Subject"] == "1 name waiting for a moderator"
    assert "The other letter" not in mail.as_string()


@pytest.mark.usefixtures("time")
def test_several_workers_at_once_tell_each_moderator_once(workshop: Workshop, sink: MailSink) -> None:
    for number in range(3):
        workshop.account(f"mod-{number}@example.org")
    in_state(workshop, workshop.letter(), State.AWAITING)
    workers = [Worker(workshop.app, workshop.settings) for _ in range(4)]
    try:
        with ThreadPoolExecutor(len(workers)) as pool:
            list(pool.map(Worker.work, workers))
    finally:
        for worker in workers:
            worker.close()
    recipients = sorted(mail["To"] for mail in sink.messages if "/moderation/" in plain(mail))
    assert recipients == ["mod-0@example.org", "mod-1@example.org", "mod-2@example.org"]


def test_an_account_made_while_names_wait_is_told_of_them(workshop: Workshop, time: time_machine.Traveller) -> None:
    workshop.account("first@example.org")
    in_state(workshop, workshop.letter(), State.AWAITING)
    assert len(told(workshop)) == 1
    workshop.account("second@example.org")
    time.shift(2)
    assert [mail["To"] for mail in told(workshop)] == ["second@example.org"]


def test_how_far_an_account_reaches_is_asked_once_however_many_letters_wait(workshop: Workshop) -> None:
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    letters = [workshop.letter(f"letter-{number}", title=f"Letter {number}") for number in range(4)]
    for letter in letters:
        in_state(workshop, letter, State.AWAITING)
    for number in range(3):
        workshop.account(f"mod-{number}@example.org", only=letters[number])
    with workshop.writing() as session:
        engine = session.get_bind()
        event.listen(engine, "before_cursor_execute", note)
        notifying.tell_moderators(session, now=workshop.now())
        event.remove(engine, "before_cursor_execute", note)
    assert len([statement for statement in asked if "FROM account_letter" in statement]) == 3
    assert len([owed for owed in workshop.outbox() if owed.event == NAMES_WAITING]) == 3
