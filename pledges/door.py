"""The door: public answers are rendered once per change and handed out from the shelf, before the application is asked.

An answer is looked at anew when it is a second old: by one request, while the others are given the one before. If
nothing has changed since, it is kept as it is; if the application can't answer, the old one serves as long as it may.
"""

import gzip
import re
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from flask import Flask
from prometheus_client import Counter
from werkzeug.http import generate_etag

from pledges.config import Settings
from pledges.shelf import Kept, Shelf
from pledges.shelfmark import NOT_WORTH, Shelfmark, mark

FRESH_SECONDS = 1.0
PATIENCE_SECONDS = 3.0
"""So old may an answer be that is given while another request fills it anew; with what caches in front may add,
nothing is more than 5 s behind."""

KEPT_STAMP = "pledges.kept_stamp"
STAMP = "pledges.stamp"
UNCHANGED = "pledges.unchanged"
FRESH_FOR = "pledges.fresh_for"

COMPRESSED_FROM_BYTES = 500
MOST_OF_MANY = 100
MOST_BYTES_OF_MANY = 2 * 1024 * 1024
_COMPRESSED = ("text/", "application/json", "image/svg+xml", "application/problem+json")
_IF_ERROR = re.compile(r", *stale-if-error=\d+")
_SEEN = Counter("pledges_kept_total", "Public answers by where they came from", ["from"])
_FROM_SHELF = _SEEN.labels("shelf")
_FROM_APPLICATION = _SEEN.labels("application")
_WHILE_AWAY = _SEEN.labels("shelf, while away")

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]


class Door:
    """WSGI middleware in front of the application."""

    def __init__(self, application: Application, shelf: Shelf) -> None:
        self.application = application
        self._shelf = shelf
        self._of_many = Shelf(None, namespace="", most_answers=MOST_OF_MANY, most_bytes=MOST_BYTES_OF_MANY)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        for shelf in (self._shelf, self._of_many):
            shelf.tidy()
        asked = mark(environ)
        if asked is None:
            return self.application(environ, start_response)
        shelf = self._of_many if asked.is_one_of_many else self._shelf
        kept = shelf.find(asked.key)
        if kept is not None and _is_fresh(kept):
            _FROM_SHELF.inc()
            return _answer(kept, environ, start_response)
        answer = Filling(self.application, shelf, asked, environ).fill(kept)
        if isinstance(answer, Kept):
            return _answer(answer, environ, start_response)
        status, headers, body = answer
        start_response(status, headers)
        return [body]


class Filling:
    """One answer that is looked at anew, by one request at a time."""

    def __init__(self, application: Application, shelf: Shelf, asked: Shelfmark, environ: Environ) -> None:
        self._application, self._shelf, self._asked = application, shelf, asked
        # asked without what is one reader's, so that whatever comes back is the answer to the mark
        self._environ = {**environ, "REQUEST_METHOD": "GET", "QUERY_STRING": asked.query}
        for name in ("HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_RANGE", "HTTP_COOKIE"):
            self._environ.pop(name, None)

    def fill(self, kept: Kept | None) -> "Kept | Plain":
        """The answer, or the one before while somebody else makes it."""
        key = self._asked.key
        lock = self._shelf.filling(key)
        waits = not self._asked.is_slow and (kept is None or time.time() - kept.filled_at > PATIENCE_SECONDS)
        if not lock.acquire(blocking=waits, timeout=10 if waits else -1):
            return kept if kept is not None else _ask(self._application, self._environ)
        try:
            newer = self._shelf.find(key)
            if newer is not None and _is_fresh(newer):
                return newer
            return self._fill_once(newer)
        finally:
            lock.release()
            self._shelf.free(key)

    def _fill_once(self, kept: Kept | None) -> "Kept | Plain":
        key = self._asked.key
        others = self._shelf.fetch(key)
        if others is not None and _is_fresh(others):
            return others
        kept = others or kept
        if not self._shelf.may_fill(key) and kept is not None and time.time() - kept.filled_at < PATIENCE_SECONDS:
            return kept
        try:
            return self._render(kept)
        finally:
            self._shelf.filled(key)

    def _render(self, kept: Kept | None) -> "Kept | Plain":
        asked_at = time.time()
        environ = {**self._environ, KEPT_STAMP: kept.stamp if kept else None}
        status, headers, body = _ask(self._application, environ)
        if kept is not None and environ.get(UNCHANGED):
            return self._shelf.renew(self._asked.key, kept, asked_at)
        if status.startswith("5") and kept is not None:
            _WHILE_AWAY.inc()
            return _while_away(kept)
        _FROM_APPLICATION.inc()
        if not _may_keep(status, headers, environ):
            return status, headers, body
        made = _keep(status, headers, body, asked_at, environ, serves_for=self._asked.serves_for)
        self._shelf.put(self._asked.key, made)
        return made


def _is_fresh(kept: Kept) -> bool:
    return time.time() - kept.filled_at < max(FRESH_SECONDS, kept.fresh_for)


Plain = tuple[str, list[tuple[str, str]], bytes]


def start(app: Flask, settings: Settings) -> None:
    """Puts the door in front of the application."""
    shelf = Shelf(app.extensions["pledges.redis"], namespace=settings.base_url)
    app.wsgi_app = Door(app.wsgi_app, shelf)  # type: ignore[method-assign] # Flask's own way to wrap it


def _ask(application: Application, environ: Environ) -> Plain:
    answered: list[Any] = []

    def start_response(status: str, headers: list[tuple[str, str]], _exc_info: Any = None) -> Callable[[bytes], None]:
        answered[:] = [status, headers]
        return lambda data: None

    parts = application(environ, start_response)
    try:
        body = b"".join(parts)
    finally:
        close = getattr(parts, "close", None)
        if close is not None:
            close()
    return answered[0], answered[1], body


def _may_keep(status: str, headers: list[tuple[str, str]], environ: Environ) -> bool:
    named = {name.lower(): value for name, value in headers}
    is_public = "public" in named.get("cache-control", "") and "set-cookie" not in named
    return status.startswith("200") and is_public and not environ.get(NOT_WORTH)


def _keep(
    status: str, headers: list[tuple[str, str]], body: bytes, filled_at: float, environ: Environ, *, serves_for: float
) -> Kept:
    named = {name.lower(): value for name, value in headers}
    etag = named.get("etag") or f'"{generate_etag(body)}"'
    is_compressed = len(body) >= COMPRESSED_FROM_BYTES and named.get("content-type", "").startswith(_COMPRESSED)
    if is_compressed:
        body = gzip.compress(body, 6, mtime=0)
        headers = [*headers, ("Vary", "Accept-Encoding")]
    left = [(name, value) for name, value in headers if name.lower() not in ("etag", "content-length")]
    return Kept(
        status,
        tuple(left),
        body,
        is_compressed,
        etag.removeprefix("W/"),
        filled_at,
        environ.get(STAMP),
        environ.get(FRESH_FOR, 0.0),
        serves_for,
    )


def _while_away(kept: Kept) -> Kept:
    """The same, and no cache in front may add its own patience to ours."""
    return replace(kept, headers=tuple((name, _IF_ERROR.sub("", value)) for name, value in kept.headers))


def _answer(kept: Kept, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    headers = list(kept.headers)
    headers.append(("ETag", f"W/{kept.etag}"))
    age = time.time() - kept.filled_at
    if age >= FRESH_SECONDS / 2:
        headers.append(("Age", str(int(age) + 1)))
    condition = environ.get("HTTP_IF_NONE_MATCH")
    if condition and (kept.etag in condition or condition.strip() == "*"):
        start_response("304 NOT MODIFIED", [h for h in headers if h[0] != "Content-Type"])
        return [b""]
    body = kept.body
    if kept.is_compressed and _takes_gzip(environ.get("HTTP_ACCEPT_ENCODING", "")):
        headers.append(("Content-Encoding", "gzip"))
    elif kept.is_compressed:
        body = gzip.decompress(body)
    headers.append(("Content-Length", str(len(body))))
    start_response(kept.status, headers)
    return [b"" if environ["REQUEST_METHOD"] == "HEAD" else body]


def _takes_gzip(accepted: str) -> bool:
    return "gzip" in accepted and "gzip;q=0" not in accepted.replace(" ", "").replace("q=0.", "q=")
