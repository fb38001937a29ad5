"""A text is changed back to words that were signed: who signed these very words stands under them again, unasked."""

from pathlib import Path

import pytest

from pledges import clock
from pledges.letter import revising
from pledges.letter.models import RevisionKind
from pledges.signature import queries
from pledges.signature.states import Kind, State
from pledges.signature.words import Display
from pledges.tally.queries import Figures
from tests.crowds import crowd, in_state
from tests.letter.files import HEAD, letter_file, read
from tests.letter.revisions import CHANGE, CORRECTION, revise, translated
from tests.mailing import link
from tests.people import Visitor, Workshop
from tests.signature import carried
from tests.signature.agreement import agree, listed_names, stored, words_of
from tests.test_commands import Shell

pytestmark = pytest.mark.usefixtures("no_difference")

FIRST, OTHER = "We ask **more** of you.", "We ask **less** of you."
HOW = pytest.mark.parametrize("how", [CHANGE, CORRECTION])


@HOW
def test_who_signed_the_very_words_stands_again_and_only_the_others_hear_of_it(
    workshop: Workshop, how: RevisionKind
) -> None:
    letter = workshop.letter()
    ada = in_state(workshop, letter, State.APPROVED)
    bea = in_state(workshop, letter, State.APPROVED, "bea@example.org", "Bea Example")
    revise(workshop, CHANGE, OTHER)
    agree(workshop, bea)
    in_state(workshop, letter, State.APPROVED, "cem@example.org", "Cem Example")
    assert workshop.figures(letter) == Figures(approved=2, earlier=1)
    workshop.deliver()

    (revision,) = revise(workshop, how, FIRST)

    assert (revision.concerned, revision.returning) == (2, 1)
    assert [mail["To"] for mail in workshop.deliver()] == ["bea@example.org", "cem@example.org"]
    found = stored(workshop, ada)
    assert (found.text.number, found.earlier, found.listed) == (3, False, True)
    assert stored(workshop, bea).earlier == (how is CHANGE)
    assert ada.id in listed_names(workshop)
    assert workshop.figures(letter) == (Figures(approved=1, earlier=2) if how is CHANGE else Figures(approved=3))


def test_all_comes_back_as_it_was(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter(together=2, anonymous="true")
    for state in State:
        in_state(workshop, letter, state, f"{state}@example.org", f"Person {state}")
    in_state(workshop, letter, State.APPROVED, "works@example.org", display=Display.AFFILIATION, affiliation="Works")
    in_state(workshop, letter, State.APPROVED, "unlisted@example.org", display=Display.ANONYMOUS)
    in_state(workshop, letter, State.APPROVED, "sealed@example.org", together=True)
    in_state(workshop, letter, State.APPROVED, "club@example.org", "A Club", kind=Kind.ORGANIZATION)
    before, rows, names = workshop.figures(letter), standings(workshop), listed_names(workshop)

    revise(workshop, CHANGE, OTHER)
    assert workshop.figures(letter) == Figures(rejected=1, withdrawn=1, earlier=5)
    assert listed_names(workshop) == set()
    revise(workshop, CHANGE, FIRST)

    assert (workshop.figures(letter), standings(workshop), listed_names(workshop)) == (before, rows, names)
    assert "Person approved" in visitor.get("/letters/ask-more/signatories?q=approved").text
    assert "A Club" in visitor.get("/letters/ask-more").text


def standings(workshop: Workshop) -> list[tuple[str, bool, bool]]:
    return [(row.state, row.earlier, row.listed) for row in carried.stored(workshop)]


def test_the_own_page_asks_nothing_any_more(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter()
    in_state(workshop, letter, State.APPROVED)
    revise(workshop, CHANGE, OTHER)
    workshop.deliver()
    own = workshop.manage_link("ada@example.org")
    visitor.get(own)
    assert "Do you agree to the changed text?" in visitor.text
    revise(workshop, CHANGE, FIRST)
    visitor.get(own)
    assert "Do you agree" not in visitor.text
    assert "It counts, and it is shown as you chose." in visitor.text
    assert visitor.post(f"{own}/agree").status_code == 303
    assert workshop.figures(letter) == Figures(approved=1)


@HOW
def test_a_question_that_has_not_left_yet_is_not_mailed(workshop: Workshop, how: RevisionKind) -> None:
    letter = workshop.letter()
    in_state(workshop, letter, State.APPROVED)
    workshop.deliver()
    revise(workshop, CHANGE, OTHER)
    revise(workshop, how, FIRST)
    assert workshop.deliver() == []


def test_who_confirmed_meanwhile_and_was_not_asked_yet_is_thanked(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter(moderation="flag")
    workshop.sign(letter)
    workshop.deliver()
    revise(workshop, CHANGE, OTHER)
    visitor.post(workshop.confirm_link("ada@example.org"))
    revise(workshop, CHANGE, FIRST)
    (mail,) = workshop.deliver()
    assert mail["Subject"].startswith("You have signed: ")
    assert link(mail, "manage")
    assert workshop.figures(letter) == Figures(approved=1)


def test_who_confirms_afterwards_is_counted_and_thanked(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter(moderation="flag")
    signature = workshop.sign(letter)
    workshop.deliver()
    revise(workshop, CHANGE, OTHER)
    revise(workshop, CHANGE, FIRST)
    path = workshop.confirm_link("ada@example.org")
    visitor.get(path)
    assert "has changed since you signed" not in visitor.text
    assert visitor.post(path).headers["Location"] == "/letters/ask-more/thanks"
    assert workshop.figures(letter) == Figures(approved=1)
    assert listed_names(workshop) == {signature.id}


def test_who_can_not_be_mailed_comes_back_too(workshop: Workshop) -> None:
    letter = workshop.letter()
    signature = in_state(workshop, letter, State.APPROVED)
    with workshop.writing() as session:
        found = queries.lock_signature(session, signature.id)
        assert found is not None
        found.email = None
    revise(workshop, CHANGE, OTHER)
    assert workshop.figures(letter) == Figures(earlier=1)
    (revision,) = revise(workshop, CHANGE, FIRST)
    assert (revision.concerned, revision.returning) == (0, 1)
    assert workshop.figures(letter) == Figures(approved=1)


def test_each_language_goes_by_its_own_words(workshop: Workshop, visitor: Visitor) -> None:
    letter = translated(workshop, moderation="flag")
    visitor.post("/letters/ask-more/sign?lang=es", {"name": "Eva Example", "email": "eva@example.org"})
    workshop.deliver()
    visitor.post(workshop.confirm_link("eva@example.org"))
    workshop.confirmed(letter)
    revise(workshop, CHANGE, OTHER, spanish="Les pedimos **menos**.")
    assert workshop.figures(letter) == Figures(earlier=2)
    revise(workshop, CHANGE, FIRST, spanish="Les pedimos **menos**.")
    assert workshop.figures(letter) == Figures(approved=1, earlier=1)
    revise(workshop, CHANGE, OTHER, spanish="Les pedimos **más**.")
    assert workshop.figures(letter) == Figures(approved=1, earlier=1)


def test_whoever_agreed_between_comes_back_with_the_words_agreed_to(workshop: Workshop) -> None:
    letter = workshop.letter()
    ada = in_state(workshop, letter, State.APPROVED)
    bea = in_state(workshop, letter, State.APPROVED, "bea@example.org", "Bea Example")
    revise(workshop, CHANGE, OTHER)
    agree(workshop, bea)
    for body, stands in ((FIRST, ada), (OTHER, bea), (FIRST, ada), ("Else", None), (OTHER, bea)):
        revise(workshop, CHANGE, body)
        assert listed_names(workshop) == ({stands.id} if stands else set())
        assert workshop.figures(letter) == Figures(approved=1 if stands else 0, earlier=1 if stands else 2)


def test_a_correction_on_top_carries_who_came_back(workshop: Workshop) -> None:
    letter = workshop.letter()
    signature = in_state(workshop, letter, State.APPROVED)
    revise(workshop, CHANGE, OTHER)
    revise(workshop, CHANGE, FIRST)
    workshop.deliver()
    (revision,) = revise(workshop, CORRECTION, "We ask **more** of you!")
    assert (revision.concerned, revision.returning) == (1, 0)
    (mail,) = workshop.deliver()
    assert "- We ask **more** of you.\n+ We ask **more** of you!" in words_of(mail)
    assert stored(workshop, signature).text.number == 4
    revise(workshop, CHANGE, "Else")
    assert workshop.figures(letter) == Figures(earlier=1)


def test_who_was_carried_by_a_correction_stands_for_the_corrected_words_alone(workshop: Workshop) -> None:
    letter = workshop.letter()
    crowd(workshop, letter, ["Ada Example"])
    revise(workshop, CORRECTION, "We ask **more** of you!")
    revise(workshop, CHANGE, OTHER)
    (revision,) = revise(workshop, CHANGE, FIRST)
    assert (revision.concerned, revision.returning) == (1, 0)
    (revision,) = revise(workshop, CHANGE, "We ask **more** of you!")
    assert (revision.concerned, revision.returning) == (0, 1)
    assert workshop.figures(letter) == Figures(approved=1)


@pytest.mark.parametrize("line", ["title: Ask more of us", "to: The board"])
def test_the_same_letter_by_another_title_or_to_others_is_signed_by_nobody_yet(workshop: Workshop, line: str) -> None:
    letter = workshop.letter()
    crowd(workshop, letter, ["Ada Example"])
    revise(workshop, CHANGE, OTHER)
    with workshop.writing() as session:
        file = read(head=HEAD.replace(line, f"{line}, and of them"), body=FIRST)
        (revision,) = revising.revise(session, "ask-more", file, CHANGE, "Why", now=clock.now())
    assert (revision.concerned, revision.returning) == (1, 0)
    assert workshop.figures(letter) == Figures(earlier=1)


def test_the_command_says_how_many_stand_again_and_how_many_are_asked(workshop: Workshop, tmp_path: Path) -> None:
    letter = workshop.letter()
    shell, file = Shell(workshop.app), tmp_path / "letter.md"
    ada = crowd(workshop, letter, ["Ada Example", "Bea Example", "Cem Example"])[0]

    def said(body: str) -> str:
        file.write_text(letter_file(body=body), "utf-8")
        return shell.done("letter", "revise", "ask-more", str(file), "--as", "change", "--reason", "Why")

    assert said(OTHER).startswith("en: text 2, change; 3 are asked to agree; SHA-256 ")
    assert said(FIRST).startswith("en: text 3, change; 3 who signed these very words stand again; SHA-256 ")
    assert said(OTHER).startswith("en: text 4, change; 3 are asked to agree; SHA-256 ")
    agree(workshop, ada)
    assert said(FIRST).startswith(
        "en: text 5, change; 1 are asked to agree; 2 who signed these very words stand again; SHA-256 "
    )
    assert shell.done("letter", "recount").startswith("every letter: ")
