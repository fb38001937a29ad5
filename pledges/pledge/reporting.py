"""Reporting: a signatory says what became of a commitment. It can be corrected; the history stays."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

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
    record(session, [(mine[key], outcome) for key, outcome in outcomes.items()], now=now)


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


def record(session: Session, said: Sequence[tuple[Commitment, Outcome]], *, now: datetime) -> None:
    """A signatory's newest reports: each says where its commitment stands, whatever its organizer knows of, and is
    looked at anew by a moderator.
    """
    for commitment, outcome in said:
        if outcome.state is not commitment.state:
            check(commitment.state, outcome.state, Actor.SIGNATORY)
    weighing = Weighing([commitment for commitment, _outcome in said])
    for commitment, outcome in said:
        _record(session, commitment, outcome, now=now)
    weighing.settle(session)


def credit(session: Session, deliveries: Sequence[tuple[Commitment, int]], *, now: datetime) -> None:
    """What has come of commitments by now, as their organizer knows: a second source beside what signatories say.

    It says where a commitment stands only as long as its signatory has said nothing: kept where all that was pledged
    has come, else partly. The totals of each pledge move once, so that two who record many at once never wait for each
    other in a circle.
    """
    weighing = Weighing([commitment for commitment, _imported in deliveries])
    for commitment, imported in deliveries:
        _credit(session, commitment, imported, now=now)
    weighing.settle(session)


def _record(session: Session, commitment: Commitment, outcome: Outcome, *, now: datetime) -> None:
    delivered = _delivered(commitment, outcome)
    commitment.state, commitment.delivered, commitment.by_organizer = outcome.state, delivered, False
    commitment.note, commitment.evidence = outcome.note, outcome.evidence
    commitment.reading = Reading.WAITING if outcome.note or outcome.evidence else None
    commitment.checked, commitment.checked_source = False, None
    commitment.reported_at = now
    commitment.asked = schedule.asked_after_report(commitment.pledge, commitment.asked, now=now)
    commitment.next_ask_at = schedule.question_after_report(commitment.pledge, outcome.state, commitment.asked, now=now)
    said = {"delivered": delivered, "note": outcome.note, "evidence": outcome.evidence}
    _write(session, commitment, outcome.state, Actor.SIGNATORY, now=now, **said)


def _credit(session: Session, commitment: Commitment, imported: int, *, now: datetime) -> None:
    is_all = commitment.amount is None or imported >= commitment.amount
    outcome = State.KEPT if is_all else State.PARTLY
    _write(session, commitment, outcome, Actor.ORGANIZER, now=now, delivered=imported)
    commitment.imported = imported
    if commitment.is_own_word:
        return
    if outcome is not commitment.state:
        check(commitment.state, outcome, Actor.ORGANIZER)
    commitment.state, commitment.by_organizer, commitment.reported_at = outcome, True, now
    commitment.checked, commitment.checked_source = False, None
    if is_all:
        commitment.next_ask_at = None


def _delivered(commitment: Commitment, outcome: Outcome) -> int | None:
    if outcome.delivered is not None or commitment.amount is None:
        return outcome.delivered
    return commitment.amount if outcome.state is State.KEPT else None


def _write(
    session: Session, commitment: Commitment, outcome: State, actor: Actor, *, now: datetime, **said: Any
) -> None:
    """Into the history, where every word of every side stays."""
    session.add(Report(commitment_id=commitment.id, at=now, outcome=outcome, actor=actor, **said))
