"""Composes a mail in the moment it is sent: its words come from three templates, its links from fresh tokens."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import BaseHeader, HeaderRegistry
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import format_datetime, formataddr, make_msgid, parseaddr
from functools import cache
from typing import Any, TypeAlias

from sqlalchemy.orm import Session

from pledges.db import Base
from pledges.mail.models import OwedMail

LONGEST_LINE = 998
LONGEST_ENCODED_LINE = 76


class Headers(EmailPolicy):
    """Takes a header in plain ASCII as it is, for the default takes each apart, a third of the work of writing a mail;
    folds none that fits a line, for the default folds long links into encoded words.

    What must be encoded is folded into words of at most 75 characters (RFC 2047).
    """

    def header_store_parse(self, name: str, value: Any) -> tuple[str, Any]:
        if type(value) is str and not name.startswith("Content-") and _PLAIN.fullmatch(value):
            return name, value
        stored: tuple[str, Any] = super().header_store_parse(name, value)
        return stored

    def fold(self, name: str, value: str) -> str:
        if type(value) is str and _PLAIN.fullmatch(value):
            return f"{name}: {value}{self.linesep}"
        return str((_LONG if value.isascii() else _ENCODED).fold(name, value))

    def fold_binary(self, name: str, value: str) -> bytes:
        return self.fold(name, value).encode()


class Registry(HeaderRegistry):
    """Makes the class of each header once; the default makes it anew for each header of each mail."""

    def __init__(self) -> None:
        super().__init__()
        self._made: dict[str, type[BaseHeader]] = {}

    def __getitem__(self, name: str) -> type[BaseHeader]:
        if name not in self._made:
            self._made[name] = super().__getitem__(name)
        return self._made[name]


_PLAIN = re.compile(r"[ -~]{1,900}")
_LONG = EmailPolicy(linesep=SMTP.linesep, max_line_length=LONGEST_LINE)
_ENCODED = EmailPolicy(linesep=SMTP.linesep, max_line_length=LONGEST_ENCODED_LINE)
POLICY = Headers(linesep=SMTP.linesep, max_line_length=LONGEST_LINE, header_factory=Registry())

_BREAKS = re.compile(r"[\x00-\x1f\x7f\u0085\u2028\u2029]+")


@dataclass(frozen=True)
class Letterhead:
    """From whom mails come and where their links lead."""

    sender: str
    base_url: str


@dataclass(frozen=True)
class Content:
    """What a composer says: to whom, in which language, about what. `event` names the templates' folder."""

    event: str
    recipient: str
    language: str
    words: Mapping[str, Any] = field(default_factory=dict)
    unsubscribe: str | None = None
    """The path at which one click stops mails of this kind (RFC 8058)."""


Composer: TypeAlias = Callable[[Session, OwedMail, datetime], Content | None]
Renderer: TypeAlias = Callable[[str, str, Mapping[str, Any]], str]
"""Renders (template, language, words)."""

_composers: dict[str, Composer] = {}
_subjects: dict[str, type[Base]] = {}
_carrying_recipient: set[str] = set()


def register(event: str, composer: Composer, *, about: type[Base], carries_recipient: bool = False) -> None:
    """Tells how the mails of an event are composed, and `about` rows of which model they are; a composer answers None
    where nobody need be told.

    It `carries_recipient` whose address may be stored nowhere else: then what was refused for good can't be sent again.
    """
    _composers[event] = composer
    _subjects[event] = about
    if carries_recipient:
        _carrying_recipient.add(event)


def find_table(event: str) -> str | None:
    """The table whose rows the mails of that event are about; None of an event that nobody composes any more."""
    return _subjects[event].__tablename__ if event in _subjects else None


def list_events(about: type[Base]) -> list[str]:
    """The events whose mails are about rows of that model."""
    return [event for event, subject in _subjects.items() if subject is about]


def can_be_retried(event: str) -> bool:
    """Whether a mail of that event still has an address after it was refused for good."""
    return event not in _carrying_recipient


def compose(session: Session, owed: OwedMail, *, now: datetime) -> Content | None:
    """What the owed mail says now."""
    return _composers[owed.event](session, owed, now)


def write(content: Content, letterhead: Letterhead, render: Renderer, *, now: datetime) -> EmailMessage:
    """The mail itself: plain text that says everything, and HTML with its style inline."""
    folder = f"email/{content.event}"
    words = {**content.words, "base_url": letterhead.base_url}
    message = EmailMessage(policy=POLICY)
    subject = _one_line(render(f"{folder}/subject.txt", content.language, words))
    message["Subject"] = subject
    message["From"] = _address_header(letterhead.sender)
    message["To"] = content.recipient
    message["Date"] = format_datetime(now)
    message["Message-ID"] = make_msgid(domain=parseaddr(letterhead.sender)[1].rpartition("@")[2])
    message["Auto-Submitted"] = "auto-generated"
    if content.unsubscribe is not None:
        message["List-Unsubscribe"] = f"<{letterhead.base_url}{content.unsubscribe}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    text = render(f"{folder}/body.txt", content.language, words).strip() + "\n"
    message.set_content(text, cte=_encoding(text))
    html = _inliner().inline(render(f"{folder}/body.html", content.language, {**words, "subject": subject}))
    message.add_alternative(html, subtype="html", cte=_encoding(html))
    message["Content-Language"] = content.language  # after the parts: making them drops all that is said of content
    return message


def _encoding(text: str) -> str:
    short = all(len(line) <= LONGEST_LINE for line in text.splitlines())
    return "7bit" if text.isascii() and short else "quoted-printable"


def _one_line(text: str) -> str:
    return _BREAKS.sub(" ", text).strip()


def _address_header(sender: str) -> str:
    name, address = parseaddr(sender)
    return formataddr((name, address)) if name else address


@cache
def _inliner() -> Any:
    import css_inline  # noqa: PLC0415 - needed by the worker only

    return css_inline.CSSInliner(load_remote_stylesheets=False, keep_style_tags=False)
