"""Exports as lines: CSV of which no spreadsheet takes a cell for a formula, or one array of JSON."""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

_SIGNS = "=+@\uff1d\uff0b\uff0d\uff20\\-"
"""With which a formula begins; the full-width ones, too."""
_FORMULA = re.compile(rf"""((?:^|[;\t\r\n])[\s"]*)(?=[{_SIGNS}])""")


def as_csv(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """The columns' names, then each row; lines end as RFC 4180 says."""
    yield ",".join(columns) + "\r\n"
    for row in rows:
        yield _line([_harmless(row[column]) for column in columns])


def as_json(rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """One array, a row at a time."""
    yield "["
    for number, row in enumerate(rows):
        yield ("," if number else "") + "\n" + json.dumps(row, ensure_ascii=False)
    yield "\n]\n"


def _harmless(value: object) -> str:
    """With a mark before what may begin a formula: at the beginning, and behind what may set cells apart elsewhere. A
    spreadsheet that expects semicolons splits there whatever the quotes.
    """
    text = "" if value is None else str(value)
    return _FORMULA.sub(r"\1'", text)


def _line(cells: Sequence[str]) -> str:
    """Every cell in quotes: so those that go by commas and semicolons both find no more cells than there are."""
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n", quoting=csv.QUOTE_ALL).writerow(cells)
    return line.getvalue()
