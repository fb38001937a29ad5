"""Which rows the partial indexes hold, told once for index and query: no database knows a condition again whose
states come as parameters.
"""

from typing import Any, Final

from sqlalchemy import ColumnElement, TextClause, literal_column, text

HELD: Final = "{of}state IN ('awaiting', 'approved', 'quarantined', 'rejected')"
"""`states.HELD`."""

WAITING: Final = "({of}state IN ('awaiting', 'quarantined') OR {of}unread)"
"""`states.WAITING`, and what was let through while nobody could read it."""

DECIDED: Final = "{of}state IN ('approved', 'rejected')"
"""By a moderator, or by the letter's policy."""

CLAIMED: Final = "{of}state IN ('awaiting', 'approved', 'quarantined')"
"""Where an organization holds its website. A rejected one does not: a forgery would keep the genuine one out."""

GATHERED: Final = "{of}together AND {of}together_told_at IS NOT NULL AND {of}state <> 'withdrawn'"
"""Enough have signed, and the mail that says so is owed or has left: about to show, and not shown yet."""


def of_index(condition: str) -> TextClause:
    """The condition as an index of signatures is declared with it."""
    return text(condition.format(of=""))


def holds(condition: str, of: str = "signature") -> ColumnElement[Any]:
    """The condition as a query of signatures asks for it, also `of` those that it knows by another name."""
    return literal_column(condition.format(of=f"{of}."))  # not typed: SQLite would be asked whether a truth is 1
