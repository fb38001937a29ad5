"""Places in a list: where a page ended, as an opaque word for the next one's address."""

import base64
import binascii
import json
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

from pledges.errors import CursorUnknown

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LONGEST = 400
_LARGEST = 2**62

Place: TypeAlias = tuple[int | str, ...]


def encode(*place: int | str) -> str:
    """A place as a word of letters, digits, - and _."""
    text = json.dumps(place, separators=(",", ":"), ensure_ascii=True)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode(word: str, *kinds: type[int] | type[str]) -> Place:
    """The place that `encode` made the word from; raises CursorUnknown unless its parts are of `kinds`."""
    try:
        if len(word) > _LONGEST:
            raise ValueError
        place = json.loads(base64.urlsafe_b64decode(word.encode("ascii") + b"=" * (-len(word) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        raise CursorUnknown(word[:20]) from None
    if not isinstance(place, list) or [type(part) for part in place] != list(kinds) or encode(*place) != word:
        raise CursorUnknown(word[:20])
    if not all(0 <= part < _LARGEST if isinstance(part, int) else part and part.isprintable() for part in place):
        raise CursorUnknown(word[:20])
    return tuple(place)


def of_moment(moment: datetime) -> int:
    """A time as whole microseconds, for a place."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def to_moment(microseconds: int) -> datetime:
    """The time again; raises CursorUnknown where there is none."""
    try:
        return _EPOCH + timedelta(microseconds=microseconds)
    except OverflowError:
        raise CursorUnknown(str(microseconds)) from None
