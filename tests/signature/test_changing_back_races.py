"""A text is changed back while people confirm, agree and withdraw: who signed its words is counted, and nobody else."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from pledges import clock
from pledges.letter import revising
from pledges.letter.models import Letter, RevisionKind
from pledges.signature.models import Signature
from tests.crowds import crowd
from tests.letter.files import read
from tests.letter.revisions import CHANGE, CORRECTION, SPANISH, carry_all, carry_on, revise, translated
from tests.mailing import link
from tests.people import Visitor, Workshop
from tests.signature.carried import check_counts, stored
from tests.signature.turmoil import Deed, at_once, check, own, press

FIRST, OTHER = "We ask **more** of you.", "We ask **less** of you."
HOW = pytest.mark.parametrize("how", [CHANGE, CORRECTION])


pytestmark = pytest.mark.usefixtures("in_one_step_or_in_many", "one_row_of_the_counts", "letters_at_hand_for_a_second")


@pytest.fixture(autouse=True)
def _counts_are_exact(workshop: Workshop) -> Iterator[None]:
    yield
    carry_all(workshop)
    check_counts(workshop)


def signed(workshop: Workshop) -> tuple[Letter, list[Signature], list[Deed]]:
    """A letter with thirty names, and the links of eight who are about to confirm."""
    letter = workshop.letter(moderation="flag")
    standing = crowd(workshop, letter, [f"Name {n}" for n in range(30)])
    for n in range(8):
        workshop.sign(letter, f"ada-{n}@example.org", f"Ada Example {chr(65 + n)}")
    links = [link(mail, "confirm") for mail in workshop.deliver()]
    return letter, standing, [press(workshop, path) for path in links]


@HOW
def test_back_while_many_confirm_agree_and_withdraw(workshop: Workshop, how: RevisionKind) -> None:
    letter, standing, confirming = signed(workshop)
    revise(workshop, CHANGE, OTHER)
    carry_all(workshop)
    deeds: list[Deed] = [*confirming, *(own(workshop, signature, "withdraw") for signature in standing[::6])]
    deeds += [own(workshop, signature, "agree") for signature in standing[1::3]]
    deeds.insert(7, lambda: revise(workshop, how, FIRST))
    answers = at_once(deeds)
    assert {answer for answer in answers if isinstance(answer, int)} == {303}
    check(workshop)
    figures = workshop.figures(letter)
    assert (figures.approved + figures.earlier, figures.withdrawn) == (33, 5)
    agreed = {signature.id for signature in standing[1::3]}
    assert {row.id for row in stored(workshop) if row.earlier and row.state != "withdrawn"} <= agreed


@HOW
def test_back_before_the_change_is_through(workshop: Workshop, how: RevisionKind) -> None:
    letter, standing, confirming = signed(workshop)
    revise(workshop, CHANGE, OTHER)
    deeds: list[Deed] = [*confirming, *(own(workshop, signature, "withdraw") for signature in standing[::6])]
    deeds += [lambda: [carry_on(workshop) for _ in range(8)] for _ in range(3)]
    deeds.insert(4, lambda: revise(workshop, how, FIRST))
    at_once(deeds)
    check(workshop)
    figures = workshop.figures(letter)
    assert (figures.approved, figures.earlier, figures.withdrawn) == (33, 0, 5)


def test_back_and_changed_again_in_the_same_moment(workshop: Workshop) -> None:
    letter, standing, confirming = signed(workshop)
    revise(workshop, CHANGE, OTHER)
    deeds: list[Deed] = [*confirming, *(own(workshop, signature, "agree") for signature in standing[::6])]
    deeds += [lambda: [carry_on(workshop) for _ in range(8)] for _ in range(2)]
    deeds[3:3] = [lambda: revise(workshop, CHANGE, FIRST), lambda: revise(workshop, CHANGE, "Else")]
    at_once(deeds)
    check(workshop)
    assert workshop.figures(letter).approved + workshop.figures(letter).earlier == 38


@pytest.mark.parametrize("bodies", [(OTHER, FIRST), (OTHER, FIRST, "Else")])
def test_who_confirms_during_a_change_back_or_on_counts_as_it_stands_then(
    workshop: Workshop, bodies: tuple[str, ...]
) -> None:
    letter = workshop.letter(moderation="flag")
    workshop.sign(letter)
    workshop.deliver()
    confirm = press(workshop, workshop.confirm_link("ada@example.org"))
    for body in bodies[:-1]:
        revise(workshop, CHANGE, body)
    with ThreadPoolExecutor(1) as pool:
        with workshop.writing() as session:
            revising.revise(session, letter.slug, read(body=bodies[-1]), CHANGE, "Why", now=clock.now())
            answer = pool.submit(confirm)
            with pytest.raises(TimeoutError):
                answer.result(0.5)
        assert answer.result(10) == 303
    check(workshop)
    figures = workshop.figures(letter)
    assert (figures.approved, figures.earlier) == ((1, 0) if bodies[-1] == FIRST else (0, 1))


def test_who_confirms_before_the_change_back_has_come_there_waits_for_another_change(workshop: Workshop) -> None:
    letter = translated(workshop, moderation="flag")
    visitor = Visitor(workshop.app.test_client())
    visitor.post("/letters/ask-more/sign?lang=es", {"name": "Eva Example", "email": "eva@example.org"})
    workshop.deliver()
    confirm = press(workshop, workshop.confirm_link("eva@example.org"))
    revise(workshop, CHANGE, OTHER, spanish="Les pedimos menos.")
    carry_all(workshop)
    revise(workshop, CHANGE, FIRST, spanish="Les pedimos **más**.")
    assert [row.earlier for row in stored(workshop)] == [True]
    file = read(f"translations: {SPANISH.format(body='Otra cosa.')}", body=FIRST)
    with ThreadPoolExecutor(1) as pool:
        with workshop.writing() as session:
            revising.revise(session, letter.slug, file, CHANGE, "Why", now=clock.now())
            answer = pool.submit(confirm)
            with pytest.raises(TimeoutError):
                answer.result(0.5)
        assert answer.result(10) == 303
    carry_all(workshop)
    assert (workshop.figures(letter).approved, workshop.figures(letter).earlier) == (0, 1)
