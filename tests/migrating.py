"""The migrations' configuration in an app, and one more migration than there are, as tests need them."""

import os
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from flask import Flask

from pledges.db import MIGRATIONS

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


def config_of(app: Flask) -> Config:
    found: Config = app.extensions["migrate"].migrate.get_config()
    return found


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
