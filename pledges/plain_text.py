"""What counts as plain text from outside: readable, and nothing in it that turns or hides other text."""

import re
import unicodedata

from anyascii import anyascii

JOINERS = "\u200c\u200d"
"""Invisible, and needed to spell names in Persian and in Indic scripts."""

BLANKS = "\u115f\u1160\u2800\u3164\uffa0"
"""Letters and signs that nothing is seen of: a name of them would be none."""

_EDGES = " \t\r\n"
_LINE_BREAKS = re.compile(r"[\r\n\t]+")
_SPACES = re.compile(r"\s+")
_WORDS = re.compile(r"\w+")
_REFUSED_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


class TextRefused(ValueError):
    """The text holds a character that can't be read, controls the screen, or turns the direction of writing."""


def clean(text: str) -> str:
    """One line of text, composed (NFC), with single spaces; raises TextRefused.

    Line breaks and tabs become spaces; of the invisible characters only joiners pass.
    """
    text = unicodedata.normalize("NFC", _LINE_BREAKS.sub(" ", text))
    if any(is_refused(character) for character in text):
        raise TextRefused
    return _SPACES.sub(" ", text).strip()


def clean_line(text: str) -> str:
    """The same where only one line can be typed: a line break or a tab in it was put there by no person."""
    text = text.strip(_EDGES)
    if _LINE_BREAKS.search(text):
        raise TextRefused
    return clean(text)


def is_refused(character: str) -> bool:
    """Whether a character may not stand in any text from outside."""
    if character in JOINERS:
        return False
    return character == "\ufffd" or character in BLANKS or unicodedata.category(character) in _REFUSED_CATEGORIES


def has_letter(text: str) -> bool:
    """Whether there is at least one letter, of any script."""
    return any(unicodedata.category(character)[0] == "L" for character in text)


def words(text: str) -> list[str]:
    """The words of `text` folded for search: Latin letters, no accents, no case; in order, each once."""
    return list(dict.fromkeys(_WORDS.findall(anyascii(text).casefold())))


def turns(text: str) -> list[str]:
    """The folded text in as many orders as put each two of its words in front once; of the first five, for with more
    there would be no end of them; the others come first once each.
    """
    folded = words(text)
    pairs = [(one, two) for one in folded[:_PAIRED] for two in folded[:_PAIRED] if one != two]
    alone = [(one,) for one in folded if len(folded) == 1 or one in folded[_PAIRED:]]
    return [" ".join((*front, *(word for word in folded if word not in front))) for front in (*pairs, *alone)]


_PAIRED = 5
