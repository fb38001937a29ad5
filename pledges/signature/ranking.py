"""Ranking: organizers put the first signatories in order, by hand."""

from collections import Counter
from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from pledges.letter.models import Letter
from pledges.signature.models import Signature
from pledges.tally import counting

MOST_RANKED = 500


def list_invited(session: Session, letter: Letter) -> Sequence[Signature]:
    """Who came by a secret link, confirmed or not: as they are ranked, then by time."""
    statement = select(Signature).where(Signature.letter_id == letter.id, Signature.invitation_id.is_not(None))
    by_time = (Signature.confirmed_at.is_(None), Signature.confirmed_at, Signature.id)
    return session.scalars(
        statement.order_by(Signature.rank.is_(None), Signature.rank, *by_time).limit(MOST_RANKED)
    ).all()


def rank(session: Session, letter: Letter, ranks: Mapping[int, int | None]) -> None:
    """Gives places by the ids of first signatories; None takes a place away. Others are left as they are."""
    for signature in list_invited(session, letter):
        if signature.id in ranks:
            signature.rank = ranks[signature.id]
    _show(session, letter)


def shift(session: Session, letter: Letter, signature_id: int, by: int) -> None:
    """Moves one up (-1) or down (+1) past its neighbour, and numbers afresh all that have a place by that."""
    order = [*list_invited(session, letter)]
    place = next((number for number, signature in enumerate(order) if signature.id == signature_id), None)
    if place is None or not 0 <= place + by < len(order):
        return
    ranked = sum(signature.rank is not None for signature in order)
    order[place], order[place + by] = order[place + by], order[place]
    for number, signature in enumerate(order[: max(ranked, place + 1, place + by + 1)], start=1):
        signature.rank = number
    _show(session, letter)


def _show(session: Session, letter: Letter) -> None:
    """The letter's page is another one now."""
    session.flush()
    counting.change(session, letter.id, Counter())
