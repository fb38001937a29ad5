"""Count mails when they are written: a signature says when its first mail was."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("signature", sa.Column("mailed_at", sa.DateTime(timezone=True)))
    # what has waited until now was counted when it was asked for
    op.execute("UPDATE signature SET mailed_at = created_at WHERE state = 'pending' AND email_digest IS NOT NULL")


def downgrade() -> None:
    op.drop_column("signature", "mailed_at")
