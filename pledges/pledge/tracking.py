"""Tracking: where each pledge of a letter stands, now and over time. Totals are kept; nothing is counted on reading."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pledges.db import insert_for
from pledges.letter.models import Letter
from pledges.pledge.counting import Totals, list_totals
from pledges.pledge.models import Pledge, PledgeDay, PledgeTally
from pledges.pledge.queries import get_pledge, list_pledges
from pledges.pledge.states import BINDING
from pledges.tally.queries import get_stamp

POINTS = 60
"""So many days at most are drawn of any time, however long."""


@dataclass(frozen=True)
class Standing:
    """Where one pledge stands. What became of it is counted of those that fell due: before that, all of it is 0."""

    pledge: Pledge
    totals: Totals
    is_due: bool

    @property
    def made(self) -> int:
        return self.totals.made

    @property
    def reached_due(self) -> int:
        return self.totals.made if self.is_due else 0

    @property
    def kept(self) -> int:
        return self.totals.kept if self.is_due else 0

    @property
    def partly(self) -> int:
        return self.totals.partly if self.is_due else 0

    @property
    def not_yet(self) -> int:
        return self.totals.not_yet if self.is_due else 0

    @property
    def released(self) -> int:
        return self.totals.released if self.is_due else 0

    @property
    def no_report(self) -> int:
        return self.totals.unreported if self.is_due else 0

    @property
    def reported(self) -> int:
        """Who has said anything, due or not."""
        return self.totals.made - self.totals.unreported

    @property
    def is_undecided(self) -> bool:
        """Whether somebody may have something to say still."""
        return self.totals.unreported + self.totals.partly + self.totals.not_yet > 0

    @property
    def waits(self) -> bool:
        """Below its threshold, and there is still time."""
        return self.pledge.threshold is not None and not self.pledge.threshold_reached_at and not self.is_due

    @property
    def has_lapsed(self) -> bool:
        return self.pledge.threshold is not None and not self.pledge.threshold_reached_at and self.is_due


@dataclass(frozen=True)
class Moment:
    """What stood on one day."""

    day: date
    made: int
    kept: int


def list_standings(session: Session, letter: Letter, *, now: datetime) -> Sequence[Standing]:
    """Each pledge of the letter, in its order: two statements, however many made them."""
    pledges = list_pledges(session, letter)
    totals = list_totals(session, pledges)
    return [Standing(pledge, totals[pledge.id], pledge.is_due(now)) for pledge in pledges]


def get_standing(session: Session, letter: Letter, key: str, *, now: datetime) -> Standing:
    """Where the letter's pledge with that key stands; raises PledgeUnknown."""
    pledge = get_pledge(session, letter, key)
    return Standing(pledge, list_totals(session, [pledge])[pledge.id], pledge.is_due(now))


def stamp(session: Session, slug: str, *, now: datetime) -> str:
    """What the pages about a letter's pledges are rendered from: all that its other pages are, and what time does."""
    mine = select(Letter.id).where(Letter.slug == slug).scalar_subquery()
    due = func.count().filter(Pledge.due_at <= now)
    counts = select(due, func.count(Pledge.threshold_reached_at)).where(Pledge.letter_id == mine)
    fell_due, reached = session.execute(counts).one()
    return f"{get_stamp(session, slug, now=now)} {fell_due} {reached} {now:%Y-%m-%d}"


def note_days(session: Session, *, now: datetime) -> None:
    """Notes where every pledge stands today: one row a day for each, changed only if it differs."""
    binding = [func.sum(getattr(PledgeTally, state.value)) for state in sorted(BINDING)]
    made = sum(binding[1:], start=binding[0])
    rows = session.execute(select(PledgeTally.pledge_id, made, func.sum(PledgeTally.kept)).group_by("pledge_id")).all()
    known = select(PledgeDay.pledge_id, PledgeDay.made, PledgeDay.kept).where(PledgeDay.day == now.date())
    stand = {row[0]: (row[1], row[2]) for row in session.execute(known)}
    moved = [(n, int(m), int(k)) for n, m, k in rows if stand.get(n) != (int(m), int(k))]
    if moved:
        statement = insert_for(session.get_bind().dialect.name, PledgeDay)
        steps = {"made": statement.excluded.made, "kept": statement.excluded.kept}
        noted = statement.on_conflict_do_update(index_elements=[PledgeDay.pledge_id, PledgeDay.day], set_=steps)
        session.execute(noted, [{"pledge_id": n, "day": now.date(), "made": m, "kept": k} for n, m, k in sorted(moved)])


def list_moments(session: Session, standings: Sequence[Standing], *, now: datetime) -> Mapping[int, Sequence[Moment]]:
    """By the pledges' ids: how many had made and kept it, day by day or every so many days, up to this moment.

    One statement of at most `POINTS` rows for each pledge. A day on which nothing was noted stands as the one before.
    """
    ids = [standing.pledge.id for standing in standings]
    first = session.scalar(select(func.min(PledgeDay.day)).where(PledgeDay.pledge_id.in_(ids))) if ids else None
    days = _days(first, now.date()) if first else []
    noted = select(PledgeDay).where(PledgeDay.pledge_id.in_(ids), PledgeDay.day.in_(days))
    rows = {(row.pledge_id, row.day): row for row in session.scalars(noted)} if days else {}
    return {s.pledge.id: _moments(s, days, rows, now.date()) for s in standings}


def _days(first: date, last: date) -> list[date]:
    step = max(1, -(-(last - first).days // POINTS))
    return sorted(last - timedelta(days=n) for n in range(step, (last - first).days + 1, step))


def _moments(
    standing: Standing, days: Sequence[date], rows: Mapping[tuple[int, date], PledgeDay], today: date
) -> Sequence[Moment]:
    moments: list[Moment] = []
    for day in days:
        row = rows.get((standing.pledge.id, day))
        if row is not None:
            moments.append(Moment(day, row.made, row.kept))
        elif moments:
            moments.append(Moment(day, moments[-1].made, moments[-1].kept))
    return [*moments, Moment(today, standing.totals.made, standing.totals.kept)]
