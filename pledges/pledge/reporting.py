"""Reporting: a signatory says what became of a commitment. It can be corrected; the history stays."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from pledges.errors import DomainError
from pledges.pledge import queries, schedule
from pledges.pledge.counting import Weighing
from pledges.pledge.models import Commitment, Reading, Report
from pledges.pledge.states import BINDING, Actor, State, check
from pledges.signature.models import Signature
from pledges.signature.states import State as SignatureState


class CommitmentOver(DomainError):
    """The commitment has lapsed, does not bind yet, or was never made: there is nothing to report on."""


class CommitmentWithdrawn(CommitmentOver):
    """Its signatory has taken the commitment back, alone or with the signature."""


@dataclass(frozen=True)
class Outcome:
    """What is said of one commitment. `delivered` in the unit's smallest part; of a kept one, by default all of it."""

    state: State
    delivered: int | None = None
    note: str | None = None
    evidence: str | None = None


def report(session: Session, signature_id: int, outcomes: Mapping[str, Outcome], *, now: datetime) -> None:
    """Records what one signatory says, by the pledges' keys; all of it or nothing. Raises CommitmentOver
    and CommitmentWithdrawn.
    """
    mine = {row.pledge.key: row for row in queries.lock_commitments(session, [signature_id])}
    _check(mine, outcomes)
    record(session, [(mine[key], outcome) for key, outcome in outcomes.items()], by=Actor.SIGNATORY, now=now)


def check_open(session: Session, signature: Signature) -> None:
    """Raises CommitmentOver or CommitmentWithdrawn where no commitment of the signature binds or may yet bind."""
    rows = queries.list_commitments(session, signature.id)
    if not rows:
        raise CommitmentOver(str(signature.id))
    if signature.state is SignatureState.WITHDRAWN or all(row.state is State.WITHDRAWN for row in rows):
        raise CommitmentWithdrawn(str(signature.id))


def check_binding(session: Session, signature_id: int, keys: Collection[str]) -> None:
    """Raises CommitmentOver or CommitmentWithdrawn unless all of these pledges bind the signatory."""
    _check({row.pledge.key: row for row in queries.list_commitments(session, signature_id)}, keys)


def _check(mine: Mapping[str, Commitment], keys: Iterable[str]) -> None:
    for key in keys:
        if key not in mine or mine[key].state not in BINDING:
            is_withdrawn = key in mine and mine[key].state is State.WITHDRAWN
            raise CommitmentWithdrawn(key) if is_withdrawn else CommitmentOver(key)


def record(session: Session, said: Sequence[tuple[Commitment, Outcome]], *, by: Actor, now: datetime) -> None:
    """The newest reports: each says where its commitment stands, and is looked at anew by a moderator. The totals of
    each pledge move once, so that two who record many at once never wait for each other in a circle.
    """
    for commitment, outcome in said:
        if outcome.state is not commitment.state:
            check(commitment.state, outcome.state, by)
    weighing = Weighing([commitment for commitment, _outcome in said])
    for commitment, outcome in said:
        _record(session, commitment, outcome, by=by, now=now)
    weighing.settle(session)


def _record(session: Session, commitment: Commitment, outcome: Outcome, *, by: Actor, now: datetime) -> None:
    delivered = _delivered(commitment, outcome)
    is_as_before = (commitment.state, commitment.delivered) == (outcome.state, delivered)
    commitment.state, commitment.delivered = outcome.state, delivered
    if (commitment.note, commitment.evidence) != (outcome.note, outcome.evidence) or by is Actor.SIGNATORY:
        commitment.note, commitment.evidence = outcome.note, outcome.evidence
        commitment.reading = Reading.WAITING if outcome.note or outcome.evidence else None
    if by is Actor.SIGNATORY or not is_as_before:
        commitment.checked, commitment.checked_source = False, None
    commitment.reported_at = now
    commitment.asked = schedule.asked_after_report(commitment.pledge, commitment.asked, now=now)
    commitment.next_ask_at = schedule.question_after_report(commitment.pledge, outcome.state, commitment.asked, now=now)
    is_own = by is Actor.SIGNATORY
    words = {"note": outcome.note, "evidence": outcome.evidence} if is_own else {}
    said = {"at": now, "outcome": outcome.state, "actor": by, "delivered": delivered, **words}
    session.add(Report(commitment_id=commitment.id, **said))


def _delivered(commitment: Commitment, outcome: Outcome) -> int | None:
    if outcome.delivered is not None or commitment.amount is None:
        return outcome.delivered
    return commitment.amount if outcome.state is State.KEPT else None
