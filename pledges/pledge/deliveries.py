"""Deliveries: what an organizer knows was paid, line by line, recorded once however often the lines are imported."""

import csv
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from pledges.letter.models import Letter, PledgeKind
from pledges.pledge.amounts import AmountRefused, Unit, read_amount
from pledges.pledge.models import Commitment, Delivery, Pledge
from pledges.pledge.reporting import credit
from pledges.pledge.states import BINDING, State

AT_ONCE = 500
LONGEST_LINE = 200
EARLIEST_ZONE = timedelta(hours=14)
"""Ahead of UTC: where a day begins first."""
_REFERENCE = re.compile(r"[A-Z0-9]{1,12}")


class Fault(StrEnum):
    """Why a line was not recorded."""

    COLUMNS = "columns"
    AMOUNT = "amount"
    DATE = "date"
    FUTURE = "future"
    UNMATCHED = "unmatched"
    OVER = "over"
    NO_AMOUNT = "no_amount"


@dataclass(frozen=True)
class Line:
    """One line of the file, by its number there."""

    number: int
    text: str
    reference: str = ""
    amount: str = ""
    day: date | None = None
    fault: Fault | None = None


@dataclass(frozen=True)
class Otherwise:
    """What a signatory says of a commitment, and what has come; amounts in the smallest part of the unit."""

    reference: str
    unit: Unit
    state: State
    said: int | None
    imported: int


@dataclass(frozen=True)
class Imported:
    """What an import came to: lines recorded anew, lines known from before, those with a fault, each of them, and
    whose signatory says otherwise than what has come.
    """

    recorded: int
    known: int
    faults: Sequence[Line]
    otherwise: Sequence[Otherwise] = ()


def read_lines(text: str) -> Sequence[Line]:
    """The lines of a CSV file: reference, amount, date (ISO 8601), set apart by commas, semicolons or tabs. A first
    line that names these columns may put them in any order, among others.
    """
    first = text.removeprefix("\ufeff").partition("\n")[0]
    delimiter = max(";\t,", key=first.count)
    reader = csv.reader(text.removeprefix("\ufeff").splitlines(), delimiter=delimiter)
    return [*_read(reader)]


def import_deliveries(session: Session, letter: Letter, lines: Sequence[Line], *, now: datetime) -> Imported:
    """Records what was delivered, and credits it to the commitments; what their signatories have said stands."""
    lines = [_come(line, now) for line in lines]
    faults = [line for line in lines if line.fault is not None]
    right = [line for line in lines if line.fault is None]
    recorded = 0
    by_reference: dict[str, list[Line]] = defaultdict(list)
    for line in right:
        by_reference[line.reference].append(line)
    credited: list[tuple[Commitment, int]] = []
    for references in _batches(_in_order(session, letter, [*by_reference])):
        found = _lock(session, letter, references)
        known, sums = _known(session, [row.id for row in found.values()])
        for reference in references:
            fresh, wrong = _sort(found.get(reference), by_reference[reference], letter, known)
            faults += wrong
            recorded += len(fresh)
            if fresh:
                row = found[reference]
                session.add_all(Delivery(commitment_id=row.id, imported_at=now, **values) for values in fresh)
                credited.append((row, sums[row.id] + sum(values["amount"] for values in fresh)))
    if credited:
        credit(session, credited, now=now)
    faults.sort(key=lambda line: line.number)
    return Imported(recorded, len(lines) - recorded - len(faults), faults, _otherwise(credited))


def _read(reader: Iterator[list[str]]) -> Iterator[Line]:
    places = {"reference": 0, "amount": 1, "date": 2}
    is_first = True
    try:
        for number, cells in enumerate(reader, start=1):
            cells = [cell.strip() for cell in cells]  # noqa: PLW2901 - no line means its spaces
            if not any(cells):
                continue
            names = [cell.casefold() for cell in cells]
            if is_first and all(name in names for name in places):
                places = {name: names.index(name) for name in places}
            else:
                yield _line(number, cells, places)
            is_first = False
    except csv.Error:
        yield Line(number=getattr(reader, "line_num", 0), text="", fault=Fault.COLUMNS)


def _line(number: int, cells: Sequence[str], places: Mapping[str, int]) -> Line:
    text = ", ".join(cells)[:LONGEST_LINE]
    if max(places.values()) >= len(cells):
        return Line(number, text, fault=Fault.COLUMNS)
    reference = cells[places["reference"]].upper().replace(" ", "").replace("-", "")
    if not _REFERENCE.fullmatch(reference):
        return Line(number, text, fault=Fault.UNMATCHED)
    try:
        day = date.fromisoformat(cells[places["date"]])
    except ValueError:
        return Line(number, text, reference, fault=Fault.DATE)
    return Line(number, text, reference, cells[places["amount"]], day)


def _come(line: Line, now: datetime) -> Line:
    """The line, with a fault if its day has begun nowhere on earth."""
    is_future = line.day is not None and line.day > (now + EARLIEST_ZONE).date()
    return _with(line, Fault.FUTURE) if is_future else line


def _batches(references: Sequence[str]) -> Iterator[Sequence[str]]:
    return (references[start : start + AT_ONCE] for start in range(0, len(references), AT_ONCE))


def _in_order(session: Session, letter: Letter, references: Sequence[str]) -> Sequence[str]:
    """In the order in which all lock commitments; then those that are nobody's."""
    mine = select(Commitment.reference, Commitment.id).join(Commitment.pledge).where(Pledge.letter_id == letter.id)
    ids: dict[str, int] = {}
    for some in _batches(references):
        ids.update((row.reference, row.id) for row in session.execute(mine.where(Commitment.reference.in_(some))))
    return sorted(references, key=lambda reference: (reference not in ids, ids.get(reference, 0), reference))


def _lock(session: Session, letter: Letter, references: Sequence[str]) -> Mapping[str, Commitment]:
    theirs = select(Commitment).join(Commitment.pledge).options(joinedload(Commitment.pledge, innerjoin=True))
    mine = theirs.where(Pledge.letter_id == letter.id, Commitment.reference.in_(references)).order_by(Commitment.id)
    held = mine.with_for_update(of=Commitment).execution_options(populate_existing=True)
    return {row.reference: row for row in session.scalars(held)}


def _known(session: Session, ids: Sequence[int]) -> tuple[Counter[tuple[int, date, int]], Counter[int]]:
    """How often each delivery was imported before, and what they come to by commitment."""
    columns = (Delivery.commitment_id, Delivery.day, Delivery.amount)
    rows = session.execute(select(*columns, func.count()).where(Delivery.commitment_id.in_(ids)).group_by(*columns))
    known: Counter[tuple[int, date, int]] = Counter()
    sums: Counter[int] = Counter()
    for commitment_id, day, amount, times in rows:
        known[commitment_id, day, amount] = times
        sums[commitment_id] += amount * times
    return known, sums


def _sort(
    row: Commitment | None, lines: Sequence[Line], letter: Letter, known: Mapping[tuple[int, date, int], int]
) -> tuple[list[dict[str, Any]], list[Line]]:
    """The deliveries that are new, and the lines with a fault. A payment that stands there twice was made twice."""
    fault = _fault_of(row)
    if row is None or fault is not None:
        return [], [_with(line, fault or Fault.UNMATCHED) for line in lines]
    fresh, wrong, times = [], [], Counter[tuple[date, int]]()
    for line in lines:
        amount = _amount(row, line, letter)
        if amount is None or line.day is None:
            wrong.append(_with(line, Fault.AMOUNT))
            continue
        times[line.day, amount] += 1
        number = times[line.day, amount]
        if number > known.get((row.id, line.day, amount), 0):
            fresh.append({"day": line.day, "amount": amount, "number": number})
    return fresh, wrong


def _fault_of(row: Commitment | None) -> Fault | None:
    if row is None:
        return Fault.UNMATCHED
    if row.pledge.kind is not PledgeKind.AMOUNT:
        return Fault.NO_AMOUNT
    return None if row.state in BINDING else Fault.OVER


def _amount(row: Commitment, line: Line, letter: Letter) -> int | None:
    unit = row.pledge.unit
    try:
        return read_amount(line.amount, unit, letter.language) if unit else None
    except AmountRefused:
        return None


def _otherwise(credited: Sequence[tuple[Commitment, int]]) -> tuple[Otherwise, ...]:
    return tuple(
        Otherwise(row.reference, row.pledge.unit, row.state, row.delivered, imported)
        for row, imported in credited
        if row.is_own_word and row.delivered != imported and row.pledge.unit
    )


def _with(line: Line, fault: Fault) -> Line:
    return Line(line.number, line.text, line.reference, line.amount, line.day, fault)
