"""Migrations make exactly what the models say, on both databases, forth and back, and lose no row on the way."""

import os
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import Connection, create_engine, func, inspect, select, text
from sqlalchemy.engine import Inspector, make_url
from sqlalchemy.exc import OperationalError

from pledges import allowance, create_app
from pledges.config import Settings
from pledges.db import MIGRATIONS, Base, db, is_up_to_date
from pledges.letter.models import Letter, LetterText
from pledges.pledge.reporting import Outcome
from pledges.pledge.states import State
from pledges.signature.models import Signature, SignatureEvent
from tests.conftest import ADMIN_URL, KEYS, missing
from tests.people import Workshop
from tests.pledge.commitments import PLEDGES, commitments, kept, recounted, signed
from tests.pledge.deliveries import import_
from tests.pledge.promises import report

REBUILD = """
import sqlalchemy as sa
from alembic import op

revision = "rebuild"
down_revision = "{head}"


def upgrade():
    for table in ("letter", "signature"):
        with op.batch_alter_table(table, recreate="always") as batch:
            batch.add_column(sa.Column("added", sa.Integer()))
{more}

def downgrade():
    pass
"""

ORPHAN = """    op.execute("DELETE FROM letter")
"""


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


def config_of(app: Flask) -> Config:
    found: Config = app.extensions["migrate"].migrate.get_config()
    return found


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


def upgrade_with(app: Flask, folder: Path, *, more: str = "") -> None:
    """Runs one more migration, that rebuilds `letter` and `signature` on SQLite."""
    (folder / "versions").mkdir()
    head = ScriptDirectory(str(MIGRATIONS)).get_current_head()
    (folder / "versions" / "rebuild.py").write_text(REBUILD.format(head=head, more=more))
    with app.app_context():
        config = config_of(app)
        config.set_main_option("path_separator", "os")
        config.set_main_option("version_locations", f"{MIGRATIONS}/versions{os.pathsep}{folder}/versions")
        command.upgrade(config, "head")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_table_that_is_rebuilt_on_sqlite_keeps_the_rows_that_hang_on_it(workshop: Workshop, tmp_path: Path) -> None:
    workshop.confirmed(workshop.letter())
    upgrade_with(workshop.app, tmp_path)
    with workshop.writing() as session:
        for model in (LetterText, SignatureEvent):
            assert session.scalar(select(func.count()).select_from(model)) == 1
        columns = inspect(session.connection()).get_columns("letter")
        assert "added" in {column["name"] for column in columns}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_migration_that_leaves_a_row_without_its_parent_is_refused(workshop: Workshop, tmp_path: Path) -> None:
    workshop.confirmed(workshop.letter())
    with pytest.raises(RuntimeError, match="rows without their parents"):
        upgrade_with(workshop.app, tmp_path, more=ORPHAN)
    with workshop.writing() as session:
        assert session.scalar(select(func.count()).select_from(Letter)) == 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_foreign_keys_are_checked_again_after_a_migration(workshop: Workshop, tmp_path: Path) -> None:
    upgrade_with(workshop.app, tmp_path)
    with workshop.app.app_context(), db.engine.connect() as connection:
        assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_was_imported_is_credited_beside_what_was_said(workshop: Workshop) -> None:
    letter = workshop.letter(pledges=PLEDGES)
    ada, bea, cal = (signed(workshop, letter, f"{name}@example.org", give=10000) for name in ("ada", "bea", "cal"))
    for person in (ada, bea):
        report(workshop, person, give=Outcome(State.PARTLY, 1000))
    one, _other, third = commitments(workshop)
    import_(workshop, f"{one.reference},40,2027-05-01\n{third.reference},100,2027-05-01")
    before = [(row.delivered, row.imported, row.by_organizer, row.state) for row in commitments(workshop)]
    assert before == [
        (1000, 4000, False, State.PARTLY), (1000, None, False, State.PARTLY), (None, 10000, True, State.KEPT),
    ]  # fmt: skip
    with workshop.app.app_context():
        command.downgrade(config_of(workshop.app), "0016")
        command.upgrade(config_of(workshop.app), "head")
    assert [(row.delivered, row.imported, row.by_organizer, row.state) for row in commitments(workshop)] == before
    assert kept(workshop) == recounted(workshop)
    report(workshop, cal, give=Outcome(State.RELEASED))
    assert kept(workshop) == recounted(workshop)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_marks_that_an_open_domain_gave_are_taken_back(workshop: Workshop) -> None:
    signed = [workshop.confirmed(workshop.letter("anyone"))]
    signed.append(workshop.confirmed(workshop.letter("staff", email_domains="[example.org]")))
    with workshop.writing() as session:
        for signature in signed:
            row = session.merge(signature)
            row.affiliation_matched, row.domain = True, "example.org"
    with workshop.app.app_context():
        command.downgrade(config_of(workshop.app), "0014")
        command.upgrade(config_of(workshop.app), "head")
    with workshop.writing() as session:
        rows = session.scalars(select(Signature).order_by(Signature.id)).all()
        assert [(row.affiliation_matched, row.domain) for row in rows] == [(False, None), (False, "example.org")]


def test_what_was_used_of_an_allowance_stays_used_forth_and_back(workshop: Workshop) -> None:
    def take(now: datetime) -> bool:
        with workshop.writing() as session:
            return allowance.take(session, b"d" * 32, limit=3, window=timedelta(hours=1), now=now)

    began = datetime(2027, 3, 8, 12, 0, 0, 70, tzinfo=UTC)
    assert [take(began) for _ in range(2)] == [True, True]
    with workshop.app.app_context():
        command.downgrade(config_of(workshop.app), "0017")
        command.upgrade(config_of(workshop.app), "head")
    assert [take(began), take(began)] == [True, False]
    assert not take(began + timedelta(minutes=59, seconds=59))
    assert [take(began + timedelta(hours=1)) for _ in range(4)] == [True, True, True, False]
