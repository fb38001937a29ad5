"""Tell before showing: when who waits for others was told, and whether a moderator has looked."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

AUTOINCREMENT = {"sqlite_autoincrement": True}


def upgrade() -> None:
    with op.batch_alter_table("signature", table_kwargs=AUTOINCREMENT) as batch:
        batch.add_column(sa.Column("together_told_at", sa.DateTime(timezone=True)))
        batch.add_column(sa.Column("checked", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute(
        "UPDATE signature SET checked = (state = 'approved' AND EXISTS (SELECT 1 FROM signature_event AS e "
        "WHERE e.signature_id = signature.id AND e.new = 'approved' AND e.actor = 'moderator'))"
    )
    op.create_index(
        "ix_signature_together",
        "signature",
        ["letter_id", "id"],
        unique=False,
        postgresql_where=sa.text("together"),
        sqlite_where=sa.text("together"),
    )


def downgrade() -> None:
    op.drop_index("ix_signature_together", "signature")
    with op.batch_alter_table("signature", table_kwargs=AUTOINCREMENT) as batch:
        batch.drop_column("checked")
        batch.drop_column("together_told_at")
