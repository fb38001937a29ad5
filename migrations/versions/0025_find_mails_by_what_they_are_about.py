"""Find mails by what they are about: whoever asks what is stored is told of the mails, too."""

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_outbox_about", "outbox", ["about_id", "event"])


def downgrade() -> None:
    op.drop_index("ix_outbox_about", "outbox")
