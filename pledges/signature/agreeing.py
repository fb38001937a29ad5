"""Agreeing: who signed an earlier text signs the present one."""

from collections import Counter
from datetime import datetime

from sqlalchemy.orm import Session

from pledges.letter import queries as letters
from pledges.letter.models import LetterText
from pledges.letter.succession import Succession, succession_in
from pledges.letter.withdrawing import check_not_withdrawn
from pledges.signature import listing, queries, rounds
from pledges.signature.models import Signature
from pledges.signature.states import HELD, steps_between
from pledges.tally import counting


def agree(session: Session, signature_id: int, *, now: datetime) -> None:
    """Moves a signature to the newest text of its language, and back into the count and on the list; a repeat, or one
    that need not agree, changes nothing: neither does one that a revision is about to take back by itself. Raises
    LetterWithdrawn.

    The texts are held first, as in revising: so none is changed meanwhile, and two at once never deadlock.
    """
    signature = queries.find_signature(session, signature_id)
    if signature is None:
        return
    letter = letters.hold_texts(session, signature.letter_id)
    check_not_withdrawn(letter)
    texts = succession_in(letter, signature.text.language)
    signature = queries.lock_signature(session, signature_id)
    if signature is None or not signature.earlier or signature.state not in HELD:
        return
    if not will_stand(session, texts, signature):
        _sign(session, signature, texts.present)


def will_stand(session: Session, texts: Succession, signature: Signature) -> bool:
    """Whether a revision that is on its round takes the signature back into the count without anybody's doing, as the
    counts say already.
    """
    return signature.text_id in texts.repeated and texts.present.id in rounds.list_texts(session, signature.letter_id)


def _sign(session: Session, signature: Signature, text: LetterText) -> None:
    stood = (signature.kind, signature.state)
    signature.text = text
    signature.earlier = False
    listing.relist(session, [signature])
    counting.change(session, signature.letter_id, Counter(steps_between((*stood, True), (*stood, False))))
