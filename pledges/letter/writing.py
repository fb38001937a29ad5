"""Writing down a text of a letter: as it was given, as it is shown, and by what it is known later."""

from datetime import datetime
from typing import TYPE_CHECKING

from pledges.letter.models import LetterText, RevisionKind
from pledges.letter.rendering import fingerprint, render

if TYPE_CHECKING:
    from pledges.letter.reading import TextFile


def write_text(text: "TextFile", *, now: datetime) -> LetterText:
    """The first text in its language; who revises gives it its number, its kind and its reason."""
    return LetterText(
        language=text.language,
        number=1,
        kind=RevisionKind.ORIGINAL,
        title=text.title,
        addressee=text.addressee,
        markdown=text.markdown,
        html=render(text.markdown),
        sha256=fingerprint(text.markdown),
        created_at=now,
    )
