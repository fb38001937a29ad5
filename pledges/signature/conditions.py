"""Which rows the desk's partial indexes hold, told once for index and query: no database knows a condition again whose
states come as parameters.
"""

from typing import Any, Final

from sqlalchemy import ColumnElement, literal_column

WAITING: Final = "state IN ('awaiting', 'quarantined')"
"""`states.WAITING`."""

DECIDED: Final = "state IN ('approved', 'rejected')"
"""By a moderator, or by the letter's policy."""

CLAIMED: Final = "state IN ('awaiting', 'approved', 'quarantined')"
"""Where an organization holds its website. A rejected one does not: a forgery would keep the genuine one out."""


def holds(condition: str) -> ColumnElement[Any]:
    """The condition as a query of signatures asks for it."""
    return literal_column(f"signature.{condition}")  # not typed: SQLite would be asked whether a truth is 1
