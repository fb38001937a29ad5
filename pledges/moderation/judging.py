"""Judging reports on pledges: moderators let notes and evidence be seen, and mark what they have checked."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from pledges.letter.models import Letter
from pledges.moderation.deciding import LONGEST_REASON, MOST_AT_ONCE
from pledges.pledge import queries, reading
from pledges.pledge.models import Commitment, Reading
from pledges.pledge.states import REPORTED
from pledges.signature import history
from pledges.signature.desk import lock_seen
from pledges.signature.history import Change
from pledges.signature.models import Signature
from pledges.signature.states import Actor


@dataclass(frozen=True)
class Judgement:
    """How many reports were judged, and how many somebody else had dealt with, or their signatory had changed."""

    judged: int
    overtaken: int


def judge_reports(
    session: Session,
    letter: Letter,
    ids: Sequence[int],
    old: Reading,
    new: Reading,
    *,
    account_id: int,
    now: datetime,
    seen: Mapping[int, str],
) -> Judgement:
    """Judges notes and evidence where nobody has judged them since they were `old`. `seen` says by id which edition
    the moderator read: what has been reported anew since is left alone.
    """

    def is_open(row: Commitment) -> bool:
        return row.reading is old

    judged, judgement = _lock(session, letter, ids, is_open, seen)
    reading.judge(session, judged, new, letter_id=letter.id)
    _write(session, judged, f"report {new}", account_id=account_id, now=now)
    return judgement


def check_reports(
    session: Session,
    letter: Letter,
    ids: Sequence[int],
    source: str | None,
    *,
    account_id: int,
    now: datetime,
    seen: Mapping[int, str],
) -> Judgement:
    """Marks reports as checked against a source; without one, takes the mark back."""

    def is_open(row: Commitment) -> bool:
        return row.state in REPORTED and row.checked is (source is None)

    judged, judgement = _lock(session, letter, ids, is_open, seen)
    reading.mark(session, judged, source)
    why = f"report checked: {source}" if source is not None else "report not checked any more"
    _write(session, judged, why, account_id=account_id, now=now)
    return judgement


def _lock(
    session: Session,
    letter: Letter,
    ids: Sequence[int],
    is_open: Callable[[Commitment], bool],
    seen: Mapping[int, str],
) -> tuple[Sequence[Commitment], Judgement]:
    """Signatures first, then their commitments, as everywhere: so none waits for another in a circle."""
    chosen = frozenset(ids[:MOST_AT_ONCE])
    owners = lock_seen(session, letter, reading.find_signatories(session, letter, [*chosen]))
    rows = [row for row in queries.lock_commitments(session, [s.id for s in owners]) if row.id in chosen]
    judged = [row for row in rows if is_open(row) and seen.get(row.id, row.edition) == row.edition]
    return judged, Judgement(len(judged), len(rows) - len(judged))


def _write(session: Session, judged: Sequence[Commitment], why: str, *, account_id: int, now: datetime) -> None:
    """Who judged, when and how, in the history of the signature; its state stays what it is."""
    theirs = select(Signature.id, Signature.state).where(Signature.id.in_({row.signature_id for row in judged}))
    states = {row[0]: row[1] for row in session.execute(theirs)}
    stand = ((row, states[row.signature_id]) for row in judged)
    changes = [
        Change(row.signature_id, state, state, f"{row.pledge.key}: {why}"[:LONGEST_REASON]) for row, state in stand
    ]
    history.write(session, changes, by=Actor.MODERATOR, account_id=account_id, now=now)
