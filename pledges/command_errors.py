"""What a command answers when a rule says no: one line, and exit 1."""

from collections.abc import Iterator
from contextlib import contextmanager

from click import ClickException

from pledges.errors import DomainError
from pledges.letter.publishing import LetterPast, SlugTaken, StillDraft
from pledges.letter.queries import LetterUnknown
from pledges.organizer.enrolling import AccountExists

LINES: dict[type[DomainError], str] = {
    LetterUnknown: "there is no letter '{}'",
    LetterPast: "the date on which '{}' closes has passed; set a later one, or leave it a draft",
    SlugTaken: "there is a letter '{}' already; choose another slug",
    StillDraft: "'{}' is a draft, and a draft can't close",
    AccountExists: "there is an account for {} already",
}


@contextmanager
def in_one_line() -> Iterator[None]:
    """Turns a domain error into the command's one line."""
    try:
        yield
    except DomainError as error:
        raise ClickException(LINES.get(type(error), "{}").format(error)) from error
