"""Reads a letter file: a YAML head, then the letter in Markdown."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import idna

from pledges.errors import DomainError
from pledges.letter.head import LetterFileWrong, Part, split
from pledges.letter.models import LONGEST_SLUG, Counted, Moderation, PledgeKind
from pledges.letter.units import Unit
from pledges.plain_text import TextRefused, clean

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\Z")
LONGEST_TITLE = 200
LONGEST_BODY = 100_000
LONGEST_REASON = 500
LONGEST_LINK = 500
LARGEST_AMOUNT = 10**12
MOST_PLEDGES = 50
MOST_DAYS = 3650
MONTHS_KEPT = 12
MOST_MONTHS_KEPT = 120

_HASHTAG = re.compile(r"#?(\w{1,60})\Z")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*\Z")
_DOMAIN = re.compile(r"(?!.*\.\.)[a-z0-9][a-z0-9.-]*\.[a-z0-9-]*[a-z0-9]\Z")

_LINK = re.compile(r"https?://[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]{1,5})?(?:[/?#][!-~]*)?\Z")

_CASES: dict[int, Callable[[str], str]] = {2: str.upper, 4: str.title}
"""How the parts of a language's tag are written: regions have two letters, scripts four."""

_REQUIRED = {"slug", "title", "language", "to"}
_OPTIONAL = {
    "hashtag", "goal", "closes", "moderation", "count", "pledges", "email_domains", "anonymous", "together",
    "challenge_above", "keep_addresses", "translations",
}  # fmt: skip
KEYS = frozenset(_REQUIRED | _OPTIONAL)
"""All that a head may say."""
_OF_PLEDGE = {"unit", "due", "target", "every", "threshold", "lowest", "highest", "required", "pay"}


@dataclass(frozen=True)
class TextFile:
    """What a letter says in one language."""

    language: str
    title: str
    addressee: str
    markdown: str


@dataclass(frozen=True)
class LetterFile:
    """A letter file's content, checked; `texts` begins with the letter's own language."""

    slug: str
    texts: tuple[TextFile, ...]
    hashtag: str | None
    goal: int | None
    closes_at: datetime | None
    moderation: Moderation
    counted: Counted
    email_domains: tuple[str, ...]
    anonymous: bool
    together: int | None
    challenge_above: int | None
    keeps_addresses_months: int
    pledges: tuple[dict[str, Any], ...]
    """Each with `key`, `kind`, `texts` by language, and what else the file says, as JSON values."""


class ReasonRefused(DomainError):
    """A reason for the public is empty, too long or can't be shown."""


def read_reason(typed: str) -> str:
    """Why something was done, in one line; raises ReasonRefused."""
    try:
        reason = clean(typed)
    except TextRefused:
        reason = ""
    if not 1 <= len(reason) <= LONGEST_REASON:
        raise ReasonRefused(str(LONGEST_REASON))
    return reason


def read_letter_file(content: str, *, opens_at: datetime | None = None) -> LetterFile:
    """Reads and checks all of it; raises LetterFileWrong for the first mistake, with its line. In a letter that is new
    at `opens_at` it is one if a pledge was due before: nobody could make it any more.
    """
    head, body, body_line = split(content)
    parts = head.keys(_REQUIRED, _OPTIONAL)
    own = TextFile(
        language=_language(parts["language"]),
        title=parts["title"].text(LONGEST_TITLE),
        addressee=parts["to"].text(LONGEST_TITLE),
        markdown=_body(body, body_line),
    )
    pledges = _pledges(parts["pledges"], own.language, opens_at) if "pledges" in parts else {}
    translations = _translations(parts["translations"], own, pledges) if "translations" in parts else []
    return LetterFile(
        slug=_slug(parts["slug"]),
        texts=(own, *translations),
        hashtag=_hashtag(parts["hashtag"]) if "hashtag" in parts else None,
        goal=parts["goal"].number(1) if "goal" in parts else None,
        closes_at=parts["closes"].moment() if "closes" in parts else None,
        moderation=parts["moderation"].choice(Moderation) if "moderation" in parts else Moderation.HOLD,
        counted=parts["count"].choice(Counted) if "count" in parts else Counted.CONFIRMED,
        email_domains=_domains(parts["email_domains"]) if "email_domains" in parts else (),
        anonymous=parts["anonymous"].truth() if "anonymous" in parts else False,
        together=parts["together"].number(2) if "together" in parts else None,
        challenge_above=parts["challenge_above"].number(1) if "challenge_above" in parts else None,
        keeps_addresses_months=_months(parts["keep_addresses"]) if "keep_addresses" in parts else MONTHS_KEPT,
        pledges=tuple(pledges.values()),
    )


def _months(part: Part) -> int:
    months = part.number(1)
    if months > MOST_MONTHS_KEPT:
        raise part.wrong(f"must be a whole number of months, {MOST_MONTHS_KEPT} at most")
    return months


def _slug(part: Part) -> str:
    slug = part.raw()
    if len(slug) > LONGEST_SLUG or not SLUG.match(slug):
        raise part.wrong(f"must be small letters, digits and single hyphens, {LONGEST_SLUG} at most")
    return slug


def _language(part: Part) -> str:
    tag = part.raw()
    if not _LANGUAGE.match(tag) or len(tag) > 35:
        raise part.wrong("must be a language by BCP 47, such as en, es or pt-BR")
    first, *others = tag.split("-")
    return "-".join([first.lower(), *(_CASES.get(len(other), str.lower)(other) for other in others)])


def _hashtag(part: Part) -> str:
    match = _HASHTAG.match(part.raw())
    if match is None:
        raise part.wrong("must be letters and digits, 60 at most; write it in quotes if it begins with #")
    return match[1]


def _body(markdown: str, line: int) -> str:
    if not markdown.strip():
        raise LetterFileWrong(line, "the letter itself is missing below the head")
    if len(markdown) > LONGEST_BODY or "\0" in markdown:
        raise LetterFileWrong(line, f"the letter must have at most {LONGEST_BODY} characters, none of them null")
    return markdown


def _domains(part: Part) -> tuple[str, ...]:
    domains = []
    for each in part.each():
        try:
            domain = idna.encode(each.raw().lower(), uts46=True).decode()  # as the signatories' addresses are read
        except idna.IDNAError:
            domain = ""
        if not _DOMAIN.match(domain):
            raise each.wrong("must be a domain, such as example.org")
        domains.append(domain)
    return tuple(dict.fromkeys(domains))


def _pledges(part: Part, language: str, opens_at: datetime | None) -> dict[str, dict[str, Any]]:
    pledges: dict[str, dict[str, Any]] = {}
    for each in part.each():
        parts = each.keys({"key", "kind", "text"}, _OF_PLEDGE)
        key, kind = parts["key"].raw(), parts["kind"].choice(PledgeKind)
        if not SLUG.match(key) or len(key) > 40 or key in pledges:
            raise parts["key"].wrong("must be small letters, digits and single hyphens, 40 at most, and not used twice")
        if (kind is PledgeKind.AMOUNT) != ("unit" in parts):
            raise each.wrong("needs 'unit' if its kind is amount, and only then")
        unit = Unit(parts["unit"].text(20)) if "unit" in parts else None
        pledges[key] = {
            "key": key,
            "kind": kind.value,
            "texts": {language: parts["text"].text(500)},
            "unit": unit and unit.name,
            "due": parts["due"].day_after(opens_at).isoformat() if "due" in parts else None,
            "target": _amount(parts["target"], unit) if "target" in parts else None,
            "every": parts["every"].number(1, MOST_DAYS) if "every" in parts else None,
            "threshold": parts["threshold"].number(1) if "threshold" in parts else None,
            **_bounds(parts, unit),
            "required": parts["required"].truth() if "required" in parts else False,
        }
    if len(pledges) > MOST_PLEDGES:
        raise part.wrong(f"are too many: {MOST_PLEDGES} at most")
    return pledges


def _bounds(parts: dict[str, Part], unit: Unit | None) -> dict[str, str | None]:
    """What only an amount has: the lowest, the highest, and where it is paid."""
    for name in ("lowest", "highest", "pay"):
        if name in parts and unit is None:
            raise parts[name].wrong("is for a pledge whose kind is amount")
    lowest, highest = (_amount(parts[name], unit) if name in parts else None for name in ("lowest", "highest"))
    if lowest is not None and highest is not None and Decimal(highest) < Decimal(lowest):
        raise parts["highest"].wrong("must not be below 'lowest'")
    return {"lowest": lowest, "highest": highest, "pay": _link(parts["pay"]) if "pay" in parts else None}


def _amount(part: Part, unit: Unit | None) -> str:
    """An amount of the unit, or a number of people."""
    amount, decimals = part.decimal(), unit.decimals if unit else 0
    if amount.scaleb(decimals) % 1:
        of = f"an amount of {unit.name}" if unit else "a number of people"
        raise part.wrong(f"must have {decimals} decimals at most, being {of}")
    if amount > LARGEST_AMOUNT:
        raise part.wrong(f"must be {LARGEST_AMOUNT} at most")
    return str(amount)


def _link(part: Part) -> str:
    link = part.raw()
    if len(link) > LONGEST_LINK or not _LINK.match(link):
        raise part.wrong("must be a link that begins with https:// or http://")
    return link


def _translations(part: Part, own: TextFile, pledges: dict[str, dict[str, Any]]) -> list[TextFile]:
    texts: list[TextFile] = []
    for each in part.each():
        parts = each.keys({"language", "title", "body"}, {"to", "pledges"})
        language = _language(parts["language"])
        if language in {text.language for text in (own, *texts)}:
            raise parts["language"].wrong(f"{language} stands there already")
        translated = parts["pledges"].keys(set(pledges), set()) if "pledges" in parts else {}
        for key, text in translated.items():
            pledges[key]["texts"][language] = text.text(500)
        texts.append(
            TextFile(
                language=language,
                title=parts["title"].text(LONGEST_TITLE),
                addressee=parts["to"].text(LONGEST_TITLE) if "to" in parts else own.addressee,
                markdown=_body(parts["body"].block() + "\n", parts["body"].line),
            )
        )
    return texts
