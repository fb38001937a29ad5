"""Revising: a letter's text is corrected, and carries its signatures along, or changed, and asks them anew."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from pledges.errors import DomainError
from pledges.letter import queries
from pledges.letter.models import Letter, LetterText, RevisionKind
from pledges.letter.withdrawing import check_not_withdrawn
from pledges.letter.writing import write_text
from pledges.listeners import Occasion

if TYPE_CHECKING:
    from pledges.letter.reading import LetterFile, TextFile


class OtherLetter(DomainError):
    """The file is another letter's."""


class OtherLanguage(DomainError):
    """The file begins with another language than the letter."""


class NothingDiffers(DomainError):
    """The file says what the letter says already."""


class TranslationStays(DomainError):
    """The file differs in nothing but that it lacks a translation, and none can be dropped: who signed it has."""


SETTLED: Mapping[str, tuple[str, str]] = {
    "hashtag": ("hashtag", "hashtag"),
    "goal": ("goal", "goal"),
    "closes": ("closes_at", "closes_at"),
    "moderation": ("moderation", "moderation"),
    "count": ("counted", "counted"),
    "email_domains": ("email_domains", "email_domains"),
    "anonymous": ("anonymous", "anonymous"),
    "together": ("together", "together"),
    "challenge_above": ("challenge_above", "challenge_above"),
    "keep_addresses": ("keeps_addresses_months", "keeps_addresses_months"),
    "pledges": ("pledges", "offered_pledges"),
}
"""What no revision changes: the key of the head, and what file and letter call it."""


@dataclass
class Revision:
    """One new text, and what it means to those who signed an older one."""

    letter: Letter
    text: LetterText
    concerned: int = 0
    """How many signatories are told of a correction or asked about a change; filled by who listens."""
    returning: int = 0
    """How many signed these very words before the text was changed, and stand under them again; likewise."""
    kept: Any = None
    """What who listens keeps between the two calls."""


class Pass(Enum):
    """A revision passes by those who signed twice: while others still sign the texts before, and then, nobody being
    able to any more, for those few who did so meanwhile.
    """

    FIRST = auto()
    LAST = auto()


revised = Occasion[Session, Sequence[Revision], Pass]()
"""Called for each pass, in the same transaction. Of very many the listener leaves the rest for later."""


def revise(
    session: Session, slug: str, file: "LetterFile", kind: RevisionKind, reason: str, *, now: datetime
) -> Sequence[Revision]:
    """A new text in each language whose title, addressee or Markdown differs; a language new in the file begins, and
    one that is missing there stays as it is. Pledges never change: who made one agreed to its wording.

    Raises LetterUnknown, LetterWithdrawn, OtherLetter, OtherLanguage, TranslationStays and NothingDiffers.
    """
    letter = queries.lock_texts(session, slug)
    if file.slug != slug:
        raise OtherLetter(file.slug)
    check_not_withdrawn(letter)
    if file.texts[0].language != letter.language:
        raise OtherLanguage(file.texts[0].language)
    present = letter.newest_texts()
    differing = [text for text in file.texts if not _is_said_by(present.get(text.language), text)]
    if not differing and (missing := missing_in(file, letter)):
        raise TranslationStays(", ".join(missing))
    if not differing:
        raise NothingDiffers(slug)
    revisions = [_revise(session, letter, text, kind=kind, reason=reason, now=now) for text in differing]
    revised(session, revisions, Pass.FIRST)
    queries.hold_up_signing(session, letter)
    revised(session, revisions, Pass.LAST)
    return revisions


def missing_in(file: "LetterFile", letter: Letter) -> Sequence[str]:
    """The languages of the letter that the file does not have."""
    said = {text.language for text in file.texts}
    return [language for language in letter.newest_texts() if language not in said]


def settled_otherwise(file: "LetterFile", letter: Letter) -> Sequence[str]:
    """The keys of the head under which the file says something else than the letter, which stays as it is."""
    pairs = ((key, getattr(file, of_file), getattr(letter, of_letter)) for key, (of_file, of_letter) in SETTLED.items())
    return [key for key, said, stands in pairs if _plain(said) != _plain(stands)]


def _plain(value: Any) -> Any:
    """Of a list without what is left out in its parts: a letter that was made before a key was known lacks it."""
    if not isinstance(value, list | tuple):
        return value
    return [
        {key: said for key, said in part.items() if said not in (None, False)} if isinstance(part, dict) else part
        for part in value
    ]


def _is_said_by(present: LetterText | None, text: "TextFile") -> bool:
    said = (present.title, present.addressee, present.markdown) if present else None
    return said == (text.title, text.addressee, text.markdown)


def _revise(
    session: Session, letter: Letter, text: "TextFile", *, kind: RevisionKind, reason: str, now: datetime
) -> Revision:
    before = letter.revisions_in(text.language)
    added = write_text(text, now=now)
    if before:
        added.number, added.kind, added.reason = before[-1].number + 1, kind, reason
    letter.texts.append(added)
    session.flush()
    return Revision(letter, added)
