"""Say in the history what was let in unread before it was noted there, and forget the wishes of who had withdrawn."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

LET_IN = """
UPDATE signature_event SET reason = 'unread, while it was sealed' WHERE id IN (
  SELECT max(event.id) FROM signature_event AS event JOIN signature ON signature.id = event.signature_id
  WHERE signature.unread AND event.actor = 'moderator' AND event."new" = 'approved' AND event."old" <> 'approved'
  GROUP BY signature.id
)
"""

signature = sa.table(
    "signature",
    sa.column("state", sa.String),
    *(sa.column(name, sa.Boolean) for name in ("updates", "unasked", "together", "erases_address")),
    *(sa.column(name, sa.DateTime) for name in ("closing_told_at", "together_told_at", "together_mailed_at")),
)


def upgrade() -> None:
    op.execute(LET_IN)
    wishes = dict.fromkeys(("updates", "unasked", "together", "erases_address"), sa.false())
    times = dict.fromkeys(("closing_told_at", "together_told_at", "together_mailed_at"), sa.null())
    op.execute(signature.update().where(signature.c.state == "withdrawn").values(**wishes, **times))


def downgrade() -> None:
    """What is erased stays erased, and what is said stays said."""
