"""The life of a signature: its states, and the one table of who may move it from which to which."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeAlias

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
    (State.APPROVED, State.APPROVED): frozenset({Actor.MODERATOR}),  # was let through sealed, and is read now
    (State.APPROVED, State.AWAITING): frozenset({Actor.SIGNATORY}),
    (State.APPROVED, State.REJECTED): frozenset({Actor.MODERATOR}),
    (State.APPROVED, State.WITHDRAWN): frozenset({Actor.SIGNATORY}),
    (State.QUARANTINED, State.APPROVED): frozenset({Actor.MODERATOR}),
    (State.QUARANTINED, State.REJECTED): frozenset({Actor.MODERATOR}),
    (State.QUARANTINED, State.WITHDRAWN): frozenset({Actor.SIGNATORY}),
    (State.REJECTED, State.AWAITING): frozenset({Actor.MODERATOR}),
    (State.REJECTED, State.QUARANTINED): frozenset({Actor.MODERATOR}),
    (State.REJECTED, State.WITHDRAWN): frozenset({Actor.SIGNATORY}),
}

CONFIRMED = frozenset({State.AWAITING, State.APPROVED})
"""What `confirmed` means, in words and in the API."""

HELD = frozenset({State.AWAITING, State.APPROVED, State.QUARANTINED, State.REJECTED})
"""Past confirmation and not withdrawn: one for each letter, mailbox and whom it signs for."""

WAITING = frozenset({State.AWAITING, State.QUARANTINED})
"""On a moderator's desk."""

TOLD = frozenset({State.AWAITING, State.APPROVED, State.QUARANTINED})
"""Who hears of what becomes of a letter: all who think that they are counted."""

DISTRUSTED = frozenset({State.QUARANTINED, State.REJECTED})
"""Withdrawn from these, the digest is kept, and a new signature of that person is held."""


def check(old: State, new: State, by: Actor) -> None:
    """Raises TransitionRefused unless the table allows it."""
    if by not in ALLOWED.get((old, new), frozenset()):
        raise TransitionRefused(f"{old} to {new} by {by}")


def bucket_of(kind: Kind, state: State, *, earlier: bool) -> Bucket | None:
    """Where a signature is counted: the one definition for page, widget, API and mail.

    Organizations stand beside the people: only those that a moderator let through, for the present text. Who confirmed
    an `earlier` text and has not agreed to the present one is counted apart.
    """
    if kind is Kind.ORGANIZATION:
        return Bucket.ORGANIZATIONS if state is State.APPROVED and not earlier else None
    if earlier and state in CONFIRMED:
        return Bucket.EARLIER
    return {
        State.AWAITING: Bucket.AWAITING,
        State.APPROVED: Bucket.APPROVED,
        State.REJECTED: Bucket.REJECTED,
        State.WITHDRAWN: Bucket.WITHDRAWN,
    }.get(state)


Standing: TypeAlias = tuple[Kind, State, bool]
"""What a signature is counted by: its kind, its state, and whether it stands under an earlier text."""


def steps_between(old: Standing, new: Standing) -> dict[Bucket, int]:
    """How the counts change when one signature goes from one standing to another."""
    left, entered = (bucket_of(kind, state, earlier=earlier) for kind, state, earlier in (old, new))
    if left is entered:
        return {}
    return {**({left: -1} if left else {}), **({entered: 1} if entered else {})}
