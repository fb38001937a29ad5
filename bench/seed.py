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
pledges:
  - {key: speak, kind: act, text: I will speak up., due: 2035-01-01, every: 30, target: 1000000}
  - {key: give, kind: amount, unit: EUR, text: I will give., due: 2035-01-01, target: 13000000}
---
""" + "\n\n".join(
    "We ask **more** of you. " + "What is promised in the open is kept in the open, and counted by whoever cares. " * 4
    for _ in range(6)
)

FIRST = ("Ada", "Béla", "Chidi", "Dolores", "Emre", "Fatima", "Goran", "Hye", "Ines", "Jonas", "Keiko", "Luz")
LAST = ("Abara", "Brandt", "Costa", "Duarte", "Eriksen", "Fontana", "Gomez", "Haddad", "Ito", "Jansen", "Kovac")

REPORTED = ("kept", "partly", "not_yet", "released")

SIGNATURES = """
INSERT INTO signature (letter_id, text_id, state, kind, display, email, email_digest, name, affiliation, role, country,
                       updates, together, listed, flags, created_at, confirmed_at)
SELECT 1, 1, CASE WHEN n % 1000 < :awaiting THEN 'awaiting' ELSE 'approved' END, 'person', 'public', :sealed,
       sha256(('seed ' || n)::bytea),
       concat_ws(' ', (CAST(:first AS text[]))[1 + n % :firsts],
                 (CAST(:last AS text[]))[1 + (n / 13) % :lasts], to_hex(n)),
       'A made-up company', 'Editor', 'ES', false, false, n % 1000 >= :awaiting, '[]',
       now() - make_interval(secs => :size - n), now() - make_interval(secs => :size - n)
FROM generate_series(1, :size) AS n
"""
EVENTS = """
INSERT INTO signature_event (signature_id, at, old, new, actor)
SELECT id, confirmed_at, 'pending', 'awaiting', 'signatory' FROM signature
"""
NAMES = """
INSERT INTO listed_name (letter_id, word, rest, signature_id)
SELECT letter_id, w[a], concat_ws(' ', w[b], w[6 - a - b]), id
FROM (SELECT letter_id, id, regexp_split_to_array(lower(translate(name, 'é', 'e')), ' ') AS w
      FROM signature WHERE state = 'approved') AS folded, generate_series(1, 3) AS a, generate_series(1, 3) AS b
WHERE a <> b
"""
TALLY = """
INSERT INTO tally (letter_id, shard, awaiting, approved, rejected, withdrawn, earlier, organizations, imported, changes)
SELECT 1, 0, count(*) FILTER (WHERE state = 'awaiting'), count(*) FILTER (WHERE state = 'approved'), 0, 0, 0, 0, 0, 1
FROM signature
"""
DUE = "UPDATE pledge SET due_at = now() - interval '1 day'"
COMMITMENTS = """
INSERT INTO commitment (signature_id, pledge_id, state, counted, amount, delivered, wording, language, reference, shown,
                        note, reading, reported_at, asked, created_at, made_at)
SELECT s.id, p.id, (CAST(:states AS text[]))[1 + s.id % 7], true,
       CASE WHEN p.key = 'give' THEN 1000 + s.id % 9000 END, CASE WHEN p.key = 'give' THEN s.id % 12000 END,
       'I will.', 'en', lpad(s.id::text, 10, 'Z'), s.id % 20 < 2, CASE WHEN s.id % 100 < 2 THEN :note END,
       CASE WHEN s.id % 100 < 2 THEN 'approved' END, s.confirmed_at, 0, s.created_at, s.confirmed_at
FROM signature AS s JOIN pledge AS p ON p.position = s.id % 2
"""
PLEDGE_TALLY = """
INSERT INTO pledge_tally (pledge_id, shard, waiting, made, kept, partly, not_yet, released, checked, pledged, delivered)
SELECT pledge_id, 0, 0, count(*) FILTER (WHERE state = 'made'), count(*) FILTER (WHERE state = 'kept'),
       count(*) FILTER (WHERE state = 'partly'), count(*) FILTER (WHERE state = 'not_yet'),
       count(*) FILTER (WHERE state = 'released'), 0, coalesce(sum(amount), 0), coalesce(sum(delivered), 0)
FROM commitment GROUP BY pledge_id
"""
PLEDGE_DAYS = """
INSERT INTO pledge_day (pledge_id, day, made, kept)
SELECT id, current_date - n, :size / 2 - n, :size / 4 - n FROM pledge, generate_series(1, 200) AS n
"""
FALL_DUE = """
UPDATE commitment SET state = 'made', reported_at = NULL, asked = 0, next_ask_at = now()
WHERE id IN (SELECT id FROM commitment ORDER BY id LIMIT :size)
"""
PENDING = """
INSERT INTO signature (letter_id, text_id, state, kind, display, email, email_digest, name, affiliation, role, country,
                       updates, together, flags, created_at)
SELECT 1, 1, 'pending', 'person', 'public', :sealed, sha256((:salt || n)::bytea), 'Ada Brandt ' || to_hex(n),
       'A made-up company', 'Editor', 'ES', false, false, '[]', now()
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
                "sealed": self.sealed(),
                "first": list(FIRST),
                "firsts": len(FIRST),
                "last": list(LAST),
                "lasts": len(LAST),
            }
            connection.execute(text(SIGNATURES), values)
            for statement in (EVENTS, NAMES, TALLY, DUE):
                connection.execute(text(statement))
            note, states = self.keys.seal("I said it, and he heard it."), ["made", "made", *REPORTED, "kept"]
            connection.execute(text(COMMITMENTS), {"states": states, "note": note})
            connection.execute(text(PLEDGE_TALLY))
            connection.execute(text(PLEDGE_DAYS), {"size": size})
        self._vacuum()

    def pending(self, size: int, salt: str) -> list[int]:
        """The ids of so many pending signatures."""
        with create_engine(self.url).begin() as connection:
            rows = connection.execute(text(PENDING), {"size": size, "salt": salt, "sealed": self.sealed()})
            return [row[0] for row in rows]

    def waiting(self, size: int) -> None:
        """So many more names that wait for a moderator."""
        ids = self.pending(size, salt="waiting ")
        with create_engine(self.url).begin() as connection:
            connection.execute(
                text("UPDATE signature SET state = 'awaiting', confirmed_at = now() WHERE id = ANY(:ids)"), {"ids": ids}
            )
            connection.execute(text("UPDATE tally SET awaiting = awaiting + :size WHERE shard = 0"), {"size": size})

    def fall_due(self, size: int) -> None:
        """Lets so many signatories be asked now, each about one pledge."""
        with create_engine(self.url).begin() as connection:
            connection.execute(text(FALL_DUE), {"size": size})

    def ask(self, statement: str, **values: object) -> list[tuple[object, ...]]:
        """The rows of a query."""
        with create_engine(self.url).connect() as connection:
            return [tuple(row) for row in connection.execute(text(statement), values)]

    def sealed(self) -> str:
        """An address as it is stored."""
        return self.keys.seal("somebody.of.usual.length@example.org")

    def _vacuum(self) -> None:
        with create_engine(self.url, isolation_level="AUTOCOMMIT").connect() as connection:
            _vacuum(connection)


def _vacuum(connection: Connection) -> None:
    connection.execute(text("VACUUM (ANALYZE)"))
