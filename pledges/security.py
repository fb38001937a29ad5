"""The keyring: what seals at rest, finds without storing, and signs links.

One keyring serves the process. `use` sets it when the app is assembled, so that sealed columns
can seal and open themselves and no deed has to carry keys.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from itsdangerous import BadData, URLSafeSerializer

from pledges.config import Settings
from pledges.errors import LinkExpired, LinkUnknown


class KeysMissing(RuntimeError):
    """Something is sealed with a key that the settings no longer hold."""


class Keyring:
    """Sealing keys (newest first), the digest key and the signing keys (newest first)."""

    def __init__(self, *, sealing: Sequence[str], digest: str, signing: Sequence[str]) -> None:
        sealers = [Fernet(_fernet_key(key)) for key in sealing]
        self._newest = sealers[0]
        self._sealer = MultiFernet(sealers)
        self._digest_key = digest.encode()
        self._signing_keys = [key.encode() for key in reversed(signing)]
        self._signers: dict[str, URLSafeSerializer] = {}

    @classmethod
    def from_settings(cls, settings: Settings) -> "Keyring":
        """The keyring that the settings describe."""
        signing = (settings.secret_key, *settings.secret_key_fallbacks)
        return cls(sealing=settings.sealing_keys, digest=settings.digest_key, signing=signing)

    def seal(self, text: str) -> str:
        """Authenticated encryption of `text`, as printable ASCII."""
        return self._sealer.encrypt(text.encode()).decode()

    def unseal(self, sealed: str) -> str:
        """What was sealed, under any of the keys; raises KeysMissing."""
        try:
            return self._sealer.decrypt(sealed.encode()).decode()
        except InvalidToken as error:
            raise KeysMissing("sealed with a key that PLEDGES_SEALING_KEYS does not hold") from error

    def reseal(self, sealed: str) -> str:
        """The same secret under the newest key; raises KeysMissing."""
        try:
            return self._sealer.rotate(sealed.encode()).decode()
        except InvalidToken as error:
            raise KeysMissing("sealed with a key that PLEDGES_SEALING_KEYS does not hold") from error

    def is_newest(self, sealed: str) -> bool:
        """Whether it is sealed under the newest key."""
        try:
            self._newest.decrypt(sealed.encode())
        except InvalidToken:
            return False
        return True

    def digest(self, purpose: str, value: str) -> bytes:
        """32 bytes that find `value` again without telling it; equal only within one purpose."""
        return hmac.digest(self._digest_key, f"{purpose}\0{value}".encode(), "sha256")

    def issue(self, purpose: str, *subject: int, now: datetime, lasts: timedelta) -> str:
        """A signed token that stands for `subject`, for one purpose, until `now + lasts`."""
        return self._signer(purpose).dumps([*subject, int((now + lasts).timestamp())])

    def read(self, purpose: str, token: str, *, now: datetime) -> tuple[int, ...]:
        """What a token stands for; raises LinkUnknown, and LinkExpired from its end on."""
        try:
            *subject, expires = self._signer(purpose).loads(token)
        except (BadData, ValueError, TypeError) as error:
            raise LinkUnknown from error
        if now.timestamp() >= expires:
            raise LinkExpired(purpose, tuple(subject))
        return tuple(subject)

    def sign(self, purpose: str, value: str) -> str:
        """Proves later that `value` came from us, for one purpose: 64 hexadecimal digits under the newest key."""
        return _signature(self._signing_keys[-1], purpose, value)

    def has_signed(self, purpose: str, value: str, signature: str) -> bool:
        """Whether `signature` is ours, under any of the keys."""
        ours = (_signature(key, purpose, value).encode() for key in self._signing_keys)
        return any(hmac.compare_digest(each, signature.encode()) for each in ours)

    def _signer(self, purpose: str) -> URLSafeSerializer:
        if purpose not in self._signers:
            self._signers[purpose] = URLSafeSerializer(
                self._signing_keys,
                salt=f"pledges.{purpose}",
                signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256},
            )
        return self._signers[purpose]


_in_use: Keyring | None = None


def use(keys: Keyring) -> None:
    """Makes `keys` this process's keyring."""
    global _in_use  # noqa: PLW0603 - the process has one keyring, and columns have no other way to it
    _in_use = keys


def keyring() -> Keyring:
    """This process's keyring."""
    if _in_use is None:
        raise KeysMissing("no keyring is in use; create_app() sets it")
    return _in_use


def fresh_settings() -> dict[str, str]:
    """A fresh set of secrets, by the names of their settings."""
    names = ("PLEDGES_SECRET_KEY", "PLEDGES_SEALING_KEYS", "PLEDGES_DIGEST_KEY")
    return {name: secrets.token_urlsafe(48) for name in names}


def _signature(key: bytes, purpose: str, value: str) -> str:
    derived = hmac.new(key, f"pledges.signature of {purpose}".encode(), hashlib.sha256).digest()
    return hmac.new(derived, value.encode(), hashlib.sha256).hexdigest()


def _fernet_key(text: str) -> bytes:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"pledges sealing").derive(text.encode())
    return base64.urlsafe_b64encode(derived)
