"""The life of a signature: its states, and the one table of who may move it from which to which."""

from collections.abc import Mapping
from enum import StrEnum

from pledges.errors import DomainError
from pledges.tally.models import Bucket


class State(StrEnum):
    """Where a signature stands; a pending one that ends without confirmation is erased and has no state."""

    PENDING = "pending"
    AWAITING = "awaiting"
    APPROVED = "approved"
    QUARANTINED = "quarantined"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class Actor(StrEnum):
    """Who moves a signature."""

    SIGNATORY = "signatory"
    POLICY = "policy"
    MODERATOR = "moderator"


class Kind(StrEnum):
    """Who signs."""

    PERSON = "person"
    ORGANIZATION = "organization"


class TransitionRefused(DomainError):
    """A signature can't go from where it stands to there, or not by that actor."""


ALLOWED: Mapping[tuple[State, State], frozenset[Actor]] = {
    (State.PENDING, State.AWAITING): frozenset({Actor.SIGNATORY}),
    (State.PENDING, State.APPROVED): frozenset({Actor.POLICY}),
    (State.PENDING, State.QUARANTINED): frozenset({Actor.POLICY}),
    (State.AWAITING, State.APPROVED): frozenset({Actor.MODERATOR}),
    (State.AWAITING, State.REJECTED): frozenset({Actor.MODERATOR}),
    (State.AWAITING, State.WITHDRAWN): frozenset({Actor.SIGNATORY}),
    (State.APPROVED, State.REJECTED): frozenset({Actor.MODERATOR}),
    (State.APPROVED, State.WITHDRAWN): frozenset({Actor.SIGNATORY}),
    (State.QUARANTINED, State.APPROVED): frozenset({Actor.MODERATOR}),
    (State.QUARANTINED, State.REJECTED): frozenset({Actor.MODERATOR}),
    (State.QUARANTINED, State.WITHDRAWN): frozenset({Actor.SIGNATORY}),
    (State.REJECTED, State.AWAITING): frozenset({Actor.MODERATOR}),
    (State.REJECTED, State.WITHDRAWN): frozenset({Actor.SIGNATORY}),
}

CONFIRMED = frozenset({State.AWAITING, State.APPROVED})
"""What `confirmed` means, in words and in the API."""

HELD = frozenset({State.AWAITING, State.APPROVED, State.QUARANTINED, State.REJECTED})
"""Past confirmation and not withdrawn: one for each person and letter."""

WAITING = frozenset({State.AWAITING, State.QUARANTINED})
"""On a moderator's desk."""

DISTRUSTED = frozenset({State.QUARANTINED, State.REJECTED})
"""Withdrawn from these, the digest is kept, and a new signature of that person is held."""


def check(old: State, new: State, by: Actor) -> None:
    """Raises TransitionRefused unless the table allows it."""
    if by not in ALLOWED.get((old, new), frozenset()):
        raise TransitionRefused(f"{old} to {new} by {by}")


def bucket_of(kind: Kind, state: State) -> Bucket | None:
    """Where a signature is counted: the one definition for page, widget, API and mail.

    Organizations stand beside the people: only those that a moderator let through.
    """
    if kind is Kind.ORGANIZATION:
        return Bucket.ORGANIZATIONS if state is State.APPROVED else None
    return {
        State.AWAITING: Bucket.AWAITING,
        State.APPROVED: Bucket.APPROVED,
        State.REJECTED: Bucket.REJECTED,
        State.WITHDRAWN: Bucket.WITHDRAWN,
    }.get(state)
