"""Read before showing: what moderators let through while it was sealed waits for them once more."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

OLD = sa.text("state IN ('awaiting', 'quarantined')")
NEW = sa.text("(state IN ('awaiting', 'quarantined') OR unread)")
BACK = sa.text("back_at IS NOT NULL")


def upgrade() -> None:
    op.add_column("signature", sa.Column("unread", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("signature", sa.Column("back_at", sa.DateTime(timezone=True)))
    columns = ["letter_id", "back_at"]
    op.create_index("ix_signature_back", "signature", columns, postgresql_where=BACK, sqlite_where=BACK)
    _index(NEW)


def downgrade() -> None:
    if op.get_bind().execute(sa.text("SELECT id FROM signature WHERE unread LIMIT 1")).first() is not None:
        raise RuntimeError("a signature was let through unread: 0022 would show it; let a moderator read or reject it")
    _forget_rewording()
    _index(OLD)
    op.drop_index("ix_signature_back", "signature")
    op.drop_column("signature", "back_at")
    op.drop_column("signature", "unread")


def _forget_rewording() -> None:
    """The flag is not known before."""
    signature = sa.table("signature", sa.column("id"), sa.column("flags", sa.JSON()))
    flagged = sa.select(signature).where(sa.cast(signature.c.flags, sa.Text()).like("%reworded%"))
    connection = op.get_bind()
    for row in connection.execute(flagged).all():
        flags = [flag for flag in row.flags if flag != "reworded"]
        connection.execute(sa.update(signature).where(signature.c.id == row.id).values(flags=flags))


def _index(waiting: sa.TextClause) -> None:
    op.drop_index("ix_signature_waiting", "signature")
    columns = ["letter_id", "confirmed_at", "id"]
    op.create_index("ix_signature_waiting", "signature", columns, postgresql_where=waiting, sqlite_where=waiting)
