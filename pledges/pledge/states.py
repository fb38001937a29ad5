"""The life of a commitment: its states, and the one table of who may move it from which to which."""

from collections.abc import Mapping
from enum import StrEnum

from pledges.errors import DomainError


class State(StrEnum):
    """Where a commitment stands. What is checked by a moderator is a mark beside it, never a state."""

    OFFERED = "offered"
    WAITING = "waiting"
    MADE = "made"
    KEPT = "kept"
    PARTLY = "partly"
    NOT_YET = "not_yet"
    RELEASED = "released"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"


class Actor(StrEnum):
    """Who moves a commitment: its signatory, an organizer who imports what was delivered, or time alone."""

    SIGNATORY = "signatory"
    ORGANIZER = "organizer"
    TIME = "time"


class TransitionRefused(DomainError):
    """A commitment can't go from where it stands to there, or not by that actor."""


REPORTED = frozenset({State.KEPT, State.PARTLY, State.NOT_YET, State.RELEASED})
"""What a report can say; each is corrected by the next report."""

BINDING = frozenset({State.MADE, *REPORTED})
"""Those in `made`, in words and in the API: all that bind."""

_BY_SIGNATORY = frozenset({Actor.SIGNATORY})
_BY_REPORT = frozenset({Actor.SIGNATORY, Actor.ORGANIZER})
"""The organizer only where the signatory has said nothing: see `reporting.credit`."""
_BY_TIME = frozenset({Actor.TIME})

ALLOWED: Mapping[tuple[State, State], frozenset[Actor]] = {
    (State.OFFERED, State.WAITING): _BY_SIGNATORY,
    (State.OFFERED, State.MADE): _BY_SIGNATORY,
    (State.WAITING, State.MADE): _BY_TIME,
    (State.WAITING, State.LAPSED): _BY_TIME,
    **{(old, new): _BY_SIGNATORY for old in BINDING for new in REPORTED if old is not new},
    (State.MADE, State.PARTLY): _BY_REPORT,
    (State.MADE, State.KEPT): _BY_REPORT,
    (State.PARTLY, State.KEPT): _BY_REPORT,
    **{(old, State.WITHDRAWN): _BY_SIGNATORY for old in (State.WAITING, State.LAPSED, *BINDING)},
}


def check(old: State, new: State, by: Actor) -> None:
    """Raises TransitionRefused unless the table allows it."""
    if by not in ALLOWED.get((old, new), frozenset()):
        raise TransitionRefused(f"{old} to {new} by {by}")
