"""Unmark affiliations: an ending that anyone may have made a domain fit them, and a wrong mark is worse than none."""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "UPDATE signature SET domain = NULL WHERE domain IS NOT NULL"
        " AND letter_id IN (SELECT id FROM letter WHERE CAST(email_domains AS TEXT) = '[]')"
    )
    op.execute("UPDATE signature SET affiliation_matched = false WHERE affiliation_matched")
    op.execute("UPDATE tally SET changes = changes + 1")


def downgrade() -> None:
    """The marks are gone; whoever confirms is marked by the rule of the day."""
