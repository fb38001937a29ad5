"""What is asked of the service, as bytes: streams of requests, none asked twice where that counts."""

import itertools
import random
import re
import time
from collections.abc import Iterator
from datetime import timedelta
from http.cookiejar import CookieJar
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener

from bench.load import get, post
from bench.seed import FIRST, LAST, Seeds
from pledges import clock, cursor
from pledges.security import Keyring

PASSWORD = "bench bench bench"
MODERATOR = "bench@example.org"
_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
_ID = re.compile(r'name="signature" value="(\d+)"')


def same(path: str, port: int) -> Iterator[bytes]:
    """One address again and again."""
    return itertools.repeat(get(path, port, Accept_Encoding="gzip"))


def unkept(path: str, port: int) -> Iterator[bytes]:
    """One page, asked for in languages that there are not: rendered each time, and not worth keeping."""
    return (get(f"{path}?lang={_no_language(n)}", port) for n in itertools.count(time.time_ns()))


def _no_language(number: int) -> str:
    return f"xx-{number % 10**8:08d}"


def deepest(seeds: Seeds, port: int) -> Iterator[bytes]:
    """Pages at the far end of the list, each another one."""
    rows = seeds.ask(
        "SELECT confirmed_at, id FROM signature WHERE state = 'approved' ORDER BY confirmed_at, id LIMIT 400"
    )
    places = [cursor.encode(cursor.of_moment(row[0]), row[1]) for row in rows[150:]]  # type: ignore[arg-type] # as stored
    lang = _no_language(time.time_ns())
    return (get(f"/letters/bench/signatories?after={p}&lang={lang}", port) for p in itertools.cycle(places))


def searches(port: int) -> Iterator[bytes]:
    """First and last names that many bear, as people type them."""
    for n in itertools.count():
        typed = f"{random.choice(FIRST)} {random.choice(LAST)[: random.randrange(3, 8)]}"
        yield get(f"/letters/bench/signatories?{urlencode({'q': typed})}", port, X_Forwarded_For=_network(n << 8))


def signs(port: int) -> Iterator[bytes]:
    """New people from ever other networks."""
    salt = time.time_ns()
    for n in itertools.count():
        fields = {"name": f"Ada Bench {n}", "email": f"ada.{salt}.{n}@example.org", "role": "Editor", "country": "ES"}
        yield post("/letters/bench/sign", port, urlencode(fields), X_Forwarded_For=_network(n))


def confirms(seeds: Seeds, keys: Keyring, port: int, size: int) -> Iterator[bytes]:
    """The buttons behind so many links, each pressed once."""
    now, lasts = clock.now(), timedelta(days=7)
    for signature_id in seeds.pending(size, salt=f"confirm {time.time_ns()} "):
        yield post(f"/confirm/{keys.issue('confirm', signature_id, 1, now=now, lasts=lasts)}", port, "")


class Moderator:
    """A signed-in moderator."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._jar = CookieJar()
        self._browser = build_opener(HTTPCookieProcessor(self._jar))
        page = self._read("/login")
        self._send("/login", {"email": MODERATOR, "password": PASSWORD, "csrf_token": _token(page)})

    @property
    def cookie(self) -> str:
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in self._jar)

    def queue(self) -> Iterator[bytes]:
        """The first page of the queue."""
        return itertools.repeat(get("/moderation/bench", self._port, Cookie=self.cookie))

    def batches(self, seeds: Seeds, size: int) -> Iterator[bytes]:
        """Decisions to approve `size` waiting names each, no name twice."""
        token = _token(self._read("/moderation/bench"))
        rows = seeds.ask("SELECT id FROM signature WHERE state = 'awaiting' ORDER BY id")
        ids = [row[0] for row in rows]
        for start in range(0, len(ids) - size, size):
            fields = [("signature", str(i)) for i in ids[start : start + size]]
            body = urlencode([("csrf_token", token), ("decision", "approve"), *fields])
            yield post("/moderation/bench/decide", self._port, body, Cookie=self.cookie)

    def _read(self, path: str) -> str:
        with self._browser.open(f"http://127.0.0.1:{self._port}{path}") as answer:
            return str(answer.read().decode())

    def _send(self, path: str, fields: dict[str, str]) -> None:
        with self._browser.open(f"http://127.0.0.1:{self._port}{path}", urlencode(fields).encode()):
            pass


def _token(page: str) -> str:
    found = _TOKEN.search(page)
    assert found is not None
    return found[1]


def _network(n: int) -> str:
    return f"{10 + (n >> 24)}.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}"
