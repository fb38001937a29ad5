"""What every answer carries and every request must pass: headers, the sender's site, the client's address."""

import ipaddress
import re
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

from flask import Flask, Response, abort, g, request
from werkzeug.exceptions import Forbidden
from werkzeug.middleware.proxy_fix import ProxyFix

from pledges.config import Settings

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
FORWARDING = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-Ip", "Via")
_HOST = re.compile(
    r"(?=.{1,259}\Z)(?:\[[0-9a-f:.]{2,45}\]|[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*\.?)(?::[0-9]{1,5})?", re.IGNORECASE
)
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


class SentFromElsewhere(Forbidden):
    """A page of another site sent a form here."""


def start(app: Flask, settings: Settings) -> None:
    """Puts the guard at the door of the app."""
    app.config.update(
        MAX_CONTENT_LENGTH=64 * 1024,
        MAX_FORM_MEMORY_SIZE=64 * 1024,
        MAX_FORM_PARTS=1000,
        SESSION_COOKIE_NAME="pledges_staff",
        SESSION_COOKIE_SECURE=settings.is_https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_REFRESH_EACH_REQUEST=False,
    )
    if settings.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.proxies, x_proto=settings.proxies, x_host=0)  # type: ignore[method-assign] # Flask's own way to wrap it
    own = {urlsplit(settings.base_url).netloc}
    app.wsgi_app = HostMended(app.wsgi_app, *own)  # type: ignore[method-assign] # the same

    @app.before_request
    def refuse_other_sites() -> None:
        if request.method not in SAFE_METHODS and not _is_from_here(own):
            raise SentFromElsewhere

    @app.before_request
    def refuse_what_is_no_text() -> None:
        if not (_is_text(request.query_string) and _is_text(_form())):
            abort(400, "not UTF-8")

    app.after_request(lambda response: _add_headers(response, is_https=settings.is_https))


def _add_headers(response: Response, *, is_https: bool) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", POLICY)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "strict-origin-when-cross-origin")
    headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    if "token" in (request.view_args or {}):
        headers["Cache-Control"] = "no-store"
        headers["Referrer-Policy"] = "strict-origin"  # under no-referrer, browsers post `Origin: null`
        headers["X-Robots-Tag"] = "noindex, nofollow"
    headers.setdefault("Cache-Control", "no-store")  # what may be kept says so itself
    if is_https:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    return response


class HostMended:
    """WSGI middleware: a Host that is none is taken for our own, since no answer depends on what it says."""

    def __init__(self, application: Callable[..., Iterable[bytes]], own: str) -> None:
        self._application, self._own = application, own

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        host = environ.get("HTTP_HOST")
        if host is not None and not _HOST.fullmatch(host):
            environ["HTTP_HOST"] = self._own
        return self._application(environ, start_response)


def is_on_this_machine() -> bool:
    """Whether the client is on loopback and no proxy stands between."""
    return _address().is_loopback and not any(header in request.headers for header in FORWARDING)


def client_network() -> str:
    """The client's network, /24 or /64: what limits are kept for."""
    address = _address()
    own_bits, size = (8, 24) if address.version == 4 else (64, 64)
    return f"{type(address)(int(address) >> own_bits << own_bits)}/{size}"


def network_of_origin() -> str | None:
    """The client's network, to tell where many come from; None on loopback: there, it is a proxy that the settings do
    not name, and all the world would be neighbours, or somebody at this machine.
    """
    return None if _address().is_loopback else client_network()


def _address() -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """Read once for each request, for several ask."""
    if "client_address" not in g:
        g.client_address = _read_address()
    address: ipaddress.IPv4Address | ipaddress.IPv6Address = g.client_address
    return address


def _read_address() -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    try:
        address = ipaddress.ip_address((request.remote_addr or "").partition("%")[0])
        return getattr(address, "ipv4_mapped", None) or address  # as a socket for both kinds names IPv4
    except ValueError:
        return ipaddress.ip_address("0.0.0.0")  # noqa: S104 - stands for an unknown client, binds nothing


def _is_from_here(own: set[str]) -> bool:
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("Origin")
    return origin is None or origin.partition("://")[2] in own | {request.host}


def _is_text(encoded: bytes) -> bool:
    """Whether a query or a form is UTF-8; what is not would otherwise be taken as it is spelt, `%FF` and all."""
    try:
        unquote_to_bytes(encoded).decode()
    except UnicodeDecodeError:
        return False
    return True


def _form() -> bytes:
    return request.get_data() if request.mimetype == "application/x-www-form-urlencoded" else b""
