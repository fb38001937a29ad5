"""What every test may ask for: a database of either kind, the app, a mail server, a visitor."""

import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from alembic import command
from flask import Flask
from flask_migrate import Migrate
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError
from werkzeug.routing import Rule

from pledges import create_app
from pledges.config import MailServer, Settings
from pledges.db import Base, db
from tests.mailing import MailSink
from tests.people import Visitor, Workshop

ADMIN_URL = os.environ.get("TEST_DATABASE_URL", "postgresql://127.0.0.1:5432/test")
REDIS_URL = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/15")
MUST_HAVE_ALL = bool(os.environ.get("CI"))

KEYS = {"secret_key": "s" * 40, "sealing_keys": ("k" * 40,), "digest_key": "d" * 40}


def missing(what: str) -> None:
    """Skips by name on a laptop, and fails where CI is set: there nothing may be missing."""
    if MUST_HAVE_ALL:
        pytest.fail(f"{what} is missing, and CI is set")
    pytest.skip(f"{what} is missing")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database, to be copied."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    _migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """A migrated database of this process's own."""
    name = f"pledges_test_{uuid.uuid4().hex[:12]}"
    admin = create_engine(ADMIN_URL, isolation_level="AUTOCOMMIT")
    try:
        with admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
            connection.execute(text(f"ALTER DATABASE {name} SET synchronous_commit TO off"))
    except OperationalError:
        missing("PostgreSQL (TEST_DATABASE_URL)")
    url = make_url(ADMIN_URL).set(database=name).render_as_string(hide_password=False)
    _migrate(url)
    yield url
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


def _migrate(url: str) -> None:
    app = create_app(Settings(**KEYS, database_url=url))
    with app.app_context():
        migrate: Migrate = app.extensions["migrate"].migrate
        command.upgrade(migrate.get_config(), "head")
        db.engine.dispose()


@pytest.fixture
def quick_path() -> Iterator[Path]:
    """A folder in memory, where there is one: no test is about the disk."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as folder:
        yield Path(folder)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, quick_path: Path) -> str:
    """An empty database with the newest schema; each test runs on both kinds."""
    if request.param == "sqlite":
        path = quick_path / "pledges.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        return f"sqlite:///{path}"
    url: str = request.getfixturevalue("postgresql_url")
    engine = create_engine(url)
    with engine.begin() as connection:
        emptied = [f"DELETE FROM {table.name}" for table in reversed(Base.metadata.sorted_tables)]
        anew = "SELECT setval(oid, 1, false) FROM pg_class WHERE relkind = 'S'"
        connection.exec_driver_sql("; ".join([*emptied, anew]))  # a tenth of what TRUNCATE costs on a few rows
    engine.dispose()
    return url


@pytest.fixture(scope="session")
def redis_url() -> str:
    """An empty Redis database."""
    from redis import Redis
    from redis.exceptions import RedisError

    try:
        Redis.from_url(REDIS_URL).flushdb()
    except RedisError:
        missing("Redis (TEST_REDIS_URL)")
    return REDIS_URL


@pytest.fixture(autouse=True)
def every_answer_looked_at_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is kept at the door is a second behind at most; tests that are not about that look at once."""
    monkeypatch.setattr("pledges.door.FRESH_SECONDS", 0.0)
    monkeypatch.setattr("pledges.door.PATIENCE_SECONDS", 0.0)
    monkeypatch.setattr("pledges.letter.at_hand.KEPT_FOR", timedelta(0))


@pytest.fixture
def sink() -> Iterator[MailSink]:
    """A mail server on loopback."""
    with MailSink() as running:
        yield running


@pytest.fixture
def settings(database_url: str, sink: MailSink) -> Settings:
    """Settings that send mail to the sink."""
    return Settings(**KEYS, database_url=database_url, mail_server=MailServer("127.0.0.1", sink.port))


class Compiled(BytecodeCache):
    """Templates are compiled once in a process, not once for each application: it took a quarter of the time."""

    def __init__(self) -> None:
        self._code: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._code:
            bucket.bytecode_from_string(self._code[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._code[bucket.key] = bucket.bytecode_to_string()


COMPILED = Compiled()
RULES: dict[tuple[object, ...], object] = {}
_compile_rule = Rule._compile_builder


def _compile_rule_once(rule: Rule, append_unknown: bool = True) -> object:
    """The same for the addresses of views: each application compiles a hundred of them."""
    key = (rule.rule, rule.endpoint, append_unknown, repr(rule.defaults), rule.host, rule.subdomain)
    if key not in RULES:
        RULES[key] = _compile_rule(rule, append_unknown)
    return RULES[key]


Rule._compile_builder = _compile_rule_once


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """The application on an empty database."""
    app = create_app(settings)
    app.config["TESTING"] = True
    app.jinja_env.bytecode_cache = COMPILED
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def workshop(app: Flask, sink: MailSink) -> Iterator[Workshop]:
    """Makes letters, signatures and accounts through the real deeds, and delivers mail."""
    workshop = Workshop(app, sink)
    yield workshop
    workshop.worker.close()


@pytest.fixture
def visitor(app: Flask) -> Visitor:
    """Somebody with a browser."""
    return Visitor(app.test_client())
