"""Recounting: finds a count that is not what the rows say, and repairs it."""

from collections import Counter

import pytest
from sqlalchemy import update

from pledges.letter.queries import get_letter_by_id
from pledges.signature.queries import rows_by_bucket
from pledges.signature.states import State
from pledges.tally import counting, recounting
from pledges.tally.models import Bucket, Tally
from pledges.tally.queries import Figures, get_figures
from pledges.tally.recounting import Difference
from tests.crowds import in_state
from tests.people import Workshop


def plant(workshop: Workshop, letter_id: int, **changes: int) -> None:
    with workshop.writing() as session:
        counting.change(session, letter_id, Counter({Bucket(name): by for name, by in changes.items()}))


CLEAN = "{}: what is stored is what the rows say\n"


def recount(workshop: Workshop, *arguments: str) -> tuple[int, str]:
    result = workshop.app.test_cli_runner().invoke(args=["letter", "recount", *arguments])
    return result.exit_code, result.output


def both(workshop: Workshop, letters: list[int]) -> list[Figures]:
    with workshop.writing() as session:
        return [get_figures(session, get_letter_by_id(session, letter_id)) for letter_id in letters]


@pytest.fixture
def letters(workshop: Workshop) -> list[int]:
    """Two letters with a signature in every state."""
    ids = []
    for slug in ("ask-more", "another"):
        letter = workshop.letter(slug)
        ids.append(letter.id)
        for state in State:
            in_state(workshop, letter, state, f"{state}@example.org")
    return ids


def test_true_counts_show_no_difference(workshop: Workshop, letters: list[int]) -> None:
    assert recount(workshop) == (0, CLEAN.format("every letter"))
    assert recount(workshop, "ask-more") == (0, CLEAN.format("ask-more"))


def test_a_planted_difference_is_found_told_and_left(workshop: Workshop, letters: list[int]) -> None:
    plant(workshop, letters[0], approved=5, withdrawn=-1)
    code, output = recount(workshop)
    assert code == 1
    assert output.splitlines() == [
        "letter ask-more: approved stored 6, counted 1",
        "letter ask-more: withdrawn stored 0, counted 1",
    ]
    assert recount(workshop) == (code, output)


def test_a_planted_difference_is_repaired(workshop: Workshop, letters: list[int]) -> None:
    before = both(workshop, letters)
    plant(workshop, letters[0], approved=5, awaiting=-3, imported=1)
    plant(workshop, letters[1], rejected=7)
    code, output = recount(workshop, "--repair")
    assert code == 0
    assert len(output.splitlines()) == 4
    assert "repaired" in output
    assert recount(workshop) == (0, CLEAN.format("every letter"))
    assert both(workshop, letters) == before


def test_one_letter_is_recounted_alone(workshop: Workshop, letters: list[int]) -> None:
    plant(workshop, letters[1], approved=1)
    assert recount(workshop, "ask-more") == (0, CLEAN.format("ask-more"))
    assert recount(workshop, "ask-more", "--repair") == (0, CLEAN.format("ask-more"))
    assert recount(workshop, "another")[0] == 1
    assert recount(workshop)[0] == 1


def test_a_letter_that_does_not_exist_is_told_in_one_line(workshop: Workshop) -> None:
    code, output = recount(workshop, "nothing")
    assert code == 1
    assert len(output.splitlines()) == 1
    assert "Traceback" not in output


def test_lost_rows_of_the_tally_are_found_and_repaired(workshop: Workshop, letters: list[int]) -> None:
    with workshop.writing() as session:
        session.query(Tally).delete()
        differences = recounting.compare(session, rows_by_bucket())
        assert Difference(letters[0], Bucket.AWAITING, 0, 1) in differences
        assert len(differences) == 8
        recounting.repair(session, differences)
        assert recounting.compare(session, rows_by_bucket()) == []


def test_differences_that_cancel_within_the_sum_are_no_difference(workshop: Workshop, letters: list[int]) -> None:
    with workshop.writing() as session:
        counting.change(session, letters[0], Counter({Bucket.APPROVED: 4}))
        counting.change(session, letters[0], Counter({Bucket.APPROVED: -4}))
        assert recounting.compare(session, rows_by_bucket()) == []


def test_a_count_in_a_bucket_that_no_row_is_in_is_a_difference(workshop: Workshop) -> None:
    letter = workshop.letter()
    plant(workshop, letter.id, earlier=0, organizations=1)
    with workshop.writing() as session:
        assert recounting.compare(session, rows_by_bucket()) == [Difference(letter.id, Bucket.ORGANIZATIONS, 1, 0)]
        session.execute(update(Tally).values(organizations=0))
        assert recounting.compare(session, rows_by_bucket()) == []
