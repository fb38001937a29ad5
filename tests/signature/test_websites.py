"""Which websites an organization may name, and which spellings are one."""

import pytest

from pledges.signature.websites import WebsiteRefused, read_website

READ = {
    "example.org": ("https://example.org", "example.org"),
    "  example.org  ": ("https://example.org", "example.org"),
    "HTTP://WWW.Example.org/About": ("http://www.example.org/About", "example.org"),
    "https://example.org./": ("https://example.org/", "example.org"),
    "www.example.org": ("https://www.example.org", "example.org"),
    "https://www.de": ("https://www.de", "www.de"),
    "https://münchen.de/über uns".replace(" ", "-"): (
        "https://xn--mnchen-3ya.de/%C3%BCber-uns",
        "xn--mnchen-3ya.de",
    ),
    "https://xn--mnchen-3ya.de": ("https://xn--mnchen-3ya.de", "xn--mnchen-3ya.de"),
    "https://example.org/a?b=c&d=%20#top": ("https://example.org/a?b=c&d=%20", "example.org"),
}

REFUSED = [
    "",
    "nowhere",
    "localhost",
    "https://",
    "https:///path",
    "//example.org",
    "ftp://example.org",
    "javascript:alert(1)",
    "javascript://example.org/%0aalert(1)",
    "data:text/html,x",
    "mailto:ada@example.org",
    "ada@example.org",
    "https://user:password@example.org",
    "https://example.org:8080",
    "https://127.0.0.1",
    "https://1.2.3.4/",
    "https://[::1]/",
    "https://example.test",
    "https://printer.local",
    "https://exa mple.org",
    "https://example.org/a b",
    "https://example.org\\@evil.example.com",
    "https://example.org%2f.example.com",
    "https://example.org\x00",
    "https://\u202eexample.org",
    "https://example.org/" + "a" * 300,
    "https://example.org/" + "é" * 100,
    "https://" + "a" * 64 + ".org",
]


@pytest.mark.parametrize("text", READ)
def test_a_website_is_read_as_it_leads_somewhere(text: str) -> None:
    website = read_website(text)
    assert (website.url, website.host) == READ[text]


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_no_website_of_somebody_is_refused(text: str) -> None:
    with pytest.raises(WebsiteRefused):
        read_website(text)
