"""The memory that all nodes share: Redis, where it is set. Loaded only then."""

from collections.abc import Iterator
from contextlib import contextmanager

TIMEOUT_SECONDS = 2


class RemoteAway(Exception):
    """Redis can't be reached, or can't answer."""


class Remote:
    """A connection to Redis, opened when it is first used; every method raises RemoteAway."""

    def __init__(self, url: str) -> None:
        import redis  # noqa: PLC0415 - four megabytes that a laptop does without

        self._away = redis.exceptions.RedisError
        self._client = redis.Redis.from_url(url, socket_timeout=TIMEOUT_SECONDS, socket_connect_timeout=TIMEOUT_SECONDS)

    def get(self, name: str) -> bytes | None:
        with self._answering():
            value = self._client.get(name)
        return value if isinstance(value, bytes) else None

    def put(self, name: str, value: bytes, *, seconds: int) -> None:
        with self._answering():
            self._client.set(name, value, ex=seconds)

    def claim(self, name: str, *, milliseconds: int) -> bool:
        """Whether nobody else holds the name; if so, it is held for that long."""
        with self._answering():
            return bool(self._client.set(name, b"1", nx=True, px=milliseconds))

    def drop(self, name: str) -> None:
        with self._answering():
            self._client.delete(name)

    def ping(self) -> None:
        with self._answering():
            self._client.ping()

    @contextmanager
    def _answering(self) -> Iterator[None]:
        try:
            yield
        except self._away as error:
            raise RemoteAway(type(error).__name__) from error
