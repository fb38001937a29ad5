"""The counts stay exact while many change them at once."""

import random
from concurrent.futures import ThreadPoolExecutor

from pledges import clock
from pledges.signature import desk, moving, queries
from pledges.signature.queries import rows_by_bucket
from pledges.signature.states import ALLOWED, State
from pledges.tally import recounting
from tests.crowds import crowd
from tests.people import Workshop

MOVES = 400
THREADS = 8


def test_counts_are_exact_after_400_random_moves_by_several_at_once(workshop: Workshop) -> None:
    letters = [workshop.letter(), workshop.letter("another")]
    ids = [
        (letter, signature.id)
        for letter in letters
        for signature in crowd(workshop, letter, [f"Name {n}" for n in range(15)], State.AWAITING)
    ]

    def move(seed: int) -> State:
        chance = random.Random(seed)
        letter, signature_id = chance.choice(ids)
        with workshop.writing() as session:
            (signature,) = desk.lock_seen(session, letter, [signature_id])
            ways = sorted(
                (new, actor)
                for (old, new), actors in ALLOWED.items()
                for actor in actors
                if old is signature.state and new is not State.WITHDRAWN
            )
            to, by = chance.choice(ways)
            moving.move(session, [signature], to, by=by, now=clock.now(), reasons={signature.id: "chance"})
        return to

    with ThreadPoolExecutor(THREADS) as pool:
        reached = list(pool.map(move, range(MOVES)))

    assert set(reached) == {State.AWAITING, State.APPROVED, State.REJECTED, State.QUARANTINED}
    with workshop.writing() as session:
        assert recounting.compare(session, rows_by_bucket()) == []
        histories = queries.list_histories(session, [signature_id for _letter, signature_id in ids])
    assert sum(len(history) for history in histories.values()) == MOVES + len(ids)
    figures = [workshop.figures(letter) for letter in letters]
    uncounted = sum(history[-1].new is State.QUARANTINED for history in histories.values())
    assert sum(f.awaiting + f.approved + f.rejected for f in figures) + uncounted == len(ids)
