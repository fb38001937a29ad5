"""Find names by two words: listed_name takes the place of turned_name."""

from collections.abc import Callable, Iterator, Sequence

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TURNED = sa.String(length=250, collation="C").with_variant(sa.String(length=250), "sqlite")
PAIRED = 5
BATCH = 2000


def upgrade() -> None:
    op.create_table(
        "listed_name",
        sa.Column("letter_id", BIG, autoincrement=False, nullable=False),
        sa.Column("word", TURNED, nullable=False),
        sa.Column("rest", TURNED, nullable=False),
        sa.Column("signature_id", BIG, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["signature_id"], ["signature.id"], name="fk_listed_name_signature_id_signature", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("letter_id", "word", "rest", "signature_id", name="pk_listed_name"),
    )
    op.create_index("ix_listed_name_signature_id", "listed_name", ["signature_id"], unique=False)
    _refill("turned_name", "turned", "listed_name", by_pairs)
    op.drop_table("turned_name")


def downgrade() -> None:
    op.create_table(
        "turned_name",
        sa.Column("letter_id", BIG, autoincrement=False, nullable=False),
        sa.Column("turned", TURNED, nullable=False),
        sa.Column("signature_id", BIG, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["signature_id"], ["signature.id"], name="fk_turned_name_signature_id_signature", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("letter_id", "turned", "signature_id", name="pk_turned_name"),
    )
    op.create_index("ix_turned_name_signature_id", "turned_name", ["signature_id"], unique=False)
    _refill("listed_name", "word || ' ' || rest", "turned_name", in_turn)
    op.drop_table("listed_name")


def by_pairs(words: Sequence[str]) -> Iterator[dict[str, str]]:
    """Each two of the first words in front once."""
    pairs = [(one, two) for one in words[:PAIRED] for two in words[:PAIRED] if one != two]
    alone = [(one,) for one in words if len(words) == 1 or one in words[PAIRED:]]
    for front in (*pairs, *alone):
        word, *rest = (*front, *(word for word in words if word not in front))
        yield {"word": word, "rest": " ".join(rest)}


def in_turn(words: Sequence[str]) -> Iterator[dict[str, str]]:
    """Each word in front once."""
    for at in range(len(words)):
        yield {"turned": " ".join((*words[at:], *words[:at]))}


def _refill(old: str, turned: str, new: str, turns: Callable[[Sequence[str]], Iterator[dict[str, str]]]) -> None:
    connection, last = op.get_bind(), 0
    some = sa.text(
        f"SELECT signature_id, letter_id, min({turned}) AS turned FROM {old} WHERE signature_id > :last "  # noqa: S608 - our own names
        "GROUP BY signature_id, letter_id ORDER BY signature_id LIMIT :batch"
    )
    columns = ("word", "rest") if new == "listed_name" else ("turned",)
    insert = sa.text(
        f"INSERT INTO {new} (letter_id, signature_id, {', '.join(columns)}) "  # noqa: S608 - the same
        f"VALUES (:letter_id, :signature_id, {', '.join(f':{column}' for column in columns)})"
    )
    while rows := connection.execute(some, {"last": last, "batch": BATCH}).all():
        connection.execute(
            insert,
            [
                {"letter_id": row.letter_id, "signature_id": row.signature_id, **turn}
                for row in rows
                for turn in turns(row.turned.split())
            ],
        )
        last = rows[-1].signature_id
