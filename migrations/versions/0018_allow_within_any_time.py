"""Allow within any time: each use of an allowance counts for a window of its own, not all for one that began first."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

TAKEN = {
    "postgresql": "repeat(lpad(CAST(CAST(extract(epoch FROM taken_at) * 1000000 AS bigint) AS text), 16, '0'), used)",
    "sqlite": "replace(hex(zeroblob(used)), '00', strftime('%s', taken_at) || substr(taken_at || '.000000', 21, 6))",
}


def upgrade() -> None:
    op.drop_index("ix_allowance_began_at", "allowance")
    with op.batch_alter_table("allowance") as batch:
        batch.alter_column("began_at", new_column_name="taken_at")
        batch.add_column(sa.Column("taken", sa.Text(), nullable=False, server_default=""))
    op.execute(sa.text(f"UPDATE allowance SET taken = {TAKEN[op.get_bind().dialect.name]}"))  # noqa: S608 - our words
    with op.batch_alter_table("allowance") as batch:
        batch.alter_column("taken", server_default=None)
        batch.drop_column("used")
    op.create_index("ix_allowance_taken_at", "allowance", ["taken_at"])


def downgrade() -> None:
    op.drop_index("ix_allowance_taken_at", "allowance")
    with op.batch_alter_table("allowance") as batch:
        batch.alter_column("taken_at", new_column_name="began_at")
        batch.add_column(sa.Column("used", sa.Integer(), nullable=False, server_default="0"))
    op.execute("UPDATE allowance SET used = length(taken) / 16")
    with op.batch_alter_table("allowance") as batch:
        batch.alter_column("used", server_default=None)
        batch.drop_column("taken")
    op.create_index("ix_allowance_began_at", "allowance", ["began_at"])
