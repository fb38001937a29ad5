"""However pledges are made, changed and taken back at once, nothing is counted twice and the totals are the rows'."""

import random
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress

import pytest
from sqlalchemy import func, select

from pledges import clock
from pledges.errors import DomainError
from pledges.letter.models import Letter
from pledges.letter.queries import get_letter
from pledges.pledge import binding, counting, making, queries
from pledges.pledge.counting import COUNTED, weight
from pledges.pledge.making import Making
from pledges.pledge.models import Commitment, Pledge, PledgeTally
from pledges.pledge.states import State
from pledges.signature import confirming, withdrawing
from pledges.signature.addresses import read_address
from pledges.signature.signing import Submission
from pledges.signature.words import Words
from tests.people import Workshop

PLEDGES = """
  - {key: speak, kind: act, text: I will speak up.}
  - {key: give, kind: amount, unit: EUR, text: I will give.}
  - {key: strike, kind: act, text: I will strike., threshold: 4}"""


@pytest.fixture
def letter(workshop: Workshop) -> Letter:
    return workshop.letter(pledges=PLEDGES)


def pending(workshop: Workshop, letter: Letter, email: str, **amounts: int | None) -> int:
    with workshop.writing() as session:
        fresh = get_letter(session, letter.slug)
        submission = Submission(address=read_address(email), words=Words(name="Ada Example"))
        chosen = choose(queries.list_pledges(session, fresh), **amounts)
        signed = making.sign(session, fresh, fresh.text_in(None), submission, chosen, now=clock.now())
    assert signed is not None
    return signed


def choose(pledges: Sequence[Pledge], **amounts: int | None) -> Making:
    return Making(pledges, {pledge.id: amounts[pledge.key] for pledge in pledges if pledge.key in amounts})


def confirm(workshop: Workshop, letter: Letter, signature_id: int) -> None:
    with workshop.writing() as session:
        confirming.confirm(session, get_letter(session, letter.slug), signature_id, now=clock.now())


def withdraw(workshop: Workshop, signature_id: int) -> None:
    with workshop.writing() as session:
        withdrawing.withdraw(session, signature_id, now=clock.now())


def add(workshop: Workshop, letter: Letter, signature_id: int, **amounts: int | None) -> None:
    with workshop.writing() as session:
        chosen = choose(queries.list_pledges(session, letter), **amounts)
        making.add(session, signature_id, chosen, now=clock.now())


def take_back(workshop: Workshop, signature_id: int, key: str) -> None:
    with workshop.writing() as session:
        making.withdraw(session, signature_id, key, now=clock.now())


def at_once(*deeds: Callable[[], None]) -> None:
    """Each in a thread of its own; what a deed refuses is refused."""
    mistakes: list[BaseException] = []
    begin = threading.Barrier(len(deeds))

    def run(deed: Callable[[], None]) -> None:
        begin.wait()
        try:
            with suppress(DomainError):
                deed()
        except BaseException as mistake:  # noqa: BLE001 - told by the test
            mistakes.append(mistake)

    threads = [threading.Thread(target=run, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not mistakes


def rows_equal_totals(workshop: Workshop) -> bool:
    with workshop.writing() as session:
        sums = {pledge: dict.fromkeys(COUNTED, 0) for pledge in session.scalars(select(Pledge.id))}
        for commitment in session.scalars(select(Commitment)):
            for name, value in weight(commitment).items():
                sums[commitment.pledge_id][name] += value
        kept = {pledge: dict.fromkeys(COUNTED, 0) for pledge in sums}
        columns = [func.sum(getattr(PledgeTally, name)) for name in COUNTED]
        for row in session.execute(select(PledgeTally.pledge_id, *columns).group_by(PledgeTally.pledge_id)):
            kept[row[0]] = dict(zip(COUNTED, map(int, row[1:]), strict=True))
    return sums == kept


def test_confirming_twice_at_once_counts_a_pledge_once(workshop: Workshop, letter: Letter) -> None:
    for n in range(5):
        signature_id = pending(workshop, letter, f"ada{n}@example.org", speak=None, give=100)
        at_once(*[lambda id_=signature_id: confirm(workshop, letter, id_)] * 4)  # type: ignore[misc] # bound at once
    with workshop.writing() as session:
        give = queries.get_pledge(session, letter, "give")
        assert counting.list_totals(session, [give])[give.id].pledged == 500
    assert rows_equal_totals(workshop)


def test_withdrawing_while_confirming_leaves_no_pledge_behind(workshop: Workshop, letter: Letter) -> None:
    for n in range(6):
        signature_id = pending(workshop, letter, f"ada{n}@example.org", speak=None, give=100)
        at_once(
            lambda id_=signature_id: confirm(workshop, letter, id_),  # type: ignore[misc] # bound at once
            lambda id_=signature_id: withdraw(workshop, id_),  # type: ignore[misc] # bound at once
        )
    with workshop.writing() as session:
        assert set(session.scalars(select(Commitment.state))) <= {State.WITHDRAWN}
    assert rows_equal_totals(workshop)


def test_adding_changing_and_taking_back_at_once_equals_a_recount(workshop: Workshop, letter: Letter) -> None:
    people = [pending(workshop, letter, f"ada{n}@example.org", give=100) for n in range(5)]
    for signature_id in people:
        confirm(workshop, letter, signature_id)

    def change(seed: int) -> None:
        dice = random.Random(seed)
        for _ in range(20):
            person, kind = dice.choice(people), dice.random()
            with suppress(DomainError):
                if kind < 0.5:
                    add(workshop, letter, person, give=dice.randrange(1, 999), speak=None, strike=None)
                elif kind < 0.9:
                    take_back(workshop, person, dice.choice(["give", "speak", "strike"]))
                elif kind < 0.98:
                    for sweep in (binding.note_thresholds, binding.bind_reached):
                        with workshop.writing() as session:
                            sweep(session, now=clock.now())
                else:
                    withdraw(workshop, person)

    at_once(*[lambda seed=seed: change(seed) for seed in range(4)])  # type: ignore[misc] # bound at once
    assert rows_equal_totals(workshop)
