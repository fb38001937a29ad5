"""Trust: what a signature needs to be taken at its word, and a letter that can be withdrawn."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
HELD = "state IN ('awaiting', 'approved', 'quarantined', 'rejected')"
INDEXES = (
    ("ix_signature_listed", ["letter_id", "confirmed_at", "id"], False, "listed"),
    ("ix_signature_first", ["letter_id", "rank"], False, "rank IS NOT NULL"),
    ("uq_signature_organization", ["letter_id", "website_host"], True, HELD),
    ("ix_signature_statements", ["letter_id", "id"], False, "statement_state = 'waiting'"),
    ("ix_signature_network", ["network_digest", "created_at"], False, "network_digest IS NOT NULL"),
    ("ix_signature_domain", ["letter_id", "domain"], False, "domain IS NOT NULL"),
)


def added_columns() -> list[sa.Column[object]]:
    return [
        sa.Column("website", sa.String(length=300)),
        sa.Column("website_host", sa.String(length=253)),
        sa.Column("representative", sa.String(length=120)),
        sa.Column("erases_address", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("earlier", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("listed", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("statement_state", sa.String(length=16)),
        sa.Column("domain", sa.String(length=253)),
        sa.Column("affiliation_matched", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("invitation_id", BIG),
        sa.Column("rank", sa.Integer()),
        sa.Column("network_digest", sa.LargeBinary(length=32)),
        sa.Column("code_number", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("resent", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("resent_at", sa.DateTime(timezone=True)),
        sa.Column("reminded_at", sa.DateTime(timezone=True)),
    ]


def upgrade() -> None:
    op.create_table(
        "invitation",
        sa.Column("id", BIG, nullable=False),
        sa.Column("letter_id", BIG, nullable=False),
        sa.Column("note", sa.String(length=120), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["letter_id"], ["letter.id"], name="fk_invitation_letter_id_letter", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_invitation"),
    )
    op.create_index("ix_invitation_letter_id", "invitation", ["letter_id"], unique=False)
    with op.batch_alter_table("letter") as batch:
        batch.add_column(sa.Column("together_reached_at", sa.DateTime(timezone=True)))
        batch.add_column(sa.Column("keeps_addresses_months", sa.Integer(), nullable=False, server_default="12"))
        batch.drop_constraint(op.f("ck_letter_state"), type_="check")
        batch.create_check_constraint(op.f("ck_letter_state"), "state IN ('draft', 'open', 'closed', 'withdrawn')")
        batch.create_check_constraint(op.f("ck_letter_keeps_addresses_months_positive"), "keeps_addresses_months > 0")
    op.drop_index("ix_signature_listed", "signature")
    with op.batch_alter_table("signature", table_kwargs={"sqlite_autoincrement": True}) as batch:
        for column in added_columns():
            batch.add_column(column)
        batch.alter_column("updates", server_default=sa.false(), existing_type=sa.Boolean(), existing_nullable=False)
        batch.alter_column("together", server_default=sa.false(), existing_type=sa.Boolean(), existing_nullable=False)
        batch.create_check_constraint(
            op.f("ck_signature_statement_state"), "statement_state IN ('waiting', 'approved', 'rejected')"
        )
        batch.create_foreign_key(op.f("fk_signature_invitation_id_invitation"), "invitation", ["invitation_id"], ["id"])
    op.execute("UPDATE signature SET listed = (state = 'approved' AND display <> 'anonymous')")
    op.execute(
        "UPDATE signature SET statement_state = CASE WHEN state = 'approved' THEN 'approved' ELSE 'waiting' END "
        "WHERE statement IS NOT NULL"
    )
    for name, columns, unique, where in INDEXES:
        op.create_index(
            name,
            "signature",
            columns,
            unique=unique,
            postgresql_where=sa.text(where),
            sqlite_where=sa.text(where),
        )


def downgrade() -> None:
    for name, *_ in INDEXES:
        op.drop_index(name, "signature")
    with op.batch_alter_table("signature", table_kwargs={"sqlite_autoincrement": True}) as batch:
        batch.drop_constraint(op.f("fk_signature_invitation_id_invitation"), type_="foreignkey")
        batch.drop_constraint(op.f("ck_signature_statement_state"), type_="check")
        batch.alter_column("together", server_default=None, existing_type=sa.Boolean(), existing_nullable=False)
        batch.alter_column("updates", server_default=None, existing_type=sa.Boolean(), existing_nullable=False)
        for column in reversed(added_columns()):
            batch.drop_column(column.name)
    op.create_index(
        "ix_signature_listed",
        "signature",
        ["letter_id", "confirmed_at", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'approved' AND display <> 'anonymous'"),
        sqlite_where=sa.text("state = 'approved' AND display <> 'anonymous'"),
    )
    op.execute("UPDATE letter SET state = 'closed' WHERE state = 'withdrawn'")
    with op.batch_alter_table("letter") as batch:
        batch.drop_constraint(op.f("ck_letter_keeps_addresses_months_positive"), type_="check")
        batch.drop_constraint(op.f("ck_letter_state"), type_="check")
        batch.create_check_constraint(op.f("ck_letter_state"), "state IN ('draft', 'open', 'closed')")
        for name in ("keeps_addresses_months", "together_reached_at"):
            batch.drop_column(name)
    op.drop_table("invitation")
