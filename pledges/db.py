"""The database: the base of all models, its column types, and the one way to commit."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from functools import cached_property
from typing import Any, ClassVar

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import BigInteger, DateTime, Dialect, Engine, Enum, Integer, MetaData, Text, TypeDecorator, event, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.orm import DeclarativeBase, Session

from pledges.config import INSTANCE, Settings
from pledges.security import keyring

MIGRATIONS = INSTANCE.parent / "migrations"
BUSY_SECONDS = 15
READY_SECONDS = 2.0


class Base(DeclarativeBase):
    """The base of every model; constraints are named alike on both databases."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


BigId = BigInteger().with_variant(Integer, "sqlite")
"""A key of eight bytes; SQLite gives numbers by itself only to INTEGER."""


class UtcDateTime(TypeDecorator[datetime]):
    """Aware UTC in Python, on both databases; a naive value is a mistake and refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without its zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Sealed(TypeDecorator[str]):
    """Text that only a holder of the sealing keys can read; sealed when written, opened when loaded."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else keyring().seal(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else keyring().unseal(value)


def one_of(enum: type[StrEnum], name: str) -> Enum:
    """A column type that takes the values of `enum`, and that the database checks under `name`."""
    return Enum(
        enum,
        native_enum=False,
        create_constraint=True,
        name=name,
        length=16,
        values_callable=lambda e: [value.value for value in e],
    )


def insert_for(dialect: str, model: type[Base]) -> postgresql.Insert | sqlite.Insert:
    """An INSERT for that database that can say what happens on a conflict; of the table, without the unit of work."""
    table = Base.metadata.tables[model.__tablename__]
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


db = SQLAlchemy(metadata=Base.metadata, session_options={"expire_on_commit": False})


class Migrations:
    """What `flask db` and the migrations ask of the app. Alembic is loaded when they do: a web process never does."""

    directory = str(MIGRATIONS)
    db = db
    configure_args: ClassVar[dict[str, Any]] = {}

    @cached_property
    def migrate(self) -> Any:
        from flask_migrate import Migrate  # noqa: PLC0415 - eight megabytes

        return Migrate(db=db, directory=self.directory, render_as_batch=True, compare_type=True)


def start(app: Flask, settings: Settings) -> None:
    """Binds the app to its database, with the engine's manners for either kind."""
    if settings.is_sqlite and settings.database_url == Settings("", (), "").database_url:
        INSTANCE.mkdir(mode=0o700, exist_ok=True)
    app.config["SQLALCHEMY_DATABASE_URI"] = settings.database_url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = _engine_options(settings)
    db.init_app(app)
    app.extensions["migrate"] = Migrations()
    with app.app_context():
        if settings.is_sqlite:
            _teach_sqlite(db.engine)
        else:
            _teach_postgresql(db.engine)


@contextmanager
def transaction() -> Iterator[Session]:
    """The one place that commits: what happens inside happens wholly, or not at all.

    On SQLite it begins IMMEDIATE: a read that turns into a write fails under load, whatever the
    timeout. What was loaded before is let go as it is, so that nothing inside is stale.
    """
    session = db.session()
    session.expunge_all()
    session.rollback()
    session.connection(execution_options={"pledges_writes": True})
    try:
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise


def take_time(session: Session) -> None:
    """Lets the statements of this transaction take as long as they need: a command may move every row of a letter."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SET LOCAL statement_timeout = 0"))
        wait_for(session.connection(), None)


def wait_for(connection: Connection, seconds: float | None) -> None:
    """How long this connection waits for an answer until it is given back; None for as long as it takes."""
    if connection.dialect.name == "postgresql":
        connection.connection.driver_connection.patience = seconds  # type: ignore[union-attr] # it is ours


def is_there() -> bool:
    """Whether the database answers, and soon."""
    try:
        with db.engine.connect() as connection:
            wait_for(connection, READY_SECONDS)
            connection.execute(text("SELECT 1"))
    except SQLAlchemyError:
        return False
    return True


def lacks_schema(error: DBAPIError) -> bool:
    """Whether the database said that a table or a column is not there: its schema is older than the code."""
    said = getattr(error.orig, "sqlstate", None) or str(error.orig)
    return said in ("42P01", "42703") or said.startswith(("no such table", "no such column"))


def need_not_outlive_power_cuts(engine: Engine) -> None:
    """Commits of this process return before the disk has them: for work that is found undone and done again."""

    @event.listens_for(engine, "connect")
    def relax(connection: Any, _record: Any) -> None:
        on_sqlite = engine.dialect.name == "sqlite"
        connection.execute("PRAGMA synchronous = NORMAL" if on_sqlite else "SET synchronous_commit = off")
        connection.commit()


def empty_the_log(engine: Engine) -> None:
    """On SQLite, moves the log into the database and cuts it off: what was erased is in neither any more. Gives up at
    once while somebody reads or writes: the next time will do.
    """
    if engine.dialect.name != "sqlite":
        return
    connection = engine.raw_connection()
    cursor = connection.cursor()
    try:
        cursor.execute("PRAGMA busy_timeout = 200")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
        connection.close()


def is_up_to_date() -> bool:
    """Whether the database has the newest schema."""
    from alembic.migration import MigrationContext  # noqa: PLC0415 - asked once, at the start of a server
    from alembic.script import ScriptDirectory  # noqa: PLC0415 - the same

    with db.engine.connect() as connection:
        found = MigrationContext.configure(connection).get_current_heads()
    return set(found) == set(ScriptDirectory(str(MIGRATIONS)).get_heads())


def _engine_options(settings: Settings) -> dict[str, Any]:
    if settings.is_sqlite:
        return {"connect_args": {"timeout": BUSY_SECONDS, "check_same_thread": False}}
    from pledges import postgresql  # noqa: PLC0415 - a laptop does without its driver

    return dict(postgresql.ENGINE_OPTIONS)


def _teach_postgresql(engine: Engine) -> None:
    from pledges import postgresql  # noqa: PLC0415 - as above

    postgresql.teach(engine)


def _teach_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def set_manners(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # SQLAlchemy begins transactions, not the driver
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "secure_delete = ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("pledges_writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
