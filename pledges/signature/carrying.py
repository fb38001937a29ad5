"""What a letter's revision does to those who signed: a correction carries them over, a change asks them anew.

The first of them are moved with the revision itself; were they very many, the others on a round that goes on after it,
a few at a time: nobody who confirms meanwhile waits for all of them. Counted are all of them at once.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, false, func, select, update
from sqlalchemy.orm import Session

from pledges.letter import queries as letters
from pledges.letter.models import Letter, LetterText, RevisionKind
from pledges.letter.revising import Pass, Revision, replaced_by, revised
from pledges.signature import rounds
from pledges.signature.models import ListedName, Signature
from pledges.signature.rounds import TEXT_CHANGED, TEXT_CORRECTED, Round
from pledges.signature.states import TOLD, Kind, State, steps_between
from pledges.tally import counting
from pledges.tally.models import Bucket
from pledges.term import BATCH

AT_ONCE = BATCH
_EVENTS = {RevisionKind.CORRECTION: TEXT_CORRECTED, RevisionKind.CHANGE: TEXT_CHANGED}
_REACHED = (Signature.state.in_(TOLD) & Signature.email.is_not(None)).label("reached")
_COLUMNS = (Signature.id, Signature.kind, Signature.state, Signature.earlier, Signature.listed, _REACHED)


def register() -> None:
    """Has each revision carry or ask those who signed."""
    revised.register(take_along)


def take_along(session: Session, revisions: Sequence[Revision], passing: Pass) -> None:
    """Carries over or asks anew those who signed the text before, in its language; of very many, the first of them.

    Where texts in several languages are new, those of the first one alone: whoever holds signatures takes them in order
    of their ids, and each language begins at the first again. The others are for `carry_on`.
    """
    concerning = [revision for revision in revisions if revision.replaced]
    if passing is Pass.FIRST:
        for revision in concerning:
            revision.kept = _begin(session, revision)
        for revision in concerning[:1]:
            revision.kept.walk()
        return
    for revision in concerning:
        carrying: _Carrying = revision.kept
        carrying.look_again()
        revision.concerned = carrying.on.told + carrying.count_ahead()
    for revision in concerning:
        revision.kept.count()


def _begin(session: Session, revision: Revision) -> "_Carrying":
    letter, text = revision.letter, revision.text
    on = rounds.begin(session, _EVENTS[text.kind], letter.id, text_id=text.id, now=text.created_at)
    return _Carrying(session, on, letter, text, now=text.created_at)


def carry_on(session: Session, *, now: datetime) -> bool:
    """Takes some more along of a revision that concerns very many, and answers whether there was one.

    Its texts are held first, as in revising and in agreeing: so none waits for another in a circle.
    """
    on = rounds.take(session, [*_EVENTS.values()])
    if on is None:
        return False
    letter = letters.lock_texts_by_id(session, on.letter_id)
    text = next(text for text in letter.texts if text.id == on.text_id)
    carrying = _Carrying(session, on, letter, text, now=now, is_ahead=True)
    carrying.walk()
    if carrying.is_behind_all:
        letters.hold_up_signing(session, letter)
        carrying.look_again()
    carrying.count()
    return True


@dataclass
class _Carrying:
    """A round of one revision, and what a transaction does of it. The counts are changed last, as everybody does."""

    session: Session
    on: Round
    letter: Letter
    text: LetterText
    now: datetime
    is_ahead: bool = False
    """Whether the counts say already what is still to be done."""
    is_behind_all: bool = False
    is_over: bool = False
    changes: Counter[Bucket] = field(default_factory=Counter)

    def walk(self) -> None:
        """Takes along the next ones in order: who is to be moved, and who was asked before and is asked once more."""
        rows = self._take(self._in_order())
        self.on.after = rows[-1].id if rows else self.on.after
        self.is_behind_all = len(rows) < AT_ONCE

    def look_again(self) -> None:
        """Ends it, if all are behind it, with those who signed meanwhile, wherever they stand."""
        if self.is_behind_all:
            self.is_over = len(self._take(self._unmoved())) < AT_ONCE

    def count_ahead(self) -> int:
        """Has the counts say at once what is left to be done, if anything; answers how many are going to be told."""
        if self.is_over:
            return 0
        columns = (Signature.kind, Signature.state, Signature.earlier, _REACHED)
        left = select(*columns, func.count().label("n")).where(self._unmoved() | self._in_order()).group_by(*columns)
        rows = self.session.execute(left).all()
        if self.text.kind is RevisionKind.CHANGE:
            ahead = _steps((row.kind, row.state, row.n) for row in rows if not row.earlier)
            counting.change_ahead(self.session, self.letter.id, ahead)
        return sum(row.n for row in rows if row.reached)

    def count(self) -> None:
        """Changes the counts by what was done, and takes it back from what was counted ahead."""
        if self.is_over:
            self.session.delete(self.on)
        self.session.flush()
        if self.is_ahead:
            counting.change_ahead(self.session, self.letter.id, Counter({b: -n for b, n in self.changes.items()}))
            if self.is_over and not rounds.is_changing(self.session, self.letter.id):
                counting.end_ahead(self.session, self.letter.id)
        if self.changes or self.is_over:
            counting.change(self.session, self.letter.id, self.changes)

    def _take(self, whom: ColumnElement[bool]) -> Sequence[Any]:
        some = select(*_COLUMNS).where(whom).order_by(Signature.id).limit(AT_ONCE)
        rows = self.session.execute(some.with_for_update()).all()
        rounds.tell(self.session, self.on, [row.id for row in rows if row.reached], now=self.now)
        moved = [row for row in rows if not row.earlier]
        if self.text.kind is RevisionKind.CHANGE:
            self._ask_anew(moved)
        else:
            self._update(moved, text_id=self.text.id)
        return rows

    def _ask_anew(self, rows: Sequence[Any]) -> None:
        """They stand as `earlier`, off count and list, until they agree. Without an address nobody can be asked."""
        listed = [row.id for row in rows if row.listed]
        if listed:
            self.session.execute(delete(ListedName).where(ListedName.signature_id.in_(listed)))
        self._update(rows, earlier=True, listed=False)
        self.changes.update(_steps((row.kind, row.state, 1) for row in rows))

    def _update(self, rows: Sequence[Any], **values: object) -> None:
        if rows:
            theirs = update(Signature).where(Signature.id.in_([row.id for row in rows]))
            self.session.execute(theirs.values(values), execution_options={"synchronize_session": False})

    def _unmoved(self) -> ColumnElement[bool]:
        """Who signed the text before, and stands under it still. Their rows are held in the order in which everybody
        locks them: whoever confirms, decides or withdraws meanwhile does it before or after.
        """
        return (
            (Signature.letter_id == self.letter.id)
            & Signature.text_id.in_(replaced_by(self.letter, self.text))
            & (Signature.state != State.WITHDRAWN)
            & Signature.earlier.is_(False)
        )

    def _in_order(self) -> ColumnElement[bool]:
        """Those, and who had not agreed to a change before this one; from where the round stands."""
        older = [text.id for text in self.letter.revisions_in(self.text.language)[: self.text.number - 1]]
        asked_before = (Signature.letter_id == self.letter.id) & Signature.text_id.in_(older) & Signature.earlier
        asked_before &= _REACHED.element & (Signature.confirmed_at <= self.on.began_at)
        is_change = self.text.kind is RevisionKind.CHANGE
        return (self._unmoved() | (asked_before if is_change else false())) & (Signature.id > self.on.after)


def _steps(standings: Iterable[tuple[Kind, State, int]]) -> Counter[Bucket]:
    changes: Counter[Bucket] = Counter()
    for kind, state, n in standings:
        steps = steps_between((kind, state, False), (kind, state, True))
        changes.update({bucket: step * n for bucket, step in steps.items()})
    return changes
