"""Send news: a letter says when its goal was reached, a signature when it was told that its letter has closed."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

UNTOLD = sa.text("updates AND closing_told_at IS NULL")


def upgrade() -> None:
    op.add_column("letter", sa.Column("goal_reached_at", sa.DateTime(timezone=True)))
    op.add_column("signature", sa.Column("closing_told_at", sa.DateTime(timezone=True)))
    op.create_index("ix_signature_news", "signature", ["letter_id", "id"], postgresql_where=UNTOLD, sqlite_where=UNTOLD)


def downgrade() -> None:
    op.drop_index("ix_signature_news", "signature")
    op.drop_column("signature", "closing_told_at")
    op.drop_column("letter", "goal_reached_at")
