"""Typed access to the YAML head of a letter file, in which every mistake is named with its line."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

import yaml

from pledges.errors import DomainError
from pledges.plain_text import TextRefused, clean

E = TypeVar("E", bound=StrEnum)

LARGEST = 10**9
LAST_YEAR = 2999
"""Of what falls due: what is reckoned from there on must still be a date."""
_DECIMAL = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,6})?\Z")


class LetterFileWrong(DomainError):
    """A letter file can't be used; the message names the line and what to do."""

    def __init__(self, line: int, what: str) -> None:
        super().__init__(f"line {line}: {what}")
        self.line = line


class Part:
    """One node of the head: `name` is what a mistake in it is called by, `line` where it stands."""

    def __init__(self, name: str, node: yaml.Node, first_line: int) -> None:
        self.name = name
        self.node = node
        self._first_line = first_line

    @property
    def line(self) -> int:
        return self.node.start_mark.line + self._first_line

    def wrong(self, what: str) -> LetterFileWrong:
        return LetterFileWrong(self.line, f"{self.name} {what}")

    def raw(self) -> str:
        if not isinstance(self.node, yaml.ScalarNode):
            raise self.wrong("must be a single value")
        return str(self.node.value).strip()

    def text(self, limit: int) -> str:
        """A line of text, not empty, of at most `limit` characters."""
        try:
            value = clean(self.raw())
        except TextRefused:
            raise self.wrong("holds a character that can't be shown, or that turns the direction of writing") from None
        if not value or len(value) > limit:
            raise self.wrong(f"must have 1 to {limit} characters")
        return value

    def block(self) -> str:
        value = self.raw()
        if not value:
            raise self.wrong("must not be empty")
        return value

    def number(self, lowest: int, highest: int = LARGEST) -> int:
        value = self.raw().replace("_", "").lstrip("0") or "0"
        if not (value.isascii() and value.isdecimal()) or int(value[:12]) < lowest:
            raise self.wrong(f"must be a whole number of at least {lowest}")
        if int(value[:12]) > highest:
            raise self.wrong(f"must be a whole number of at most {highest}")
        return int(value)

    def decimal(self) -> Decimal:
        if not _DECIMAL.match(self.raw()) or not Decimal(self.raw()):
            raise self.wrong("must be a number above 0, such as 1500 or 12.50")
        return Decimal(self.raw())

    def truth(self) -> bool:
        value = self.raw().lower()
        if value not in ("true", "false"):
            raise self.wrong("must be true or false")
        return value == "true"

    def choice(self, enum: type[E]) -> E:
        try:
            return enum(self.raw())
        except ValueError:
            raise self.wrong(f"must be one of {', '.join(enum)}") from None

    def day(self) -> date:
        try:
            return date.fromisoformat(self.raw())
        except ValueError:
            raise self.wrong("must be a date, such as 2027-03-08") from None

    def day_after(self, moment: datetime | None) -> date:
        """A day that has not ended by then, and not beyond all reckoning."""
        day = self.day()
        if day.year > LAST_YEAR:
            raise self.wrong(f"must be a date up to the year {LAST_YEAR}")
        if moment is not None and day < moment.astimezone(UTC).date():
            raise self.wrong("has passed; nobody could make this pledge any more")
        return day

    def moment(self) -> datetime:
        """ISO 8601; without a zone UTC, and a date alone means the end of that day."""
        try:
            moment = _end_of_day(self.raw()) or datetime.fromisoformat(self.raw())
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, OverflowError):
            raise self.wrong("must be a date or a time, such as 2027-03-08 or 2027-03-08T18:00:00Z") from None

    def each(self) -> Iterator["Part"]:
        if not isinstance(self.node, yaml.SequenceNode):
            raise self.wrong("must be a list")
        for number, node in enumerate(self.node.value, start=1):
            yield Part(f"{self.name}, number {number},", node, self._first_line)

    def keys(self, required: set[str], optional: set[str] | None = None) -> dict[str, "Part"]:
        """The parts of a mapping; a missing, unknown or repeated key is a mistake. `optional` None: any."""
        if not isinstance(self.node, yaml.MappingNode):
            raise self.wrong("must be made of lines like 'key: value'")
        parts: dict[str, Part] = {}
        for key_node, node in self.node.value:
            key = Part("the key", key_node, self._first_line)
            name = key.text(80)
            if optional is not None and name not in required | optional:
                known = ", ".join(sorted(required | optional))
                raise key.wrong(f"'{name}' is not known here; {f'known are {known}' if known else 'nothing is'}")
            if name in parts:
                raise key.wrong(f"'{name}' stands there twice")
            parts[name] = Part(f"'{name}'", node, self._first_line)
        for name in sorted(required - parts.keys()):
            raise self.wrong(f"lacks '{name}'")
        return parts


def split(content: str) -> tuple[Part, str, int]:
    """The head, the Markdown below it, and the line on which that begins; raises LetterFileWrong."""
    lines = content.removeprefix("\ufeff").replace("\r\n", "\n").split("\n")
    if lines[0].strip() != "---":
        raise LetterFileWrong(1, "a letter file begins with a line '---', its head, and another line '---'")
    end = next((number for number, line in enumerate(lines[1:], start=1) if line.strip() == "---"), None)
    if end is None:
        raise LetterFileWrong(len(lines), "the head does not end: a line '---' is missing")
    node = _compose("\n".join(lines[1:end]))
    return (Part("the head", node, 2), "\n".join(lines[end + 1 :]).strip() + "\n", end + 2)


def _compose(head: str) -> yaml.Node:
    try:
        node = yaml.compose(head, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 2 if error.problem_mark else 1
        raise LetterFileWrong(line, f"the head is not YAML: {error.problem}") from None
    except yaml.reader.ReaderError as error:
        line = head.count("\n", 0, error.position) + 2
        raise LetterFileWrong(line, "the head holds a character that YAML does not allow") from None
    except RecursionError:
        raise LetterFileWrong(1, "the head is nested too deeply") from None
    if node is None:
        raise LetterFileWrong(1, "the head is empty")
    return node


def _end_of_day(text: str) -> datetime | None:
    """None where it is not a date alone."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return datetime.combine(day + timedelta(days=1), time(), UTC)
