"""The tracker's chart says what stood on each day, and years of it are drawn from few."""

from datetime import UTC, datetime

import time_machine

from pledges import clock
from pledges.letter.models import Letter
from pledges.pledge import queries, tracking
from pledges.pledge.models import PledgeDay
from tests.people import Visitor, Workshop
from tests.pledge.promises import BEFORE, pledged
from tests.pledge.tracker.page import TRACKER


def test_the_chart_says_what_stood_on_each_day(workshop: Workshop, visitor: Visitor, letter: Letter) -> None:
    for day, count in ((1, 1), (3, 2), (8, 1)):
        with time_machine.travel(f"2027-03-{day:02}T12:00:00Z"):
            for n in range(count):
                pledged(workshop, letter, f"p{day}-{n}@example.org", speak=None)
            for _ in range(2):
                with workshop.writing() as session:
                    tracking.note_days(session, now=clock.now())
    with time_machine.travel("2027-03-09T12:00:00Z"):
        visitor.get(TRACKER)
        rows = [[c.get_text() for c in row.select("th, td")] for row in visitor.page.select("#speak tbody tr")]
    assert [row[1] for row in rows] == ["4", "4", "3", "3", "3", "3", "3", "1", "1"]
    assert rows[-1][0] == "March 1, 2027"
    assert visitor.page.select_one("#speak .chart__picture desc") is not None


def test_years_are_drawn_from_few_days(workshop: Workshop, letter: Letter) -> None:
    with time_machine.travel(BEFORE):
        pledged(workshop, letter, "a@example.org", speak=None)
    with workshop.writing() as session:
        speak = queries.list_pledges(session, letter)[0]
        for year in (2024, 2025, 2026):
            session.add(PledgeDay(pledge_id=speak.id, day=datetime(year, 1, 1, tzinfo=UTC).date(), made=1, kept=0))
        session.flush()
        standings = tracking.list_standings(session, letter, now=clock.now())
        moments = tracking.list_moments(session, standings, now=datetime(2027, 3, 1, tzinfo=UTC))
    assert len(moments[speak.id]) <= tracking.POINTS + 1
