"""What a widget shows of a letter, in words of its language: the same for element, frame, badge and card."""

from dataclasses import asdict, dataclass, replace
from typing import Any

from flask import current_app
from flask_babel import gettext, ngettext
from sqlalchemy.orm import Session

from pledges import clock
from pledges.languages import direction, figure, speak
from pledges.letter.models import Counted, Letter, LetterState, LetterText
from pledges.letter.queries import get_public_letter
from pledges.pledge import tracking
from pledges.pledge.amounts import written
from pledges.pledge.tracking import Standing
from pledges.tally.queries import get_figures

FIRST_STRONG_ISOLATE, POP_ISOLATE = "\u2068", "\u2069"


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
    ended: str | None
    """A quiet line, if it takes no signatures any more."""
    sign: str
    url: str
    as_of: str
    """With `{}` where the reader's own clock and calendar put the time."""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def face(session: Session, slug: str, language: str | None, key: str | None = None) -> tuple[Letter, LetterText, Face]:
    """The letter, its text in the language or in its own, and its face, or that of the pledge with the key; raises
    LetterUnknown and PledgeUnknown.
    """
    letter = get_public_letter(session, slug)
    text = letter.text_in(language)
    speak(text.language)
    if key is not None:
        standing = tracking.get_standing(session, letter, key, now=clock.now())
        closed = not letter.takes_signatures(clock.now())
        return letter, text, _pledged(_face(letter, text, 0, closed=closed), standing, letter, text)
    n = get_figures(session, letter).count(letter.counted)
    return letter, text, _face(letter, text, n, closed=not letter.takes_signatures(clock.now()))


def _face(letter: Letter, text: LetterText, n: int, *, closed: bool) -> Face:
    is_withdrawn = letter.state is LetterState.WITHDRAWN
    return Face(
        lang=text.language,
        dir=direction(text.language),
        title=text.title,
        to=_to(text),
        count=figure(n),
        what=what_is_counted(letter, n),
        goal=Goal(min(n, letter.goal), letter.goal, gettext("Goal: %(goal)s", goal=figure(letter.goal)))
        if letter.goal and not is_withdrawn
        else None,
        closed=closed,
        ended=_ended(letter) if closed else None,
        sign=gettext("Read the letter") if closed else gettext("Read and sign"),
        url=letter_url(letter, text),
        as_of=gettext("As of %(time)s", time="{}"),
    )


def _to(text: LetterText) -> str:
    """The addressee after a word of the interface, which is kept apart from what runs from the right: else its colon
    would stand before it.
    """
    if direction(text.language) == "rtl":
        label = gettext("To:")
        return f"{FIRST_STRONG_ISOLATE}{label}{POP_ISOLATE} {text.addressee}"
    return str(gettext("To: %(addressee)s", addressee=text.addressee))


def _ended(letter: Letter) -> str:
    if letter.state is LetterState.WITHDRAWN:
        return str(gettext("Its organizer has withdrawn this letter."))
    return str(gettext("This letter is closed."))


def _pledged(shown: Face, standing: Standing, letter: Letter, text: LetterText) -> Face:
    """The same, of one pledge: how many made it, how much, and once it is due what became of it."""
    pledge, totals = standing.pledge, standing.totals
    is_amount = pledge.unit is not None
    n = totals.waiting if standing.waits else standing.made
    at, of = totals.pledged if is_amount else n, standing.pledge.target
    if standing.waits and letter.state is LetterState.WITHDRAWN:
        what = gettext("have pledged; the letter was withdrawn, so it binds nobody")
    elif standing.waits:
        what = gettext("have pledged so far; it binds once %(n)s have", n=figure(pledge.threshold or 0))
    elif standing.has_lapsed:
        what = gettext("are bound: it has lapsed, too few had pledged")
    elif pledge.unit is not None:
        amount = written(totals.pledged, pledge.unit, text.language)
        what = ngettext("has pledged %(amount)s", "have pledged %(amount)s", n, amount=amount)
    else:
        what = ngettext("has pledged this", "have pledged this", n)
    if standing.reached_due:
        kept, due = figure(standing.kept), figure(standing.reached_due)
        told = gettext("%(kept)s of %(due)s reported as kept", kept=kept, due=due)
        what = f"{what} · {told}"
    goal = None
    if of:
        in_words = written(of, pledge.unit, text.language) if pledge.unit else figure(of)
        goal = Goal(min(at, of), of, gettext("Goal: %(goal)s", goal=in_words))
    return replace(shown, to=pledge.text_in(text.language), count=figure(n), what=str(what), goal=goal)


def what_is_counted(letter: Letter, n: int) -> str:
    """The words beside the number."""
    if letter.counted is Counted.APPROVED:
        words = ngettext("person has signed and is approved", "people have signed and are approved", n)
    else:
        words = ngettext("person has signed and confirmed by mail", "people have signed and confirmed by mail", n)
    return str(words)


def letter_url(letter: Letter, text: LetterText) -> str:
    """The public address of the letter in this language."""
    suffix = "" if text.language == letter.language else f"?lang={text.language}"
    return f"{current_app.config['PLEDGES_BASE_URL']}/letters/{letter.slug}{suffix}"
