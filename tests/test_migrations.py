"""Migrations make exactly what the models say, on both databases, forth and back, one step after the other."""

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, inspect, text
from sqlalchemy.engine import Inspector, make_url
from sqlalchemy.exc import OperationalError

from pledges import create_app
from pledges.config import Settings
from pledges.db import MIGRATIONS, Base, db, is_up_to_date
from tests.conftest import KEYS, missing
from tests.databases import ADMIN_URL
from tests.migrating import config_of


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database with nothing in it, of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/empty.db"
        return
    name = f"pledges_test_{uuid.uuid4().hex[:12]}"
    admin = create_engine(ADMIN_URL, isolation_level="AUTOCOMMIT")
    try:
        with admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
    except OperationalError:
        missing("PostgreSQL (TEST_DATABASE_URL)")
    try:
        yield make_url(ADMIN_URL).set(database=name).render_as_string(hide_password=False)
    finally:
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        admin.dispose()


@pytest.fixture
def migrating(empty_url: str) -> Iterator[Config]:
    """The migrations' configuration, in an app on the empty database."""
    app = create_app(Settings(**KEYS, database_url=empty_url))
    with app.app_context():
        yield config_of(app)
        db.session.remove()
        db.engine.dispose()


def shape(connection: Connection) -> dict[str, Any]:
    """All that a database knows of its tables."""
    inspector = inspect(connection)
    tables = set(inspector.get_table_names()) - {"alembic_version"}
    found = {table: table_shape(inspector, table) for table in tables}
    if connection.dialect.name == "sqlite":
        never_twice = text("SELECT name FROM sqlite_master WHERE sql LIKE '%AUTOINCREMENT%'")
        found["ids that are never given twice"] = set(connection.scalars(never_twice)) or {}
    return {name: what for name, what in found.items() if what}


def table_shape(inspector: Inspector, table: str) -> dict[str, Any]:
    return {
        "columns": plain(inspector.get_columns(table)),
        "key": plain(inspector.get_pk_constraint(table)),
        "foreign keys": plain(inspector.get_foreign_keys(table)),
        "indexes": plain(inspector.get_indexes(table)),
        "unique": plain(inspector.get_unique_constraints(table)),
        "checks": plain(inspector.get_check_constraints(table)),
    }


def plain(found: Any) -> Any:
    """The same in values that can be compared, without an order where none is meant."""
    if isinstance(found, list) and found and isinstance(found[0], dict):
        return {one["name"]: plain(one) for one in found}
    if isinstance(found, dict):
        return {key: plain(value) for key, value in found.items()}
    return [plain(one) for one in found] if isinstance(found, list | tuple) else str(found)


def test_alembic_finds_nothing_to_migrate(migrating: Config) -> None:
    command.upgrade(migrating, "head")
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, Base.metadata) == []
    assert is_up_to_date()


def test_migrations_and_models_make_the_same_tables_with_the_same_checks(migrating: Config) -> None:
    command.upgrade(migrating, "head")
    with db.engine.connect() as connection:
        migrated = shape(connection)
    command.downgrade(migrating, "base")
    Base.metadata.create_all(db.engine)
    with db.engine.connect() as connection:
        assert shape(connection) == migrated
    assert migrated["letter"]["checks"].keys() >= {"ck_letter_state", "ck_letter_goal_positive"}


def test_all_the_way_back_leaves_nothing_and_forth_again_everything(migrating: Config) -> None:
    command.upgrade(migrating, "head")
    with db.engine.connect() as connection:
        before = shape(connection)
    command.downgrade(migrating, "base")
    with db.engine.connect() as connection:
        assert shape(connection) == {}
    assert not is_up_to_date()
    command.upgrade(migrating, "head")
    with db.engine.connect() as connection:
        assert shape(connection) == before


def test_every_step_can_be_taken_alone_in_both_directions(migrating: Config) -> None:
    steps = [script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions()][::-1]
    for step in steps:
        command.upgrade(migrating, step)
        command.downgrade(migrating, "-1")
        command.upgrade(migrating, step)
    assert is_up_to_date()


def test_migrations_stand_in_one_line_and_are_named_for_what_they_do() -> None:
    scripts = list(ScriptDirectory(str(MIGRATIONS)).walk_revisions())[::-1]
    assert [script.revision for script in scripts] == [f"{n:04}" for n in range(1, len(scripts) + 1)]
    for script in scripts:
        assert Path(script.path).name.startswith(f"{script.revision}_")
        assert script.doc
