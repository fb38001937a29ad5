"""Sign for several: one mailbox signs once for a person, and once for each organization by its website's host."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

HELD = "state IN ('awaiting', 'approved', 'quarantined', 'rejected')"
SEVERAL = f"""
SELECT letter_id FROM signature WHERE {HELD} AND kind = 'organization' AND email_digest IS NOT NULL
GROUP BY letter_id, email_digest HAVING count(*) > 1 LIMIT 1
"""  # noqa: S608 - our words


def upgrade() -> None:
    op.drop_index("uq_signature_person", "signature")
    _unique("uq_signature_person", ["letter_id", "email_digest"], f"{HELD} AND kind = 'person'")
    _unique("uq_signature_mailbox", ["letter_id", "email_digest", "website_host"], f"{HELD} AND kind = 'organization'")


def downgrade() -> None:
    if op.get_bind().execute(sa.text(SEVERAL)).first() is not None:
        raise RuntimeError("a mailbox has signed for several organizations under a letter: 0023 can't hold them")
    op.drop_index("uq_signature_mailbox", "signature")
    op.drop_index("uq_signature_person", "signature")
    _unique("uq_signature_person", ["letter_id", "kind", "email_digest"], HELD)


def _unique(name: str, columns: list[str], where: str) -> None:
    condition = sa.text(where)
    op.create_index(name, "signature", columns, unique=True, postgresql_where=condition, sqlite_where=condition)
