"""Draws what is shared as a picture: the card of a letter, and the QR code that leads to it."""

import io
import json
import subprocess
import sys
import threading
import time
from collections import OrderedDict

from pledges.languages import direction
from pledges.letter.models import Letter, LetterText

SECONDS = 30
KEPT_SECONDS = 600.0
MOST_CARDS = 100
PATIENCE_SECONDS = 3.0
AT_ONCE = 2
"""So many threads of a process may have to do with drawing, one that draws and one that waits: the others answer."""

_drawn: OrderedDict[int, tuple[bytes, float]] = OrderedDict()
_places = threading.Semaphore(AT_ONCE)
_drawing = threading.Lock()


class CardNotDrawn(RuntimeError):
    """The process that draws failed; what it said stands in the logs."""


class CardBusy(Exception):
    """Other cards are being drawn, and there is no older one of this letter."""


def draw_card(letter: Letter, text: LetterText, count: str, what: str) -> bytes:
    """PNG, 1200 by 630, drawn anew when it is ten minutes old: one at a time, whoever asks. Meanwhile the older one
    serves; raises CardBusy where there is none and others wait already.
    """
    older, is_fresh = _find(text.id)
    if is_fresh:
        return older
    if not _places.acquire(blocking=False):
        return _or_busy(older)
    try:
        if not _drawing.acquire(timeout=0 if older else PATIENCE_SECONDS):
            return _or_busy(older)
        try:
            picture, is_fresh = _find(text.id)  # who was drawing just now may have drawn this one
            return picture if is_fresh else _keep(text.id, _draw(letter, text, count, what))
        finally:
            _drawing.release()
    finally:
        _places.release()


def _find(text_id: int) -> tuple[bytes, bool]:
    """What was drawn last, empty if nothing, and whether it may serve as it is."""
    picture, drawn_at = _drawn.get(text_id, (b"", 0.0))
    return picture, bool(picture) and time.monotonic() - drawn_at < KEPT_SECONDS


def _or_busy(older: bytes) -> bytes:
    if not older:
        raise CardBusy
    return older


def _keep(text_id: int, picture: bytes) -> bytes:
    _drawn[text_id] = picture, time.monotonic()
    _drawn.move_to_end(text_id)
    while len(_drawn) > MOST_CARDS:
        _drawn.popitem(last=False)
    return picture


def _draw(letter: Letter, text: LetterText, count: str, what: str) -> bytes:
    """By a process of its own: fonts and compiler never weigh on a web process."""
    words = {
        "title": text.title,
        "to": text.addressee,
        "hashtag": letter.hashtag,
        "count": count,
        "what": what,
        "language": text.language.split("-", maxsplit=1)[0],
        "rtl": direction(text.language) == "rtl",
    }
    command = [sys.executable, "-m", "pledges.widget.card"]
    drawn = subprocess.run(  # noqa: S603 - our own command; the words go to it as data
        command, input=json.dumps(words).encode(), capture_output=True, timeout=SECONDS, check=False
    )
    if drawn.returncode != 0:
        raise CardNotDrawn(drawn.stderr.decode(errors="replace")[-300:])
    return drawn.stdout


def draw_qr(address: str) -> bytes:
    """SVG of a QR code (ISO 18004) with a quiet zone, error correction M."""
    import segno  # noqa: PLC0415 - a rare page

    picture = io.BytesIO()
    segno.make(address, error="m", micro=False).save(
        picture, kind="svg", border=4, scale=8, title=address, xmldecl=False
    )
    return picture.getvalue()
