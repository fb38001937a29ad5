"""Organizations: the representative is sealed, a rejected one frees its website, and each list has its index."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

HELD = "state IN ('awaiting', 'approved', 'quarantined', 'rejected')"
CLAIMED = "state IN ('awaiting', 'approved', 'quarantined')"


def create_index(name: str, columns: list[str], where: str, *, unique: bool = False) -> None:
    op.create_index(
        name, "signature", columns, unique=unique, postgresql_where=sa.text(where), sqlite_where=sa.text(where)
    )


def upgrade() -> None:
    op.drop_index("uq_signature_organization", "signature")
    op.drop_index("ix_signature_first", "signature")
    with op.batch_alter_table("signature", table_kwargs={"sqlite_autoincrement": True}) as batch:
        batch.alter_column("representative", existing_type=sa.String(length=120), type_=sa.Text())
    create_index("uq_signature_organization", ["letter_id", "website_host"], CLAIMED, unique=True)
    create_index("ix_signature_organizations", ["letter_id", "confirmed_at", "id"], "listed AND kind = 'organization'")
    create_index("ix_signature_invited", ["letter_id", "rank"], "invitation_id IS NOT NULL")


def downgrade() -> None:
    op.drop_index("ix_signature_invited", "signature")
    op.drop_index("ix_signature_organizations", "signature")
    op.drop_index("uq_signature_organization", "signature")
    op.execute("UPDATE signature SET website_host = NULL WHERE state = 'rejected'")
    op.execute("UPDATE signature SET representative = NULL")
    with op.batch_alter_table("signature", table_kwargs={"sqlite_autoincrement": True}) as batch:
        batch.alter_column("representative", existing_type=sa.Text(), type_=sa.String(length=120))
    create_index("ix_signature_first", ["letter_id", "rank"], "rank IS NOT NULL")
    create_index("uq_signature_organization", ["letter_id", "website_host"], HELD, unique=True)
