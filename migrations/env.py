"""Runs the migrations on whichever database the settings name."""

from alembic import context
from flask import current_app
from sqlalchemy import text
from sqlalchemy.engine import Connection

from pledges.db import Base, wait_for

db = current_app.extensions["migrate"].db


def migrate(connection: Connection) -> None:
    """Brings the schema up, with checks of foreign keys off on SQLite: batch mode rebuilds tables, and a cascade
    would take the rows of their children along."""
    is_sqlite = connection.dialect.name == "sqlite"
    if is_sqlite:
        _enforce_foreign_keys(connection, "OFF")
    else:
        connection.execute(text("SET statement_timeout = 0"))
        wait_for(connection, None)
        connection.commit()
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=is_sqlite,
        compare_type=True,
        transactional_ddl=True,  # on SQLite too: db.py begins transactions itself, and the driver ends none
    )
    try:
        with context.begin_transaction():
            context.run_migrations()
            if is_sqlite:
                _refuse_orphans(connection)
        connection.commit()
    finally:
        connection.rollback()
        if is_sqlite:
            _enforce_foreign_keys(connection, "ON")


def _enforce_foreign_keys(connection: Connection, switch: str) -> None:
    """Past SQLAlchemy, which would begin a transaction: inside one, SQLite ignores this without a word."""
    driver = connection.connection.driver_connection
    assert driver is not None  # noqa: S101 - the connection is open
    driver.execute(f"PRAGMA foreign_keys = {switch}")


def _refuse_orphans(connection: Connection) -> None:
    broken = connection.execute(text("PRAGMA foreign_key_check")).all()
    if broken:
        raise RuntimeError(f"the migration left rows without their parents: {broken[:5]}")


with db.engine.connect() as engine_connection:
    migrate(engine_connection)
