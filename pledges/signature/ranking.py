"""Ranking: organizers put the first signatories in order, by hand."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from pledges.letter.models import Letter
from pledges.signature.models import Signature
from pledges.tally import counting

MOST_RANKED = 500


def list_invited(session: Session, letter: Letter) -> Sequence[Signature]:
    """Who came by a secret link, confirmed or not: as they are ranked, then by time."""
    by_time = (Signature.confirmed_at.is_(None), Signature.confirmed_at, Signature.id)
    invited = select(Signature).where(_invited(letter)).order_by(Signature.rank.is_(None), Signature.rank, *by_time)
    return session.scalars(invited.limit(MOST_RANKED)).all()


def arrange(
    session: Session, letter: Letter, ranks: Mapping[int, int | None], *, step: tuple[int, int] | None = None
) -> None:
    """Gives places by the ids of first signatories, None takes a place away; then one of them, by its id, takes a step
    past its neighbour: up (-1) or down (+1). Others are left as they are.

    All are held first, in order of their ids: who withdraws meanwhile has withdrawn.
    """
    session.execute(select(Signature.id).where(_invited(letter)).order_by(Signature.id).with_for_update())
    order = [*list_invited(session, letter)]
    for signature in order:
        signature.rank = ranks.get(signature.id, signature.rank)
    if step is not None:
        _move(sorted(order, key=_place), *step)
    session.flush()
    counting.change(session, letter.id, Counter())


def shared_places(signatures: Sequence[Signature]) -> Sequence[int]:
    """The places that more than one of them has."""
    places = Counter(signature.rank for signature in signatures if signature.rank is not None)
    return sorted(place for place, having in places.items() if having > 1)


def _move(order: list[Signature], signature_id: int, by: int) -> None:
    """Numbers afresh all that have a place by it."""
    place = next((number for number, signature in enumerate(order) if signature.id == signature_id), None)
    if place is None or not 0 <= place + by < len(order):
        return
    ranked = sum(signature.rank is not None for signature in order)
    order[place], order[place + by] = order[place + by], order[place]
    for number, signature in enumerate(order[: max(ranked, place + 1, place + by + 1)], start=1):
        signature.rank = number


def _invited(letter: Letter) -> ColumnElement[bool]:
    return (Signature.letter_id == letter.id) & Signature.invitation_id.is_not(None)


def _place(signature: Signature) -> tuple[bool, int, bool, datetime, int]:
    """As `list_invited` puts them, with the ranks that they have now."""
    ranked, confirmed = signature.rank, signature.confirmed_at
    return ranked is None, ranked or 0, confirmed is None, confirmed or signature.created_at, signature.id
