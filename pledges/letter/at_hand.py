"""Letters at hand: on the night a letter takes off, its row is read once a second and not for every signature."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from pledges.letter import queries
from pledges.letter.models import Letter

KEPT_FOR = timedelta(seconds=1)
MOST_LETTERS = 100


@dataclass(frozen=True)
class _Held:
    letter: Letter
    until: datetime


class LettersAtHand:
    """The letters last asked for, with their texts, detached from any session and a second old at most.

    What must not be a second late is checked where it is written: a signature goes in only while its letter is open.
    """

    def __init__(self) -> None:
        self._held: dict[str | int, _Held] = {}

    def get_public(self, session: Session, slug: str, *, now: datetime) -> Letter:
        """The letter if the public may see it; raises LetterUnknown."""
        held = self._find(slug, now)
        return held or self._hold(session, slug, queries.get_public_letter(session, slug), now)

    def get_by_id(self, session: Session, letter_id: int, *, now: datetime) -> Letter:
        """The letter in whatever state; raises LetterUnknown."""
        held = self._find(letter_id, now)
        return held or self._hold(session, letter_id, queries.get_letter_by_id(session, letter_id), now)

    def _find(self, key: str | int, now: datetime) -> Letter | None:
        held = self._held.get(key)
        return held.letter if held is not None and now < held.until else None

    def _hold(self, session: Session, key: str | int, letter: Letter, now: datetime) -> Letter:
        session.expunge(letter)
        if len(self._held) >= MOST_LETTERS:
            self._held.clear()
        self._held[key] = _Held(letter, now + KEPT_FOR)
        return letter
