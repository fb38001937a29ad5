"""Which text of a letter follows which: whom the present one takes along, and whom it has to ask."""

from collections.abc import Sequence
from dataclasses import dataclass

from pledges.letter.models import Letter, LetterText, RevisionKind


@dataclass(frozen=True)
class Succession:
    """The present text of a language, and what it is to those who signed the older ones, by the ids of these."""

    present: LetterText
    change: LetterText
    """The last text that changed what the letter says, or the first: the present one is that, or corrects it."""
    corrected: frozenset[int]
    """What the present one corrects: who signed it stands under the present one."""
    repeated: frozenset[int]
    """Older texts whose very words were said again, by the change or since: who signed them is asked nothing."""
    replaced: frozenset[int]
    """All others: who signed them stands apart until they agree."""
    stood: frozenset[int]
    """Of the first two, whose signatories stood already under what the present one corrects."""


def succession_in(letter: Letter, language: str) -> Succession:
    """That of one language, as of now; `texts` must be loaded."""
    texts = letter.revisions_in(language)
    older, line = _parted(texts)
    corrected, repeated = _ids(line[:-1]), _saying(older, line)
    return Succession(
        present=line[-1],
        change=line[0],
        corrected=corrected,
        repeated=repeated,
        replaced=_ids(older) - repeated,
        stood=corrected | _saying(older, line[:-1]),
    )


def is_said_again(letter: Letter, text_id: int) -> bool:
    """Whether this text was replaced, and its very words stand now again; `texts` must be loaded."""
    language = next(text.language for text in letter.texts if text.id == text_id)
    return text_id in succession_in(letter, language).repeated


def repeated_by(letter: Letter, text: LetterText) -> LetterText | None:
    """The newest older text whose very words this one says again, if who signed that is taken along: not if a
    correction had carried them from it before. `texts` must be loaded.
    """
    older, line = _parted(letter.revisions_in(text.language)[: text.number])
    followed = zip(older, [*older, line[0]][1:], strict=True)
    signed = [one for one, after in followed if after.kind is RevisionKind.CHANGE]
    return next((one for one in reversed(signed) if one.said == text.said), None)


def _parted(texts: Sequence[LetterText]) -> tuple[Sequence[LetterText], Sequence[LetterText]]:
    """What was said before the last change, and from there on."""
    last = max((place for place, text in enumerate(texts) if text.kind is RevisionKind.CHANGE), default=0)
    return texts[:last], texts[last:]


def _saying(older: Sequence[LetterText], newer: Sequence[LetterText]) -> frozenset[int]:
    said = {text.said for text in newer}
    return _ids([text for text in older if text.said in said])


def _ids(texts: Sequence[LetterText]) -> frozenset[int]:
    return frozenset(text.id for text in texts)
