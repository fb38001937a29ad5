"""Making pledges: with the signature, or later on the signatory's own page; and what one may do with them there."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from pledges import allowance
from pledges.errors import DomainError
from pledges.letter.models import Letter, LetterText
from pledges.letter.withdrawing import check_not_withdrawn
from pledges.mail import outbox
from pledges.pledge import committing, queries
from pledges.pledge.models import Pledge
from pledges.pledge.queries import PledgeUnknown
from pledges.pledge.states import State
from pledges.security import keyring
from pledges.signature import signing
from pledges.signature.models import Signature
from pledges.signature.policy import Origin
from pledges.signature.queries import lock_signature
from pledges.signature.signing import Submission
from pledges.signature.states import State as SignatureState
from pledges.signature.words import Display
from pledges.tally import counting

PLEDGE_WITHDRAWN = "pledge_withdrawn"
LAST_WORDS_A_DAY = 5
"""To one signatory; a letter may offer more pledges, and whoever takes back all of them knows."""


class SignatureOver(DomainError):
    """The signature is withdrawn, or not confirmed yet: nothing is pledged with it."""


@dataclass(frozen=True)
class Making:
    """What was chosen of these pledges: the amount, if any, by the pledge's id; and whether it may be shown."""

    pledges: Sequence[Pledge] = ()
    amounts: Mapping[int, int | None] = field(default_factory=dict)
    is_shown: bool = False


def sign(
    session: Session,
    letter: Letter,
    text: LetterText,
    submission: Submission,
    making: Making,
    *,
    origin: Origin = Origin(),
    invitation_id: int | None = None,
    now: datetime,
) -> int | None:
    """Signs, and makes what was chosen in the same transaction. Answers and raises as `signing.sign`."""
    submission = replace(submission, commits=bool(making.amounts))
    signature_id = signing.sign(session, letter, text, submission, origin=origin, invitation_id=invitation_id, now=now)
    if signature_id is not None and making.amounts:
        committing.offer_commitments(
            session,
            signature_id,
            making.amounts,
            making.pledges,
            language=text.language,
            is_shown=making.is_shown and submission.display is not Display.ANONYMOUS,
            now=now,
        )
    return signature_id


def add(session: Session, signature_id: int, making: Making, *, now: datetime) -> None:
    """Adds what was chosen to a confirmed signature, and changes the amounts of what is there and not reported on.

    Raises SignatureOver, PledgeOver and LetterWithdrawn.
    """
    signature = _lock(session, signature_id)
    check_not_withdrawn(signature.letter)
    pledges, language = queries.list_pledges(session, signature.letter), signature.text.language
    committing.commit_each(session, signature, making.amounts, pledges, language=language, now=now)


def withdraw(session: Session, signature_id: int, key: str, *, now: datetime) -> None:
    """Takes back one pledge alone, and owes a last word about it; a repeat changes nothing.

    Whoever makes it anew and takes it back over and over is told so `LAST_WORDS_A_DAY` times a day. Raises
    SignatureOver and PledgeUnknown.
    """
    signature = _lock(session, signature_id)
    mine = [row for row in queries.lock_commitments(session, [signature_id]) if row.pledge.key == key]
    if not mine:
        raise PledgeUnknown(key)
    if mine[0].state is State.WITHDRAWN:
        return
    committing.release_all(session, mine)
    said = last_words_digest(signature_id)
    if signature.email and allowance.take(session, said, limit=LAST_WORDS_A_DAY, window=timedelta(days=1), now=now):
        outbox.owe(session, PLEDGE_WITHDRAWN, mine[0].id, now=now)


def last_words_digest(signature_id: int) -> bytes:
    """By which it is counted how often a signatory was told of a pledge that was taken back."""
    return keyring().digest("last words about pledges", str(signature_id))


def show(session: Session, signature_id: int, *, is_shown: bool) -> None:
    """Shows one's pledges beside the name, or hides them. Raises SignatureOver."""
    signature = _lock(session, signature_id)
    for commitment in queries.lock_commitments(session, [signature_id]):
        commitment.shown = is_shown and commitment.state is not State.WITHDRAWN
    session.flush()
    counting.change(session, signature.letter_id, Counter())


def ask(session: Session, signature_id: int, *, is_asked: bool) -> None:
    """Has one asked by mail what became of one's pledges, or no more. Raises SignatureOver."""
    _lock(session, signature_id).unasked = not is_asked
    session.flush()


def _lock(session: Session, signature_id: int) -> Signature:
    """The signature, held: whatever one does with one's pledges waits for what one did before."""
    signature = lock_signature(session, signature_id)
    if signature is None or signature.state in (SignatureState.PENDING, SignatureState.WITHDRAWN):
        raise SignatureOver(str(signature_id))
    return signature
