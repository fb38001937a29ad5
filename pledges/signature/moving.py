"""The one way in which a signature changes its state."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from pledges.db import Base
from pledges.listeners import Occasion
from pledges.plain_text import turns
from pledges.signature.models import LONGEST_TURNED, Display, Signature, SignatureEvent, TurnedName
from pledges.signature.states import Actor, State, bucket_of, check
from pledges.tally import counting
from pledges.tally.models import Bucket

moved = Occasion[Session, Sequence[Signature], State]()
"""Called after signatures of one letter have moved to a state, in the same transaction."""

_WRITE_EVENT = insert(Base.metadata.tables[SignatureEvent.__tablename__])


def move(
    session: Session,
    signatures: Sequence[Signature],
    to: State,
    *,
    by: Actor,
    now: datetime,
    account_id: int | None = None,
    reason: str | None = None,
) -> None:
    """Moves signatures of one letter: checks the table, moves the tally, writes who and why, keeps the list.

    Raises TransitionRefused before anything has changed. Statements do not grow with the number of signatures.
    """
    for signature in signatures:
        check(signature.state, to, by)
    if not signatures:
        return
    were_listed = [signature.id for signature in signatures if signature.is_listed]
    changes: Counter[Bucket] = Counter()
    why = {"at": now, "new": to, "actor": by, "account_id": account_id, "reason": reason}
    events: list[dict[str, object]] = []
    for signature in signatures:
        changes.update(_steps(signature, to))
        events.append({**why, "signature_id": signature.id, "old": signature.state})
        signature.state = to
    session.flush()
    session.execute(_WRITE_EVENT, events)
    counting.change(session, signatures[0].letter_id, changes)
    _unlist(session, were_listed)
    _list(session, signatures)
    moved(session, signatures, to)


def _steps(signature: Signature, to: State) -> dict[Bucket, int]:
    left, entered = bucket_of(signature.kind, signature.state), bucket_of(signature.kind, to)
    if left is entered:
        return {}
    return {**({left: -1} if left else {}), **({entered: 1} if entered else {})}


def _unlist(session: Session, ids: Sequence[int]) -> None:
    if ids:
        session.execute(delete(TurnedName).where(TurnedName.signature_id.in_(ids)))


def _list(session: Session, signatures: Sequence[Signature]) -> None:
    rows = [
        {"letter_id": signature.letter_id, "turned": turned[:LONGEST_TURNED], "signature_id": signature.id}
        for signature in signatures
        if signature.is_listed and signature.display is Display.PUBLIC
        for turned in turns(signature.name or "")
    ]
    if rows:
        session.execute(insert(TurnedName), rows)
