"""Go round: round, for what is done to all signatures of a letter a few at a time."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "round",
        sa.Column("id", BIG, nullable=False),
        sa.Column("event", sa.String(length=40), nullable=False),
        sa.Column("letter_id", BIG, nullable=False),
        sa.Column("text_id", BIG),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("after", BIG, nullable=False),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["letter_id"], ["letter.id"], name=op.f("fk_round_letter_id_letter"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["text_id"], ["letter_text.id"], name=op.f("fk_round_text_id_letter_text"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_round")),
    )


def downgrade() -> None:
    op.drop_table("round")
