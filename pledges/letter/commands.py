"""The commands for letters."""

from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from pledges import clock
from pledges.command_errors import in_one_line
from pledges.db import transaction
from pledges.letter import publishing
from pledges.letter.head import LetterFileWrong
from pledges.letter.queries import get_letter
from pledges.letter.reading import LetterFile, read_letter_file
from pledges.signature.queries import rows_by_bucket
from pledges.tally import recounting

letter = AppGroup("letter", help="Letters: create, open, close, recount.")


@letter.command("create")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--draft", is_flag=True, help="Leaves it a draft.")
def create_letter(file: Path, draft: bool) -> None:
    """Makes and opens a letter from a Markdown file with a YAML head, and prints its URL."""
    content = _read(file)
    with in_one_line(), transaction() as session:
        created = publishing.create(session, content, now=clock.now())
        if not draft:
            publishing.open_letter(session, created, now=clock.now())
    click.echo(f"{current_app.config['PLEDGES_BASE_URL']}/letters/{content.slug}")


@letter.command("open")
@click.argument("slug")
def open_letter(slug: str) -> None:
    """Opens a letter for signing."""
    with in_one_line(), transaction() as session:
        publishing.open_letter(session, get_letter(session, slug), now=clock.now())
    click.echo(f"{slug} is open")


@letter.command("close")
@click.argument("slug")
def close_letter(slug: str) -> None:
    """Ends signing."""
    with in_one_line(), transaction() as session:
        publishing.close(session, get_letter(session, slug), now=clock.now())
    click.echo(f"{slug} is closed; who signed may still confirm for 24 hours")


@letter.command("recount")
@click.argument("slug", required=False)
@click.option("--repair", is_flag=True, help="Makes the stored counts what the rows say.")
def recount(slug: str | None, repair: bool) -> None:
    """Compares the stored counts with the rows; prints each difference and exits 1 if there is one, or repairs it."""
    with in_one_line(), transaction() as session:
        only = get_letter(session, slug).id if slug else None
        differences = recounting.compare(session, rows_by_bucket(), only)
        if repair:
            recounting.repair(session, differences)
    done = "; repaired" if repair else ""
    for found in differences:
        click.echo(f"letter {found.letter_id}: {found.bucket} stored {found.stored}, counted {found.counted}{done}")
    if differences and not repair:
        raise SystemExit(1)


def _read(file: Path) -> LetterFile:
    try:
        return read_letter_file(file.read_text("utf-8"))
    except UnicodeDecodeError as error:
        raise click.ClickException(f"{file.name} is not in UTF-8") from error
    except LetterFileWrong as error:
        raise click.ClickException(f"{file.name}, {error}") from error
