"""A letter's text is revised: what becomes a new revision, what does not, and what the command says."""

from pathlib import Path

import pytest
from sqlalchemy import select

from pledges.letter import reading, revising
from pledges.letter.models import LetterText, RevisionKind
from pledges.letter.rendering import fingerprint
from pledges.letter.revising import NothingDiffers, OtherLanguage, OtherLetter
from pledges.tally.queries import Figures
from tests.letter.files import HEAD, letter_file
from tests.letter.revisions import CHANGE, CORRECTION, revise, translated
from tests.people import Workshop
from tests.test_commands import Shell


@pytest.fixture
def shell(workshop: Workshop) -> Shell:
    return Shell(workshop.app)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "letter.md"
    path.write_text(letter_file(body="We ask **less** of you."), "utf-8")
    return path


def texts(workshop: Workshop) -> list[tuple[str, int, RevisionKind, str | None]]:
    with workshop.writing() as session:
        rows = session.scalars(select(LetterText).order_by(LetterText.id))
        return [(text.language, text.number, text.kind, text.reason) for text in rows]


FIRST = ("en", 1, RevisionKind.ORIGINAL, None)
PRIMERO = ("es", 1, RevisionKind.ORIGINAL, None)


@pytest.mark.parametrize("kind", [CORRECTION, CHANGE])
def test_only_the_languages_that_differ_get_a_new_text(workshop: Workshop, kind: RevisionKind) -> None:
    translated(workshop)
    (revision,) = revise(workshop, kind, "We ask **more** of you.", spanish="Les pedimos **menos**.", reason="Why")
    assert texts(workshop) == [FIRST, PRIMERO, ("es", 2, kind, "Why")]
    assert revision.text.sha256 == fingerprint("Les pedimos **menos**.\n")
    assert "<strong>menos</strong>" in revision.text.html


def test_a_language_that_is_missing_stays_and_a_new_one_begins(workshop: Workshop) -> None:
    workshop.letter()
    revisions = revise(workshop, CORRECTION, spanish="Les pedimos **más**.")
    assert [(r.text.language, r.text.number) for r in revisions] == [("en", 2), ("es", 1)]
    assert texts(workshop) == [FIRST, ("en", 2, CORRECTION, "We had it wrong"), PRIMERO]
    revise(workshop, CHANGE, "We ask **nothing** of you.")
    assert texts(workshop)[3:] == [("en", 3, CHANGE, "We had it wrong")]


def test_a_text_that_differs_in_nothing_is_refused(workshop: Workshop) -> None:
    translated(workshop)
    with pytest.raises(NothingDiffers):
        revise(workshop, CHANGE, "We ask **more** of you.", spanish="Les pedimos **más**.")
    assert texts(workshop) == [FIRST, PRIMERO]


@pytest.mark.parametrize(
    ("body", "head"),
    [
        ("We ask **more** of you.", HEAD.replace("Ask more of us", "Ask more of them")),
        ("We ask **more** of you.", HEAD.replace("The board", "The members")),
        ("We ask **more** of you!", HEAD),
    ],
)
def test_title_addressee_and_markdown_make_a_text(
    shell: Shell, workshop: Workshop, file: Path, body: str, head: str
) -> None:
    workshop.letter()
    file.write_text(letter_file(head=head, body=body), "utf-8")
    shell.done("letter", "revise", "ask-more", str(file), "--as", "correction", "--reason", "Why")
    assert texts(workshop)[1:] == [("en", 2, CORRECTION, "Why")]


def test_the_command_says_what_it_did_and_whom_it_concerns(shell: Shell, workshop: Workshop, file: Path) -> None:
    letter = workshop.letter()
    sha256 = fingerprint("We ask **less** of you.\n")
    arguments = ("letter", "revise", "ask-more", str(file), "--reason", " Nobody \n wanted it ", "--as")
    said = shell.done(*arguments, "correction")
    assert said == f"en: text 2, correction; nobody has signed it yet that could be asked or told; SHA-256 {sha256}\n"
    assert texts(workshop) == [FIRST, ("en", 2, CORRECTION, "Nobody wanted it")]

    workshop.confirmed(letter, "ada@example.org")
    workshop.confirmed(letter, "bea@example.org")
    file.write_text(letter_file("goal: 10", body="We ask **nothing** of you."), "utf-8")
    said = shell.done(*arguments, "change").splitlines()
    assert said[0].startswith("en: text 3, change; 2 are asked to agree; SHA-256 ")
    assert said[1:] == ["only texts are revised; left as it was: goal"]
    assert workshop.figures(letter) == Figures(earlier=2)
    assert shell.done("letter", "recount").startswith("every letter: ")


def test_every_key_of_the_head_is_revised_or_told_as_left() -> None:
    revised = {"title", "to", "translations"}
    names_the_letter = {"slug", "language"}
    assert set(revising.SETTLED) | revised | names_the_letter == reading.KEYS


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("hashtag: Ask", "hashtag"),
        ("goal: 10", "goal"),
        ("closes: 2030-01-01", "closes"),
        ("moderation: flag", "moderation"),
        ("count: approved", "count"),
        ("email_domains: [example.org]", "email_domains"),
        ("anonymous: true", "anonymous"),
        ("together: 3", "together"),
        ("challenge_above: 9", "challenge_above"),
        ("keep_addresses: 3", "keep_addresses"),
        ("pledges: [{key: speak, kind: act, text: I will speak up.}]", "pledges"),
    ],
)
def test_what_a_revision_leaves_is_told_by_its_key(
    shell: Shell, workshop: Workshop, file: Path, line: str, key: str
) -> None:
    workshop.letter()
    file.write_text(letter_file(line, body="Else"), "utf-8")
    said = shell.done("letter", "revise", "ask-more", str(file), "--as", "correction", "--reason", "Why").splitlines()
    assert said[1:] == [f"only texts are revised; left as it was: {key}"]


def test_a_head_that_says_what_stands_is_told_of_by_no_key(shell: Shell, workshop: Workshop, file: Path) -> None:
    pledges = "pledges: [{key: speak, kind: act, text: I will speak up., due: 2030-01-01, threshold: 3}]"
    lines = (pledges, "email_domains: [example.org]", "keep_addresses: 3", "closes: 2030-01-01", "count: approved")
    file.write_text(letter_file(*lines), "utf-8")
    shell.done("letter", "create", str(file))
    file.write_text(letter_file(*lines, body="Else"), "utf-8")
    said = shell.done("letter", "revise", "ask-more", str(file), "--as", "correction", "--reason", "Why")
    assert len(said.splitlines()) == 1


def test_a_translation_that_the_file_lacks_is_told_to_stay(shell: Shell, workshop: Workshop, file: Path) -> None:
    translated(workshop)
    how = ("letter", "revise", "ask-more", str(file), "--as", "correction", "--reason", "Why")
    assert shell.done(*how).splitlines()[1:] == ["es: left as it was; a translation can't be dropped"]
    assert shell.refused(*how) == "the file lacks 'es', and a translation can't be dropped; nothing was changed"


def test_each_mistake_is_one_line_and_changes_nothing(shell: Shell, workshop: Workshop, file: Path) -> None:
    workshop.letter()
    workshop.letter("another")
    how = ("--as", "change", "--reason", "Why")
    assert shell.refused("letter", "revise", "another", str(file), *how) == "the file is another letter's: 'ask-more'"
    assert shell.refused("letter", "revise", "ask-more", str(file), "--as", "change", "--reason", " ") == (
        "the reason must be one readable line of at most 500 characters"
    )
    file.write_text(letter_file(head=HEAD.replace("language: en", "language: es")), "utf-8")
    assert shell.refused("letter", "revise", "ask-more", str(file), *how).startswith("the file begins in 'es'")
    file.write_text(letter_file(), "utf-8")
    assert shell.refused("letter", "revise", "ask-more", str(file), *how) == (
        "the file says what 'ask-more' says already; nothing was changed"
    )
    file.write_text(letter_file(head=HEAD.replace("ask-more", "nobody")), "utf-8")
    assert shell.refused("letter", "revise", "nobody", str(file), *how) == "there is no letter 'nobody'"
    file.write_text(letter_file(), "utf-8")
    assert shell.refused("letter", "revise", "nope", str(file), *how) == "there is no letter 'nope'"
    shell.done("letter", "withdraw", "another", "--reason", "Why")
    file.write_text(letter_file(head=HEAD.replace("ask-more", "another"), body="Else"), "utf-8")
    assert "was withdrawn" in shell.refused("letter", "revise", "another", str(file), *how)
    assert texts(workshop) == [FIRST, FIRST]


def test_a_file_of_another_letter_or_language_is_named(workshop: Workshop) -> None:
    workshop.letter()
    with pytest.raises(OtherLetter, match=r"^theirs$"):
        revise_file(workshop, HEAD.replace("ask-more", "theirs"))
    with pytest.raises(OtherLanguage, match=r"^pt-BR$"):
        revise_file(workshop, HEAD.replace("language: en", "language: pt-br"))


def revise_file(workshop: Workshop, head: str) -> None:
    from tests.letter.files import read

    with workshop.writing() as session:
        revising.revise(session, "ask-more", read(head=head, body="Else"), CHANGE, "Why", now=workshop.now())
