"""Note who was told: each signature that waited for others says itself when its mail left, as the outbox forgets it."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

GATHERED = sa.text("together AND together_told_at IS NOT NULL AND state <> 'withdrawn'")


def upgrade() -> None:
    op.add_column("signature", sa.Column("together_mailed_at", sa.DateTime(timezone=True)))
    op.execute(
        "UPDATE signature SET together_mailed_at = (SELECT min(o.ended_at) FROM outbox AS o "
        "WHERE o.about_id = signature.id AND o.event = 'together_reached' AND o.state = 'sent') "
        "WHERE together_told_at IS NOT NULL"
    )
    columns = ["letter_id", "together_mailed_at"]
    op.create_index("ix_signature_gathered", "signature", columns, postgresql_where=GATHERED, sqlite_where=GATHERED)


def downgrade() -> None:
    op.drop_index("ix_signature_gathered", "signature")
    op.drop_column("signature", "together_mailed_at")
