"""Together or not at all: names that stay sealed until as many have signed as the letter says.

Nobody is shown without having been told a day before. What is done here falls due by time, wherever and however often
it runs: each row says itself what was done to it.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import case, literal, select, update
from sqlalchemy.orm import Session

from pledges.letter.models import Letter, LetterState
from pledges.mail import outbox
from pledges.mail.models import OwedMail, OwedState
from pledges.signature import listing, vouching
from pledges.signature.conditions import WAITING, holds
from pledges.signature.models import Signature
from pledges.signature.states import TOLD, State
from pledges.signature.words import Display
from pledges.tally import counting
from pledges.tally.queries import list_figures

TOGETHER_REACHED = "together_reached"
SHOWN_AFTER = timedelta(days=1)
AT_ONCE = 200
_REACHED = select(Letter.id).where(Letter.together_reached_at.is_not(None), Letter.state != LetterState.WITHDRAWN)


def gather(session: Session, *, now: datetime) -> int:
    """Notes one of the letters that have enough people by now, however displayed, and answers how many it noted; what
    is reached stays reached.
    """
    waits = (Letter.together.is_not(None)) & Letter.together_reached_at.is_(None)
    waits &= Letter.state.in_((LetterState.OPEN, LetterState.CLOSED))
    letters = session.scalars(select(Letter).where(waits).order_by(Letter.id)).all()
    figures = list_figures(session, letters) if letters else {}
    for letter in letters:
        if figures[letter.id].confirmed < (letter.together or 0):
            continue
        noted = update(Letter).where(Letter.id == letter.id, waits).values(together_reached_at=now)
        if session.execute(noted.returning(Letter.id)).first() is not None:
            counting.change(session, letter.id, Counter())
            return 1
    return 0


def tell_gathered(session: Session, *, now: datetime) -> None:
    """Owes a mail to everyone whose name is going to show. Whose address is erased can't be told, and stays sealed.
    The quarantined are told as well: they see what everyone sees.
    """
    is_reached = Signature.letter_id.in_(_REACHED)
    untold = Signature.together & Signature.together_told_at.is_(None) & Signature.email.is_not(None)
    untold &= ~Signature.earlier & (Signature.display != Display.ANONYMOUS)
    some = select(Signature.id).where(is_reached, untold, Signature.state.in_(TOLD)).limit(AT_ONCE)
    ids = session.scalars(some.with_for_update(skip_locked=True)).all()  # waits for nobody, so in whatever order
    back_at = case((holds(WAITING), literal(now, Signature.back_at.type)))
    told = update(Signature).where(Signature.id.in_(ids)).values(together_told_at=now, back_at=back_at)
    session.execute(told, execution_options={"synchronize_session": False})
    for signature_id in ids:
        outbox.owe(session, TOGETHER_REACHED, signature_id, now=now)


def show_gathered(session: Session, *, now: datetime) -> int:
    """Unseals the names under one letter of those whose mail left a day ago, lists those of them who were let through,
    and answers how many it unsealed.

    Nobody new shows under a letter that its organizer has withdrawn meanwhile, nor while too few are confirmed again: a
    day is also what moderators have to find those who only came to open what others sealed.
    """
    told = select(OwedMail.about_id).where(
        OwedMail.event == TOGETHER_REACHED, OwedMail.state == OwedState.SENT, OwedMail.ended_at <= now - SHOWN_AFTER
    )
    due = Signature.together & (Signature.together_told_at <= now - SHOWN_AFTER) & Signature.id.in_(told)
    due &= (Signature.state != State.WITHDRAWN) & (Signature.display != Display.ANONYMOUS)
    for letter in _list_with_enough(session, session.scalars(select(Signature.letter_id).where(due).distinct()).all()):
        theirs = select(Signature).where(due, Signature.letter_id == letter.id).order_by(Signature.id).limit(AT_ONCE)
        held = theirs.with_for_update(skip_locked=True).execution_options(populate_existing=True)
        if rows := session.scalars(held).all():
            _show(session, letter, rows)
            return len(rows)
    return 0


def _list_with_enough(session: Session, letter_ids: Sequence[int]) -> Sequence[Letter]:
    """Those of the letters under which as many are confirmed in this moment as they ask for."""
    if not letter_ids:
        return []
    asked = select(Letter).where(Letter.id.in_(letter_ids), Letter.id.in_(_REACHED)).order_by(Letter.id)
    letters = session.scalars(asked).all()
    figures = list_figures(session, letters)
    return [letter for letter in letters if figures[letter.id].confirmed >= (letter.together or 0)]


def _show(session: Session, letter: Letter, signatures: Sequence[Signature]) -> None:
    for signature in signatures:
        signature.write(signature.words, signature.display)
        signature.together = False
        vouching.vouch_again(letter, signature)
    listing.relist(session, signatures)
    counting.change(session, letter.id, Counter())
