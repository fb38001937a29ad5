"""The databases of the tests: each process has its own of every kind, migrated once and emptied for each test."""

import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from alembic import command
from flask_migrate import Migrate
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

from pledges import create_app
from pledges.config import Settings
from pledges.db import Base, db
from tests.conftest import KEYS, missing

ADMIN_URL = os.environ.get("TEST_DATABASE_URL", "postgresql://127.0.0.1:5432/test")
REDIS_URL = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/15")
REDIS_DATABASES = 16

EMPTIED = "; ".join(
    [
        *(f"DELETE FROM {table.name}" for table in reversed(Base.metadata.sorted_tables)),
        "SELECT setval(oid, 1, false) FROM pg_class WHERE relkind = 'S'",
    ]
)
"""A tenth of what TRUNCATE costs on a few rows."""


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


@pytest.fixture(scope="session")
def sqlite_path() -> Iterator[Path]:
    """Where this process has its database of SQLite; in memory, where it can be."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as folder:
        yield Path(folder) / "pledges.db"


@pytest.fixture(scope="session")
def emptier(postgresql_url: str) -> Iterator[Engine]:
    """What empties this process's database of PostgreSQL."""
    engine = create_engine(postgresql_url)
    yield engine
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """An empty database with the newest schema; each test runs on both kinds."""
    if request.param == "sqlite":
        path: Path = request.getfixturevalue("sqlite_path")
        for each in path.parent.glob(f"{path.name}*"):
            each.unlink()
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        return f"sqlite:///{path}"
    with request.getfixturevalue("emptier").begin() as connection:
        connection.exec_driver_sql(EMPTIED)
    url: str = request.getfixturevalue("postgresql_url")
    return url


@pytest.fixture(scope="session")
def redis_url() -> str:
    """An empty Redis database of this process's own: another one may empty its own at any time."""
    from redis import Redis
    from redis.exceptions import RedisError

    parts = urlsplit(REDIS_URL)
    number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    url = parts._replace(path=f"/{(int(parts.path.strip('/') or 0) - number) % REDIS_DATABASES}").geturl()
    try:
        Redis.from_url(url).flushdb()
    except RedisError:
        missing("Redis (TEST_REDIS_URL)")
    return url
