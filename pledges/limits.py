"""How often one network may ask: in memory, or in Redis where it is set and in reach."""

import threading
import time
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, ClassVar

from flask import Flask, request
from flask_babel import lazy_gettext as _
from flask_limiter import Limiter, RateLimitExceeded
from limits.storage import Storage

from pledges import clock
from pledges.config import Settings
from pledges.http_guard import client_network
from pledges.security import keyring

if TYPE_CHECKING:
    from flask_limiter._limits import RuntimeLimit

SIGNING = "300 per minute"
"""For each network and letter: a whole campus may sign in its lunch break."""

SIGN_IN = "60 per minute"
SEARCH = "120 per minute"
WORDS: Mapping[str, str] = {
    SIGNING: _(
        "Very many people are sending forms from your network at this moment, and yours was not taken. "
        "Wait a minute, go back, and send it again."
    ),
    SEARCH: _("Very many people are searching from your network at this moment. Wait a minute, then search again."),
    SIGN_IN: _("Very many tries to sign in come from your network at this moment. Wait a minute, then try again."),
}
"""What is said to whoever meets one of them."""
SWEEP_SECONDS = 60.0
PREFIX = "pledges-1"
RUSH_REMEMBERED = 120
"""Seconds: through the minute after."""


class ProcessMemory(Storage):
    """Counts in this process. The library's own memory starts a thread for each round of forgetting, which on a busy
    night cost more than the rest of the limit; this one forgets in passing.
    """

    STORAGE_SCHEME: ClassVar[list[str] | None] = ["process"]  # type: ignore[misc] # the library's way to name it

    def __init__(self, uri: str | None = None, wrap_exceptions: bool = False, **options: float | str | bool) -> None:
        super().__init__(uri, wrap_exceptions, **options)
        self._counts: dict[str, tuple[int, float]] = {}
        self._lock = threading.Lock()
        self._swept_at = time.time()

    @property
    def base_exceptions(self) -> type[Exception] | tuple[type[Exception], ...]:
        return ()

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        now = time.time()
        with self._lock:
            self._sweep(now)
            count, ends = self._counts.get(key, (0, 0.0))
            count, ends = (count + amount, ends) if now < ends else (amount, now + expiry)
            self._counts[key] = count, ends
        return count

    def get(self, key: str) -> int:
        count, ends = self._counts.get(key, (0, 0.0))
        return count if time.time() < ends else 0

    def get_expiry(self, key: str) -> float:
        return self._counts.get(key, (0, time.time()))[1]

    def check(self) -> bool:
        return True

    def clear(self, key: str) -> None:
        with self._lock:
            self._counts.pop(key, None)

    def reset(self) -> int | None:
        with self._lock:
            forgotten = len(self._counts)
            self._counts.clear()
        return forgotten

    def _sweep(self, now: float) -> None:
        if now - self._swept_at >= SWEEP_SECONDS:
            self._counts = {key: kept for key, kept in self._counts.items() if now < kept[1]}
            self._swept_at = now


def network() -> str:
    """What a limit is kept for; a digest, so that no address is stored."""
    return keyring().digest("network of a limit", client_network()).hex()


def network_and_letter() -> str:
    """What a limit for one letter is kept for."""
    return f"{network()} {(request.view_args or {}).get('slug')}"


def is_rush(slug: str, above: int) -> bool:
    """Counts one more signature under a letter, and says whether this minute or the last one had more than `above`.

    Should Redis go in this very moment, there is no rush: nobody is asked for more because of our trouble.
    """
    storage = limiter.limiter.storage
    minute = int(clock.now().timestamp() // 60)
    this, last = (f"{PREFIX}/rush/{slug}/{number}" for number in (minute, minute - 1))
    try:
        return storage.incr(this, RUSH_REMEMBERED) > above or storage.get(last) > above
    except storage.base_exceptions:
        return False


class MarkedViews(Limiter):
    """Looks at requests for marked views alone; the library would look at every request, and pass it.

    A view's one plain limit is counted at once: all that the library weighs besides was a tenth of the work of signing.
    Whatever is not plain, or goes wrong, is the library's as before.
    """

    def _check_request_limit(self, callable_name: str | None = None, in_middleware: bool = True) -> None:
        if in_middleware:
            return
        plain = _plain_limit(callable_name)
        if plain is None or not self.enabled or self._storage_dead:
            super()._check_request_limit(callable_name, in_middleware)
            return
        try:
            scope = plain.scope_for(request.endpoint or "", None)
            is_left = self.limiter.hit(plain.limit, PREFIX, plain.key_func(), scope)
        except self.limiter.storage.base_exceptions:
            super()._check_request_limit(callable_name, in_middleware)
            return
        if not is_left:
            raise RateLimitExceeded(plain)


@cache
def _plain_limit(view: str | None) -> "RuntimeLimit | None":
    """The limit of a marked view, if it has one alone and without conditions. Marks are made when views are loaded."""
    limits = limiter.limit_manager.decorated_limits(view or "")
    only = limits[0] if len(limits) == 1 else None
    if only is None or only.exempt_when or only.methods or only.per_method or only.deduct_when or only.on_breach:
        return None
    return only if only.cost == 1 and not (only.shared or only.meta_limits) else None


limiter = MarkedViews(
    key_func=network,
    default_limits=[],
    in_memory_fallback_enabled=True,
    headers_enabled=False,
    key_prefix=PREFIX,
    strategy="fixed-window",
)


def start(app: Flask, settings: Settings) -> None:
    """Counts in Redis if it is set; should it be away, each process counts by itself until it is back."""
    app.config["RATELIMIT_STORAGE_URI"] = settings.redis_url or "process://"
    if settings.redis_url:
        app.config["RATELIMIT_STORAGE_OPTIONS"] = {"socket_timeout": 1, "socket_connect_timeout": 1}
    limiter.init_app(app)
