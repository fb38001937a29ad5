"""The commands of `flask`."""

import os
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext
from sqlalchemy.exc import OperationalError

from pledges import clock, metrics_folder, security
from pledges.command_errors import NO_SCHEMA, end_in_one_line, in_one_line
from pledges.config import SettingWrong
from pledges.db import db, is_up_to_date, transaction

if TYPE_CHECKING:
    from pledges.resealing import SealedColumn

GOES_ON = "run it again: it goes on where it was interrupted"
ROOT = Path(__file__).resolve().parent.parent

keys = AppGroup("keys", help="Secrets.")
retention = AppGroup("retention", help="What is erased by time.")


class LateGroup(click.Group):
    """Commands that are loaded when one of them is asked for: a server that runs for months needs none of them."""

    def __init__(self, name: str, load: Callable[[], click.Group], help: str) -> None:  # noqa: A002 - click's word
        super().__init__(name, help=help)
        self._load = load

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        loaded = self._load()
        end_in_one_line(loaded)
        return loaded.make_context(info_name, args, parent=parent, **extra)


def start(app: Flask) -> None:
    """Adds the commands."""
    for command in (
        LateGroup("db", _migrations, "Migrations."),
        LateGroup("letter", _letter, "Letters: create, open, close, recount."),
        LateGroup("account", _account, "Staff accounts: create, list, limit, role, password, remove."),
        LateGroup("pledge", _pledge, "Pledges: export what became of them, import what was delivered."),
        LateGroup("signature", _signature, "Signatures: export what is shown of them."),
        keys,
        retention,
        serve,
        worker,
        demo_command,
    ):
        end_in_one_line(command)
        app.cli.add_command(command)


def _migrations() -> click.Group:
    from flask_migrate.cli import db  # noqa: PLC0415 - brings Alembic along, eight megabytes

    group: click.Group = db
    return group


def _letter() -> click.Group:
    from pledges.letter.commands import letter  # noqa: PLC0415 - brings what reads letter files

    return letter


def _account() -> click.Group:
    from pledges.organizer.commands import account  # noqa: PLC0415 - as all commands

    return account


def _pledge() -> click.Group:
    from pledges.pledge.commands import pledge  # noqa: PLC0415 - as all commands

    return pledge


def _signature() -> click.Group:
    from pledges.signature.commands import signature  # noqa: PLC0415 - as all commands

    return signature


def without_settings(wrong: SettingWrong) -> Flask:
    """An app that can only print fresh secrets; for anything else, ends with the one line that names the setting."""
    if sys.argv[1:3] != ["keys", "generate"]:
        raise SystemExit(str(wrong))
    app = Flask("pledges")
    app.cli.add_command(keys)
    return app


@keys.command("generate", with_appcontext=False)
def generate_keys() -> None:
    """Prints a fresh set of secrets as settings."""
    for name, value in security.fresh_settings().items():
        click.echo(f"{name}={value}")


@keys.command("reseal")
def reseal_keys() -> None:
    """Seals everything anew with the newest sealing key; run again, it goes on where it was interrupted."""
    from pledges import resealing  # noqa: PLC0415 - as all commands

    unopened = 0
    for sealed in resealing.list_sealed_columns():
        with in_one_line(GOES_ON):
            resealed, unopened_here = _reseal(sealed)
        click.echo(f"{sealed.name}: {resealed} sealed anew")
        if unopened_here:
            click.echo(f"{sealed.name}: {unopened_here} open with none of PLEDGES_SEALING_KEYS", err=True)
        unopened += unopened_here
    if unopened:
        raise SystemExit(1)


def _reseal(sealed: "SealedColumn") -> tuple[int, int]:
    """A page at a time: nobody waits for more than one."""
    resealed = unopened = 0
    last: tuple[Any, ...] | None = None
    while True:
        page = sealed.read(db.session(), last)
        db.session.rollback()
        if page.rewritten:
            with transaction() as session:
                resealed += sealed.write(session, page)
        unopened += page.unopened
        if page.last is None:
            return resealed, unopened
        last = page.last


@retention.command("run")
def run_retention() -> None:
    """Erases what has reached its term, and prints how much; done periodically by the worker, too."""
    from pledges import retention  # noqa: PLC0415 - as all commands

    with in_one_line(GOES_ON):
        ran = retention.run(now=clock.now())
    for kind, erased in ran.items():
        click.echo(f"{kind}: {erased} erased")


@click.command("demo")
@with_appcontext
def demo_command() -> None:
    """Adds a demo letter and a moderator if there is no letter yet, and prints where to go."""
    from pledges import demo  # noqa: PLC0415 - no other command needs it

    with transaction() as session:
        demo.make(session, now=clock.now())
        has_mailbox = current_app.config["PLEDGES_HAS_MAILBOX"]
        where = demo.directions(session, current_app.config["PLEDGES_BASE_URL"], has_mailbox=has_mailbox)
    click.echo(where)


@click.command("worker")
@with_appcontext
def worker() -> NoReturn:
    """Delivers mail and runs periodic work, as its own process; any number of them may run."""
    with suppress(OperationalError):  # it may come up before its database, and waits for it
        _check_schema_and_keys()
    os.chdir(ROOT)
    os.execv(sys.executable, [sys.executable, "-m", "pledges.working"])  # noqa: S606 - becomes the worker


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option(
    "--workers", default=None, type=click.IntRange(1, 64), help="Web processes; by default one a core, 4 at most."
)
@click.option("--no-worker", is_flag=True, help="Delivers no mail: `flask worker` does that elsewhere.")
@with_appcontext
def serve(host: str, port: int, workers: int | None, no_worker: bool) -> NoReturn:
    """Runs the production server."""
    _check_database()
    _check_port(host, port)
    little = {"MALLOC_ARENA_MAX": "1"}  # of glibc: memory that one thread gave back serves the others
    environment = {**little, **os.environ, "PROMETHEUS_MULTIPROC_DIR": metrics_folder.make()}
    options = ("--host", host, "--port", str(port), "--workers", str(workers or _processes()))
    command = [sys.executable, "-m", "pledges.serving", *options, "--no-mail" if no_worker else "--mail"]
    os.chdir(ROOT)
    os.execve(sys.executable, command, environment)  # noqa: S606 - becomes the server: no parent that holds signals back


def _processes() -> int:
    return min(os.cpu_count() or 1, 4)


def _check_database() -> None:
    try:
        _check_schema_and_keys()
    except OperationalError as error:
        raise click.ClickException("the database is not in reach; check PLEDGES_DATABASE_URL") from error


def _check_schema_and_keys() -> None:
    """Nothing serves or delivers that can't read its own database: it would fail again and again."""
    from pledges import resealing  # noqa: PLC0415 - once, at the start

    if not is_up_to_date():
        raise click.ClickException(NO_SCHEMA)
    unopened = resealing.find_unopened(db.session())
    db.session.remove()
    if unopened is not None:
        raise click.ClickException(
            f"{unopened.name} holds what none of PLEDGES_SEALING_KEYS opens; "
            "put the older key back behind the newest, and run `flask keys reseal` before you take it out"
        )


def _check_port(host: str, port: int) -> None:
    try:
        with socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET):
            pass
    except OSError as error:
        raise click.ClickException(f"can't listen on {host}:{port}: {error.strerror}; choose another --port") from error
