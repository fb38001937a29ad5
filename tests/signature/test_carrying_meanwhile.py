"""Whoever confirms, decides or withdraws while a revision is carried through waits for nobody and ends in the one
right state.
"""

import threading
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from pledges import clock
from pledges.letter import revising
from pledges.letter.models import LetterText
from pledges.moderation import deciding
from pledges.signature import agreeing, carrying, withdrawing
from pledges.signature.models import ListedName
from pledges.signature.states import HELD, State
from pledges.tally import counting
from pledges.tally.queries import Figures
from tests.crowds import crowd
from tests.letter.files import read
from tests.letter.revisions import CHANGE, carry_all, carry_on, revise
from tests.mailing import link
from tests.people import Visitor, Workshop
from tests.signature.carried import check_counts, stored, told

pytestmark = pytest.mark.usefixtures("a_few_are_four", "ends_exact_and_leaves_nothing")


def test_who_confirms_in_the_middle_is_asked_once_and_stands_apart(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter()
    crowd(workshop, letter, [f"Name {n}" for n in range(9)])
    ada = workshop.sign(letter)
    workshop.deliver()
    path = workshop.confirm_link("ada@example.org")
    revise(workshop, CHANGE)
    carry_on(workshop)
    assert visitor.post(path).status_code == 303
    assert workshop.figures(letter) == Figures(earlier=10)
    carry_all(workshop)
    assert told(workshop, "text_changed")[ada.id] == 1
    assert stored(workshop)[-1].earlier


def test_deeds_in_the_middle_end_in_one_right_state(workshop: Workshop) -> None:
    letter = workshop.letter()
    standing = crowd(workshop, letter, [f"Name {n}" for n in range(12)], State.AWAITING)
    ids = [signature.id for signature in standing]
    revise(workshop, CHANGE)
    with workshop.writing() as session:
        deciding.approve(session, letter, [ids[0], ids[10]], account_id=None, now=clock.now())
        deciding.reject(session, letter, [ids[9]], account_id=None, reason="No such person", now=clock.now())
    with workshop.writing() as session:
        withdrawing.withdraw(session, ids[1], now=clock.now())
    with workshop.writing() as session:
        withdrawing.withdraw(session, ids[11], now=clock.now())
    with workshop.writing() as session:
        agreeing.agree(session, ids[2], now=clock.now())
    check_counts(workshop)
    assert min(getattr(workshop.figures(letter), name) for name in Figures.__dataclass_fields__) == 0
    carry_all(workshop)
    assert workshop.figures(letter) == Figures(awaiting=1, rejected=1, withdrawn=2, earlier=8)
    with workshop.writing() as session:
        assert session.scalars(select(ListedName)).all() == []


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_step_holds_up_nobody_but_the_few_that_it_moves(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    shards = count()  # picked at random, one in sixteen would meet the step's own
    monkeypatch.setattr(counting, "random", SimpleNamespace(randrange=lambda of: next(shards) % of))
    letter = workshop.letter()
    crowd(workshop, letter, [f"Name {n}" for n in range(9)])
    for name in ("ada", "bea"):
        workshop.sign(letter, f"{name}@example.org")
    paths = [link(mail, "confirm") for mail in workshop.deliver()]

    def confirm(path: str) -> int:
        return Visitor(workshop.app.test_client()).post(path).status_code

    def sign_anew() -> int:
        return Visitor(workshop.app.test_client()).sign("ask-more", email="new@example.org").status_code

    with ThreadPoolExecutor(2) as pool:
        with workshop.writing() as session:
            revising.revise(session, letter.slug, read(body="Else"), CHANGE, "Why", now=clock.now())
            assert pool.submit(confirm, paths[0]).result(10) == 303
        with workshop.writing() as session:
            assert carrying.carry_on(session, now=clock.now())
            assert pool.submit(confirm, paths[1]).result(10) == 303
            assert pool.submit(sign_anew).result(10) == 303
    carry_all(workshop)
    assert workshop.figures(letter) == Figures(earlier=11)


def test_all_at_once_and_in_the_end_each_counts_once_and_was_asked_once(workshop: Workshop) -> None:
    letter = workshop.letter(moderation="flag")
    standing = crowd(workshop, letter, [f"Name {n}" for n in range(40)])
    for n in range(8):
        workshop.sign(letter, f"ada-{n}@example.org", f"Ada Example {chr(65 + n)}")
    links = [link(mail, "confirm") for mail in workshop.deliver()]
    gate = threading.Barrier(6)

    def confirm(paths: list[str]) -> None:
        gate.wait()
        for path in paths:
            assert Visitor(workshop.app.test_client()).post(path).status_code == 303

    def withdraw() -> None:
        gate.wait()
        for signature in standing[::5]:
            with workshop.writing() as session:
                withdrawing.withdraw(session, signature.id, now=clock.now())

    def carry(is_first: bool) -> None:
        gate.wait()
        if is_first:
            revise(workshop, CHANGE)
        for _ in range(40):
            carry_on(workshop)

    with ThreadPoolExecutor(6) as pool:
        done = [pool.submit(confirm, links[n::2]) for n in range(2)]
        done += [pool.submit(withdraw), *(pool.submit(carry, n == 0) for n in range(3))]
        for one in done:
            one.result(60)
    carry_all(workshop)
    assert workshop.figures(letter) == Figures(earlier=40, withdrawn=8)
    asked = told(workshop, "text_changed")
    with workshop.writing() as session:
        (first, _second) = session.scalars(select(LetterText).order_by(LetterText.id))
    for row in stored(workshop):
        if row.state in HELD:
            assert (row.earlier, row.listed, row.text_id, asked[row.id]) == (True, False, first.id, 1), row.id
