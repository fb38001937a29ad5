"""A letter that its organizer withdrew says when and why."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("letter") as batch:
        batch.add_column(sa.Column("withdrawn_at", sa.DateTime(timezone=True)))
        batch.add_column(sa.Column("withdrawal_reason", sa.Text()))


def downgrade() -> None:
    with op.batch_alter_table("letter") as batch:
        batch.drop_column("withdrawal_reason")
        batch.drop_column("withdrawn_at")
