"""Together or not at all: names that stay sealed until as many have signed as the letter says.

Nobody is shown without having been told a day before. What is done here falls due by time, wherever and however often
it runs: each row says itself what was done to it.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, case, func, literal, select, update
from sqlalchemy.orm import Session

from pledges.letter.models import Letter, LetterState
from pledges.mail import outbox
from pledges.mail.models import OwedMail, OwedState
from pledges.signature import listing, queries, vouching
from pledges.signature.conditions import GATHERED, WAITING, holds
from pledges.signature.models import Signature
from pledges.signature.states import TOLD
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


def note_mailed(session: Session, *, now: datetime) -> int:
    """Notes on some of those signatures whose mail has left that it has, and when; answers on how many. The outbox
    forgets it after two weeks, and enough may be confirmed again much later.
    """
    mails = (OwedMail.about_id == Signature.id) & (OwedMail.event == TOGETHER_REACHED)
    left = select(func.min(OwedMail.ended_at)).where(mails, OwedMail.state == OwedState.SENT).scalar_subquery()
    unnoted = holds(GATHERED) & Signature.together_mailed_at.is_(None) & Signature.letter_id.in_(_REACHED)
    some = select(Signature.id).where(unnoted, left.is_not(None)).limit(AT_ONCE)
    ids = session.scalars(some.with_for_update(skip_locked=True)).all()  # as above
    if ids:
        noted = update(Signature).where(Signature.id.in_(ids)).values(together_mailed_at=left)
        session.execute(noted, execution_options={"synchronize_session": False})
    return len(ids)


def is_refused(session: Session, signature: Signature) -> bool:
    """Whether what enough have signed is sealed still since the mail that says so was refused for good; it counts as
    that, too, where no record of it is left. Whose address is erased stays sealed, and is not asked.
    """
    is_owed = signature.together and signature.together_told_at is not None and signature.email is not None
    is_concerned = signature.state in TOLD and not signature.earlier and signature.display is not Display.ANONYMOUS
    is_over = signature.together_mailed_at is not None or signature.letter.state is LetterState.WITHDRAWN
    if is_over or not (is_owed and is_concerned):
        return False
    mails = (OwedMail.about_id == signature.id) & (OwedMail.event == TOGETHER_REACHED)
    left = select(OwedMail.id).where(mails, OwedMail.state.in_((OwedState.DUE, OwedState.SENT)))
    return session.scalar(left.limit(1)) is None


def shown_at(signature: Signature) -> datetime | None:
    """From when on the name shows, if there are enough then; None before its signatory was told."""
    return signature.together_mailed_at + SHOWN_AFTER if signature.together_mailed_at else None


def count_as_told(session: Session, signature_id: int, *, now: datetime) -> bool:
    """Who was refused that mail has read on the own page what it says: from now on the day runs, as for everyone. For
    whom else, and while that mail is tried again, nothing changes. Answers whether its signatory is told now.
    """
    signature = queries.lock_signature(session, signature_id)
    if signature is None:
        return False
    if is_refused(session, signature):
        signature.together_mailed_at = now
        session.flush()
    return signature.together_mailed_at is not None


def show_gathered(session: Session, *, now: datetime) -> int:
    """Unseals the names under one letter of those who were told a day ago, lists those of them who were let through,
    and answers how many it unsealed.

    Nobody new shows under a letter that its organizer has withdrawn meanwhile, nor while too few are confirmed again: a
    day is also what moderators have to find those who only came to open what others sealed.
    """
    due = holds(GATHERED) & (Signature.together_mailed_at <= now - SHOWN_AFTER)
    due &= Signature.display != Display.ANONYMOUS
    for letter in _list_with_enough(session, due):
        theirs = select(Signature).where(due, Signature.letter_id == letter.id).order_by(Signature.id).limit(AT_ONCE)
        held = theirs.with_for_update(skip_locked=True).execution_options(populate_existing=True)
        if rows := session.scalars(held).all():
            _show(session, letter, rows)
            return len(rows)
    return 0


def _list_with_enough(session: Session, due: ColumnElement[bool]) -> Sequence[Letter]:
    """The letters with names that are due under which as many are confirmed in this moment as they ask for."""
    has_due = select(Signature.id).where(Signature.letter_id == Letter.id, due).exists()
    letters = session.scalars(select(Letter).where(Letter.id.in_(_REACHED), has_due).order_by(Letter.id)).all()
    figures = list_figures(session, letters) if letters else {}
    return [letter for letter in letters if figures[letter.id].confirmed >= (letter.together or 0)]


def _show(session: Session, letter: Letter, signatures: Sequence[Signature]) -> None:
    for signature in signatures:
        signature.write(signature.words, signature.display)
        signature.together = False
        vouching.vouch_again(letter, signature)
    listing.relist(session, signatures)
    counting.change(session, letter.id, Counter())
