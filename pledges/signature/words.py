"""What a signatory wrote, and which of it each display makes public."""

import json
from dataclasses import dataclass
from enum import StrEnum


class Display(StrEnum):
    """What is shown: everything; role and affiliation without the name; nothing."""

    PUBLIC = "public"
    AFFILIATION = "affiliation"
    ANONYMOUS = "anonymous"

    @property
    def shows_statement(self) -> bool:
        """Whether it makes the sentence public; where it does not, no moderator has to read it."""
        return "statement" in SHOWN[self]


@dataclass(frozen=True)
class Words:
    """What a signatory wrote; None where they left it out or where it is erased."""

    name: str | None = None
    affiliation: str | None = None
    role: str | None = None
    country: str | None = None
    """ISO 3166-1 alpha-2."""
    statement: str | None = None


SHOWN: dict[Display, frozenset[str]] = {
    Display.PUBLIC: frozenset({"name", "affiliation", "role", "country", "statement"}),
    Display.AFFILIATION: frozenset({"affiliation", "role"}),
    Display.ANONYMOUS: frozenset(),
}
"""The words that each display makes public; all others are sealed."""


def stored(words: Words, display: Display, *, sealed: bool = False) -> dict[str, object]:
    """The columns that hold the words: those to be shown as they are, the others together in the sealed one. All of
    them there while they are `sealed`: chosen to be shown, but not yet.
    """
    written = {field: getattr(words, field) for field in SHOWN[Display.PUBLIC]}
    open_ones = frozenset[str]() if sealed else SHOWN[display]
    shown = {field: value if field in open_ones else None for field, value in written.items()}
    hidden = {field: value for field, value in sorted(written.items()) if value and field not in open_ones}
    return {**shown, "hidden": json.dumps(hidden) if hidden else None, "display": display}
