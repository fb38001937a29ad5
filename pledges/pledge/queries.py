"""Finds pledges and commitments."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session, joinedload

from pledges.errors import NotFound
from pledges.letter.models import Letter
from pledges.pledge.models import Commitment, Delivery, Pledge, Report


class PledgeUnknown(NotFound):
    """The letter offers no pledge by that key."""


def list_pledges(session: Session, letter: Letter) -> Sequence[Pledge]:
    """What the letter offers, in its order."""
    return session.scalars(select(Pledge).where(Pledge.letter_id == letter.id).order_by(Pledge.position)).all()


def get_pledge(session: Session, letter: Letter, key: str) -> Pledge:
    """The letter's pledge by its key; raises PledgeUnknown."""
    mine = select(Pledge).where(Pledge.letter_id == letter.id, Pledge.key == key)
    pledge = session.scalar(mine) if key.isprintable() else None  # no database takes a NUL
    if pledge is None:
        raise PledgeUnknown(key)
    return pledge


def _with_pledge() -> Select[Commitment]:
    return select(Commitment).options(joinedload(Commitment.pledge, innerjoin=True))


def find_by_id(session: Session, commitment_id: int) -> Commitment | None:
    """The commitment in whatever state, with its pledge."""
    return session.scalar(_with_pledge().where(Commitment.id == commitment_id))


def list_commitments(session: Session, signature_id: int) -> Sequence[Commitment]:
    """What one signatory is bound to, in the letter's order."""
    mine = _with_pledge().join(Commitment.pledge).where(Commitment.signature_id == signature_id)
    return session.scalars(mine.order_by(Pledge.position)).all()


def lock_commitments(session: Session, signature_ids: Sequence[int]) -> Sequence[Commitment]:
    """The commitments of these signatures, in order of id, held until the transaction ends."""
    theirs = _with_pledge().where(Commitment.signature_id.in_(signature_ids)).order_by(Commitment.id)
    held = theirs.with_for_update(of=Commitment).execution_options(populate_existing=True)
    return session.scalars(held).all()


def list_reports(session: Session, commitment_ids: Sequence[int]) -> Sequence[Report]:
    """What was reported on these commitments, oldest first."""
    return session.scalars(select(Report).where(Report.commitment_id.in_(commitment_ids)).order_by(Report.id)).all()


def list_deliveries(session: Session, commitment_ids: Sequence[int]) -> Sequence[Delivery]:
    """What their organizer knows to be paid towards these commitments, by day."""
    theirs = select(Delivery).where(Delivery.commitment_id.in_(commitment_ids))
    return session.scalars(theirs.order_by(Delivery.day, Delivery.id)).all()


def forget_reports(session: Session, commitment_ids: Sequence[int]) -> None:
    """Erases all that was reported on these commitments, by whomever."""
    session.execute(delete(Delivery).where(Delivery.commitment_id.in_(commitment_ids)))
    session.execute(delete(Report).where(Report.commitment_id.in_(commitment_ids)))


def list_histories(session: Session, commitment_ids: Sequence[int]) -> Mapping[int, Sequence[Report]]:
    """The same by commitment, newest first; those without a report are left out."""
    histories: dict[int, list[Report]] = {}
    for report in reversed(list_reports(session, commitment_ids)):
        histories.setdefault(report.commitment_id, []).append(report)
    return histories
