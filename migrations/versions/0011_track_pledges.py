"""Track pledges: pledge_day, what their chart is drawn from; an index that finds the newest approved notes."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
APPROVED = sa.text("reading = 'approved'")


def upgrade() -> None:
    op.create_table(
        "pledge_day",
        sa.Column("pledge_id", BIG, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("made", sa.Integer(), nullable=False),
        sa.Column("kept", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["pledge_id"], ["pledge.id"], name="fk_pledge_day_pledge_id_pledge", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("pledge_id", "day", name="pk_pledge_day"),
    )
    op.create_index(
        "ix_commitment_approved",
        "commitment",
        ["pledge_id", "reported_at", "id"],
        unique=False,
        postgresql_where=APPROVED,
        sqlite_where=APPROVED,
    )


def downgrade() -> None:
    op.drop_index("ix_commitment_approved", "commitment")
    op.drop_table("pledge_day")
