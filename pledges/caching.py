"""What may be kept of public answers: by the door here, and by caches in front for five seconds at most."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from flask import Response, make_response, request

from pledges.door import FRESH_FOR, KEPT_STAMP, STAMP, UNCHANGED
from pledges.languages import page_language
from pledges.shelfmark import DAY_SECONDS, HOUR_SECONDS, NOT_WORTH, lists_names

P = ParamSpec("P")

PUBLIC = "public, max-age=0, s-maxage=3, stale-while-revalidate=2, stale-if-error={}"
"""Fresh for 3 s, and 2 s more while it is fetched anew; the door says in `Age` what it has used up of that. Only while
we are away for longer, and with names on it for an hour at most.
"""


def public(
    stamp: Callable[..., str] | None, *, fresh_for: float = 0.0
) -> Callable[[Callable[P, object]], Callable[P, Response]]:
    """Marks a view's answers as the same for everyone, with an ETag.

    `stamp` tells from the same arguments, and more cheaply, what the answer is rendered from: while it stays the
    same, the view is not asked again. `fresh_for` are seconds in which nobody need look at all.
    """

    def mark(view: Callable[P, object]) -> Callable[P, Response]:
        @wraps(view)
        def answered(*args: P.args, **kwargs: P.kwargs) -> Response:
            request.environ[FRESH_FOR] = fresh_for
            if stamp is not None:
                request.environ[STAMP] = stamp(*args, **kwargs)
                if request.environ[STAMP] == request.environ.get(KEPT_STAMP):
                    request.environ[UNCHANGED] = True
                    return Response(status=304)
            response = keep(make_response(view(*args, **kwargs)))
            note_language(page_language())
            return response

        return answered

    return mark


def note_language(language: str) -> None:
    """What was asked for in a language that there is not is the answer without any, and not worth keeping twice."""
    request.environ[NOT_WORTH] = (request.args.get("lang") or language) != language


def keep(response: Response) -> Response:
    """Lets caches keep this answer; an error is kept by none."""
    if response.status_code == 200:
        seconds = HOUR_SECONDS if lists_names(request.path) else DAY_SECONDS
        response.headers.setdefault("Cache-Control", PUBLIC.format(seconds))
        if not response.get_etag()[0]:
            response.add_etag(weak=True)
        response.make_conditional(request)
    return response
