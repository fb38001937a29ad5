"""The settings: one frozen value, read from the environment and checked at the start."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

PREFIX = "PLEDGES_"
SHORTEST_SECRET = 32
INSTANCE = Path(__file__).resolve().parent.parent / "instance"
LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})

_ADDRESS = re.compile(r"[!#-'*+\-./0-9=?A-Z^-~]+@[A-Za-z0-9.-]+\Z")
_SITE = re.compile(r"https?://[^\s/?#@\\]+\Z")
_REDIS = re.compile(r"rediss?://[^/?#]+(?:/[0-9]{0,6})?(?:\?[^#]*)?\Z|unix://[^#]+\Z")
_PORTS = {"": 25, "tls=starttls": 587, "tls=implicit": 465}
"""Where mail servers listen, by what the mail URL asks for."""


class SettingWrong(Exception):
    """A setting is missing or can't be used; the message is one line that names it."""


@dataclass(frozen=True)
class MailServer:
    """Where mail is handed over: `tls` is `starttls`, `implicit` or None for plain text."""

    host: str
    port: int
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    tls: str | None = None


@dataclass(frozen=True)
class Settings:
    """All that an operator decides; secrets stay out of its `repr`."""

    secret_key: str = field(repr=False)
    sealing_keys: tuple[str, ...] = field(repr=False)
    digest_key: str = field(repr=False)
    secret_key_fallbacks: tuple[str, ...] = field(default=(), repr=False)
    database_url: str = field(default=f"sqlite:///{INSTANCE / 'pledges.db'}", repr=False)
    redis_url: str | None = field(default=None, repr=False)
    mail_server: MailServer | None = None
    mail_from: str = "letters@localhost"
    base_url: str = "http://127.0.0.1:8000"
    proxies: int = 0
    metrics_token: str | None = field(default=None, repr=False)

    @property
    def on_loopback(self) -> bool:
        """Whether this is one person's machine: the base URL leads to the machine itself."""
        return urlsplit(self.base_url).hostname in LOOPBACK_HOSTS

    @property
    def contact(self) -> str:
        """The address at which whoever runs the site is reached: that of the mails, without a name."""
        return parseaddr(self.mail_from)[1]

    @property
    def is_https(self) -> bool:
        return self.base_url.startswith("https:")

    @property
    def is_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")


def read(environment: Mapping[str, str]) -> Settings:
    """The settings in `environment`; raises SettingWrong for the first that can't be used."""
    source = _Source(environment)
    default = Settings(secret_key="", sealing_keys=(), digest_key="")
    return Settings(
        secret_key=source.secret("SECRET_KEY"),
        secret_key_fallbacks=source.secrets("SECRET_KEY_FALLBACKS", required=False),
        sealing_keys=source.secrets("SEALING_KEYS"),
        digest_key=source.secret("DIGEST_KEY"),
        database_url=source.database_url(default.database_url),
        redis_url=source.redis_url(),
        mail_server=source.mail_server(),
        mail_from=source.mail_from(default.mail_from),
        base_url=source.base_url(default.base_url),
        proxies=source.proxies(),
        metrics_token=source.text("METRICS_TOKEN"),
    )


class _Source:
    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment

    def text(self, name: str) -> str | None:
        return self._environment.get(PREFIX + name, "").strip() or None

    def secret(self, name: str) -> str:
        value = self.text(name)
        if value is None:
            raise _wrong(name, "is missing; `flask keys generate` prints a fresh set")
        if len(value) < SHORTEST_SECRET:
            raise _wrong(name, f"must have at least {SHORTEST_SECRET} characters")
        return value

    def secrets(self, name: str, *, required: bool = True) -> tuple[str, ...]:
        value = self.text(name)
        if value is None:
            if required:
                raise _wrong(name, "is missing; `flask keys generate` prints a fresh set")
            return ()
        keys = tuple(key.strip() for key in value.split(","))
        if any(len(key) < SHORTEST_SECRET for key in keys):
            raise _wrong(name, f"must hold keys of at least {SHORTEST_SECRET} characters, parted by commas")
        return keys

    def database_url(self, default: str) -> str:
        value = self.text("DATABASE_URL") or default
        if not value.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://")):
            raise _wrong("DATABASE_URL", "must start with sqlite:/// or postgresql://")
        try:
            url = make_url(value)
        except (ArgumentError, ValueError):
            url = None
        if url is None or not 0 < (url.port or 5432) < 2**16:
            raise _wrong("DATABASE_URL", "must look like postgresql://user:password@host:port/database")
        if url.drivername != "sqlite":
            self._check_options(url)
        if url.drivername == "sqlite" and value != default:
            self._check_file(url.database)
        return value

    def _check_options(self, url: URL) -> None:
        from psycopg import ProgrammingError  # noqa: PLC0415 - a laptop does without it
        from psycopg.conninfo import make_conninfo  # noqa: PLC0415 - the same

        try:
            for name, values in url.normalized_query.items():
                make_conninfo(**dict.fromkeys([name], values[-1]))
        except ProgrammingError:
            raise _wrong("DATABASE_URL", "asks behind its ? for what PostgreSQL does not know") from None

    def _check_file(self, path: str | None) -> None:
        if not path or path == ":memory:":
            raise _wrong("DATABASE_URL", "must name a file, such as sqlite:////var/lib/pledges/pledges.db")
        if Path(path).is_absolute() and not Path(path).parent.is_dir():
            raise _wrong("DATABASE_URL", "names a file in a folder that does not exist")

    def redis_url(self) -> str | None:
        value = self.text("REDIS_URL")
        if value is not None and not (_REDIS.match(value) and _split(value) is not None and _takes(value)):
            raise _wrong("REDIS_URL", "must look like redis://host:port/0, rediss://host:port/0 or unix:///path?db=0")
        return value

    def mail_server(self) -> MailServer | None:
        value = self.text("MAIL_URL")
        if value is None:
            return None
        parts = _split(value)
        if parts is None or parts.scheme != "smtp" or not parts.hostname:
            raise _wrong("MAIL_URL", "must look like smtp://user:password@host:port?tls=starttls")
        if parts.query not in _PORTS:
            raise _wrong("MAIL_URL", "knows ?tls=starttls and ?tls=implicit only")
        return MailServer(
            host=parts.hostname,
            port=parts.port or _PORTS[parts.query],
            user=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
            tls=parts.query.removeprefix("tls=") or None,
        )

    def mail_from(self, default: str) -> str:
        value = self.text("MAIL_FROM") or default
        address = parseaddr(value)[1]
        is_whole = value == address or value.endswith(f"<{address}>")
        if not is_whole or not _ADDRESS.match(address) or not value.isprintable():
            raise _wrong("MAIL_FROM", "must be a mail address, such as letters@example.org")
        return value

    def base_url(self, default: str) -> str:
        value = (self.text("BASE_URL") or default).rstrip("/").lower()
        parts = _split(value)
        if parts is None or not parts.hostname or not _SITE.match(value):
            raise _wrong("BASE_URL", "must be the site's address without a path, such as https://letters.example.org")
        return value

    def proxies(self) -> int:
        value = self.text("PROXIES") or "0"
        if value not in map(str, range(11)):
            raise _wrong("PROXIES", "must be how many proxies stand in front, 0 to 10")
        return int(value)


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - reading it is what checks it
    except ValueError:
        return None
    return parts


def _takes(redis_url: str) -> bool:
    """Whether a connection can be made from it; none is opened."""
    from redis import ConnectionPool  # noqa: PLC0415 - four megabytes that a laptop does without

    try:
        ConnectionPool.from_url(redis_url).make_connection()
    except (TypeError, ValueError):
        return False
    return True


def _wrong(name: str, what: str) -> SettingWrong:
    return SettingWrong(f"{PREFIX}{name} {what}")
