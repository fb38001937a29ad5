"""Totals of pledges equal a recount, whatever was changed by how many at once; what is off is found and repaired."""

import random
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select, update

from pledges import clock
from pledges.letter.models import Letter
from pledges.moderation import deciding
from pledges.pledge import binding, committing, deliveries, queries, recounting, reporting
from pledges.pledge.counting import COUNTED, change_tally, weight, weight_as_sql
from pledges.pledge.models import Commitment, PledgeTally
from pledges.pledge.recounting import Difference
from pledges.pledge.reporting import CommitmentOver, Outcome
from pledges.pledge.states import State
from pledges.signature.queries import lock_signature
from pledges.signature.states import TransitionRefused
from tests.people import Workshop
from tests.pledge.promises import PLEDGES, pledged, report

CHANGES, WORKERS = 1000, 8
OUTCOMES = (
    Outcome(State.KEPT), Outcome(State.PARTLY, 50), Outcome(State.NOT_YET), Outcome(State.RELEASED),
    Outcome(State.KEPT, 12345),
)  # fmt: skip


@pytest.fixture
def letter(workshop: Workshop) -> Letter:
    return workshop.letter(pledges=PLEDGES)


def compare(workshop: Workshop) -> list[Difference]:
    with workshop.writing() as session:
        return recounting.compare(session)


def recount(workshop: Workshop, *arguments: str) -> tuple[int, list[str]]:
    result = workshop.app.test_cli_runner().invoke(args=["letter", "recount", *arguments])
    return result.exit_code, result.output.splitlines()


def plant(workshop: Workshop, letter: Letter, key: str, **changes: int) -> None:
    with workshop.writing() as session:
        change_tally(session, queries.get_pledge(session, letter, key).id, changes)


def test_totals_equal_a_recount_after_a_thousand_random_changes_by_many_at_once(
    workshop: Workshop, letter: Letter
) -> None:
    people = [
        pledged(workshop, letter, f"p{n}@example.org", speak=None, give=100 * n + 1, strike=None) for n in range(12)
    ]

    def change(seed: int) -> str:
        dice = random.Random(seed)
        person, kind = dice.choice(people), dice.choice(CHANGING)
        with workshop.writing() as session:
            signature = lock_signature(session, person.id)
            (give,) = [c for c in queries.lock_commitments(session, [person.id]) if c.pledge.key == "give"]
            try:
                if kind == "report":
                    reporting.report(session, person.id, {"give": dice.choice(OUTCOMES)}, now=clock.now())
                elif kind == "amount":
                    pledge = queries.get_pledge(session, letter, "give")
                    amount = dice.randrange(1, 10**9)
                    committing.commit_later(session, signature, pledge, amount, language="en", now=clock.now())
                elif kind == "release":
                    mine = queries.lock_commitments(session, [person.id])
                    committing.release_all(session, [c for c in mine if c.state is not State.OFFERED])
                elif kind == "time":
                    binding.note_thresholds(session, now=clock.now())
                    binding.bind_reached(session, now=clock.now())
                elif kind == "import":
                    line = f"{give.reference},{seed}.{dice.randint(1, 99):02},2025-05-01"
                    deliveries.import_deliveries(session, letter, deliveries.read_lines(line), now=clock.now())
                elif kind == "reject":
                    deciding.reject(session, letter, [person.id], reason="x", account_id=None, now=clock.now())
                else:
                    deciding.take_back(session, letter, person.id, account_id=None, now=clock.now())
            except (CommitmentOver, TransitionRefused):
                return "refused"
        return kind

    with ThreadPoolExecutor(WORKERS) as pool:
        done = list(pool.map(change, range(CHANGES)))
    assert set(done) >= {"report", "amount", "import", "release", "reject", "take back"}
    assert compare(workshop) == []
    with workshop.writing() as session:
        assert any(session.scalars(select(PledgeTally.pledged)))
        assert any(session.scalars(select(Commitment.imported)))


CHANGING = (
    ("report",) * 10
    + ("amount",) * 4
    + ("import",) * 3
    + ("release", "time", "reject", "reject", "take back", "take back")
)


def test_the_database_weighs_every_commitment_as_the_deeds_do(workshop: Workshop, letter: Letter) -> None:
    pledged(workshop, letter, "a@example.org", speak=None, give=700)
    with workshop.writing() as session:
        give = next(c for c in session.scalars(select(Commitment)) if c.amount)
        for state in State:
            for counted in (False, True):
                for checked in (False, True):
                    give.state, give.counted, give.checked, give.delivered = state, counted, checked, 300
                    session.flush()
                    sums = weight_as_sql()
                    row = session.execute(select(*(sums[n] for n in COUNTED)).where(Commitment.id == give.id)).one()
                    assert dict(zip(COUNTED, row, strict=True)) == {n: weight(give)[n] for n in COUNTED}
        session.rollback()


def test_what_is_off_is_printed_and_repaired(workshop: Workshop, letter: Letter) -> None:
    giver = pledged(workshop, letter, "a@example.org", give=700)
    report(workshop, giver, give=Outcome(State.PARTLY, 300))
    other = workshop.letter("another", pledges=PLEDGES)
    assert recount(workshop) == (0, ["every letter: what is stored is what the rows say"])
    plant(workshop, letter, "give", pledged=5, kept=2)
    plant(workshop, other, "strike", waiting=-1)
    code, lines = recount(workshop)
    assert (code, lines) == (
        1,
        [
            f"letter {letter.slug}, pledge give: kept stored 2, counted 0",
            f"letter {letter.slug}, pledge give: pledged stored 705, counted 700",
            f"letter {other.slug}, pledge strike: waiting stored -1, counted 0",
        ],
    )
    assert recount(workshop, "another")[1] == lines[2:]
    assert recount(workshop, "another", "--repair")[0] == 0
    assert recount(workshop)[1] == lines[:2]
    assert recount(workshop, "--repair")[0] == 0
    assert recount(workshop) == (0, ["every letter: what is stored is what the rows say"])


def test_lost_rows_and_changed_commitments_are_found(workshop: Workshop, letter: Letter) -> None:
    pledged(workshop, letter, "a@example.org", speak=None, give=700)
    with workshop.writing() as session:
        session.execute(update(Commitment).values(checked=True))
    assert [(one.key, one.name) for one in compare(workshop)] == [("speak", "checked"), ("give", "checked")]
    with workshop.writing() as session:
        session.query(PledgeTally).delete()
    assert len(compare(workshop)) == 5
    with workshop.writing() as session:
        recounting.repair(session, recounting.compare(session))
        assert recounting.compare(session) == []
