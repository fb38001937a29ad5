"""How what went wrong is told: on a page, as a quiet line in a stranger's article, or to who writes a program, for whom
each detail names the parameter and what it takes.
"""

from collections.abc import Mapping

from flask import Response, render_template
from flask_babel import lazy_gettext as _
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge

from pledges import other_sites
from pledges.errors import CursorUnknown, DomainError
from pledges.letter.queries import LetterUnknown
from pledges.pledge.queries import PledgeUnknown

DOMAIN: Mapping[type[DomainError], str] = {
    LetterUnknown: _("'slug' names no public letter. GET /api/v1/letters lists those there are."),
    PledgeUnknown: _("'key' names no pledge of this letter. GET /api/v1/letters/{slug}/pledges lists those there are."),
    CursorUnknown: _(
        "'after' takes the 'next' of the page before, as it stands there. Leave it out for the first page."
    ),
}

HTTP: Mapping[int, str] = {
    400: _("The query must be UTF-8, percent-encoded."),
    403: _("Posts from other sites are not taken. Everything here is read with GET."),
    404: _("Nothing stands here. Slugs are small letters, digits and hyphens; GET /api/v1/openapi.json has all paths."),
    405: _("This path takes only the methods in the header Allow."),
    429: _("Too many requests came from your network. Wait as many seconds as Retry-After says."),
    500: _("It has been written down. Try again in a minute."),
    503: _("Try again after as many seconds as Retry-After says."),
}


class ParameterWrong(BadRequest):
    """A parameter of a query is not what it takes; `description` says what that is."""

    def __init__(self, name: str, takes: object) -> None:
        super().__init__(str(_("'%(name)s' takes %(what)s.", name=name, what=takes)))


class FileTooLarge(RequestEntityTooLarge):
    """A file that is sent has more than so many megabytes; `description` says what to do."""

    def __init__(self, megabytes: int) -> None:
        advice = _(
            "A file may have %(megabytes)s MB. Split it and send one part after the other: no line is recorded twice.",
            megabytes=megabytes,
        )
        super().__init__(str(advice))


def answer_with(status: int, title: object, advice: object, error: Exception, **ways: bool | str) -> Response:
    """The answer as a page with the `ways` on, as RFC 9457 for programs, or as a quiet line elsewhere; never kept by a
    cache.
    """
    if other_sites.is_for_programs():
        response = other_sites.problem(int(status), _detail_of(error, int(status), advice))
    elif other_sites.is_for_other_sites():
        response = other_sites.quiet_line(int(status), str(title))
    else:
        page = render_template("error.html", title=title, advice=advice, **ways)
        response = Response(page, mimetype="text/html")
    response.status_code = int(status)
    response.headers["Cache-Control"] = "no-store"
    return response


def _detail_of(error: Exception, status: int, advice: object) -> str:
    """What is said to a program; `advice` is what a person would be told."""
    if isinstance(error, ParameterWrong):
        return str(error.description)
    own = next((DOMAIN[kind] for kind in type(error).__mro__ if kind in DOMAIN), None)
    return str(own or HTTP.get(status) or advice)
