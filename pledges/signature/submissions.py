"""All that one mailbox submitted under a letter, held while one of it is confirmed."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import bindparam, literal, select
from sqlalchemy.orm import Session, aliased, with_expression

from pledges.letter.models import Letter, LetterState, LetterText, RevisionKind
from pledges.signature.models import Signature
from pledges.signature.neighbours import counted_from_network
from pledges.signature.queries import locked


class Submitted(NamedTuple):
    """What one mailbox submitted under a letter, oldest first, and what is true of it in this moment."""

    rows: Sequence[Signature]
    outdated: frozenset[int]
    """The ids of those whose text was changed since they signed."""
    is_withdrawn: bool
    """Whether the letter is, by its organizer."""


_signed = aliased(LetterText)
_OUTDATED = (
    select(literal(1))
    .join_from(
        _signed,
        LetterText,
        (LetterText.letter_id == _signed.letter_id)
        & (LetterText.language == _signed.language)
        & (LetterText.number > _signed.number)
        & (LetterText.kind == RevisionKind.CHANGE),
    )
    .where(_signed.id == Signature.text_id)
    .correlate(Signature)
    .exists()
)
_IS_WITHDRAWN = select(Letter.state == LetterState.WITHDRAWN).where(Letter.id == bindparam("letter")).scalar_subquery()
_this = aliased(Signature)
_mailbox = select(_this.email_digest).where(_this.id == bindparam("signature")).scalar_subquery()
_PERSON = locked(
    select(Signature, _OUTDATED, _IS_WITHDRAWN)
    .where(
        Signature.letter_id == bindparam("letter"),
        (Signature.email_digest == _mailbox) | (Signature.id == bindparam("signature")),
    )
    .options(with_expression(Signature.from_network, counted_from_network()))
    .order_by(Signature.id)
)
"""Written once: building it anew for each confirmation would cost more than running it."""


def lock_person(session: Session, letter: Letter, signature_id: int) -> Submitted:
    """All that the same mailbox submitted under the letter, held until the transaction ends.

    Locked in one order, so that two links of one person pressed at once wait for each other and never deadlock.
    A letter at hand may be a second old; what is said of its text and of its state is as new as the rows.
    """
    found: Sequence[Any] = session.execute(_PERSON, {"letter": letter.id, "signature": signature_id}).all()
    rows = [row[0] for row in found]
    outdated = frozenset(signature.id for signature, changed, _ in found if changed or signature.earlier)
    return Submitted(rows, outdated, is_withdrawn=any(row[2] for row in found))
