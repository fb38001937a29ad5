"""What differs between two texts: line by line, and in lines that were rewritten word by word."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from enum import StrEnum
from functools import lru_cache
from itertools import accumulate, groupby

from pledges.letter.models import Letter, LetterText
from pledges.letter.rendering import readable
from pledges.letter.succession import repeated_by

MOST_WORDS = 4000
MOST_LINES = 2000
"""In a passage with more it is not looked for what stayed: that would take minutes."""

_WORDS = re.compile(r"[^\s.,;:!?()*]+\s*|[.,;:!?()*]\s*|\s+")
"""Each with the space behind it."""


class Fate(StrEnum):
    """What became of some words."""

    KEPT = "kept"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True)
class Piece:
    """Words in a row that share their fate."""

    fate: Fate
    words: str


@dataclass(frozen=True)
class Passage:
    """A stretch of text in which something differs, with the words that stayed between; false where nothing does."""

    pieces: tuple[Piece, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.pieces)

    @property
    def before(self) -> str:
        return "".join(piece.words for piece in self.pieces if piece.fate is not Fate.ADDED)

    @property
    def after(self) -> str:
        return "".join(piece.words for piece in self.pieces if piece.fate is not Fate.REMOVED)


@dataclass(frozen=True)
class Differences:
    """All that differs between two texts."""

    title: Passage
    addressee: Passage
    passages: tuple[Passage, ...]

    def beginning(self, most: int) -> "Differences":
        """The first passages, as many as are not longer than that together."""
        lengths = accumulate(sum(len(piece.words) for piece in passage.pieces) for passage in self.passages)
        fitting = sum(1 for length in lengths if length <= most)
        return replace(self, passages=self.passages[:fitting])


@dataclass(frozen=True)
class Version:
    """A text as it stands in a letter's history, and how it differs from the one before."""

    text: LetterText
    differences: Differences | None
    repeats: LetterText | None
    """The version whose very words it says again, so that who signed that one stands under this one, too."""


def list_versions(letter: Letter) -> dict[str, list[Version]]:
    """Every text of each language, the newest in front; the letter's own language first. `texts` must be loaded."""
    versions: dict[str, list[Version]] = {}
    for language in letter.newest_texts():
        texts = letter.revisions_in(language)
        pairs = zip([None, *texts], texts, strict=False)
        versions[language] = [
            Version(text, compare(before, text) if before else None, repeated_by(letter, text))
            for before, text in pairs
        ][::-1]
    return versions


def compare(before: LetterText, after: LetterText) -> Differences:
    """What `after` says otherwise than `before`."""
    return Differences(
        title=_compare_words(before.title, after.title),
        addressee=_compare_words(before.addressee, after.addressee),
        passages=_compare_lines(readable(before.markdown), readable(after.markdown)),
    )


@lru_cache(maxsize=64)
def _compare_lines(before: str, after: str) -> tuple[Passage, ...]:
    old, new = before.splitlines(), after.splitlines()
    if max(len(old), len(new)) > MOST_LINES:
        return (_whole(before, after),) if before != after else ()
    steps = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    passages = (
        _compare_words("\n".join(old[a:b]).strip("\n"), "\n".join(new[c:d]).strip("\n"))
        for tag, a, b, c, d in steps
        if tag != "equal"
    )
    return tuple(passage for passage in passages if passage)


@lru_cache(maxsize=64)
def _compare_words(before: str, after: str) -> Passage:
    if before == after:
        return Passage()
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    if max(len(old), len(new)) > MOST_WORDS:
        return _whole(before, after)
    pieces = list(_pieces(old, new))
    if not any(piece.fate is Fate.KEPT and piece.words.strip() for piece in pieces):
        return _whole(before, after)
    return Passage(tuple(pieces))


def _whole(before: str, after: str) -> Passage:
    pieces = (Piece(Fate.REMOVED, before), Piece(Fate.ADDED, after))
    return Passage(tuple(piece for piece in pieces if piece.words))


def _pieces(old: Sequence[str], new: Sequence[str]) -> Iterator[Piece]:
    def steps() -> Iterator[tuple[Fate, str]]:
        same = SequenceMatcher(None, [*map(_read, old)], [*map(_read, new)], autojunk=False)
        for tag, a, b, c, d in same.get_opcodes():
            if tag == "equal":
                for word, again in zip(old[a:b], new[c:d], strict=True):
                    yield from _kept(word, again)
            else:
                yield Fate.REMOVED, "".join(old[a:b])
                yield Fate.ADDED, "".join(new[c:d])

    for fate, run in groupby((step for step in steps() if step[1]), key=lambda step: step[0]):
        yield Piece(fate, "".join(words for _fate, words in run))


def _kept(word: str, again: str) -> Iterator[tuple[Fate, str]]:
    """A word that stayed, as it stands now. The space behind it is its neighbours' where it came or went with them."""
    said = again.rstrip()
    spaces = word[len(word.rstrip()) :], again[len(said) :]
    if all(spaces) or not any(spaces):
        yield Fate.KEPT, again
    else:
        yield Fate.KEPT, said
        yield (Fate.REMOVED, spaces[0]) if spaces[0] else (Fate.ADDED, spaces[1])


def _read(word: str) -> str:
    """What a reader sees of it: where a line is broken makes no difference, where a paragraph ends does."""
    return word.rstrip() + ("\n\n" if word.count("\n") > 1 else "")
