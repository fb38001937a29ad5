"""What a letter's revision does to those who signed: a correction carries them over, a change asks them anew.

However many they are, all of them are moved by the same few statements, and none is loaded.
"""

from collections import Counter

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.orm import Session

from pledges.letter.models import RevisionKind
from pledges.letter.revising import Revision, revised
from pledges.mail import outbox
from pledges.signature.models import ListedName, Signature
from pledges.signature.states import TOLD, State, steps_between
from pledges.tally import counting
from pledges.tally.models import Bucket

TEXT_CORRECTED = "text_corrected"
TEXT_CHANGED = "text_changed"


def register() -> None:
    """Has each revision carry or ask those who signed."""
    revised.register(take_along)


def take_along(session: Session, revision: Revision, is_last: bool) -> None:
    """Carries over or asks anew those who signed the text before, in its language."""
    if revision.replaced and revision.text.kind is RevisionKind.CHANGE:
        ask_anew(session, revision, is_last=is_last)
    elif revision.replaced:
        carry_over(session, revision)


def carry_over(session: Session, revision: Revision) -> None:
    """All who signed the text before have signed the corrected one, those too who did not confirm yet, and are told."""
    theirs = _of_text_before(session, revision)
    _tell(session, revision, TEXT_CORRECTED, theirs)
    session.execute(_moving(theirs).values(text_id=revision.text.id))


def ask_anew(session: Session, revision: Revision, *, is_last: bool) -> None:
    """All who signed the text before stand as `earlier`, off the count and the list, until they agree. Whoever did so
    already and has not agreed is asked again, about this text. Without an address nobody can be asked.
    """
    theirs = _of_text_before(session, revision)
    changes: Counter[Bucket] = Counter()
    counts = select(Signature.kind, Signature.state, func.count()).where(theirs)
    for kind, state, n in session.execute(counts.group_by(Signature.kind, Signature.state)):
        steps = steps_between((kind, state, False), (kind, state, True))
        changes.update({bucket: step * n for bucket, step in steps.items()})
    _tell(session, revision, TEXT_CHANGED, theirs if is_last else theirs | _of_earlier_texts(revision))
    listed = select(Signature.id).where(theirs, Signature.listed)
    session.execute(delete(ListedName).where(ListedName.signature_id.in_(listed)))
    session.execute(_moving(theirs).values(earlier=True, listed=False))
    if changes or not is_last:
        counting.change(session, revision.letter.id, changes)


def _tell(session: Session, revision: Revision, event: str, whom: ColumnElement[bool]) -> None:
    told = select(Signature.id).where(whom, Signature.state.in_(TOLD), Signature.email.is_not(None))
    revision.concerned += outbox.owe_each(session, event, told, now=revision.text.created_at)


def _of_earlier_texts(revision: Revision) -> ColumnElement[bool]:
    """Who had not agreed to a change before this one."""
    texts = revision.letter.revisions_in(revision.text.language)
    older = [text.id for text in texts if text is not revision.text]
    return (Signature.letter_id == revision.letter.id) & Signature.text_id.in_(older) & Signature.earlier


def _of_text_before(session: Session, revision: Revision) -> ColumnElement[bool]:
    """Who signed the text before; their rows are held until the transaction ends, in the order in which everybody
    locks them, so that whoever confirms, decides or withdraws meanwhile does it before or after.
    """
    theirs = (
        (Signature.letter_id == revision.letter.id)
        & Signature.text_id.in_(revision.replaced)
        & (Signature.state != State.WITHDRAWN)
        & Signature.earlier.is_(False)
    )
    held = select(Signature.id).where(theirs).order_by(Signature.id).with_for_update().subquery()
    session.execute(select(func.count()).select_from(held))
    return theirs


def _moving(theirs: ColumnElement[bool]):  # type: ignore[no-untyped-def] # Update
    return update(Signature).where(theirs).execution_options(synchronize_session=False)
