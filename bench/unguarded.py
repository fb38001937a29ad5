"""The service without what guards a signatory: no seals, no keyed digests, no limits. Only to measure their price."""

import hashlib

from pledges import create_app
from pledges.limits import limiter
from pledges.security import Keyring


def _as_it_is(_keyring: Keyring, text: str) -> str:
    return text


def _without_key(_keyring: Keyring, purpose: str, value: str) -> bytes:
    return hashlib.blake2b(f"{purpose}{value}".encode(), digest_size=32).digest()


Keyring.seal = Keyring.unseal = _as_it_is  # type: ignore[method-assign] # for this measurement alone
Keyring.digest = _without_key  # type: ignore[method-assign] # the same
limiter.enabled = False
application = create_app()
