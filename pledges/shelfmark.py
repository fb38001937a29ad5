"""The shelfmark: under what a public answer is kept, for which words of a query, and for how long.

Each path has the names that its view reads, and the values of each that can make another answer. Whatever else is asked
makes none, and the application is asked without it: what is kept under a mark is the answer to that mark alone.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, urlencode

from pledges.languages import SPOKEN, best_of_header

DAY_SECONDS = 86400
"""How long an answer may still serve while the database is away."""
HOUR_SECONDS = 3600
"""How long one may that lists names: whoever withdraws is to be read nowhere after it."""

NOT_WORTH = "pledges.not_worth_keeping"
"""Where in a request's environment a view says so."""

MOST_FIELDS = 20
LONGEST_PATH = 250

_SLUG = "[a-z0-9]+(?:-[a-z0-9]+)*"
_NUMBER = "(?:0|[1-9][0-9]{0,18})"


@dataclass(frozen=True)
class Shelfmark:
    """`query` is all that the answer depends on of what was asked."""

    key: str
    query: str
    lists_names: bool
    is_one_of_many: bool
    """Whether anybody can think up as many of its kind as he likes: few such are kept, and for this process alone."""
    is_slow: bool
    """Whether it takes so long to make that nobody may wait here for another who makes it."""

    @property
    def serves_for(self) -> int:
        return HOUR_SECONDS if self.lists_names else DAY_SECONDS


@dataclass(frozen=True)
class _Name:
    """A name in a query: `values` make answers of their own, `nothing` are values as good as none."""

    values: re.Pattern[str]
    nothing: re.Pattern[str]
    makes_many: bool = False


def _name(values: str, *, nothing: str = "", makes_many: bool = False) -> _Name:
    return _Name(re.compile(values), re.compile(nothing, re.DOTALL), makes_many)


_ANYTHING = ".*"
_NEVER = "(?!)"
_LANG = {"lang": _name("[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*", nothing=_ANYTHING)}
_SPOKEN = {"lang": _name("|".join(SPOKEN), nothing=_ANYTHING)}
_THEME = {"theme": _name("light|dark", nothing=_ANYTHING)}
_KIND = {"kind": _name("person|organization")}
_PLEDGE = {"pledge": _name(_SLUG)}
_AFTER = {"after": _name("[A-Za-z0-9_-]{1,400}", makes_many=True)}
_LIMIT = {"limit": _name("[0-9]{1,5}", nothing=_NEVER, makes_many=True)}
_SEARCH = {"q": _name(_NEVER)}


@dataclass(frozen=True)
class _Route:
    path: re.Pattern[str]
    reads: Mapping[str, _Name]
    lists_names: bool = False
    is_slow: bool = False
    is_negotiated: bool = False


def _route(path: str, *reads: Mapping[str, _Name], **manners: bool) -> _Route:
    return _Route(re.compile(path), {name: each for some in reads for name, each in some.items()}, **manners)


_LETTER = f"/letters/{_SLUG}"
_API = f"/api/v1/letters/{_SLUG}"
_ROUTES = (
    _route("/|/privacy", _SPOKEN, is_negotiated=True),
    _route(_LETTER, _LANG, lists_names=True),
    _route(f"{_LETTER}/signatories", _LANG, _KIND, _AFTER, _SEARCH, lists_names=True),
    _route(f"{_LETTER}/pledges", _LANG, _PLEDGE, _AFTER, lists_names=True),
    _route(f"{_LETTER}/pledges/{_NUMBER}", _LANG, lists_names=True),
    _route(rf"{_LETTER}/history(?:/{_NUMBER}(?:\.md)?)?", _LANG),
    _route(rf"{_LETTER}/(?:check-email(?:/again)?|own-page|thanks(?:/earlier)?|share|qr\.svg)", _LANG),
    _route(rf"{_LETTER}/card\.png", _LANG, is_slow=True),
    _route(rf"/embed/{_SLUG}\.(?:json|svg)", _LANG, _PLEDGE),
    _route(f"/embed/{_SLUG}", _LANG, _PLEDGE, _THEME),
    _route(rf"/embed\.js|/assets/[0-9a-f]+\.css|/api/v1/(?:letters|openapi\.json)|{_API}(?:/count)?"),
    _route(f"{_API}/signatories", _KIND, _AFTER, _LIMIT, lists_names=True),
    _route(f"{_API}/pledges", _LANG),
    _route(f"{_API}/pledges/{_SLUG}/commitments", _AFTER, _LIMIT, lists_names=True),
)


def mark(environ: Mapping[str, Any]) -> Shelfmark | None:
    """What the answer is kept under; None for what is not the same for everyone, and for what nobody's link asks."""
    if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
        return None
    path: str = environ.get("PATH_INFO", "")
    route = _find(path) if len(path) <= LONGEST_PATH else None
    read = _read(route, environ.get("QUERY_STRING", "")) if route is not None else None
    if route is None or read is None:
        return None
    query = urlencode(read)
    key = f"{path}?{query}"
    if route.is_negotiated:
        key = f"{key} {best_of_header(environ.get('HTTP_ACCEPT_LANGUAGE', ''))}"
    is_one_of_many = any(route.reads[name].makes_many for name, _ in read)
    return Shelfmark(key, query, route.lists_names, is_one_of_many, route.is_slow)


def lists_names(path: str) -> bool:
    """Whether answers under this path show who signed."""
    route = _find(path) if len(path) <= LONGEST_PATH else None
    return route is not None and route.lists_names


@lru_cache(maxsize=1000)
def _find(path: str) -> _Route | None:
    return next((route for route in _ROUTES if route.path.fullmatch(path)), None)


def _read(route: _Route, query: str) -> list[tuple[str, str]] | None:
    """What the route reads of the query, in one order, as the application would: in UTF-8, blank values too.

    None where a name stands twice, or has a value that it can't have.
    """
    if not query:
        return []
    try:
        fields = parse_qsl(
            query.encode("latin-1").decode(), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS
        )
    except ValueError:
        return None
    asked = [(name, value) for name, value in fields if name in route.reads]
    if len({name for name, _ in asked}) < len(asked):
        return None
    read = []
    for name, value in sorted(asked):
        if route.reads[name].values.fullmatch(value):
            read.append((name, value))
        elif not route.reads[name].nothing.fullmatch(value):
            return None
    return read
