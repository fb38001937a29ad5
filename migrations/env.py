"""Runs the migrations on whichever database the settings name."""

from alembic import context
from flask import current_app
from sqlalchemy import text
from sqlalchemy.engine import Connection

from pledges.db import Base

db = current_app.extensions["migrate"].db


def migrate(connection: Connection) -> None:
    """Brings the schema up, with checks of foreign keys off on SQLite: batch mode rebuilds tables, and a cascade
    would take the rows of their children along."""
    is_sqlite = connection.dialect.name == "sqlite"
    connection.execute(text("PRAGMA foreign_keys = OFF" if is_sqlite else "SET statement_timeout = 0"))
    connection.commit()
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=is_sqlite,
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
    if is_sqlite:
        broken = connection.execute(text("PRAGMA foreign_key_check")).all()
        connection.rollback()
        connection.execute(text("PRAGMA foreign_keys = ON"))
        if broken:
            raise RuntimeError(f"the migration left rows without their parents: {broken[:5]}")


with db.engine.connect() as engine_connection:
    migrate(engine_connection)
