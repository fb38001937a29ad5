"""The door: public answers are rendered once per change and handed out from the shelf, before the application is asked.

An answer is looked at anew when it is a second old: by one request, while the others are given the one before. If
nothing has changed since, it is kept as it is; if the application can't answer, the old one serves.
"""

import gzip
import time
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qs

from flask import Flask
from prometheus_client import Counter
from werkzeug.http import generate_etag

from pledges.config import Settings
from pledges.languages import best_of_header
from pledges.shelf import KEPT_SECONDS, Kept, Shelf

FRESH_SECONDS = 1.0
PATIENCE_SECONDS = 3.0
"""So old may an answer be that is given while another request fills it anew; with what caches in front may add,
nothing is more than 5 s behind."""

KEPT_STAMP = "pledges.kept_stamp"
STAMP = "pledges.stamp"
UNCHANGED = "pledges.unchanged"
FRESH_FOR = "pledges.fresh_for"
NOT_WORTH = "pledges.not_worth_keeping"

COMPRESSED_FROM_BYTES = 500
LONGEST_KEY = 500
_COMPRESSED = ("text/", "application/json", "image/svg+xml", "application/problem+json")
_NEGOTIATED = frozenset({"/", "/privacy"})
_ASKED = ("lang", "theme", "kind", "after", "limit", "pledge")
"""All that a kept answer can depend on in a query; what else stands there makes no other answer."""
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

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        key = _key(environ)
        if key is None:
            return self.application(environ, start_response)
        kept = self._shelf.find(key)
        if kept is not None and _is_fresh(kept):
            _FROM_SHELF.inc()
            return _answer(kept, environ, start_response)
        answer = self._fill(key, kept, environ)
        if isinstance(answer, Kept):
            return _answer(answer, environ, start_response)
        status, headers, body = answer
        start_response(status, headers)
        return [body]

    def _fill(self, key: str, kept: Kept | None, environ: Environ) -> "Kept | Plain":
        lock = self._shelf.filling(key)
        waits = kept is None or time.time() - kept.filled_at > PATIENCE_SECONDS
        if not lock.acquire(blocking=waits, timeout=10 if waits else -1):
            return kept if kept is not None else _ask(self.application, environ)
        try:
            newer = self._shelf.find(key)
            if newer is not None and _is_fresh(newer):
                return newer
            return self._fill_once(key, newer, environ)
        finally:
            lock.release()
            self._shelf.free(key)

    def _fill_once(self, key: str, kept: Kept | None, environ: Environ) -> "Kept | Plain":
        others = self._shelf.fetch(key)
        if others is not None and _is_fresh(others):
            return others
        kept = others or kept
        if not self._shelf.may_fill(key) and kept is not None and time.time() - kept.filled_at < PATIENCE_SECONDS:
            return kept
        try:
            return self._render(key, kept, environ)
        finally:
            self._shelf.filled(key)

    def _render(self, key: str, kept: Kept | None, environ: Environ) -> "Kept | Plain":
        asked_at = time.time()
        environ = {**environ, "REQUEST_METHOD": "GET", KEPT_STAMP: kept.stamp if kept else None}
        for condition in ("HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_RANGE", "HTTP_COOKIE"):
            environ.pop(condition, None)
        status, headers, body = _ask(self.application, environ)
        if kept is not None and environ.get(UNCHANGED):
            return self._shelf.renew(key, kept, asked_at)
        if status.startswith("5") and kept is not None and asked_at - kept.filled_at < KEPT_SECONDS:
            _WHILE_AWAY.inc()
            return kept
        _FROM_APPLICATION.inc()
        if not _may_keep(status, headers, environ):
            return status, headers, body
        made = _keep(status, headers, body, asked_at, environ)
        self._shelf.put(key, made)
        return made


def _is_fresh(kept: Kept) -> bool:
    return time.time() - kept.filled_at < max(FRESH_SECONDS, kept.fresh_for)


Plain = tuple[str, list[tuple[str, str]], bytes]


def start(app: Flask, settings: Settings) -> None:
    """Puts the door in front of the application."""
    shelf = Shelf(app.extensions["pledges.redis"], namespace=settings.base_url)
    app.wsgi_app = Door(app.wsgi_app, shelf)  # type: ignore[method-assign] # Flask's own way to wrap it


MOST_FIELDS = 20


def _key(environ: Environ) -> str | None:
    """What an answer is kept under; None for what is not the same for everyone."""
    path: str = environ.get("PATH_INFO", "")
    if environ["REQUEST_METHOD"] not in ("GET", "HEAD") or not (
        path.startswith(("/letters/", "/api/v1/", "/embed", "/assets/")) or path in _NEGOTIATED
    ):
        return None
    try:
        asked = parse_qs(environ.get("QUERY_STRING", ""), max_num_fields=MOST_FIELDS)
    except ValueError:  # nobody's link: the application answers as it does to what it does not know
        return None
    if "q" in asked:
        return None
    known = "&".join(f"{name}={asked[name][0]}" for name in _ASKED if name in asked)
    key = f"{path}?{known}"
    if path in _NEGOTIATED:
        key = f"{key} {best_of_header(environ.get('HTTP_ACCEPT_LANGUAGE', ''))}"
    return key if len(key) <= LONGEST_KEY else None


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


def _keep(status: str, headers: list[tuple[str, str]], body: bytes, filled_at: float, environ: Environ) -> Kept:
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
    )


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
