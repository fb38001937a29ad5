"""How often one network may ask: in memory, or in Redis where it is set and in reach."""

from flask import Flask, request
from flask_limiter import Limiter

from pledges.config import Settings
from pledges.http_guard import client_network
from pledges.security import keyring

SIGNING = "300 per minute"
"""For each network and letter: a whole campus may sign in its lunch break."""

SIGN_IN = "60 per minute"


def network() -> str:
    """What a limit is kept for; a digest, so that no address is stored."""
    return keyring().digest("network of a limit", client_network()).hex()


def network_and_letter() -> str:
    """What a limit for one letter is kept for."""
    return f"{network()} {(request.view_args or {}).get('slug')}"


limiter = Limiter(
    key_func=network,
    default_limits=[],
    in_memory_fallback_enabled=True,
    headers_enabled=False,
    key_prefix="pledges-1",
    strategy="fixed-window",
)


def start(app: Flask, settings: Settings) -> None:
    """Counts in Redis if it is set; should it be away, each process counts by itself until it is back."""
    app.config["RATELIMIT_STORAGE_URI"] = settings.redis_url or "memory://"
    if settings.redis_url:
        app.config["RATELIMIT_STORAGE_OPTIONS"] = {"socket_timeout": 1, "socket_connect_timeout": 1}
    limiter.init_app(app)
