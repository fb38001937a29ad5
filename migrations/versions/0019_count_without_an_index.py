"""Count without an index: an allowance's last time stands first in what was taken, and is not stored twice."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

LAST = {
    "postgresql": "to_timestamp(CAST(substr(taken, 1, 10) AS bigint)) "
    "+ CAST(substr(taken, 11, 6) AS integer) * interval '1 microsecond'",
    "sqlite": "strftime('%Y-%m-%d %H:%M:%S', substr(taken, 1, 10), 'unixepoch') || '.' || substr(taken, 11, 6)",
}


def upgrade() -> None:
    op.drop_index("ix_allowance_taken_at", "allowance")
    op.drop_column("allowance", "taken_at")


def downgrade() -> None:
    with op.batch_alter_table("allowance") as batch:
        batch.add_column(sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(sa.text(f"UPDATE allowance SET taken_at = {LAST[op.get_bind().dialect.name]}"))  # noqa: S608 - our words
    with op.batch_alter_table("allowance") as batch:
        batch.alter_column("taken_at", nullable=False)
    op.create_index("ix_allowance_taken_at", "allowance", ["taken_at"])
