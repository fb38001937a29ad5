"""The commands of `flask`."""

import os
import socket
import sys
import tempfile
from pathlib import Path
from typing import Any, NoReturn

import click
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext
from sqlalchemy.exc import OperationalError

from pledges import clock, demo, security
from pledges.config import SettingWrong
from pledges.db import is_up_to_date, transaction
from pledges.letter.commands import letter
from pledges.organizer.commands import account
from pledges.serving import WITH_WORKER

ROOT = Path(__file__).resolve().parent.parent

keys = AppGroup("keys", help="Secrets.")


class LateGroup(click.Group):
    """The commands of Flask-Migrate, loaded when one of them is asked for."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        from flask_migrate.cli import db  # noqa: PLC0415 - brings Alembic along, eight megabytes

        context: click.Context = db.make_context(info_name, args, parent=parent, **extra)
        return context


def start(app: Flask) -> None:
    """Adds the commands."""
    for command in (LateGroup("db", help="Migrations."), letter, account, keys, serve, worker, demo_command):
        app.cli.add_command(command)


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


@click.command("demo")
@with_appcontext
def demo_command() -> None:
    """Adds a demo letter and a moderator if there is no letter yet, and prints where to go."""
    with transaction() as session:
        demo.make(session, now=clock.now())
        has_mailbox = current_app.config["PLEDGES_HAS_MAILBOX"]
        where = demo.directions(session, current_app.config["PLEDGES_BASE_URL"], has_mailbox=has_mailbox)
    click.echo(where)


@click.command("worker")
@click.option("--while-child-of", type=int, hidden=True)
def worker(while_child_of: int | None) -> None:
    """Delivers mail and runs periodic work, as its own process; any number of them may run."""
    from pledges import worker as loop  # noqa: PLC0415 - the web process does without it

    loop.run(_app(), _app().extensions["pledges.settings"], while_child_of=while_child_of)


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
    environment = {
        **os.environ,
        WITH_WORKER: "0" if no_worker else "1",
        "PROMETHEUS_MULTIPROC_DIR": tempfile.mkdtemp(prefix="pledges-metrics-"),
    }
    options = {"bind": f"[{host}]:{port}" if ":" in host else f"{host}:{port}", "workers": workers or _processes()}
    arguments = [text for name, value in options.items() for text in (f"--{name}", str(value))]
    os.chdir(ROOT)
    os.execve(  # noqa: S606 - becomes the server: no shell, and no parent left behind to hold signals back
        sys.executable, [sys.executable, "-m", "gunicorn", "-c", "python:pledges.serving", *arguments], environment
    )


def _processes() -> int:
    return min(os.cpu_count() or 1, 4)


def _check_database() -> None:
    try:
        is_ready = is_up_to_date()
    except OperationalError as error:
        raise click.ClickException("the database is not in reach; check PLEDGES_DATABASE_URL") from error
    if not is_ready:
        raise click.ClickException("the database has not the newest schema; run `flask db upgrade` first")


def _check_port(host: str, port: int) -> None:
    try:
        with socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET):
            pass
    except OSError as error:
        raise click.ClickException(f"can't listen on {host}:{port}: {error.strerror}; choose another --port") from error


def _app() -> Flask:
    return current_app._get_current_object()  # type: ignore[attr-defined,no-any-return] # the proxy's own way out
