"""What a widget shows of a letter, in words of its language: the same for element, frame, badge and card."""

from dataclasses import asdict, dataclass
from typing import Any

from flask import current_app
from flask_babel import gettext, ngettext
from sqlalchemy.orm import Session

from pledges import clock
from pledges.languages import direction, figure, speak
from pledges.letter.models import Counted, Letter, LetterText
from pledges.letter.queries import get_public_letter
from pledges.tally.queries import get_figures


@dataclass(frozen=True)
class Goal:
    """How far it is to the goal: `at` of `of`, and in words."""

    at: int
    of: int
    text: str


@dataclass(frozen=True)
class Face:
    """A letter as a widget shows it; numbers are written as its readers expect."""

    lang: str
    dir: str
    title: str
    to: str
    count: str
    what: str
    goal: Goal | None
    closed: bool
    sign: str
    url: str
    as_of: str
    """With `{}` where the reader's own clock and calendar put the time."""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def face(session: Session, slug: str, language: str | None) -> tuple[Letter, LetterText, Face]:
    """The letter, its text in the language or in its own, and its face; raises LetterUnknown."""
    letter = get_public_letter(session, slug)
    text = letter.text_in(language)
    speak(text.language)
    n = get_figures(session, letter).count(letter.counted)
    return letter, text, _face(letter, text, n, closed=not letter.takes_signatures(clock.now()))


def _face(letter: Letter, text: LetterText, n: int, *, closed: bool) -> Face:
    return Face(
        lang=text.language,
        dir=direction(text.language),
        title=text.title,
        to=gettext("To: %(addressee)s", addressee=text.addressee),
        count=figure(n),
        what=what_is_counted(letter, n),
        goal=Goal(min(n, letter.goal), letter.goal, gettext("Goal: %(goal)s", goal=figure(letter.goal)))
        if letter.goal
        else None,
        closed=closed,
        sign=gettext("Read the letter") if closed else gettext("Read and sign"),
        url=letter_url(letter, text),
        as_of=gettext("As of %(time)s", time="{}"),
    )


def what_is_counted(letter: Letter, n: int) -> str:
    """The words beside the number."""
    if letter.counted is Counted.APPROVED:
        words = ngettext("person has signed, checked by a moderator", "people have signed, checked by moderators", n)
    else:
        words = ngettext("person has signed and confirmed by mail", "people have signed and confirmed by mail", n)
    return str(words)


def letter_url(letter: Letter, text: LetterText) -> str:
    """The public address of the letter in this language."""
    suffix = "" if text.language == letter.language else f"?lang={text.language}"
    return f"{current_app.config['PLEDGES_BASE_URL']}/letters/{letter.slug}{suffix}"
