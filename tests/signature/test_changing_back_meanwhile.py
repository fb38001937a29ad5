"""A text that very many signed is changed back: counted at once, and right in the end, whatever is done meanwhile."""

from collections import Counter
from collections.abc import Sequence

import pytest
from sqlalchemy import select

from pledges import clock
from pledges.letter.models import Letter, RevisionKind
from pledges.mail import composing
from pledges.mail.models import OwedMail
from pledges.signature import agreeing, withdrawing
from pledges.signature.links import manage_token
from pledges.signature.models import Signature
from pledges.tally.queries import Figures
from tests.crowds import crowd
from tests.letter.revisions import CHANGE, CORRECTION, carry_all, carry_on, revise
from tests.people import Visitor, Workshop
from tests.signature.agreement import listed_names
from tests.signature.carried import check_counts, stored, told

pytestmark = pytest.mark.usefixtures("a_few_are_four", "ends_exact_and_leaves_nothing")

FIRST, OTHER = "We ask **more** of you.", "We ask **less** of you."
HOW = pytest.mark.parametrize("how", [CHANGE, CORRECTION])


def agree(workshop: Workshop, signatures: Sequence[Signature]) -> None:
    for signature in signatures:
        with workshop.writing() as session:
            agreeing.agree(session, signature.id, now=clock.now())


def check_steps(workshop: Workshop, letter: Letter, expected: Figures) -> None:
    """Carries all; at each moment the counts say what will be, and their rows what is."""
    assert workshop.figures(letter) == expected
    while carry_on(workshop):
        check_counts(workshop)
        assert workshop.figures(letter) == expected


def composed(workshop: Workshop, event: str) -> list[str | None]:
    """To whom the mails about it would go in this moment."""
    with workshop.writing() as session:
        owed = session.scalars(select(OwedMail).where(OwedMail.event == event).order_by(OwedMail.id))
        contents = [composing.compose(session, mail, now=clock.now()) for mail in owed]
    return [content.recipient for content in contents if content]


@HOW
def test_all_come_back_at_once_and_are_carried_a_few_at_a_time(workshop: Workshop, how: RevisionKind) -> None:
    letter = workshop.letter()
    standing = crowd(workshop, letter, [f"Name {n}" for n in range(11)])
    waiting = crowd_awaiting(workshop, letter)
    revise(workshop, CHANGE, OTHER)
    carry_all(workshop)
    agree(workshop, standing[:3])
    before = told(workshop, "text_changed")

    (revision,) = revise(workshop, how, FIRST)

    assert (revision.concerned, revision.returning) == (3, 10)
    is_change = how is CHANGE
    check_steps(workshop, letter, Figures(approved=8 if is_change else 11, awaiting=2, earlier=3 if is_change else 0))
    found = {row.id: row for row in stored(workshop)}
    assert [found[one.id].earlier for one in standing[:3]] == [is_change] * 3
    back = [*standing[3:], *waiting]
    assert {(found[one.id].text_id, found[one.id].earlier) for one in back} == {(revision.text.id, False)}
    assert listed_names(workshop) == {one.id for one in (standing[3:] if is_change else standing)}
    event = "text_changed" if is_change else "text_corrected"
    assert told(workshop, event) - (before if is_change else Counter()) == {one.id: 1 for one in standing[:3]}


def crowd_awaiting(workshop: Workshop, letter: Letter) -> list[Signature]:
    return [workshop.confirmed(letter, f"late-{n}@example.org", f"Late {n}") for n in range(2)]


@HOW
def test_a_change_that_was_not_through_yet_asks_nobody_any_more(workshop: Workshop, how: RevisionKind) -> None:
    letter = workshop.letter()
    crowd(workshop, letter, [f"Name {n}" for n in range(14)])
    revise(workshop, CHANGE, OTHER)
    carry_on(workshop)
    assert workshop.figures(letter) == Figures(earlier=14)
    assert sum(told(workshop, "text_changed").values()) == 8
    assert len(composed(workshop, "text_changed")) == 8

    (revision,) = revise(workshop, how, FIRST)

    assert (revision.concerned, revision.returning) == (0, 14)
    assert composed(workshop, "text_changed") == []
    check_steps(workshop, letter, Figures(approved=14))
    assert sum(told(workshop, "text_changed").values()) == 8
    assert told(workshop, "text_corrected") == {}
    assert {(row.text_id, row.earlier, row.listed) for row in stored(workshop)} == {(revision.text.id, False, True)}
    assert len(listed_names(workshop)) == 14


def test_to_and_fro_before_anything_is_through_ends_where_the_last_text_says(workshop: Workshop) -> None:
    letter = workshop.letter()
    crowd(workshop, letter, [f"Name {n}" for n in range(10)])
    there_and_back = ((CHANGE, OTHER), (CHANGE, FIRST), (CHANGE, OTHER), (CORRECTION, FIRST))
    for kind, body in (*there_and_back, (CHANGE, "Else"), (CORRECTION, "Else again"), (CHANGE, FIRST)):
        revise(workshop, kind, body)
        stands = body == FIRST
        assert workshop.figures(letter) == Figures(approved=10 if stands else 0, earlier=0 if stands else 10), body
        carry_on(workshop)
        assert workshop.figures(letter) == Figures(approved=10 if stands else 0, earlier=0 if stands else 10), body
    check_steps(workshop, letter, Figures(approved=10))
    assert len(listed_names(workshop)) == 10


def test_a_change_asks_each_once_though_another_was_not_through(workshop: Workshop) -> None:
    letter = workshop.letter()
    crowd(workshop, letter, [f"Name {n}" for n in range(10)])
    for body in (OTHER, FIRST, "Else"):
        (revision,) = revise(workshop, CHANGE, body)
    assert revision.concerned == 10
    before = told(workshop, "text_changed")
    carry_all(workshop)
    assert workshop.figures(letter) == Figures(earlier=10)
    assert set((told(workshop, "text_changed") - before).values()) <= {1}
    assert len(set(composed(workshop, "text_changed"))) == len(composed(workshop, "text_changed")) == 10


def test_deeds_in_the_middle_end_in_one_right_state(workshop: Workshop) -> None:
    letter = workshop.letter()
    standing = crowd(workshop, letter, [f"Name {n}" for n in range(12)])
    workshop.sign(letter)
    workshop.deliver()
    path = workshop.confirm_link("ada@example.org")
    revise(workshop, CHANGE, OTHER)
    carry_all(workshop)
    own_page = own_path(workshop, standing[8])
    visitor = Visitor(workshop.app.test_client())
    visitor.get(own_page)
    assert "Do you agree to the changed text?" in visitor.text

    revise(workshop, CHANGE, FIRST)
    visitor.get(own_page)
    assert "Do you agree" not in visitor.text
    assert visitor.post(path).headers["Location"] == "/letters/ask-more/thanks"
    assert visitor.post(f"{own_page}/agree").status_code == 303
    assert workshop.figures(letter) == Figures(approved=12, awaiting=1)
    with workshop.writing() as session:
        withdrawing.withdraw(session, standing[9].id, now=clock.now())
    check_counts(workshop)
    carry_all(workshop)
    assert workshop.figures(letter) == Figures(approved=11, awaiting=1, withdrawn=1)
    assert composed(workshop, "thanks") == ["ada@example.org"]


def own_path(workshop: Workshop, signature: Signature) -> str:
    with workshop.app.app_context():
        return f"/manage/{manage_token(signature, clock.now())}"
