"""List people apart: of two indexes that fit alike, SQLite may take the one that reads everybody."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _index("listed AND kind = 'person'")


def downgrade() -> None:
    _index("listed")


def _index(where: str) -> None:
    op.drop_index("ix_signature_listed", "signature")
    condition = sa.text(where)
    columns = ["letter_id", "confirmed_at", "id"]
    op.create_index(
        "ix_signature_listed", "signature", columns, unique=False, postgresql_where=condition, sqlite_where=condition
    )
