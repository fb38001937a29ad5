"""The one way in which a signature changes its state."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from pledges.db import Base
from pledges.listeners import Occasion
from pledges.signature import listing
from pledges.signature.models import Signature, SignatureEvent
from pledges.signature.states import Actor, State, check, steps_between
from pledges.tally import counting
from pledges.tally.models import Bucket

moved = Occasion[Session, Sequence[Signature], State, datetime]()
"""Called after signatures of one letter have moved to a state, in the same transaction, and before the tally has:
everybody changes that last, so that nobody who holds it waits for what another holds who waits for it.
"""

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
    changes: Counter[Bucket] = Counter()
    why = {"at": now, "new": to, "actor": by, "account_id": account_id, "reason": reason}
    events: list[dict[str, object]] = []
    for signature in signatures:
        kind, earlier = signature.kind, signature.earlier
        changes.update(steps_between((kind, signature.state, earlier), (kind, to, earlier)))
        events.append({**why, "signature_id": signature.id, "old": signature.state})
        signature.state = to
        signature.checked = to is State.APPROVED and by is Actor.MODERATOR
        flag_modified(signature, "checked")  # changed or not: so one statement serves all
    listing.relist(session, signatures)
    session.execute(_WRITE_EVENT, events)
    moved(session, signatures, to, now)
    counting.change(session, signatures[0].letter_id, changes)
