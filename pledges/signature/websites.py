"""Websites of organizations: which are taken, and which spellings are one organization's."""

from dataclasses import dataclass
from urllib.parse import quote, urlsplit, urlunsplit

from pledges.plain_text import is_refused
from pledges.signature.addresses import AddressRefused, read_domain

LONGEST_WEBSITE = 300
_SAFE = "/%:@!$&'()*+,;=-._~"


@dataclass(frozen=True)
class Website:
    """A checked address of the web: `url` is where a link leads, `host` what makes it one organization's."""

    url: str
    host: str
    """In ASCII, small letters, without `www.`."""


class WebsiteRefused(ValueError):
    """Not an address of the web that an organization can have."""


def read_website(text: str) -> Website:
    """The website in `text`; a bare `example.org` is `https://example.org`. Raises WebsiteRefused.

    Only http and https, only names that can be somebody's on the internet, no passwords, no ports; DNS is never asked.
    """
    text = text.strip()
    if len(text) > LONGEST_WEBSITE or any(character.isspace() or is_refused(character) for character in text):
        raise WebsiteRefused("too long, or holds a character that no address has")
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        domain = read_domain(parts.netloc.removesuffix("."))
    except (ValueError, AddressRefused) as error:
        raise WebsiteRefused(str(error)) from error
    if parts.scheme not in ("http", "https"):
        raise WebsiteRefused("neither http nor https")
    url = urlunsplit((parts.scheme, domain, quote(parts.path, _SAFE), quote(parts.query, _SAFE + "?"), ""))
    if len(url) > LONGEST_WEBSITE:
        raise WebsiteRefused("too long")
    return Website(url=url, host=_without_www(domain))


def _without_www(domain: str) -> str:
    rest = domain.removeprefix("www.")
    return rest if "." in rest else domain
