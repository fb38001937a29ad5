"""What a command answers when a rule says no: one line, and exit 1."""

from collections.abc import Iterator
from contextlib import contextmanager

from click import ClickException
from sqlalchemy.exc import OperationalError

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
def in_one_line() -> Iterator[None]:
    """Turns a domain error into the command's one line; the database's refusal too, for it changed nothing."""
    try:
        yield
    except OperationalError as error:
        raise ClickException("the database is away or too busy; nothing was changed, try again") from error
    except DomainError as error:
        raise ClickException(LINES.get(type(error), "{}").format(error)) from error
