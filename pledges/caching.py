"""What caches in front may keep: public answers, for five seconds at most, and longer only while we are away."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from flask import Response, make_response, request

P = ParamSpec("P")

PUBLIC = "public, max-age=0, s-maxage=3, stale-while-revalidate=2, stale-if-error=86400"
"""Fresh for 3 s, and 2 s more while it is fetched anew: 5 s behind at most."""


def public(view: Callable[P, object]) -> Callable[P, Response]:
    """Marks an answer as the same for everyone, with an ETag, and answers 304 where nothing changed."""

    @wraps(view)
    def answered(*args: P.args, **kwargs: P.kwargs) -> Response:
        return keep(make_response(view(*args, **kwargs)))

    return answered


def keep(response: Response) -> Response:
    """Lets caches keep this answer; an error is kept by none."""
    if response.status_code == 200:
        response.headers["Cache-Control"] = PUBLIC
        if not response.get_etag()[0]:
            response.add_etag()
        response.make_conditional(request)
    return response
