"""Languages: which the interface speaks, which one a page is in, and how numbers read in it."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from functools import cache, lru_cache
from typing import Any

from anyascii import anyascii
from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time, get_datetime_format
from babel.lists import format_list
from babel.numbers import format_decimal
from flask import Flask, Response, after_this_request, current_app, g, has_request_context, request
from flask_babel import Babel, force_locale, get_locale
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

SPOKEN = ("en", "es")
"""The languages of the interface; letters may be in any."""

NO_COUNTRIES = frozenset({"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"})
"""Codes of CLDR that ISO 3166-1 assigns to no country."""


def start(app: Flask) -> None:
    """Lets pages speak the language of what they show."""
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = "translations"
    Babel(app, locale_selector=_interface_language)
    app.jinja_env.filters["figure"] = figure
    app.jinja_env.filters["day"] = day
    app.jinja_env.filters["minute"] = minute
    app.jinja_env.filters["either"] = either
    app.jinja_env.globals["direction"] = direction
    app.jinja_env.globals["language_name"] = language_name
    app.jinja_env.globals["country_name"] = country_name
    app.context_processor(lambda: {"page_language": page_language(), "in_its_language": _in_its_language()})


def speak(language: str) -> None:
    """Makes this page's language that of the text it shows."""
    g.page_language = language


def page_language() -> str:
    """What `<html lang>` says: the language of the page's text, else the interface's best for who asks."""
    if "page_language" not in g:
        g.page_language = best_for_reader(SPOKEN)
    return str(g.page_language)


def _in_its_language() -> str:
    """What links to pages of no letter carry, so that they go on in this page's language; nothing for the first one."""
    language = interface_language(page_language())
    return "" if language == SPOKEN[0] else f"?lang={language}"


def best_for_reader(offered: Sequence[str]) -> str:
    """The one of `offered` that the address asks for with `?lang=`, or the browser, or else the first."""
    asked = request.args.get("lang", "")
    if asked in offered:
        return asked
    after_this_request(_differs_by_language)
    return _best_of(request.accept_languages, offered)


@lru_cache(maxsize=1000)
def best_of_header(header: str) -> str:
    """The interface's language that an Accept-Language header asks for."""
    return _best_of(parse_accept_header(header, LanguageAccept), SPOKEN)


def _best_of(accepted: LanguageAccept, offered: Sequence[str]) -> str:
    wanted = (language for language, quality in accepted if quality > 0)
    starts = (re.split("[-_]", language)[0].lower() for language in wanted)
    return next((start for start in starts if start in offered), offered[0])


def _differs_by_language(response: Response) -> Response:
    """Tells caches in front that another browser may get other bytes."""
    response.vary.add("Accept-Language")
    return response


def interface_language(language: str) -> str:
    """The interface's language beside a text in `language`: the same, a relative, or English."""
    start = language.split("-", maxsplit=1)[0].lower()
    return start if start in SPOKEN else SPOKEN[0]


def _interface_language() -> str:
    return interface_language(page_language()) if has_request_context() else SPOKEN[0]


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Inside, words and numbers are those of `language`, outside of any page."""
    with force_locale(interface_language(language)):
        yield


def render_mail(template: str, language: str, words: Mapping[str, Any]) -> str:
    """A mail's template in the recipient's language."""
    with speaking(language):
        return current_app.jinja_env.get_template(template).render(language=language, **words)


@cache
def _locale(language: str) -> Locale:
    try:
        return Locale.parse(language, sep="-")
    except (ValueError, UnknownLocaleError):
        return Locale("en")


def _current(language: str | None) -> Locale:
    return _locale(language) if language else get_locale() or Locale("en")


def figure(number: int, language: str | None = None) -> str:
    """A number in digits as a reader of the language expects them."""
    if language is None and has_request_context():
        language = page_language()
    return format_decimal(number, locale=_current(language))


def either(names: Iterable[str]) -> str:
    """Names of which any one will do, as the interface lists them: a, b, or c."""
    return str(format_list(list(names), style="or", locale=_current(None)))


def day(moment: date, language: str | None = None) -> str:
    """A day, or the day of a time, in words."""
    return format_date(moment, format="long", locale=_current(language))


def minute(moment: datetime) -> str:
    """A time to the minute, in UTC."""
    locale = _current(None)
    time, date_ = format_time(moment, "short", locale=locale), format_date(moment, "medium", locale=locale)
    both = str(get_datetime_format("medium", locale=locale)).replace("'", "")
    return f"{both.replace('{0}', time).replace('{1}', date_)} UTC"


def direction(language: str) -> str:
    """`rtl` or `ltr`: which way a text in the language runs."""
    return str(_locale(language).text_direction)


def language_name(language: str) -> str:
    """The language's name in itself, or its tag where that is not known."""
    known = _locale(language)
    is_known = known.language == language.partition("-")[0]
    return (known.get_display_name(known) if is_known else None) or language


@cache
def countries(language: str) -> list[tuple[str, str]]:
    """The countries' codes and names, in the alphabet of the language."""
    names = _locale(language).territories
    found = [(str(code), str(name)) for code, name in names.items() if is_country(str(code))]
    return sorted(found, key=lambda country: anyascii(country[1]).casefold())


@cache
def country_codes() -> frozenset[str]:
    """Every code that a form may name."""
    return frozenset(str(code) for code in Locale("en").territories if is_country(str(code)))


def is_country(code: str) -> bool:
    return len(code) == 2 and code.isalpha() and code not in NO_COUNTRIES


def country_name(code: str, language: str | None = None) -> str:
    """A country's name in the language, or the code itself."""
    return str(_current(language).territories.get(code, code))
