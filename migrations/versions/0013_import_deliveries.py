"""Import deliveries: delivery, what an organizer knows was paid; pledge.nudged_at."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "delivery",
        sa.Column("id", BIG, nullable=False),
        sa.Column("commitment_id", BIG, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["commitment_id"], ["commitment.id"], name="fk_delivery_commitment_id_commitment", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_delivery"),
        sa.UniqueConstraint(
            "commitment_id", "day", "amount", "number", name="uq_delivery_commitment_id_day_amount_number"
        ),
    )
    op.add_column("pledge", sa.Column("nudged_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    op.drop_column("pledge", "nudged_at")
    op.drop_table("delivery")
