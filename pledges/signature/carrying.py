"""What a letter's revision does to those who signed: a correction carries them over, a change asks them anew; and who
signed the very words that stand now stands under them, whatever was said between.

The first of them are moved with the revision itself; were they very many, the others on a round that goes on after it,
a few at a time: nobody who confirms meanwhile waits for all of them. Counted are all of them at once.
"""

from collections import Counter
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, case, false, func, select, update
from sqlalchemy.orm import Session

from pledges.letter import queries as letters
from pledges.letter.models import Letter, RevisionKind
from pledges.letter.revising import Pass, Revision, revised
from pledges.letter.succession import Succession, succession_in
from pledges.signature import listing, rounds
from pledges.signature.models import Signature
from pledges.signature.rounds import TEXT_CHANGED, TEXT_CORRECTED, Round
from pledges.signature.states import TOLD, Kind, State, steps_between
from pledges.tally import counting
from pledges.tally.models import Bucket
from pledges.term import BATCH

AT_ONCE = BATCH
_EVENTS = {RevisionKind.CORRECTION: TEXT_CORRECTED, RevisionKind.CHANGE: TEXT_CHANGED}
_IS_TOLD = Signature.state.in_(TOLD)
_REACHED = (_IS_TOLD & Signature.email.is_not(None)).label("reached")
_STANDING = (Signature.kind, Signature.state, Signature.earlier)
_COLUMNS = (Signature.id, Signature.text_id, *_STANDING, Signature.listed, _REACHED)


def register() -> None:
    """Has each revision carry or ask those who signed."""
    revised.register(take_along)


def take_along(session: Session, revisions: Sequence[Revision], passing: Pass) -> None:
    """Carries over or asks anew those who signed an older text, in its language; of very many, the first of them.

    Where texts in several languages are new, those of the first one alone: whoever holds signatures takes them in order
    of their ids, and each language begins at the first again. The others are for `carry_on`.
    """
    concerning = [revision for revision in revisions if revision.text.number > 1]
    if passing is Pass.FIRST:
        for revision in concerning:
            revision.kept = _begin(session, revision)
        for revision in concerning[:1]:
            revision.kept.walk()
        return
    for revision in concerning:
        revision.kept.look_again()
    for revision in concerning:
        carrying: _Carrying = revision.kept
        revision.concerned, revision.returning = carrying.figures()
        carrying.count()
    for revision in concerning[:1]:
        _count_ahead(session, revision.letter)


def _begin(session: Session, revision: Revision) -> "_Carrying":
    letter, text = revision.letter, revision.text
    on = rounds.begin(session, _EVENTS[text.kind], letter.id, text_id=text.id, now=text.created_at)
    return _Carrying(session, on, succession_in(letter, text.language), now=text.created_at)


def carry_on(session: Session, *, now: datetime) -> bool:
    """Takes some more along of a revision that concerns very many, and answers whether there was one.

    Its texts are held first, as in revising and in agreeing: so none waits for another in a circle.
    """
    on = rounds.take(session, [*_EVENTS.values()])
    if on is None:
        return False
    letter = letters.lock_texts_by_id(session, on.letter_id)
    language = next(text.language for text in letter.texts if text.id == on.text_id)
    carrying = _Carrying(session, on, succession_in(letter, language), now=now)
    carrying.walk()
    if carrying.is_behind_all:
        letters.hold_up_signing(session, letter)
        carrying.look_again()
    carrying.count()
    _take_back(session, letter, carrying.changes)
    return True


def _count_ahead(session: Session, letter: Letter) -> None:
    """Has the counts say at once what all the letter's rounds are still going to do."""
    counting.end_ahead(session, letter.id)
    going = rounds.list_texts(session, letter.id)
    for language in sorted({text.language for text in letter.texts if text.id in going}):
        texts = succession_in(letter, language)
        turning = Signature.text_id.in_(texts.repeated) & Signature.earlier
        turning |= Signature.text_id.in_(texts.replaced) & Signature.earlier.is_(False)
        left = select(*_STANDING, func.count()).where(Signature.letter_id == letter.id, turning).group_by(*_STANDING)
        if changes := _turned(session.execute(left)):
            counting.change_ahead(session, letter.id, changes)


def _take_back(session: Session, letter: Letter, done: Counter[Bucket]) -> None:
    """What was counted ahead and is done now; all that is left of it, once nothing is to be done any more."""
    if not rounds.list_texts(session, letter.id):
        counting.end_ahead(session, letter.id)
    elif done:
        counting.change_ahead(session, letter.id, Counter({bucket: -n for bucket, n in done.items()}))


@dataclass
class _Carrying:
    """A round of one revision, and what a transaction does of it. The counts are changed last, as everybody does.

    Whatever was revised since it began, it leaves all as the present text has it. The round of the present text takes
    along, that of the last change asks; the others have nothing left to do.
    """

    session: Session
    on: Round
    texts: Succession
    now: datetime
    returning: int = 0
    """Of those that the transaction has moved, who signed the very words once and stands under them again."""
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

    def figures(self) -> tuple[int, int]:
        """How many are told, and how many stand under their own words again, in this transaction and after it."""
        if self.is_over:
            return self.on.told, self.returning
        told, returning = Signature.text_id.in_(self._concerned), Signature.text_id.in_(self.texts.repeated)
        n_told, n_returning = (
            func.count(case((told & _REACHED.element, 1))),
            func.count(case((returning & _IS_TOLD, 1))),
        )
        left = select(n_told, n_returning).where(self._unmoved() | self._in_order())
        also_told, also_returning = self.session.execute(left).one()
        return self.on.told + also_told, self.returning + also_returning

    def count(self) -> None:
        """Changes the counts by what was done."""
        if self.is_over:
            self.session.delete(self.on)
        self.session.flush()
        if self.changes or self.is_over:
            counting.change(self.session, self.on.letter_id, self.changes)

    def _take(self, whom: ColumnElement[bool]) -> Sequence[Any]:
        some = select(*_COLUMNS).where(whom).order_by(Signature.id).limit(AT_ONCE)
        rows = self.session.execute(some.with_for_update()).all()
        told = [row.id for row in rows if row.reached and row.text_id in self._concerned]
        rounds.tell(self.session, self.on, told, now=self.now)
        self._move([row for row in rows if not (row.earlier and row.text_id in self.texts.replaced)])
        return rows

    def _move(self, rows: Sequence[Any]) -> None:
        """All by one statement. Who is asked stands as `earlier`, off count and list, until they agree; without an
        address nobody can be asked. Who signed the very words comes back as if they had never been gone.
        """
        if not rows:
            return
        stands = Signature.text_id.in_(self.texts.corrected | self.texts.repeated)
        texts = case((stands, self.texts.present.id), else_=Signature.text_id)
        moved = update(Signature).where(Signature.id.in_([row.id for row in rows]))
        moved = moved.values(text_id=texts, earlier=~stands, listed=stands & listing.BELONGS)
        listing.unlist(self.session, [row.id for row in rows if row.listed and row.text_id in self.texts.replaced])
        self.session.execute(moved, execution_options={"synchronize_session": False})
        listing.list_again(self.session, [row.id for row in rows if row.earlier])
        turned = [row for row in rows if row.earlier or row.text_id in self.texts.replaced]
        self.changes.update(_turned((row.kind, row.state, row.earlier, 1) for row in turned))
        self.returning += sum(row.text_id in self.texts.repeated and row.state in TOLD for row in rows)

    @property
    def _asks(self) -> bool:
        return self.on.text_id == self.texts.change.id

    @property
    def _concerned(self) -> Set[int]:
        """Whom it tells, by the texts that they signed: who is asked, or who stood already under what is corrected."""
        return self.texts.replaced if self._asks else self.texts.stood

    def _unmoved(self) -> ColumnElement[bool]:
        """Who is to be moved, and was not yet. Their rows are held in the order in which everybody locks them: whoever
        confirms, decides or withdraws meanwhile does it before or after.
        """
        takes_along = self.on.text_id == self.texts.present.id
        standing = Signature.text_id.in_(self.texts.corrected | self.texts.repeated) if takes_along else false()
        asked = Signature.text_id.in_(self.texts.replaced) & Signature.earlier.is_(False) if self._asks else false()
        return self._theirs() & (standing | asked)

    def _in_order(self) -> ColumnElement[bool]:
        """Those, and of a change who had not agreed to one before; from where the round stands. Who was asked before
        and confirms in this moment is waited for, too: what that confirms depends on which text is the present one.
        """
        asked_before = Signature.text_id.in_(self.texts.replaced) & Signature.earlier
        reached = _REACHED.element & (Signature.confirmed_at <= self.on.began_at)
        asked_before &= reached | (Signature.state == State.PENDING)
        before = self._theirs() & asked_before if self._asks else false()
        return (self._unmoved() | before) & (Signature.id > self.on.after)

    def _theirs(self) -> ColumnElement[bool]:
        return (Signature.letter_id == self.on.letter_id) & (Signature.state != State.WITHDRAWN)


def _turned(standings: Iterable[tuple[Kind, State, bool, int]]) -> Counter[Bucket]:
    """How the counts change when so many who stood under an earlier text stand under the present one, or the other way
    round.
    """
    changes: Counter[Bucket] = Counter()
    for kind, state, earlier, n in standings:
        steps = steps_between((kind, state, earlier), (kind, state, not earlier))
        changes.update({bucket: step * n for bucket, step in steps.items()})
    return changes
