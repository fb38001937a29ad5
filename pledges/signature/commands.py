"""The commands for signatures."""

import click
from flask.cli import AppGroup

from pledges.command_errors import in_one_line
from pledges.db import db
from pledges.letter.queries import get_letter
from pledges.signature import exporting
from pledges.spreadsheet import as_csv, as_json

signature = AppGroup("signature", help="Signatures: export what is shown of them.")


@signature.command("export")
@click.argument("slug")
@click.option("--format", "form", type=click.Choice(["csv", "json"]), default="csv", show_default=True)
def export_signatures(slug: str, form: str) -> None:
    """Prints every confirmed signature under a letter with what is shown of it, one line each."""
    session = db.session()
    with in_one_line():
        letter = get_letter(session, slug)
    rows = exporting.iterate_rows(session, letter)
    for line in as_csv(exporting.COLUMNS, rows) if form == "csv" else as_json(rows):
        click.echo(line, nl=False)
