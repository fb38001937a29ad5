"""Turns a letter's Markdown into the only HTML that is ever shown unescaped."""

import hashlib
import re
from functools import cache
from typing import TYPE_CHECKING

from pledges.plain_text import is_refused

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

TAGS = frozenset(
    ["p", "br", "hr", "em", "strong", "blockquote", "ul", "ol", "li", "h2", "h3", "h4", "h5", "h6", "a", "code", "pre"]
)
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_OTHER_HOST = re.compile(r"^[\\/]{2}")


def fingerprint(markdown: str) -> str:
    """SHA-256 of the Markdown in UTF-8, in hexadecimal: what a signatory can hold us to."""
    return hashlib.sha256(markdown.encode()).hexdigest()


def render(markdown: str) -> str:
    """Sanitized HTML. The highest heading becomes an h2, for the title is the page's h1; characters that turn the
    direction of writing are dropped, however they are written; links to another host need a scheme.
    """
    import nh3  # noqa: PLC0415 - needed when a text is saved, not when it is shown

    parser = _parser()
    tokens = _under_the_title(parser.parse(readable(markdown)))
    return nh3.clean(
        readable(parser.renderer.render(tokens, parser.options, {})),
        tags=TAGS,
        attributes={"a": {"href"}, "*": set()},
        url_schemes={"http", "https", "mailto"},
        attribute_filter=_keep_attribute,
        link_rel="noopener",
    )


@cache
def _parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt  # noqa: PLC0415 - the same

    return MarkdownIt("commonmark", {"html": False, "typographer": False})


def readable(text: str) -> str:
    """The text without what can't be seen or turns the direction of writing.

    In a letter once for what stands in its Markdown, and once more for what its character references stood for.
    """
    return "".join(c for c in text if c in "\n\t" or not is_refused(c))


def _under_the_title(tokens: "list[Token]") -> "list[Token]":
    headings = [token for token in tokens if token.tag in _HEADINGS]
    highest = min((_HEADINGS.index(token.tag) for token in headings), default=0)
    for token in headings:
        token.tag = _HEADINGS[min(_HEADINGS.index(token.tag) - highest + 1, 5)]
    return tokens


def _keep_attribute(tag: str, name: str, value: str) -> str | None:
    return None if _OTHER_HOST.match(value.strip()) else value
