"""Create signature: signature, signature_event, turned_name."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "signature",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("letter_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("text_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "pending",
                "awaiting",
                "approved",
                "quarantined",
                "rejected",
                "withdrawn",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column(
            "kind",
            sa.Enum("person", "organization", name="kind", native_enum=False, create_constraint=True, length=16),
            nullable=False,
        ),
        sa.Column(
            "display",
            sa.Enum(
                "public",
                "affiliation",
                "anonymous",
                name="display",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("email_digest", sa.LargeBinary(length=32), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=True),
        sa.Column("affiliation", sa.String(length=120), nullable=True),
        sa.Column("role", sa.String(length=120), nullable=True),
        sa.Column("country", sa.String(length=2), nullable=True),
        sa.Column("statement", sa.String(length=400), nullable=True),
        sa.Column("hidden", sa.Text(), nullable=True),
        sa.Column("updates", sa.Boolean(), nullable=False),
        sa.Column("together", sa.Boolean(), nullable=False),
        sa.Column("flags", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name="fk_signature_letter_id_letter"),
        sa.ForeignKeyConstraint(["text_id"], ["letter_text.id"], name="fk_signature_text_id_letter_text"),
        sa.PrimaryKeyConstraint("id", name="pk_signature"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_signature_decided",
        "signature",
        ["letter_id", "confirmed_at", "id"],
        unique=False,
        postgresql_where=sa.text("state IN ('approved', 'rejected')"),
        sqlite_where=sa.text("state IN ('approved', 'rejected')"),
    )
    op.create_index("ix_signature_email_digest", "signature", ["letter_id", "email_digest"], unique=False)
    op.create_index(
        "ix_signature_listed",
        "signature",
        ["letter_id", "confirmed_at", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'approved' AND display <> 'anonymous'"),
        sqlite_where=sa.text("state = 'approved' AND display <> 'anonymous'"),
    )
    op.create_index(
        "ix_signature_pending",
        "signature",
        ["created_at"],
        unique=False,
        postgresql_where=sa.text("state = 'pending'"),
        sqlite_where=sa.text("state = 'pending'"),
    )
    op.create_index(
        "ix_signature_waiting",
        "signature",
        ["letter_id", "confirmed_at", "id"],
        unique=False,
        postgresql_where=sa.text("state IN ('awaiting', 'quarantined')"),
        sqlite_where=sa.text("state IN ('awaiting', 'quarantined')"),
    )
    op.create_index(
        "uq_signature_person",
        "signature",
        ["letter_id", "kind", "email_digest"],
        unique=True,
        postgresql_where=sa.text("state IN ('awaiting', 'approved', 'quarantined', 'rejected')"),
        sqlite_where=sa.text("state IN ('awaiting', 'approved', 'quarantined', 'rejected')"),
    )
    op.create_table(
        "signature_event",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("signature_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "old",
            sa.Enum(
                "pending",
                "awaiting",
                "approved",
                "quarantined",
                "rejected",
                "withdrawn",
                name="old",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column(
            "new",
            sa.Enum(
                "pending",
                "awaiting",
                "approved",
                "quarantined",
                "rejected",
                "withdrawn",
                name="new",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column(
            "actor",
            sa.Enum(
                "signatory", "policy", "moderator", name="actor", native_enum=False, create_constraint=True, length=16
            ),
            nullable=False,
        ),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name="fk_signature_event_account_id_account", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["signature_id"],
            ["signature.id"],
            name="fk_signature_event_signature_id_signature",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_signature_event"),
    )
    op.create_index("ix_signature_event_signature_id", "signature_event", ["signature_id"], unique=False)
    op.create_table(
        "turned_name",
        sa.Column(
            "letter_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column(
            "turned", sa.String(length=250, collation="C").with_variant(sa.String(length=250), "sqlite"), nullable=False
        ),
        sa.Column(
            "signature_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["signature_id"], ["signature.id"], name="fk_turned_name_signature_id_signature", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("letter_id", "turned", "signature_id", name="pk_turned_name"),
    )
    op.create_index("ix_turned_name_signature_id", "turned_name", ["signature_id"], unique=False)


def downgrade() -> None:
    op.drop_table("turned_name")
    op.drop_table("signature_event")
    op.drop_table("signature")
