"""The commands for letters and accounts: what they do, what they print, and the one line they end with."""

from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select, update

from pledges.db import transaction
from pledges.letter.models import Letter, LetterState
from pledges.letter.queries import find_letter
from pledges.organizer.models import Account, AccountLetter, Role
from pledges.organizer.passwords import is_right
from pledges.organizer.queries import find_account_by_email
from pledges.tally.models import Tally
from tests.letter.files import letter_file
from tests.people import PASSWORD, Visitor, Workshop


class Shell:
    """Runs `flask` commands in the app."""

    def __init__(self, app: Flask) -> None:
        self.app = app

    def run(self, *arguments: str, answers: str | None = None, **environment: str) -> Result:
        return self.app.test_cli_runner().invoke(args=arguments, input=answers, env=environment)

    def done(self, *arguments: str, **environment: str) -> str:
        """What a command that succeeds prints."""
        result = self.run(*arguments, **environment)
        assert (result.exit_code, result.stderr) == (0, ""), result.output
        return result.stdout

    def refused(self, *arguments: str, **environment: str) -> str:
        """The one line with which a command ends that may not be."""
        result = self.run(*arguments, **environment)
        assert (result.exit_code, result.stdout) == (1, ""), result.output
        assert result.stderr.startswith("Error: ")
        assert result.stderr.count("\n") == 1
        return result.stderr.removeprefix("Error: ").rstrip("\n")


@pytest.fixture
def shell(app: Flask) -> Shell:
    return Shell(app)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "letter.md"
    path.write_text(letter_file(), "utf-8")
    return path


def state(workshop: Workshop, slug: str = "ask-more") -> LetterState | None:
    with workshop.writing() as session:
        letter = find_letter(session, slug)
    return letter.state if letter else None


def test_a_letter_is_made_and_opened_and_its_url_printed(
    shell: Shell, workshop: Workshop, visitor: Visitor, file: Path
) -> None:
    assert shell.done("letter", "create", str(file)) == "http://127.0.0.1:8000/letters/ask-more\n"
    assert state(workshop) is LetterState.OPEN
    assert visitor.get("/letters/ask-more").status_code == 200


def test_a_letter_can_be_left_a_draft_opened_and_closed(shell: Shell, workshop: Workshop, file: Path) -> None:
    assert shell.done("letter", "create", str(file), "--draft") == "http://127.0.0.1:8000/letters/ask-more\n"
    assert state(workshop) is LetterState.DRAFT
    for verb, after in (("open", LetterState.OPEN), ("close", LetterState.CLOSED), ("open", LetterState.OPEN)):
        shell.done("letter", verb, "ask-more")
        assert state(workshop) is after


def test_a_mistake_in_a_file_is_one_line_that_names_file_and_line(shell: Shell, workshop: Workshop, file: Path) -> None:
    file.write_text(letter_file("goal: many"), "utf-8")
    said = shell.refused("letter", "create", str(file))
    assert said == "letter.md, line 6: 'goal' must be a whole number of at least 1"
    assert state(workshop) is None


def test_a_file_in_another_encoding_is_refused(shell: Shell, file: Path) -> None:
    file.write_bytes(letter_file(body="Más").encode("latin-1"))
    assert shell.refused("letter", "create", str(file)) == "letter.md is not in UTF-8"


def test_a_slug_that_is_taken_is_refused(shell: Shell, workshop: Workshop, file: Path) -> None:
    workshop.letter()
    assert shell.refused("letter", "create", str(file)) == ("there is a letter 'ask-more' already; choose another slug")


def test_a_letter_whose_date_has_passed_is_not_made_but_as_a_draft(
    shell: Shell, workshop: Workshop, file: Path
) -> None:
    file.write_text(letter_file("closes: 2020-02-29"), "utf-8")
    past = "the date on which 'ask-more' closes has passed; set a later one, or leave it a draft"
    assert shell.refused("letter", "create", str(file)) == past
    assert state(workshop) is None
    shell.done("letter", "create", str(file), "--draft")
    assert shell.refused("letter", "open", "ask-more") == past
    assert state(workshop) is LetterState.DRAFT


def test_a_draft_can_not_be_closed(shell: Shell, workshop: Workshop) -> None:
    workshop.letter(opened=False)
    assert shell.refused("letter", "close", "ask-more") == "'ask-more' is a draft, and a draft can't close"


@pytest.mark.parametrize("command", [("letter", "open"), ("letter", "close"), ("letter", "recount")])
def test_a_letter_that_there_is_not_is_named(shell: Shell, command: tuple[str, ...]) -> None:
    assert shell.refused(*command, "nobody") == "there is no letter 'nobody'"


def test_counts_that_agree_are_nothing_to_say(shell: Shell, workshop: Workshop) -> None:
    workshop.confirmed(workshop.letter())
    assert shell.done("letter", "recount") == "every letter: what is stored is what the rows say\n"
    assert shell.done("letter", "recount", "ask-more", "--repair") == "ask-more: what is stored is what the rows say\n"


def test_counts_that_differ_are_printed_and_end_with_1_until_repaired(shell: Shell, workshop: Workshop) -> None:
    letter, other = workshop.letter(), workshop.letter("other")
    for n in range(3):
        workshop.confirmed(letter, f"ada{n}@example.org")
    workshop.confirmed(other)
    with workshop.writing() as session:
        session.execute(update(Tally).where(Tally.letter_id == letter.id).values(awaiting=0))
        session.execute(update(Tally).where(Tally.letter_id == other.id).values(approved=Tally.approved + 2))
    lines = ["letter ask-more: awaiting stored 0, counted 3", f"letter {other.slug}: approved stored 2, counted 0"]
    found = shell.run("letter", "recount")
    assert (found.exit_code, found.stdout.splitlines()) == (1, lines)
    only = shell.run("letter", "recount", "other")
    assert (only.exit_code, only.stdout.splitlines()) == (1, lines[1:])
    assert workshop.figures(letter).awaiting == 0

    repaired = shell.done("letter", "recount", "--repair")
    assert repaired.splitlines() == [f"{line}; repaired" for line in lines]
    assert (workshop.figures(letter).awaiting, workshop.figures(other).approved) == (3, 0)
    assert shell.done("letter", "recount").count("\n") == 1


@pytest.mark.parametrize("role", Role)
def test_an_account_is_made_with_the_password_of_the_environment(
    shell: Shell, workshop: Workshop, visitor: Visitor, role: Role
) -> None:
    printed = shell.done("account", "create", "mod@example.org", "--role", role.value, PLEDGES_PASSWORD=PASSWORD)
    assert printed == "mod@example.org can sign in at http://127.0.0.1:8000/login\n"
    with workshop.writing() as session:
        account = session.scalars(select(Account)).one()
    assert (account.email, account.role) == ("mod@example.org", role)
    assert visitor.sign_in("Mod@Example.org").headers["Location"] == "/moderation/"


def test_a_password_that_is_not_set_is_asked_for_twice(shell: Shell, workshop: Workshop) -> None:
    command = ("account", "create", "mod@example.org", "--role", "moderator")
    asked = shell.run(*command, answers=f"{PASSWORD}\n{PASSWORD}\n", PLEDGES_PASSWORD="")
    assert asked.exit_code == 0
    assert PASSWORD not in asked.output
    with workshop.writing() as session:
        found = find_account_by_email(session, "mod@example.org")
    assert is_right(PASSWORD, found.password_hash)


@pytest.mark.parametrize(
    ("email", "password", "said"),
    [
        ("mod@example.org", "short", "a password has 12 to 200 characters"),
        ("mod@example.org", "x" * 201, "a password has 12 to 200 characters"),
        ("nobody", PASSWORD, "An email address must have an @-sign."),
        ("MOD2@Example.org", PASSWORD, "there is an account for MOD2@example.org already"),
    ],
)
def test_an_account_that_can_not_be_is_refused(
    shell: Shell, workshop: Workshop, email: str, password: str, said: str
) -> None:
    workshop.account("mod2@example.org")
    command = ("account", "create", email, "--role", "moderator")
    assert shell.refused(*command, PLEDGES_PASSWORD=password) == said
    with workshop.writing() as session:
        assert len(session.scalars(select(Account)).all()) == 1


def test_an_account_is_limited_to_letters_and_set_free_again(shell: Shell, workshop: Workshop) -> None:
    mine, theirs = workshop.letter(), workshop.letter("theirs")
    workshop.account()
    for slugs, reached in (("ask-more", "ask-more"), {mine.id}), (("theirs",), {theirs.id}), ((), set()):
        shell.done("account", "limit", "mod@example.org", *slugs)
        with workshop.writing() as session:
            assert set(session.scalars(select(AccountLetter.letter_id))) == reached


def test_a_limit_that_can_not_be_set_changes_nothing(shell: Shell, workshop: Workshop) -> None:
    letter = workshop.letter()
    workshop.account(only=letter)
    assert shell.refused("account", "limit", "x@example.org") == "there is no account for x@example.org"
    assert shell.refused("account", "limit", "mod@example.org", "nobody") == "there is no letter 'nobody'"
    with workshop.app.app_context(), transaction() as session:
        assert session.scalars(select(AccountLetter.letter_id)).all() == [letter.id]
        assert len(session.scalars(select(Letter)).all()) == 1


def test_invite_prints_a_secret_link_lists_it_and_takes_it_back(
    workshop: Workshop, visitor: Visitor, shell: Shell
) -> None:
    workshop.letter(opened=False)
    assert shell.done("letter", "invite", "ask-more", "--list") == "no links\n"
    link = shell.done("letter", "invite", "ask-more", "--note", "For Ada").strip()
    path = "/" + link.split("/", 3)[3]
    assert path.startswith("/first/")
    assert visitor.get(path).status_code == 200
    (line,) = shell.done("letter", "invite", "ask-more", "--list").splitlines()
    number, _day, note, listed = line.split("\t")
    assert (note, listed) == ("For Ada", link)
    assert "is revoked" in shell.done("letter", "invite", "ask-more", "--revoke", number)
    assert visitor.get(path).status_code == 410
    assert "revoked" in shell.done("letter", "invite", "ask-more", "--list")


def test_invite_says_that_an_open_letters_link_only_leads_to_it(workshop: Workshop, shell: Shell) -> None:
    workshop.letter()
    invited = shell.run("letter", "invite", "ask-more")
    assert (invited.exit_code, "/first/" in invited.stdout, invited.stdout.count("\n")) == (0, True, 1)
    assert invited.stderr == "ask-more is open: the link only leads to it, and who signs is no first signatory\n"


def test_nobody_is_invited_to_sign_first_what_takes_no_signatures(workshop: Workshop, shell: Shell) -> None:
    workshop.letter()
    for ending in (("close", "ask-more"), ("withdraw", "ask-more", "--reason", "It has done its work")):
        shell.done("letter", *ending)
        assert "'ask-more' takes no signatures any more" in shell.refused("letter", "invite", "ask-more")
        assert shell.done("letter", "invite", "ask-more", "--list") == "no links\n"


def test_invite_says_in_one_line_what_is_wrong(workshop: Workshop, shell: Shell) -> None:
    workshop.letter(opened=False)
    for number in ("9" * 22, str(2**63), "-1", "-" + "9" * 22):
        assert f"no link {number}" in shell.refused("letter", "invite", "ask-more", "--revoke", number)
    assert shell.refused("letter", "invite", "nowhere") == "there is no letter 'nowhere'"
    assert "no link 7" in shell.refused("letter", "invite", "ask-more", "--revoke", "7")
    assert "longer than 120" in shell.refused("letter", "invite", "ask-more", "--note", "a" * 121)
