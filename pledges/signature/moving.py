"""The one way in which a signature changes its state."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from pledges.listeners import Occasion
from pledges.signature import history, listing
from pledges.signature.history import Change
from pledges.signature.models import Signature
from pledges.signature.states import Actor, State, check, steps_between
from pledges.tally import counting
from pledges.tally.models import Bucket

NO_REASONS: Mapping[int, str] = {}

moved = Occasion[Session, Sequence[Signature], State, datetime]()
"""Called after signatures of one letter have moved to a state, in the same transaction, and before the tally has:
everybody changes that last, so that nobody who holds it waits for what another holds who waits for it.
"""


def move(
    session: Session,
    signatures: Sequence[Signature],
    to: State,
    *,
    by: Actor,
    now: datetime,
    account_id: int | None = None,
    reasons: Mapping[int, str] = NO_REASONS,
) -> None:
    """Moves signatures of one letter: checks the table, moves the tally, writes who and why, keeps the list. `reasons`
    by id, where there are any.

    Raises TransitionRefused before anything has changed. Statements do not grow with the number of signatures.
    """
    for signature in signatures:
        check(signature.state, to, by)
    if not signatures:
        return
    changes: Counter[Bucket] = Counter()
    written: list[Change] = []
    for signature in signatures:
        old, kind, earlier = signature.state, signature.kind, signature.earlier
        changes.update(steps_between((kind, old, earlier), (kind, to, earlier)))
        written.append(Change(signature.id, old, to, reasons.get(signature.id)))
        signature.state = to
        is_let_through = to is State.APPROVED and by is Actor.MODERATOR
        signature.checked = is_let_through and not signature.is_sealed
        signature.unread = is_let_through and signature.is_sealed
        signature.back_at = now if (old, to) == (State.APPROVED, State.AWAITING) else None
        for column in ("checked", "unread", "back_at"):
            flag_modified(signature, column)  # changed or not: so one statement serves all
    listing.relist(session, signatures)
    history.write(session, written, by=by, account_id=account_id, now=now)
    moved(session, signatures, to, now)
    counting.change(session, signatures[0].letter_id, changes)
