"""Who wished for it is told once that the letter reached its goal, and once that it has closed; nobody else is."""

import pytest
from sqlalchemy import update

from pledges import clock
from pledges.letter import withdrawing
from pledges.letter.queries import get_letter
from pledges.moderation import deciding
from pledges.signature import withdrawing as leaving
from pledges.signature.announcing import GOAL_REACHED, LETTER_CLOSED
from pledges.signature.models import Signature
from pledges.signature.states import TOLD, Kind, State
from tests.crowds import in_state
from tests.mailing import plain
from tests.people import Visitor, Workshop
from tests.signature.invitations import first_link
from tests.signature.news import close, deliver_soon, open_letter, tick, told

SPANISH = "\n  - language: es\n    title: Pídannos más\n    body: Les pedimos más."


def withdraw(workshop: Workshop) -> None:
    with workshop.writing() as session:
        withdrawing.withdraw(session, get_letter(session, "ask-more"), "We were wrong", now=clock.now())


def test_a_goal_counts_as_its_letter_counts(workshop: Workshop) -> None:
    letter = workshop.letter(goal=1, count="approved")
    signature = workshop.confirmed(letter, updates=True)
    tick(workshop)
    assert told(workshop) == []
    with workshop.writing() as session:
        fresh = get_letter(session, "ask-more")
        deciding.approve(session, fresh, [signature.id], account_id=None, now=clock.now())
    (mail,) = [mail for mail in workshop.deliver() if mail["Subject"].startswith("The goal")]
    assert "reached its goal of 1 signature:" in " ".join(plain(mail).split())
    assert "1 person has signed it by now." in plain(mail)


def test_a_goal_is_told_once_also_should_it_be_missed_and_reached_again(workshop: Workshop) -> None:
    letter = workshop.letter(goal=2)
    signature = workshop.confirmed(letter, updates=True)
    second = workshop.confirmed(letter, "bob@example.org")
    tick(workshop)
    with workshop.writing() as session:
        leaving.withdraw(session, second.id, now=clock.now())
    workshop.confirmed(letter, "cal@example.org")
    workshop.confirmed(letter, "late@example.org", updates=True)
    tick(workshop)
    assert told(workshop) == [signature.id]


def test_the_goal_of_a_letter_that_is_not_open_is_told_to_nobody(workshop: Workshop) -> None:
    letter = workshop.letter(goal=1)
    signature = workshop.confirmed(letter, updates=True)
    close(workshop)
    tick(workshop)
    assert told(workshop) == [signature.id] == told(workshop, LETTER_CLOSED)


@pytest.mark.parametrize("event", [GOAL_REACHED, LETTER_CLOSED])
def test_who_confirmed_and_wished_for_it_is_told_and_nobody_else(workshop: Workshop, event: str) -> None:
    letter = workshop.letter(**({"goal": 1} if event == GOAL_REACHED else {}))
    signed = {state: in_state(workshop, letter, state, f"{state}@example.org", updates=True) for state in State}
    workshop.confirmed(letter, "quiet@example.org")
    erased = workshop.confirmed(letter, "erased@example.org", updates=True)
    society = workshop.confirmed(letter, "office@example.org", "Society", kind=Kind.ORGANIZATION, updates=True)
    workshop.confirmed(workshop.letter("another"), "other@example.org", updates=True)
    with workshop.writing() as session:
        session.execute(update(Signature).where(Signature.id == erased.id).values(email=None))
    if event == LETTER_CLOSED:
        close(workshop)
    tick(workshop)
    assert sorted(told(workshop)) == sorted([*(signed[state].id for state in TOLD), society.id])
    assert sorted(told(workshop, event)) == sorted(told(workshop))


@pytest.mark.parametrize("deed", ["withdraw", "reject", "stop", "letter"])
@pytest.mark.parametrize("event", [GOAL_REACHED, LETTER_CLOSED])
def test_whom_it_does_not_concern_any_more_when_the_mail_leaves_gets_none(
    workshop: Workshop, visitor: Visitor, event: str, deed: str
) -> None:
    letter = workshop.letter(**({"goal": 1} if event == GOAL_REACHED else {}))
    signature = workshop.confirmed(letter, updates=True)
    workshop.worker.sweeps.clear()
    workshop.deliver()
    if event == LETTER_CLOSED:
        close(workshop)
    tick(workshop)
    assert told(workshop, event) == [signature.id]
    if deed == "letter":
        withdraw(workshop)
    elif deed == "reject":
        with workshop.writing() as session:
            ids, fresh = [signature.id], get_letter(session, "ask-more")
            deciding.reject(session, fresh, ids, reason="x", account_id=None, now=clock.now())
    else:
        path = workshop.manage_link("ada@example.org")
        visitor.post(f"{path}/{'withdraw' if deed == 'withdraw' else 'stop-updates'}")
    assert [mail["Subject"] for mail in workshop.deliver()] == (
        ["Your signature is withdrawn: Ask more of us"] if deed == "withdraw" else []
    )


def test_who_confirms_in_the_day_after_closing_is_told_too(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter()
    early = workshop.confirmed(letter, "early@example.org", updates=True)
    late = workshop.sign(letter, updates=True)
    workshop.deliver()
    close(workshop)
    deliver_soon(workshop)
    assert told(workshop) == [early.id]
    assert visitor.post(workshop.confirm_link("ada@example.org")).status_code == 303
    deliver_soon(workshop)
    assert told(workshop) == [early.id, late.id]


def test_a_letter_that_closes_again_tells_only_those_who_were_not_told(workshop: Workshop) -> None:
    letter = workshop.letter()
    first = workshop.confirmed(letter, "first@example.org", updates=True)
    for _ in range(3):
        close(workshop)
        tick(workshop)
        open_letter(workshop)
    second = workshop.confirmed(letter, "second@example.org", updates=True)
    tick(workshop)
    assert told(workshop) == [first.id]
    close(workshop)
    tick(workshop)
    assert told(workshop) == [first.id, second.id]


def test_who_is_not_told_because_the_letter_is_open_again_is_told_when_it_closes(workshop: Workshop) -> None:
    workshop.confirmed(workshop.letter(), updates=True)
    workshop.worker.sweeps.clear()
    workshop.deliver()
    close(workshop)
    tick(workshop)
    open_letter(workshop)
    assert workshop.deliver() == []
    tick(workshop)
    assert workshop.deliver() == []
    close(workshop)
    tick(workshop)
    assert [mail["Subject"] for mail in workshop.deliver()] == ["This letter has closed: Ask more of us"]


def test_first_signatories_hear_of_it_once_their_letter_has_opened(workshop: Workshop, visitor: Visitor) -> None:
    path = first_link(workshop, workshop.letter(opened=False, goal=1))
    visitor.get(path)
    assert visitor.page.select_one("input[name=updates]") is not None
    sent = {"name": "Ada Example", "email": "ada@example.org", "updates": "y"}
    assert visitor.post(path, sent).status_code == 303
    workshop.deliver()
    visitor.post(workshop.confirm_link("ada@example.org"))
    tick(workshop)
    assert told(workshop) == []
    open_letter(workshop)
    tick(workshop)
    assert len(told(workshop, GOAL_REACHED)) == 1
