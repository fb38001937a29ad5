"""A letter with many signatures, written by the database itself, in the shape that the service writes them."""

from dataclasses import dataclass

from sqlalchemy import create_engine, text
from sqlalchemy.engine import Connection

from pledges.security import Keyring

LETTER = """---
slug: bench
title: A letter that many sign
language: en
to: Whoever measures
moderation: hold
goal: 2000000
anonymous: true
---
""" + "\n\n".join(
    "We ask **more** of you. " + "What is promised in the open is kept in the open, and counted by whoever cares. " * 4
    for _ in range(6)
)

FIRST = ("Ada", "Béla", "Chidi", "Dolores", "Emre", "Fatima", "Goran", "Hye", "Ines", "Jonas", "Keiko", "Luz")
LAST = ("Abara", "Brandt", "Costa", "Duarte", "Eriksen", "Fontana", "Gomez", "Haddad", "Ito", "Jansen", "Kovac")

SIGNATURES = """
INSERT INTO signature (letter_id, text_id, state, kind, display, email, email_digest, name, affiliation, role, country,
                       updates, together, flags, created_at, confirmed_at)
SELECT 1, 1, CASE WHEN n % 1000 < :awaiting THEN 'awaiting' ELSE 'approved' END, 'person', 'public', :sealed,
       sha256(('seed ' || n)::bytea),
       concat_ws(' ', (CAST(:first AS text[]))[1 + n % :firsts],
                 (CAST(:last AS text[]))[1 + (n / 13) % :lasts], to_hex(n)),
       'A made-up company', 'Editor', 'ES', false, false, '[]',
       now() - make_interval(secs => :size - n), now() - make_interval(secs => :size - n)
FROM generate_series(1, :size) AS n
"""
EVENTS = """
INSERT INTO signature_event (signature_id, at, old, new, actor)
SELECT id, confirmed_at, 'pending', 'awaiting', 'signatory' FROM signature
"""
NAMES = """
INSERT INTO turned_name (letter_id, turned, signature_id)
SELECT letter_id, concat_ws(' ', w[at], w[1 + at % 3], w[1 + (at + 1) % 3]), id
FROM (SELECT letter_id, id, regexp_split_to_array(lower(translate(name, 'é', 'e')), ' ') AS w
      FROM signature WHERE state = 'approved') AS folded, generate_series(1, 3) AS at
"""
TALLY = """
INSERT INTO tally (letter_id, shard, awaiting, approved, rejected, withdrawn, earlier, organizations, imported, changes)
SELECT 1, 0, count(*) FILTER (WHERE state = 'awaiting'), count(*) FILTER (WHERE state = 'approved'), 0, 0, 0, 0, 0, 1
FROM signature
"""
PENDING = """
INSERT INTO signature (letter_id, text_id, state, kind, display, email, email_digest, name, role, country, updates,
                       together, flags, created_at)
SELECT 1, 1, 'pending', 'person', 'public', :sealed, sha256((:salt || n)::bytea), 'Ada ' || n, 'Editor', 'ES', false,
       false, '[]', now()
FROM generate_series(1, :size) AS n
RETURNING id
"""


@dataclass(frozen=True)
class Seeds:
    """What a load needs to know of the database."""

    url: str
    keys: Keyring

    def fill(self, size: int, *, awaiting_per_thousand: int = 20) -> None:
        """So many confirmed signatures, with their history, their words and their tally."""
        with create_engine(self.url).begin() as connection:
            connection.execute(text("SET LOCAL synchronous_commit = off"))
            values = {
                "size": size,
                "awaiting": awaiting_per_thousand,
                "sealed": self._sealed(),
                "first": list(FIRST),
                "firsts": len(FIRST),
                "last": list(LAST),
                "lasts": len(LAST),
            }
            connection.execute(text(SIGNATURES), values)
            for statement in (EVENTS, NAMES, TALLY):
                connection.execute(text(statement))
        self._vacuum()

    def pending(self, size: int, salt: str) -> list[int]:
        """The ids of so many pending signatures."""
        with create_engine(self.url).begin() as connection:
            rows = connection.execute(text(PENDING), {"size": size, "salt": salt, "sealed": self._sealed()})
            return [row[0] for row in rows]

    def waiting(self, size: int) -> None:
        """So many more names that wait for a moderator."""
        ids = self.pending(size, salt="waiting ")
        with create_engine(self.url).begin() as connection:
            connection.execute(
                text("UPDATE signature SET state = 'awaiting', confirmed_at = now() WHERE id = ANY(:ids)"), {"ids": ids}
            )
            connection.execute(text("UPDATE tally SET awaiting = awaiting + :size WHERE shard = 0"), {"size": size})

    def ask(self, statement: str, **values: object) -> list[tuple[object, ...]]:
        """The rows of a query."""
        with create_engine(self.url).connect() as connection:
            return [tuple(row) for row in connection.execute(text(statement), values)]

    def _sealed(self) -> str:
        return self.keys.seal("somebody.of.usual.length@example.org")

    def _vacuum(self) -> None:
        with create_engine(self.url, isolation_level="AUTOCOMMIT").connect() as connection:
            _vacuum(connection)


def _vacuum(connection: Connection) -> None:
    connection.execute(text("VACUUM (ANALYZE)"))
