"""Together or not at all: names that stay sealed until as many have signed as the letter says.

Nobody is shown without having been told a day before. What is done here falls due by time, wherever and however often
it runs: each row says itself what was done to it.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from pledges.letter.models import Letter, LetterState
from pledges.mail import outbox
from pledges.mail.models import OwedMail, OwedState
from pledges.signature import listing, vouching
from pledges.signature.models import Display, Signature
from pledges.signature.states import CONFIRMED, WAITING, State
from pledges.tally import counting
from pledges.tally.queries import list_figures

TOGETHER_REACHED = "together_reached"
SHOWN_AFTER = timedelta(days=1)
AT_ONCE = 200
_REACHED = select(Letter.id).where(Letter.together_reached_at.is_not(None), Letter.state != LetterState.WITHDRAWN)


def gather(session: Session, *, now: datetime) -> None:
    """Notes the letters that have enough people by now, however displayed; what is reached stays reached."""
    waits = (Letter.together.is_not(None)) & Letter.together_reached_at.is_(None)
    letters = session.scalars(
        select(Letter).where(waits, Letter.state.in_((LetterState.OPEN, LetterState.CLOSED)))
    ).all()
    figures = list_figures(session, letters) if letters else {}
    for letter in letters:
        if letter.together is not None and figures[letter.id].confirmed >= letter.together:
            reached = update(Letter).where(Letter.id == letter.id, Letter.together_reached_at.is_(None))
            session.execute(reached.values(together_reached_at=now))
            counting.change(session, letter.id, Counter())


def tell_gathered(session: Session, *, now: datetime) -> None:
    """Owes a mail to everyone whose name is going to show. Whose address is erased can't be told, and stays sealed.
    The quarantined are told as well: they see what everyone sees.
    """
    is_reached = Signature.letter_id.in_(_REACHED)
    untold = Signature.together & Signature.together_told_at.is_(None) & Signature.email.is_not(None)
    untold &= ~Signature.earlier & (Signature.display != Display.ANONYMOUS)
    some = select(Signature.id).where(is_reached, untold, Signature.state.in_(CONFIRMED | WAITING)).limit(AT_ONCE)
    ids = session.scalars(some.with_for_update(skip_locked=True)).all()  # waits for nobody, so in whatever order
    told = update(Signature).where(Signature.id.in_(ids)).values(together_told_at=now)
    session.execute(told, execution_options={"synchronize_session": False})
    for signature_id in ids:
        outbox.owe(session, TOGETHER_REACHED, signature_id, now=now)


def show_gathered(session: Session, *, now: datetime) -> None:
    """Unseals the names of those whose mail left a day ago, and lists those of them who were let through.

    Nobody new shows under a letter that its organizer has withdrawn meanwhile, nor while too few are confirmed again: a
    day is also what moderators have to find those who only came to open what others sealed.
    """
    told = select(OwedMail.about_id).where(
        OwedMail.event == TOGETHER_REACHED, OwedMail.state == OwedState.SENT, OwedMail.ended_at <= now - SHOWN_AFTER
    )
    due = Signature.together & (Signature.together_told_at <= now - SHOWN_AFTER) & Signature.id.in_(told)
    due &= (Signature.state != State.WITHDRAWN) & (Signature.display != Display.ANONYMOUS)
    letters = _with_enough(session, session.scalars(select(Signature.letter_id).where(due).distinct()).all())
    chosen = select(Signature).where(due, Signature.letter_id.in_(letters)).order_by(Signature.letter_id, Signature.id)
    held = chosen.limit(AT_ONCE).with_for_update(skip_locked=True).execution_options(populate_existing=True)
    rows = session.scalars(held).all() if letters else []
    for letter_id, theirs in groupby(rows, key=lambda row: row.letter_id):
        _show(session, letters[letter_id], [*theirs])


def _with_enough(session: Session, letter_ids: Sequence[int]) -> Mapping[int, Letter]:
    """Those of the letters, by id, under which as many are confirmed in this moment as they ask for."""
    if not letter_ids:
        return {}
    letters = session.scalars(select(Letter).where(Letter.id.in_(letter_ids), Letter.id.in_(_REACHED))).all()
    figures = list_figures(session, letters)
    return {letter.id: letter for letter in letters if figures[letter.id].confirmed >= (letter.together or 0)}


def _show(session: Session, letter: Letter, signatures: Sequence[Signature]) -> None:
    for signature in signatures:
        signature.write(signature.words, signature.display)
        signature.together = False
        vouching.vouch_again(letter, signature)
    listing.relist(session, signatures)
    counting.change(session, letter.id, Counter())
