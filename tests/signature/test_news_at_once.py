"""However many workers run, and whatever is pressed meanwhile: nobody hears the same news twice, and nobody is passed
over.
"""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select, text, update

from pledges import clock
from pledges.letter.models import Letter
from pledges.letter.queries import get_letter
from pledges.signature import announcing, confirming
from pledges.signature.announcing import GOAL_REACHED, LETTER_CLOSED
from pledges.signature.models import Signature
from pledges.signature.rounds import Round
from tests.crowds import crowd
from tests.people import Workshop
from tests.signature.news import close, tick, told
from tests.signature.test_plans import plan_of


def wishing(workshop: Workshop, letter: Letter, number: int) -> list[int]:
    """So many who confirmed and want news; their ids."""
    ids = [signature.id for signature in crowd(workshop, letter, [f"Name {n}" for n in range(number)])]
    with workshop.writing() as session:
        session.execute(update(Signature).where(Signature.id.in_(ids)).values(updates=True))
    return ids


def at_once(number: int, work: Callable[[], None]) -> None:
    gate = threading.Barrier(number)

    def run() -> None:
        gate.wait()
        work()

    with ThreadPoolExecutor(number) as pool:
        for done in [pool.submit(run) for _ in range(number)]:
            done.result(30)


@pytest.mark.parametrize("event", [GOAL_REACHED, LETTER_CLOSED])
def test_several_workers_at_once_tell_everybody_once(
    workshop: Workshop, event: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(announcing, "AT_ONCE", 3)
    monkeypatch.setattr(announcing, "CLOSINGS_AT_ONCE", 3)
    ids = wishing(workshop, workshop.letter(**({"goal": 20} if event == GOAL_REACHED else {})), 30)
    if event == LETTER_CLOSED:
        close(workshop)

    def work() -> None:
        while len(told(workshop)) < len(ids):
            tick(workshop)

    at_once(4, work)
    tick(workshop)
    assert sorted(told(workshop, event)) == ids
    with workshop.writing() as session:
        assert session.scalar(select(func.count()).select_from(Round)) == 0


def test_two_letters_may_reach_their_goals_in_the_same_moment(workshop: Workshop) -> None:
    ids = [n for slug in ("ask-more", "another") for n in wishing(workshop, workshop.letter(slug, goal=2), 2)]
    tick(workshop)
    assert told(workshop, GOAL_REACHED) == ids


def test_of_a_closing_no_more_are_told_at_once_than_leave_until_the_next_sweep(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(announcing, "CLOSINGS_AT_ONCE", 4)
    ids = wishing(workshop, workshop.letter(), 10)
    close(workshop)
    for so_far in (4, 8, 10, 10):
        tick(workshop)
        assert told(workshop) == ids[:so_far]


def test_who_is_just_confirming_when_the_goal_is_told_is_waited_for(workshop: Workshop) -> None:
    letter = workshop.letter(goal=1)
    crowd(workshop, letter, ["One Example"])
    signature = workshop.sign(letter, updates=True)
    confirmed, go_on = threading.Event(), threading.Event()

    def confirm_slowly() -> None:
        with workshop.writing() as session:
            confirming.confirm(session, get_letter(session, letter.slug), signature.id, now=clock.now())
            confirmed.set()
            go_on.wait(10)

    with ThreadPoolExecutor(2) as pool:
        confirming_ = pool.submit(confirm_slowly)
        assert confirmed.wait(10)
        telling = pool.submit(tick, workshop)
        with pytest.raises(TimeoutError):
            telling.result(0.5)
        go_on.set()
        confirming_.result(10)
        telling.result(10)
    assert told(workshop) == [signature.id]


def test_who_signs_after_the_goal_was_reached_was_not_promised_to_hear_of_it(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(announcing, "AT_ONCE", 2)
    letter = workshop.letter(goal=2)
    ids = wishing(workshop, letter, 3)
    with workshop.writing() as session:
        announcing.note_goals(session, now=clock.now())
    workshop.confirmed(letter, updates=True)
    tick(workshop)
    assert told(workshop) == ids


def test_who_is_still_to_be_told_of_a_closing_is_found_through_the_index(workshop: Workshop) -> None:
    letter = workshop.letter()
    ids = wishing(workshop, letter, 600)
    with workshop.writing() as session:
        are_told = update(Signature).where(Signature.id.in_(ids[:-1]))
        session.execute(are_told.values(closing_told_at=clock.now()))
        if session.get_bind().dialect.name == "postgresql":
            session.execute(text("ANALYZE signature"))
        plan = plan_of(session, lambda session: announcing._hold_untold(session, [letter.id]))
    assert "ix_signature_news" in plan, plan
