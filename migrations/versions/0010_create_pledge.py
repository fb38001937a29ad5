"""Create pledge: pledge, commitment, report, pledge_tally; the pledges of letters that are there already."""

import json
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from alembic import op
from babel.numbers import get_currency_precision, list_currencies

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
STATES = ("offered", "waiting", "made", "kept", "partly", "not_yet", "released", "lapsed", "withdrawn")
COUNTS = ("waiting", "made", "kept", "partly", "not_yet", "released", "checked")


def one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=16)


def upgrade() -> None:
    op.create_table(
        "pledge",
        sa.Column("id", BIG, nullable=False),
        sa.Column("letter_id", BIG, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("kind", one_of("kind", "act", "amount"), nullable=False),
        sa.Column("unit_name", sa.String(length=20)),
        sa.Column("texts", sa.JSON(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True)),
        sa.Column("every_days", sa.Integer()),
        sa.Column("target", sa.BigInteger()),
        sa.Column("lowest", sa.BigInteger()),
        sa.Column("highest", sa.BigInteger()),
        sa.Column("required", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("threshold", sa.Integer()),
        sa.Column("threshold_reached_at", sa.DateTime(timezone=True)),
        sa.Column("pay_url", sa.String(length=500)),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name="fk_pledge_letter_id_letter", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_pledge"),
        sa.UniqueConstraint("letter_id", "key", name="uq_pledge_letter_id_key"),
    )
    op.create_table(
        "commitment",
        sa.Column("id", BIG, nullable=False),
        sa.Column("signature_id", BIG, nullable=False),
        sa.Column("pledge_id", BIG, nullable=False),
        sa.Column("state", one_of("state", *STATES), nullable=False),
        sa.Column("counted", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("amount", sa.BigInteger()),
        sa.Column("delivered", sa.BigInteger()),
        sa.Column("wording", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("reference", sa.String(length=12), nullable=False),
        sa.Column("shown", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("checked", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("checked_source", sa.String(length=200)),
        sa.Column("note", sa.Text()),
        sa.Column("evidence", sa.Text()),
        sa.Column("reading", one_of("reading", "waiting", "approved", "rejected")),
        sa.Column("reported_at", sa.DateTime(timezone=True)),
        sa.Column("asked", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("next_ask_at", sa.DateTime(timezone=True)),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(
            ["signature_id"], ["signature.id"], name="fk_commitment_signature_id_signature", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["pledge_id"], ["pledge.id"], name="fk_commitment_pledge_id_pledge"),
        sa.PrimaryKeyConstraint("id", name="pk_commitment"),
        sa.UniqueConstraint("signature_id", "pledge_id", name="uq_commitment_signature_id_pledge_id"),
        sa.UniqueConstraint("reference", name="uq_commitment_reference"),
    )
    for name, columns, where in (
        ("ix_commitment_asking", ["next_ask_at"], "next_ask_at IS NOT NULL"),
        ("ix_commitment_state", ["pledge_id", "state", "id"], None),
        ("ix_commitment_unread", ["pledge_id", "id"], "reading = 'waiting'"),
        ("ix_commitment_shown", ["pledge_id", "id"], "shown"),
    ):
        partly = {"postgresql_where": sa.text(where), "sqlite_where": sa.text(where)} if where else {}
        op.create_index(name, "commitment", columns, unique=False, **partly)
    op.create_table(
        "report",
        sa.Column("id", BIG, nullable=False),
        sa.Column("commitment_id", BIG, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", one_of("outcome", *STATES), nullable=False),
        sa.Column("actor", one_of("actor", "signatory", "organizer", "time"), nullable=False),
        sa.Column("delivered", sa.BigInteger()),
        sa.Column("note", sa.Text()),
        sa.Column("evidence", sa.Text()),
        sa.ForeignKeyConstraint(
            ["commitment_id"], ["commitment.id"], name="fk_report_commitment_id_commitment", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_report"),
    )
    op.create_index("ix_report_commitment_id", "report", ["commitment_id"], unique=False)
    op.create_table(
        "pledge_tally",
        sa.Column("pledge_id", BIG, nullable=False),
        sa.Column("shard", sa.Integer(), autoincrement=False, nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in COUNTS),
        sa.Column("pledged", sa.BigInteger(), nullable=False),
        sa.Column("delivered", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["pledge_id"], ["pledge.id"], name="fk_pledge_tally_pledge_id_pledge", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("pledge_id", "shard", name="pk_pledge_tally"),
    )
    with op.batch_alter_table("signature", table_kwargs={"sqlite_autoincrement": True}) as batch:
        batch.add_column(sa.Column("commits", sa.Boolean(), nullable=False, server_default=sa.false()))
    _offer()


def downgrade() -> None:
    with op.batch_alter_table("signature", table_kwargs={"sqlite_autoincrement": True}) as batch:
        batch.drop_column("commits")
    for table in ("pledge_tally", "report", "commitment", "pledge"):
        op.drop_table(table)


def _offer() -> None:
    """What the letters' files said can be pledged stands in a column of theirs."""
    connection = op.get_bind()
    insert = sa.text(
        "INSERT INTO pledge (letter_id, position, key, kind, unit_name, texts, due_at, every_days, target, threshold) "
        "VALUES (:letter_id, :position, :key, :kind, :unit, :texts, :due_at, :every, :target, :threshold)"
    ).bindparams(sa.bindparam("due_at", type_=sa.DateTime(timezone=True)), sa.bindparam("texts", type_=sa.JSON()))
    for letter_id, offered in connection.execute(sa.text("SELECT id, offered_pledges FROM letter")).all():
        for position, pledge in enumerate(json.loads(offered) if isinstance(offered, str) else offered):
            connection.execute(insert, _row(letter_id, position, pledge, connection.dialect.name == "sqlite"))


def _row(letter_id: int, position: int, pledge: dict[str, Any], is_sqlite: bool) -> dict[str, Any]:
    due = pledge["due"] and datetime.combine(date.fromisoformat(pledge["due"]) + timedelta(days=1), time(), UTC)
    unit = pledge["unit"]
    decimals = 0 if unit is None else get_currency_precision(unit) if unit in list_currencies() else 2
    target = pledge["target"] and int(Decimal(pledge["target"]).scaleb(decimals))
    plain = {name: pledge[name] for name in ("key", "kind", "unit", "texts", "every", "threshold")}
    due = due.replace(tzinfo=None) if due and is_sqlite else due
    return {**plain, "letter_id": letter_id, "position": position, "due_at": due or None, "target": target or None}
