"""What mail providers ignore in an address: the rules by which several spellings are one person's.

Only what a provider says itself, and never what could make one of two people: a rule that is missing lets somebody sign
twice under two names of one mailbox, a rule too many keeps somebody else from signing at all.
"""

import unicodedata
from dataclasses import dataclass


@dataclass(frozen=True)
class _Provider:
    """What one provider ignores in front of the @, and its domains' one name."""

    domains: tuple[str, ...]
    ignored: str = ""
    """Characters that make no difference."""
    tag: str | None = "+"
    """What begins a tag that makes no difference."""
    base: str | None = None
    """What stands between a name that only its user has, and a word for each address that the user made of it. The name
    is none that can be mailed to, so it is kept apart from the user of that name.
    """
    has_subdomains: bool = False
    """Whether `anything@ada.example.org` is `ada@example.org`."""


def _each(*domains: str, **rules: str | bool) -> tuple[_Provider, ...]:
    """The same rules for several domains, whose users are different ones."""
    return tuple(_Provider((domain,), **rules) for domain in domains)  # type: ignore[arg-type] # told apart by name


_FASTMAIL = "cn co.uk com com.au de es fm fr im in jp mx net nl org se to tw uk us"
_OUTLOOK = (
    "outlook.at outlook.be outlook.cl outlook.co.id outlook.co.il outlook.co.th outlook.com outlook.com.ar "
    "outlook.com.au outlook.com.br outlook.com.gr outlook.com.tr outlook.com.vn outlook.cz outlook.de "
    "outlook.dk outlook.es outlook.fr outlook.hu outlook.ie outlook.in outlook.it outlook.jp outlook.kr "
    "outlook.lv outlook.my outlook.ph outlook.pt outlook.sa outlook.sg outlook.sk hotmail.be hotmail.ca "
    "hotmail.ch hotmail.cl hotmail.co.jp hotmail.co.uk hotmail.com hotmail.com.ar hotmail.com.br "
    "hotmail.com.tr hotmail.de hotmail.dk hotmail.es hotmail.fi hotmail.fr hotmail.gr hotmail.hu hotmail.it "
    "hotmail.nl hotmail.no hotmail.se live.at live.be live.ca live.cl live.cn live.co.uk live.co.za live.com "
    "live.com.ar live.com.au live.com.mx live.com.pt live.de live.dk live.fi live.fr live.ie live.in live.it "
    "live.jp live.nl live.no live.ru live.se msn.com"
)
_YAHOO = (
    "yahoo.at yahoo.be yahoo.ca yahoo.cl yahoo.co.id yahoo.co.il yahoo.co.in yahoo.co.nz yahoo.co.th "
    "yahoo.co.uk yahoo.co.za yahoo.com yahoo.com.ar yahoo.com.au yahoo.com.br yahoo.com.co yahoo.com.hk "
    "yahoo.com.mx yahoo.com.my yahoo.com.pe yahoo.com.ph yahoo.com.sg yahoo.com.tr yahoo.com.tw yahoo.com.vn "
    "yahoo.cz yahoo.de yahoo.dk yahoo.es yahoo.fi yahoo.fr yahoo.gr yahoo.hu yahoo.ie yahoo.in yahoo.it "
    "yahoo.nl yahoo.no yahoo.pl yahoo.pt yahoo.ro yahoo.se ymail.com"
)

_PROVIDERS = (
    _Provider(("gmail.com", "googlemail.com"), ignored="."),
    _Provider(("proton.me", "protonmail.com", "protonmail.ch", "pm.me"), ignored=".-_"),
    _Provider(("icloud.com", "me.com", "mac.com")),
    _Provider(("yandex.ru", "yandex.com", "ya.ru", "yandex.by", "yandex.kz", "yandex.uz", "yandex.ua", "narod.ru")),
    *_each(*(f"fastmail.{ending}" for ending in _FASTMAIL.split()), has_subdomains=True),
    *_each(*_OUTLOOK.split()),
    *_each(*_YAHOO.split(), base="-"),
    *_each("zoho.com", "zohomail.com", "zoho.eu", "zohomail.eu", "zoho.in", "zohomail.in"),
    *_each("mail.ru", "bk.ru", "inbox.ru", "internet.ru", "list.ru"),
    *_each("hey.com", "mailbox.org", "pobox.com", "posteo.de", "riseup.net", "runbox.com"),
)
"""Not among them, as they know no tags: GMX, WEB.DE, T-Online, Tuta, and Yahoo Japan, which is another company."""

_BY_DOMAIN = {domain: provider for provider in _PROVIDERS for domain in provider.domains}


def canonical_of(local: str, domain: str) -> str:
    """The one spelling of an address whose domain is in ASCII. Case makes no difference at any provider, nor whether a
    sigma ends a word.
    """
    local, domain = unicodedata.normalize("NFC", local.lower()).replace("ς", "σ"), domain.lower()
    if (above := _subdomains_of(domain)) is not None:
        local, domain = domain.removesuffix(f".{above}"), above
    provider = _BY_DOMAIN.get(domain)
    return f"{local}@{domain}" if provider is None else f"{_name(local, provider)}@{provider.domains[0]}"


def _subdomains_of(domain: str) -> str | None:
    """The provider's domain, if this is the subdomain of one of its users."""
    above = domain.partition(".")[2]
    provider = _BY_DOMAIN.get(above)
    return above if provider is not None and provider.has_subdomains else None


def _name(local: str, provider: _Provider) -> str:
    """What names the user, in front of the @; a spelling that would leave nothing stays as it is."""
    if provider.tag:
        local = local.split(provider.tag, 1)[0] or local
    if provider.base:
        name, base, _word = local.partition(provider.base)
        local = name + base if name else local
    stripped = local.translate({ord(character): None for character in provider.ignored})
    return stripped or local


def is_provider(domain: str) -> bool:
    """Whether anyone can have an address of that domain, as far as there are rules for it."""
    return domain in _BY_DOMAIN or _subdomains_of(domain) is not None
