"""Which texts follow which: whose signatories the present one takes along, and whom it asks."""

import pytest

from pledges.letter.models import Letter, LetterText, RevisionKind
from pledges.letter.succession import is_said_again, repeated_by, succession_in

KINDS = {"": RevisionKind.ORIGINAL, "~": RevisionKind.CORRECTION, "!": RevisionKind.CHANGE}


def a_letter(history: str, language: str = "en") -> Letter:
    """`A ~B !C`: A was corrected to B and that changed to C. Each text's number is its id, too."""
    letter = Letter(language=language)
    for number, word in enumerate(history.split(), start=1):
        kind, said = KINDS[word[:-1]], word[-1]
        letter.texts.append(
            LetterText(id=number, language="en", number=number, kind=kind, title="T", addressee="To", sha256=said)
        )
    return letter


@pytest.mark.parametrize(
    ("history", "change", "whom"),
    [
        ("A", 1, (set(), set(), set(), set())),
        ("A ~B", 1, ({1}, set(), set(), {1})),
        ("A !B", 2, (set(), set(), {1}, set())),
        ("A !B ~C", 2, ({2}, set(), {1}, {2})),
        ("A !B !A", 3, (set(), {1}, {2}, set())),
        ("A !B !A ~C", 3, ({3}, {1}, {2}, {1, 3})),
        ("A !B ~A", 2, ({2}, {1}, set(), {2})),
        ("A !B ~A ~C", 2, ({2, 3}, {1}, set(), {1, 2, 3})),
        ("A ~B !C !A", 4, (set(), {1}, {2, 3}, set())),
        ("A !B !A !C", 4, (set(), set(), {1, 2, 3}, set())),
        ("A !B !A !B", 4, (set(), {2}, {1, 3}, set())),
    ],
)
def test_each_older_text_is_corrected_repeated_or_replaced(
    history: str, change: int, whom: tuple[set[int], ...]
) -> None:
    letter = a_letter(history)
    found = succession_in(letter, "en")
    assert (found.present.id, found.change.id) == (len(letter.texts), change)
    assert (found.corrected, found.repeated, found.replaced, found.stood) == whom
    assert {text.id for text in letter.texts if is_said_again(letter, text.id)} == found.repeated


@pytest.mark.parametrize(
    ("history", "repeats"),
    [("A !B", None), ("A !B !A", 1), ("A !B ~A", 1), ("A ~B ~A", None), ("A !B !A !B !A", 3), ("A !B !A ~C", None)],
)
def test_a_text_names_the_one_that_it_says_again_across_a_change(history: str, repeats: int | None) -> None:
    letter = a_letter(history)
    found = repeated_by(letter, letter.texts[-1])
    assert (found and found.id) == repeats


@pytest.mark.parametrize("field", ["title", "addressee", "sha256"])
def test_what_one_signs_is_title_addressee_and_words(field: str) -> None:
    letter = a_letter("A !B !A")
    setattr(letter.texts[-1], field, "Other")
    assert succession_in(letter, "en").repeated == frozenset()
