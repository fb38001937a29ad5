"""Mail addresses: which are taken, and which spellings reach the same mailbox."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache

from email_validator import EmailNotValidError, validate_email

from pledges.plain_text import is_refused

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


@dataclass(frozen=True)
class _Provider:
    """What one provider ignores in front of the @, as its own help pages say, and its domains' one name."""

    domains: tuple[str, ...]
    ignored: str = ""
    """Characters that make no difference."""
    tag: str | None = "+"
    """What begins a tag that makes no difference."""


_PROVIDERS = (
    _Provider(("gmail.com", "googlemail.com"), ignored="."),
    _Provider(("proton.me", "protonmail.com", "protonmail.ch", "pm.me"), ignored=".-_"),
    _Provider(("icloud.com", "me.com", "mac.com")),
    _Provider(("yandex.ru", "yandex.com", "ya.ru", "yandex.by", "yandex.kz", "yandex.ua", "narod.ru")),
    _Provider(("fastmail.com",)),
    _Provider(("fastmail.fm",)),
    _Provider(("outlook.com",)),
    _Provider(("hotmail.com",)),
    _Provider(("live.com",)),
    _Provider(("msn.com",)),
    _Provider(("zoho.com",)),
    _Provider(("tuta.com",), tag=None),
    _Provider(("mailbox.org",)),
    _Provider(("posteo.de",)),
    _Provider(("runbox.com",)),
    _Provider(("pobox.com",)),
)
_BY_DOMAIN = {domain: provider for provider in _PROVIDERS for domain in provider.domains}


def read_address(text: str) -> Address:
    """The address in `text`; raises AddressRefused. Syntax and special-use names are checked, DNS never is."""
    if any(is_refused(character) for character in text.strip()):
        raise AddressRefused("holds a character that can't be read")
    try:
        checked = validate_email(text.strip(), check_deliverability=False, allow_smtputf8=True, strict=True)
    except EmailNotValidError as error:
        raise AddressRefused(str(error)) from error
    typed = checked.ascii_email or f"{checked.local_part}@{checked.ascii_domain}"
    if len(typed) > LONGEST:
        raise AddressRefused("too long")
    return Address(typed=typed, canonical=_canonical(checked.local_part, checked.ascii_domain))


def is_within(address: Address, domains: Collection[str]) -> bool:
    """Whether the address belongs to one of `domains` itself; a subdomain is another domain."""
    return address.typed.rpartition("@")[2].lower() in domains


def is_disposable(typed: str) -> bool:
    """Whether a checked address is of a domain that is known to lend mailboxes for minutes."""
    return typed.rpartition("@")[2].lower() in _disposable_domains()


def _canonical(local: str, domain: str) -> str:
    local, domain = local.lower(), domain.lower()
    provider = _BY_DOMAIN.get(domain)
    if provider is not None:
        domain = provider.domains[0]
        if provider.tag:
            local = local.split(provider.tag, 1)[0] or local
        stripped = local.translate({ord(character): None for character in provider.ignored})
        local = stripped or local
    return f"{local}@{domain}"


@cache
def _disposable_domains() -> frozenset[str]:
    from disposable_email_domains import blocklist  # noqa: PLC0415 - ten thousand names, needed at a confirmation only

    return frozenset(blocklist)
