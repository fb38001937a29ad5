"""The commands for pledges."""

from pathlib import Path

import click
from flask.cli import AppGroup

from pledges import clock
from pledges.command_errors import in_one_line
from pledges.db import db, take_time, transaction
from pledges.letter.queries import get_letter
from pledges.pledge import deliveries, exporting
from pledges.pledge.amounts import as_text
from pledges.spreadsheet import as_csv, as_json

pledge = AppGroup("pledge", help="Pledges: export what became of them, import what was delivered.")


@pledge.command("export")
@click.argument("slug")
@click.option("--format", "form", type=click.Choice(["csv", "json"]), default="csv", show_default=True)
def export_pledges(slug: str, form: str) -> None:
    """Prints every commitment under a letter, one line each."""
    session = db.session()
    with in_one_line():
        letter = get_letter(session, slug)
    rows = exporting.iterate_rows(session, letter)
    for line in as_csv(exporting.COLUMNS, rows) if form == "csv" else as_json(rows):
        click.echo(line, nl=False)


@pledge.command("import")
@click.argument("slug")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_pledges(slug: str, file: Path) -> None:
    """Records what was delivered: FILE has reference, amount and date (2027-05-31) in each line."""
    try:
        lines = deliveries.read_lines(file.read_text("utf-8"))
    except UnicodeDecodeError as error:
        raise click.ClickException(f"{file.name} is not in UTF-8") from error
    with in_one_line(), transaction() as session:
        take_time(session)
        imported = deliveries.import_deliveries(session, get_letter(session, slug), lines, now=clock.now())
    for line in imported.faults:
        click.echo(f"line {line.number}: {WHY[line.fault]}: {line.text}", err=True)
    for one in imported.otherwise:
        said = "" if one.said is None else f", {as_text(one.said, one.unit)}"
        click.echo(
            f"{one.reference}: its signatory says {one.state}{said}; recorded {as_text(one.imported, one.unit)}",
            err=True,
        )
    known = f", {imported.known} known from before" if imported.known else ""
    click.echo(f"{imported.recorded} deliveries recorded{known}, {len(imported.faults)} lines not recorded")
    if imported.faults:
        raise SystemExit(1)


WHY = {
    None: "",
    deliveries.Fault.COLUMNS: "it has not the three columns reference, amount, date",
    deliveries.Fault.AMOUNT: "the amount is none, or not in the pledge's unit",
    deliveries.Fault.DATE: "the date is not written as 2027-05-31",
    deliveries.Fault.FUTURE: "its date has not come",
    deliveries.Fault.UNMATCHED: "no pledge under this letter has this reference",
    deliveries.Fault.OVER: "the pledge was withdrawn, has lapsed, or does not bind yet",
    deliveries.Fault.NO_AMOUNT: "the pledge is no amount",
}
