"""What a thief of the files reads after a whole life of signatures: the database's, and its write-ahead log's."""

import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from pledges import clock, retention
from pledges.db import db
from tests.conftest import missing
from tests.crowds import stolen
from tests.mailing import MailSink, plain
from tests.people import Visitor, Workshop

CODE = re.compile(r"\b(\d{3}) (\d{3})\b")
TOKEN = re.compile(r"/(?:confirm|manage|report|unsubscribe|agree)/([\w.~-]+)")


@dataclass
class Log:
    """The write-ahead log since the test began. SQLite's stands beside the database, where `stolen` reads it."""

    workshop: Workshop
    began: str | None = field(default=None)

    def begin(self) -> None:
        if "postgresql" in self.workshop.settings.database_url:
            with self.workshop.app.app_context(), db.engine.begin() as connection:
                self.began = str(connection.scalar(text("SELECT pg_current_wal_lsn()")))

    def read(self) -> bytes:
        """Skips by name where the tests' account may not read the server's files, and fails in CI."""
        if self.began is None:
            return b""
        with self.workshop.app.app_context():
            with db.engine.begin() as connection:
                connection.execute(text("SET LOCAL synchronous_commit = on"))
                connection.execute(
                    text("SELECT pg_logical_emit_message(true, 'pledges', 'all that was before is written')")
                )
            try:
                with db.engine.begin() as connection:
                    files = (
                        "SELECT pg_read_binary_file('pg_wal/' || name) FROM pg_ls_waldir() "
                        "WHERE name >= pg_walfile_name(:began) AND name <= pg_walfile_name(pg_current_wal_lsn())"
                    )
                    found = connection.scalars(text(files), {"began": self.began})
                    return b"".join(bytes(segment) for segment in found)
            except DBAPIError:
                missing("a superuser of PostgreSQL, who may read its files (TEST_DATABASE_URL)")


@dataclass(frozen=True)
class Person:
    """Somebody whose every word is found nowhere else."""

    display: str
    mark: str = field(default_factory=lambda: uuid.uuid4().hex[:12])

    @property
    def email(self) -> str:
        return f"mail-{self.mark}@example.org"

    @property
    def words(self) -> dict[str, str]:
        return {each: f"{each.title()} {self.mark}{each}" for each in ("name", "role", "affiliation", "statement")}

    @property
    def shown(self) -> set[str]:
        shown = {"public": {*self.words}, "affiliation": {"role", "affiliation"}, "anonymous": set[str]()}
        return {self.words[each] for each in shown[self.display]}

    @property
    def unshown(self) -> set[str]:
        return {*self.words.values()} - self.shown


@pytest.fixture
def time() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(clock.now(), tick=True) as traveller:
        yield traveller


def sign(visitor: Visitor, person: Person, **fields: str) -> None:
    answer = visitor.sign("ask-more", email=person.email, display=person.display, **{**person.words, **fields})
    assert answer.status_code == 303


def own_page(workshop: Workshop, visitor: Visitor, person: Person) -> str:
    """Fetches the own page, downloads what is stored, and answers the page's path."""
    path = workshop.manage_link(person.email)
    assert visitor.get(path).status_code == 200
    assert person.words["name"] in visitor.text
    assert visitor.get(f"{path}/download").status_code == 200
    return path


def secrets(sink: MailSink) -> set[str]:
    """Every address that was mailed to, every token and every code that was mailed."""
    found = {address for envelope in sink.envelopes for address in envelope.rcpt_tos}
    found |= {address.partition("@")[0] for address in found}
    for mail in sink.messages:
        if "/moderation/" not in plain(mail):
            tokens = TOKEN.findall(plain(mail))
            assert tokens
            found |= {*tokens, *(token.partition(".")[2] for token in tokens)}
            found |= {"".join(code) for code in CODE.findall(plain(mail))}
    return found


def test_no_address_token_code_or_unshown_name_is_in_the_files(
    workshop: Workshop, visitor: Visitor, sink: MailSink, time: time_machine.Traveller
) -> None:
    log = Log(workshop)
    log.begin()
    workshop.letter(anonymous="true", moderation="flag")
    by_link, by_code, late = ([Person(d) for d in ("public", "affiliation", "anonymous")] for _ in range(3))
    society = Person("public")
    for person in (*by_link, *by_code, *late):
        sign(visitor, person)
    about = {"kind": "organization", "website": "https://example.org", "representative": f"Repr {society.mark}repr"}
    sign(visitor, society, role="", affiliation="", statement="", **about)
    workshop.deliver()
    for person in (*by_link, society):
        assert visitor.post(workshop.confirm_link(person.email)).status_code == 303
    for person in by_code:
        code = "".join(CODE.search(plain(sink.to(person.email)[-1])).groups())
        sent = {"email": person.email, "code": code}
        assert visitor.post("/letters/ask-more/code", sent).headers["Location"].endswith("/thanks")
    visitor.post("/letters/ask-more/resend", {"email": late[0].email})
    workshop.deliver()
    time.shift(timedelta(days=1, minutes=1))
    reminded = {mail["To"] for mail in workshop.deliver()}
    assert {person.email for person in late[1:]} <= reminded
    for person in (*by_link, *by_code):
        own_page(workshop, visitor, person)

    taken, written = stolen(workshop), log.read()
    loot = taken + written
    everyone = (*by_link, *by_code, *late)
    for shown in {words for person in everyone for words in person.shown}:
        assert shown.encode() in loot, shown
    for unshown in {words for person in everyone for words in person.unshown} | {about["representative"]}:
        assert unshown.encode() not in loot, unshown
    known = secrets(sink)
    assert len([secret for secret in known if re.fullmatch(r"\d{6}", secret)]) >= 10
    for secret in known:
        # six digits may stand in a time by chance
        assert not re.search(rb"(?<![\d.])" + re.escape(secret.encode()) + rb"(?!\d)", taken), secret
        # and in the midst of a digest that another test writes just now: the log is of the whole server, and in it a
        # text begins behind its length, which for a code is no letter
        before = rb"(?<![\w.-])" if len(secret) == 6 else b""
        assert not re.search(before + re.escape(secret.encode()) + rb"(?!\d)", written), secret
    assert b"127.0.0.1" not in loot


def test_the_log_of_postgresql_is_really_read(workshop: Workshop) -> None:
    log, person = Log(workshop), Person("public")
    log.begin()
    workshop.confirmed(workshop.letter(), person.email, person.words["name"])
    if found := log.read():
        assert person.words["name"].encode() in found


def test_who_withdrew_is_in_no_file_after_the_next_retention(workshop: Workshop, visitor: Visitor) -> None:
    workshop.letter(moderation="flag")
    gone, there = Person("public"), Person("public")
    for person in (gone, there):
        sign(visitor, person)
        workshop.deliver()
        visitor.post(workshop.confirm_link(person.email))
        workshop.deliver()
    assert {words.encode() in stolen(workshop) for words in gone.shown} == {True}
    visitor.post(f"{workshop.manage_link(gone.email)}/withdraw")
    workshop.deliver()
    with workshop.app.app_context():
        retention.run(now=clock.now())
    loot = stolen(workshop)
    for words in gone.words.values():
        assert words.encode() not in loot, words
        assert words.lower().encode() not in loot, words
    assert there.words["name"].encode() in loot
