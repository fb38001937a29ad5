"""Credit deliveries beside what signatories say: commitment.imported, commitment.by_organizer."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

IMPORTED = "UPDATE commitment SET imported = (SELECT sum(amount) FROM delivery WHERE commitment_id = commitment.id)"
BY_ORGANIZER = """
UPDATE commitment SET by_organizer = true WHERE coalesce(delivered, imported) = imported
AND (SELECT actor FROM report WHERE commitment_id = commitment.id ORDER BY id DESC LIMIT 1) = 'organizer'"""
MORE = """
SELECT pledge_id, sum(imported - coalesce(delivered, 0)) FROM commitment
WHERE counted AND state IN ('made', 'kept', 'partly', 'not_yet', 'released') AND imported > coalesce(delivered, 0)
GROUP BY pledge_id"""
TOTALS = """
UPDATE pledge_tally SET delivered = delivered + :more
WHERE pledge_id = :pledge AND shard = (SELECT min(shard) FROM pledge_tally WHERE pledge_id = :pledge)"""


def upgrade() -> None:
    op.add_column("commitment", sa.Column("imported", sa.BigInteger()))
    op.add_column("commitment", sa.Column("by_organizer", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute(IMPORTED)
    op.execute(BY_ORGANIZER)
    _add_up(1)


def downgrade() -> None:
    _add_up(-1)
    op.drop_column("commitment", "by_organizer")
    op.drop_column("commitment", "imported")


def _add_up(sign: int) -> None:
    """What was imported beyond what the signatories say is in the totals from now on, or no longer."""
    connection = op.get_bind()
    for pledge, more in connection.execute(sa.text(MORE)).all():
        connection.execute(sa.text(TOTALS), {"pledge": pledge, "more": sign * int(more)})
