"""Erase when withdrawn pledges were reported on: it goes with the report, and had stayed."""

from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("UPDATE commitment SET reported_at = NULL WHERE state = 'withdrawn' AND reported_at IS NOT NULL")


def downgrade() -> None:
    """What is erased stays erased."""
