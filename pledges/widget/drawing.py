"""Draws what is shared as a picture: the card of a letter, and the QR code that leads to it."""

import io
import json
import subprocess
import sys
import threading
import time

from pledges.languages import direction
from pledges.letter.models import Letter, LetterText

SECONDS = 30
KEPT_SECONDS = 600.0
MOST_CARDS = 100

_drawn: dict[int, tuple[bytes, float]] = {}
_drawing = threading.Lock()


class CardNotDrawn(RuntimeError):
    """The process that draws failed; what it said stands in the logs."""


def draw_card(letter: Letter, text: LetterText, count: str, what: str) -> bytes:
    """PNG, 1200 by 630; the count on it is ten minutes old at most. One card is drawn at a time, whoever asks."""
    with _drawing:
        picture, drawn_at = _drawn.get(text.id, (b"", 0.0))
        if not picture or time.monotonic() - drawn_at >= KEPT_SECONDS:
            picture = _draw(letter, text, count, what)
            if len(_drawn) >= MOST_CARDS:
                _drawn.clear()
            _drawn[text.id] = picture, time.monotonic()
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
