"""Mail addresses: which are taken, and which spellings reach the same mailbox."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache

from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email

from pledges.plain_text import JOINERS, is_refused
from pledges.signature.providers import canonical_of, is_provider

LONGEST = 254
LONGEST_LOCAL = 64
"""Of what stands before the @ (RFC 5321)."""
_BETWEEN = re.compile(r"[\s,;/|]+")
"""What people put between two addresses."""
_NUMBER = re.compile(r"\[.*\]|[0-9.]+")


@dataclass(frozen=True)
class Address:
    """A checked address: `typed` is where mail goes, `canonical` what makes it one person's."""

    typed: str
    canonical: str

    @property
    def domain(self) -> str:
        """In ASCII, small letters, aliases resolved."""
        return self.canonical.rpartition("@")[2]


class Flaw(StrEnum):
    """Why an address is not taken, as far as whoever typed it can mend it."""

    SEVERAL = "several"
    HIDDEN = "hidden"
    """It holds a character that is not seen."""
    LONG = "long"
    NUMBER = "number"
    """A number of the network stands where a domain should."""
    RESERVED = "reserved"
    """Its domain is set aside, and no mail is delivered there (RFC 6761)."""
    OTHER = "other"


class AddressRefused(ValueError):
    """Not a mail address that can belong to someone on the internet."""

    def __init__(self, text: str, what: str) -> None:
        super().__init__(what)
        self.flaw = _flaw(text)


def read_address(text: str) -> Address:
    """The address in `text`; raises AddressRefused. Syntax and special-use names are checked, DNS never is."""
    if any(is_refused(character) for character in text.strip()):
        raise AddressRefused(text, "holds a character that can't be read")
    if "=?" in text:
        raise AddressRefused(text, "holds an encoded word, which mail programs read as something else")
    try:
        checked = validate_email(text.strip(), check_deliverability=False, allow_smtputf8=True, strict=True)
    except EmailNotValidError as error:
        raise AddressRefused(text, str(error)) from error
    typed = checked.ascii_email or f"{checked.local_part}@{checked.ascii_domain}"
    if len(typed) > LONGEST:
        raise AddressRefused(text, "too long")
    return Address(typed=typed, canonical=canonical_of(checked.local_part, checked.ascii_domain))


def ending_of(text: str) -> str:
    """The last part of what stands behind the @, with its dot."""
    return "." + text.strip().lower().rpartition("@")[2].rpartition(".")[2]


def _flaw(text: str) -> Flaw:
    text = text.strip()
    before, _, domain = text.rpartition("@")
    flaws = {
        Flaw.SEVERAL: sum("@" in part for part in _BETWEEN.split(text)) > 1,
        Flaw.HIDDEN: any(is_refused(character) or character in JOINERS for character in text),
        Flaw.LONG: len(text) > LONGEST or len(before) > LONGEST_LOCAL,
        Flaw.NUMBER: bool(before and _NUMBER.fullmatch(domain)),
        Flaw.RESERVED: bool(before and ending_of(text)[1:] in SPECIAL_USE_DOMAIN_NAMES),
    }
    return next((flaw for flaw, is_there in flaws.items() if is_there), Flaw.OTHER)


def read_domain(text: str) -> str:
    """The domain in `text`, in ASCII and small letters; raises AddressRefused."""
    if any(is_refused(character) or character == "@" for character in text):
        raise AddressRefused(text, "no domain")
    return read_address(f"name@{text}").typed.rpartition("@")[2].lower()


@lru_cache(maxsize=1000)
def readable_domain(domain: str) -> str:
    """A checked domain as people write it: `münchen.de`, and not `xn--mnchen-3ya.de`."""
    return str(validate_email(f"name@{domain}", check_deliverability=False).domain)


def is_within(address: Address, domains: Collection[str]) -> bool:
    """Whether the address belongs to one of `domains` itself; a subdomain is another domain."""
    return address.typed.rpartition("@")[2].lower() in domains


def is_disposable(typed: str) -> bool:
    """Whether a checked address is of a domain that is known to lend mailboxes for minutes, or of a part of one."""
    labels = typed.rpartition("@")[2].lower().split(".")
    return any(".".join(labels[n:]) in _disposable_domains() for n in range(len(labels) - 1))


def lends_mailboxes(domain: str) -> bool:
    """Whether anyone can have an address of that domain: it tells nothing of where they belong."""
    first, *others = domain.split(".")
    is_whole = len(others) == 1 or (len(others) == 2 and len(others[0]) <= 3)
    return is_provider(domain) or (is_whole and first in _PUBLIC)


_LENDERS = """yahoo ymail aol gmx web mail email inbox hotmail live outlook qq 163 126 naver daum rediffmail libero
orange free wanadoo laposte t-online freenet seznam wp onet interia o2 comcast verizon att btinternet riseup hey duck
zoho tuta
"""
_PUBLIC = frozenset(_LENDERS.split())


@cache
def _disposable_domains() -> frozenset[str]:
    from disposable_email_domains import blocklist  # noqa: PLC0415 - ten thousand names, needed at a confirmation only

    return frozenset(blocklist)
