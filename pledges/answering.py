"""Answers what went wrong, as the table says: with a page, or with problem+json under /api/."""

import logging
from http import HTTPStatus

from flask import Flask, Response, request
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_limiter import RateLimitExceeded
from limits import parse
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from pledges.errors import DomainError, TooManyTries
from pledges.http_errors import DOMAIN, HTTP, WITH_WORDS_OF_THEIR_OWN
from pledges.http_guard import SAFE_METHODS
from pledges.limits import WORDS
from pledges.organizer.desk import SignedOut, sign_in_path
from pledges.problems import FileTooLarge, answer_with
from pledges.way_back import look_back

log = logging.getLogger(__name__)


def start(app: Flask) -> None:
    """Registers the table."""
    app.register_error_handler(DomainError, domain_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(OperationalError, _database_away)
    app.register_error_handler(PoolTimeout, _database_away)
    app.register_error_handler(Exception, _mistake)


def domain_error(error: DomainError) -> Response:
    """What the table says of it, on a page that leads back to the letter."""
    look_back()
    answer = next(DOMAIN[kind] for kind in type(error).__mro__ if kind in DOMAIN)
    ways = {"tells_contact": answer.tells_contact, "leads_to_own_page": answer.leads_to_own_page}
    response = answer_with(answer.status, answer.title, answer.advice, error, **ways)
    if isinstance(error, TooManyTries):
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def _http_error(error: HTTPException) -> Response:
    given = error.get_response()
    if error.code is None or error.code < 400:
        return given  # type: ignore[return-value] # a redirect of the router's
    if error.code < 500:
        look_back()
    title, advice = _words_of(error, error.code)
    if error.code == HTTPStatus.BAD_REQUEST and request.method in SAFE_METHODS:
        advice = gettext("Something in the address is no text. Check it, or go on from here.")
    if isinstance(error, FileTooLarge):
        advice = str(error.description)
    if isinstance(error, RateLimitExceeded):
        advice = next((words for limit, words in WORDS.items() if parse(limit) == error.limit.limit), advice)
    ways = {"sign_in_path": sign_in_path()} if isinstance(error, SignedOut) else {}
    response = answer_with(error.code, title, advice, error, **ways)
    for name in ("Allow", "Retry-After"):
        if name in given.headers:
            response.headers[name] = given.headers[name]
    if isinstance(error, RateLimitExceeded):
        response.headers["Retry-After"] = str(error.limit.limit.get_expiry())
    return response


def _words_of(error: HTTPException, status: int) -> tuple[str, str]:
    own = next((words for kind, words in WITH_WORDS_OF_THEIR_OWN.items() if isinstance(error, kind)), None)
    return own or HTTP.get(status, (HTTPStatus(status).phrase, _("Start from the front page.")))


def _database_away(error: Exception) -> Response:
    log.error("database away", extra={"error": type(error).__name__})
    response = answer_with(503, *HTTP[503], error)
    response.headers["Retry-After"] = "5"
    return response


def _mistake(error: Exception) -> Response:
    log.exception("mistake", exc_info=error)
    return answer_with(500, *HTTP[500], error)
