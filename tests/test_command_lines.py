"""What a command says when its database is away, has no schema, or can't be read: one line, and no trace."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from pledges import create_app
from pledges.config import Settings
from pledges.db import db
from pledges.resealing import find_unopened
from tests.conftest import KEYS, let_go
from tests.letter.files import letter_file
from tests.people import PASSWORD, Workshop
from tests.serving import environment, free_port, run_flask
from tests.test_commands import Shell

COMMANDS = [
    ("letter", "create", "FILE"),
    ("letter", "open", "ask-more"),
    ("letter", "revise", "ask-more", "FILE", "--as", "change", "--reason", "Better words"),
    ("letter", "recount"),
    ("letter", "invite", "ask-more"),
    ("signature", "export", "ask-more", "--format", "csv"),
    ("pledge", "export", "ask-more", "--format", "json"),
    ("account", "create", "mod@example.org", "--role", "admin"),
    ("account", "limit", "mod@example.org", "ask-more"),
    ("retention", "run"),
    ("keys", "reseal"),
    ("demo",),
]


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "letter.md"
    path.write_text(letter_file(), "utf-8")
    return str(path)


@pytest.fixture(params=["sqlite", "postgresql"])
def without_schema(request: pytest.FixtureRequest, tmp_path: Path, postgresql_url: str) -> Iterator[Flask]:
    """An application whose database is empty."""
    if request.param == "sqlite":
        app = create_app(Settings(**KEYS, database_url=f"sqlite:///{tmp_path}/empty.db"))
        yield app
        let_go(app)
        return
    url = make_url(postgresql_url).set(database=f"{make_url(postgresql_url).database}_empty")
    admin = create_engine(postgresql_url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {url.database}"))
    app = create_app(Settings(**KEYS, database_url=url.render_as_string(hide_password=False)))
    yield app
    let_go(app)
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {url.database} WITH (FORCE)"))
    admin.dispose()


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_database_without_schema_is_told_in_one_line(
    without_schema: Flask, file: str, command: tuple[str, ...]
) -> None:
    words = [file if word == "FILE" else word for word in command]
    said = Shell(without_schema).refused(*words, PLEDGES_PASSWORD=PASSWORD)
    assert said == "the database has not the newest schema; run `flask db upgrade` first"


@pytest.mark.parametrize("url", ["postgresql://127.0.0.1:{port}/none", "sqlite:////nowhere/at/all.db"])
@pytest.mark.parametrize("command", [*COMMANDS, ("db", "upgrade"), ("db", "current")], ids=" ".join)
def test_a_database_out_of_reach_is_told_in_one_line(url: str, file: str, command: tuple[str, ...]) -> None:
    away = create_app(Settings(**KEYS, database_url=url.format(port=free_port())))
    words = [file if word == "FILE" else word for word in command]
    assert "the database is away" in Shell(away).refused(*words, PLEDGES_PASSWORD=PASSWORD)
    let_go(away)


def one_line(*arguments: str, environment: dict[str, str]) -> str:
    """What a process says that ends at its start."""
    ended = run_flask(*arguments, environment=environment)
    assert ended.returncode == 1, ended
    (line,) = (ended.stdout + ended.stderr).splitlines()
    return line


def test_no_worker_begins_on_a_database_without_schema(without_schema: Flask) -> None:
    url = without_schema.extensions["pledges.settings"].database_url
    assert "flask db upgrade" in one_line("worker", environment=environment(url))


@pytest.mark.parametrize("command", ["serve", "worker"])
def test_nothing_begins_without_the_key_of_what_is_sealed(workshop: Workshop, command: str) -> None:
    workshop.account()
    url = workshop.settings.database_url
    line = one_line(command, environment={**environment(url), "PLEDGES_SEALING_KEYS": "another" * 6})
    assert "account.email" in line
    assert "PLEDGES_SEALING_KEYS" in line


def test_an_older_key_is_missed_though_newer_ones_open_what_is_new(settings: Settings, workshop: Workshop) -> None:
    workshop.sign(workshop.letter())
    newer = replace(settings, sealing_keys=("another" * 6, *settings.sealing_keys))
    app = create_app(newer)
    Workshop(app).sign(workshop.letter("other"), "bob@example.org")
    let_go(app)
    for keys, begins in ((newer.sealing_keys, True), (newer.sealing_keys[:1], False)):
        app = create_app(replace(settings, sealing_keys=keys))
        with app.app_context():
            assert (find_unopened(db.session()) is None) == begins
        let_go(app)
