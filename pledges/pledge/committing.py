"""Committing: a signatory chooses pledges while signing, or adds one later, in a wording that is kept."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from pledges.errors import DomainError
from pledges.letter.models import PledgeKind
from pledges.pledge import queries, schedule
from pledges.pledge.counting import Weighing
from pledges.pledge.models import Commitment, Pledge
from pledges.pledge.states import Actor, State, check
from pledges.signature.models import Signature
from pledges.signature.states import CONFIRMED
from pledges.signature.states import State as SignatureState

_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""No two that are taken for each other on a bank's form."""


class PledgeOver(DomainError):
    """The pledge is past its due date and takes no commitments any more."""


def offer_commitments(
    session: Session,
    signature_id: int,
    chosen: Mapping[int, int | None],
    pledges: Sequence[Pledge],
    *,
    language: str,
    is_shown: bool = False,
    now: datetime,
) -> None:
    """Chosen while signing: `chosen` holds the amount, if any, by the pledge's id. They bind when it is confirmed."""
    rows = [
        {**_row(signature_id, pledge, chosen[pledge.id], language=language, now=now), "shown": is_shown}
        for pledge in pledges
        if pledge.id in chosen and not pledge.is_due(now)
    ]
    if rows:
        session.execute(insert(Commitment).execution_options(render_nulls=True), rows)


def commit_later(
    session: Session, signature: Signature, pledge: Pledge, amount: int | None, *, language: str, now: datetime
) -> None:
    """Adds one pledge to a confirmed signature; as `commit_each`."""
    commit_each(session, signature, {pledge.id: amount}, [pledge], language=language, now=now)


def commit_each(
    session: Session,
    signature: Signature,
    chosen: Mapping[int, int | None],
    pledges: Sequence[Pledge],
    *,
    language: str,
    now: datetime,
) -> None:
    """Adds pledges to a confirmed signature, which is held, or changes their amounts until there is a report.

    The totals move once, at the end: who moves them twice waits for others in a circle. Raises PledgeOver.
    """
    mine = {row.pledge_id: row for row in queries.lock_commitments(session, [signature.id])}
    is_shown = any(row.shown for row in mine.values())
    added: list[Commitment] = []
    changed: list[Commitment] = []
    for pledge in (pledge for pledge in pledges if pledge.id in chosen):
        found = mine.get(pledge.id)
        if pledge.is_due(now):
            raise PledgeOver(pledge.key)
        if found is None or found.state is State.WITHDRAWN:
            _forget(session, found)
            row = _row(signature.id, pledge, chosen[pledge.id], language=language, now=now)
            added.append(Commitment(**row, pledge=pledge, shown=is_shown))
        elif found.state in (State.WAITING, State.MADE) and pledge.kind is PledgeKind.AMOUNT:
            changed.append(found)
    weighing = Weighing([*changed, *added])
    for commitment in changed:
        commitment.amount = chosen[commitment.pledge_id]
    for commitment in added:
        commitment.counted = signature.state in CONFIRMED
        _bind(commitment, now)
    session.add_all(added)
    signature.commits = signature.commits or bool(added)
    weighing.settle(session)


def _forget(session: Session, commitment: Commitment | None) -> None:
    if commitment is not None:
        session.delete(commitment)
        session.flush()


def follow_signatures(session: Session, signatures: Sequence[Signature], to: SignatureState, now: datetime) -> None:
    """Lets commitments follow the signatures that they were made with: confirmed, they bind; kept out by a moderator,
    they are not counted; withdrawn, they are withdrawn too. Called whenever signatures move.
    """
    ids = [signature.id for signature in signatures if signature.commits]
    if not ids:
        return
    commitments = queries.lock_commitments(session, ids)
    if to is SignatureState.WITHDRAWN:
        release_all(session, commitments, told=True)
    else:
        bind(commitments, is_counted=to in CONFIRMED, session=session, now=now, told=True)


def bind(
    commitments: Sequence[Commitment], *, is_counted: bool, session: Session, now: datetime, told: bool = False
) -> None:
    """Binds what was only offered, below a pledge's threshold as waiting, and counts it or not. `told`: the letter's
    tally knows already that something changes.
    """
    weighing = Weighing(commitments)
    for commitment in commitments:
        commitment.counted = is_counted
        if commitment.state is State.OFFERED:
            _bind(commitment, now)
    weighing.settle(session, told=told)


def release_all(session: Session, commitments: Sequence[Commitment], *, told: bool = False) -> None:
    """Withdraws commitments, erases what was written with them, and asks about them no more; `told` as for `bind`."""
    weighing = Weighing(commitments)
    for commitment in commitments:
        if commitment.state is not State.WITHDRAWN:
            check(commitment.state, State.WITHDRAWN, Actor.SIGNATORY)
            commitment.state = State.WITHDRAWN
        commitment.counted = commitment.shown = commitment.checked = False
        commitment.note = commitment.evidence = commitment.checked_source = commitment.reading = None
        commitment.amount = commitment.delivered = commitment.imported = commitment.next_ask_at = None
        commitment.reported_at = None
        commitment.by_organizer = False
    queries.forget_reports(session, [commitment.id for commitment in commitments])
    weighing.settle(session, told=told)


def _bind(commitment: Commitment, now: datetime) -> None:
    pledge = commitment.pledge
    waits = pledge.threshold is not None and pledge.threshold_reached_at is None
    to = State.WAITING if waits else State.MADE
    check(commitment.state, to, Actor.SIGNATORY)
    commitment.state = to
    if not waits:
        commitment.made_at = now
        commitment.next_ask_at = schedule.first_question(pledge, now=now)


def _row(signature_id: int, pledge: Pledge, amount: int | None, *, language: str, now: datetime) -> dict[str, Any]:
    return {
        "signature_id": signature_id,
        "pledge_id": pledge.id,
        "state": State.OFFERED,
        "counted": False,
        "checked": False,
        "amount": amount if pledge.kind is PledgeKind.AMOUNT else None,
        "wording": pledge.text_in(language),
        "language": language,
        "reference": "".join(secrets.choice(_LETTERS) for _ in range(10)),
        "created_at": now,
    }
