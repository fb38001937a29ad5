"""Mail addresses: which are taken, and which spellings reach the same mailbox."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache, lru_cache

from email_validator import EmailNotValidError, validate_email

from pledges.plain_text import is_refused
from pledges.signature.providers import canonical_of, is_provider

LONGEST = 254


@dataclass(frozen=True)
class Address:
    """A checked address: `typed` is where mail goes, `canonical` what makes it one person's."""

    typed: str
    canonical: str

    @property
    def domain(self) -> str:
        """In ASCII, small letters, aliases resolved."""
        return self.canonical.rpartition("@")[2]


class AddressRefused(ValueError):
    """Not a mail address that can belong to someone on the internet."""


def read_address(text: str) -> Address:
    """The address in `text`; raises AddressRefused. Syntax and special-use names are checked, DNS never is."""
    if any(is_refused(character) for character in text.strip()):
        raise AddressRefused("holds a character that can't be read")
    if "=?" in text:
        raise AddressRefused("holds an encoded word, which mail programs read as something else")
    try:
        checked = validate_email(text.strip(), check_deliverability=False, allow_smtputf8=True, strict=True)
    except EmailNotValidError as error:
        raise AddressRefused(str(error)) from error
    typed = checked.ascii_email or f"{checked.local_part}@{checked.ascii_domain}"
    if len(typed) > LONGEST:
        raise AddressRefused("too long")
    return Address(typed=typed, canonical=canonical_of(checked.local_part, checked.ascii_domain))


def read_domain(text: str) -> str:
    """The domain in `text`, in ASCII and small letters; raises AddressRefused."""
    if any(is_refused(character) or character == "@" for character in text):
        raise AddressRefused("no domain")
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
