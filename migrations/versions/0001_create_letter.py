"""Create letter: letter, letter_text, tally."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "letter",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column(
            "state",
            sa.Enum("draft", "open", "closed", name="state", native_enum=False, create_constraint=True, length=16),
            nullable=False,
        ),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("hashtag", sa.String(length=60), nullable=True),
        sa.Column("goal", sa.Integer(), nullable=True),
        sa.Column(
            "moderation",
            sa.Enum("hold", "flag", name="moderation", native_enum=False, create_constraint=True, length=16),
            nullable=False,
        ),
        sa.Column(
            "counted",
            sa.Enum("confirmed", "approved", name="counted", native_enum=False, create_constraint=True, length=16),
            nullable=False,
        ),
        sa.Column("email_domains", sa.JSON(), nullable=False),
        sa.Column("anonymous", sa.Boolean(), nullable=False),
        sa.Column("together", sa.Integer(), nullable=True),
        sa.Column("challenge_above", sa.Integer(), nullable=True),
        sa.Column("offered_pledges", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("goal > 0", name=op.f("ck_letter_goal_positive")),
        sa.CheckConstraint("together > 0", name=op.f("ck_letter_together_positive")),
        sa.PrimaryKeyConstraint("id", name="pk_letter"),
        sa.UniqueConstraint("slug", name="uq_letter_slug"),
    )
    op.create_table(
        "letter_text",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("letter_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "original", "correction", "change", name="kind", native_enum=False, create_constraint=True, length=16
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("addressee", sa.String(length=200), nullable=False),
        sa.Column("markdown", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["letter_id"], ["letter.id"], name="fk_letter_text_letter_id_letter", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_letter_text"),
        sa.UniqueConstraint("letter_id", "language", "number", name="uq_letter_text_letter_id_language_number"),
    )
    op.create_table(
        "tally",
        sa.Column("letter_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("shard", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("awaiting", sa.Integer(), nullable=False),
        sa.Column("approved", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.Column("withdrawn", sa.Integer(), nullable=False),
        sa.Column("earlier", sa.Integer(), nullable=False),
        sa.Column("organizations", sa.Integer(), nullable=False),
        sa.Column("imported", sa.Integer(), nullable=False),
        sa.Column("changes", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name="fk_tally_letter_id_letter", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("letter_id", "shard", name="pk_tally"),
    )


def downgrade() -> None:
    op.drop_table("tally")
    op.drop_table("letter_text")
    op.drop_table("letter")
