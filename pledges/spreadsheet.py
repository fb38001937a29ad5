"""Exports as lines: CSV of which no spreadsheet takes a cell for a formula, or one array of JSON."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

_FORMULAS = ("=", "+", "-", "@", "\t", "\r")


def as_csv(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """The columns' names, then each row; lines end as RFC 4180 says."""
    yield _line(columns)
    for row in rows:
        yield _line([_harmless(row[column]) for column in columns])


def as_json(rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """One array, a row at a time."""
    yield "["
    for number, row in enumerate(rows):
        yield ("," if number else "") + "\n" + json.dumps(row, ensure_ascii=False)
    yield "\n]\n"


def _harmless(value: object) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULAS) else text


def _line(cells: Sequence[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow(cells)
    return line.getvalue()
