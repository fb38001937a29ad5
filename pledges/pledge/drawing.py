"""Drawing: where lines and bars of the tracker run, in whole parts of their pictures."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from pledges.letter.models import PledgeKind
from pledges.pledge.tracking import Moment, Standing

WIDTH, HEIGHT = 600, 160


@dataclass(frozen=True)
class Chart:
    """Two lines over time, as the points of an SVG path, and what they show."""

    made: str
    kept: str
    top: int
    moments: Sequence[Moment]

    @property
    def first(self) -> date:
        return self.moments[0].day

    @property
    def last(self) -> date:
        return self.moments[-1].day


@dataclass(frozen=True)
class Bar:
    """Percentages of the longest of what was pledged, delivered and aimed at: more than the target has its place."""

    pledged: float
    delivered: float
    target: float | None


def draw_chart(moments: Sequence[Moment]) -> Chart | None:
    """The chart of at least two days on which something stood; else there is nothing to see."""
    top = max((max(moment.made, moment.kept) for moment in moments), default=0)
    if len(moments) < 2 or top == 0:
        return None
    lines = (_line(moments, [moment.made for moment in moments], top), _line(moments, [m.kept for m in moments], top))
    return Chart(*lines, top, moments)


def draw_bar(standing: Standing) -> Bar | None:
    """What was pledged and delivered beside the target: of an amount its sums, else people."""
    pledge, totals = standing.pledge, standing.totals
    is_amount = pledge.kind is PledgeKind.AMOUNT
    pledged, delivered = (totals.pledged, totals.delivered) if is_amount else (totals.made, standing.kept)
    longest = max(pledged, delivered, pledge.target or 0)
    if longest == 0 or (pledge.target is None and not is_amount):
        return None
    parts = [round(100 * part / longest, 2) for part in (pledged, delivered, pledge.target or 0)]
    return Bar(parts[0], parts[1], parts[2] if pledge.target else None)


def _line(moments: Sequence[Moment], values: Sequence[int], top: int) -> str:
    begin, days = moments[0].day, max(1, (moments[-1].day - moments[0].day).days)
    places = [WIDTH * (moment.day - begin).days / days for moment in moments]
    return " ".join(f"{x:.1f},{HEIGHT - HEIGHT * y / top:.1f}" for x, y in zip(places, values, strict=True))
