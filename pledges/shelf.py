"""Where rendered public answers are kept: in the process, and in the memory that all nodes share."""

import base64
import json
import threading
import time
from collections import OrderedDict
from dataclasses import asdict, dataclass, replace

from pledges.remote import Remote, RemoteAway

MOST_ANSWERS = 2000
MOST_BYTES = 16 * 1024 * 1024
FORMAT = 3
"""Of what is packed for others: another one is never read."""
FILLING_MS = 3000
AFTER_AWAY_SECONDS = 5.0
TIDIED_EVERY_SECONDS = 60.0


@dataclass(frozen=True)
class Kept:
    """One whole answer, compressed where that is worth it: so nearly all ask for it, and five fit in the room of one.

    `filled_at` is in seconds since the epoch; `stamp` says what it was rendered from.
    """

    status: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    is_compressed: bool
    etag: str
    filled_at: float
    stamp: str | None = None
    fresh_for: float = 0.0
    """Seconds for which it need not be looked at anew, where that is longer than the door's own."""
    serves_for: float = 0.0
    """Seconds after which it is not handed out any more, and forgotten."""

    @property
    def is_over(self) -> bool:
        return time.time() - self.filled_at >= self.serves_for

    def to_bytes(self) -> bytes:
        return json.dumps({**asdict(self), "body": base64.b64encode(self.body).decode()}).encode()

    @classmethod
    def from_bytes(cls, packed: bytes) -> "Kept":
        values = json.loads(packed)
        values["headers"] = tuple((name, value) for name, value in values["headers"])
        values["body"] = base64.b64decode(values["body"])
        return cls(**values)


class Shelf:
    """Keeps the answers last asked for, within bounds, and lets one at a time fill what lapsed."""

    def __init__(
        self,
        remote: Remote | None,
        *,
        namespace: str,
        most_answers: int = MOST_ANSWERS,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        self._remote = remote
        self._most_answers, self._most_bytes = most_answers, most_bytes
        self._tidied_at = time.time()
        self._namespace = namespace
        self._rests_until = 0.0
        self._answers: OrderedDict[str, Kept] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()
        self._filling: dict[str, threading.Lock] = {}

    def find(self, key: str) -> Kept | None:
        """What this process keeps, and may still hand out."""
        kept = self._answers.get(key)
        return None if kept is None or kept.is_over else kept

    def put(self, key: str, kept: Kept) -> None:
        """Keeps an answer here, and for the other processes."""
        self._remember(key, kept)
        if (remote := self._reachable()) is not None:
            try:
                remote.put(self._name(key), kept.to_bytes(), seconds=int(kept.serves_for))
            except RemoteAway:
                self._rest()

    def renew(self, key: str, kept: Kept, filled_at: float) -> Kept:
        """The same answer, found unchanged now."""
        renewed = replace(kept, filled_at=filled_at)
        self.put(key, renewed)
        return renewed

    def fetch(self, key: str) -> Kept | None:
        """What another process keeps, if there is shared memory and it is in reach."""
        remote = self._reachable()
        if remote is None:
            return None
        try:
            packed = remote.get(self._name(key))
        except RemoteAway:
            self._rest()
            return None
        if packed is None:
            return None
        kept = Kept.from_bytes(packed)
        if kept.is_over:
            return None
        self._remember(key, kept)
        return kept

    def tidy(self) -> None:
        """Forgets what is over, once in a while."""
        if 0 <= time.time() - self._tidied_at < TIDIED_EVERY_SECONDS:
            return
        with self._lock:
            self._tidied_at = time.time()
            for key in [key for key, kept in self._answers.items() if kept.is_over]:
                self._forget(key)

    def filling(self, key: str) -> threading.Lock:
        """The lock of whoever fills this answer in this process."""
        with self._lock:
            return self._filling.setdefault(key, threading.Lock())

    def free(self, key: str) -> None:
        """Forgets the lock of an answer that was not worth keeping."""
        if key not in self._answers:
            with self._lock:
                self._filling.pop(key, None)

    def may_fill(self, key: str) -> bool:
        """Whether no other process is filling it just now."""
        remote = self._reachable()
        if remote is None:
            return True
        try:
            return remote.claim(self._name(f"filling {key}"), milliseconds=FILLING_MS)
        except RemoteAway:
            self._rest()
            return True

    def filled(self, key: str) -> None:
        """Lets another process fill it when it lapses again."""
        if (remote := self._reachable()) is not None:
            try:
                remote.drop(self._name(f"filling {key}"))
            except RemoteAway:
                self._rest()

    def _remember(self, key: str, kept: Kept) -> None:
        with self._lock:
            old = self._answers.pop(key, None)
            self._answers[key] = kept
            self._bytes += len(kept.body) - (len(old.body) if old else 0)
            while len(self._answers) > self._most_answers or self._bytes > self._most_bytes:
                self._forget(next(iter(self._answers)))

    def _forget(self, key: str) -> None:
        self._bytes -= len(self._answers.pop(key).body)
        self._filling.pop(key, None)

    def _reachable(self) -> Remote | None:
        return self._remote if time.monotonic() >= self._rests_until else None

    def _rest(self) -> None:
        self._rests_until = time.monotonic() + AFTER_AWAY_SECONDS

    def _name(self, key: str) -> str:
        return f"pledges:{FORMAT}:{self._namespace}:{key}"
