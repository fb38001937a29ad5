"""What a command answers when a rule says no: one line, and exit 1."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import update_wrapper
from typing import Any

from click import ClickException, Command, Group
from sqlalchemy.exc import OperationalError, ProgrammingError

from pledges.db import lacks_schema
from pledges.errors import DomainError
from pledges.letter.inviting import InvitingOver
from pledges.letter.publishing import LetterPast, SlugTaken, StillDraft
from pledges.letter.queries import InvitationUnknown, LetterUnknown
from pledges.letter.reading import ReasonRefused
from pledges.letter.revising import NothingDiffers, OtherLanguage, OtherLetter, TranslationStays
from pledges.letter.withdrawing import LetterWithdrawn, NeverOpened
from pledges.organizer.dismissing import LastAdmin
from pledges.organizer.enrolling import AccountExists
from pledges.organizer.queries import AccountUnknown
from pledges.security import KeysMissing

NO_SCHEMA = "the database has not the newest schema; run `flask db upgrade` first"
NOTHING_CHANGED = "nothing was changed, try again"

LINES: dict[type[DomainError], str] = {
    LetterUnknown: "there is no letter '{}'",
    LetterPast: "the date on which '{}' closes has passed; set a later one, or leave it a draft",
    SlugTaken: "there is a letter '{}' already; choose another slug",
    InvitationUnknown: "there is no link {} of this letter; --list shows them",
    InvitingOver: "'{}' takes no signatures any more, so nobody can be invited to sign it first",
    StillDraft: "'{}' is a draft, and a draft can't close",
    LetterWithdrawn: "'{}' was withdrawn by its organizer, and stays so",
    NeverOpened: "'{}' is a draft that nobody has seen: there is nothing to withdraw",
    ReasonRefused: "the reason must be one readable line of at most {} characters",
    OtherLetter: "the file is another letter's: '{}'",
    OtherLanguage: "the file begins in '{}', the letter in another language; name the letter's own first",
    TranslationStays: "the file lacks '{}', and a translation can't be dropped; nothing was changed",
    NothingDiffers: "the file says what '{}' says already; nothing was changed",
    AccountExists: "there is an account for {} already",
    AccountUnknown: "there is no account for {}",
    LastAdmin: "{} is the last admin, and nobody else could do everything; make another one first",
}


@contextmanager
def in_one_line(advice: str = NOTHING_CHANGED) -> Iterator[None]:
    """Turns a domain error into the command's one line; the database's refusal too, with `advice` what to do then."""
    try:
        yield
    except (OperationalError, ProgrammingError) as error:
        if lacks_schema(error):
            raise ClickException(NO_SCHEMA) from error
        if isinstance(error, ProgrammingError):
            raise
        raise ClickException(f"the database is away or too busy; {advice}") from error
    except KeysMissing as error:
        raise ClickException(str(error)) from error
    except DomainError as error:
        raise ClickException(LINES.get(type(error), "{}").format(error)) from error


class OneLine:
    """A command's deed, all of which ends in one line where it fails."""

    def __init__(self, deed: Callable[..., Any]) -> None:
        self._deed = deed
        update_wrapper(self, deed)

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        with in_one_line():
            return self._deed(*arguments, **options)


def end_in_one_line(command: Command) -> None:
    """Makes every failure of a command, or of a group's commands, one line."""
    if isinstance(command, Group):
        for each in command.commands.values():
            end_in_one_line(each)
    if command.callback is not None and not isinstance(command.callback, OneLine):
        command.callback = OneLine(command.callback)
