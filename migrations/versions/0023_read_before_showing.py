"""Read before showing: what moderators let through while it was sealed waits for them once more."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

OLD = sa.text("state IN ('awaiting', 'quarantined')")
NEW = sa.text("(state IN ('awaiting', 'quarantined') OR unread)")


def upgrade() -> None:
    op.add_column("signature", sa.Column("unread", sa.Boolean(), nullable=False, server_default=sa.false()))
    _index(NEW)


def downgrade() -> None:
    _index(OLD)
    op.drop_column("signature", "unread")


def _index(waiting: sa.TextClause) -> None:
    op.drop_index("ix_signature_waiting", "signature")
    columns = ["letter_id", "confirmed_at", "id"]
    op.create_index("ix_signature_waiting", "signature", columns, postgresql_where=waiting, sqlite_where=waiting)
