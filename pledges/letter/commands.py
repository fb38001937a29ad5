"""The commands for letters."""

import time
from datetime import datetime
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy.exc import OperationalError

from pledges import clock
from pledges.command_errors import in_one_line
from pledges.db import take_time, transaction
from pledges.letter import inviting, publishing, revising, withdrawing
from pledges.letter.head import LetterFileWrong
from pledges.letter.models import LONGEST_NOTE, Invitation, Letter, LetterState, RevisionKind
from pledges.letter.queries import (
    InvitationUnknown,
    get_invitation,
    get_letter,
    list_invitations,
    list_slugs,
    lock_letter,
)
from pledges.letter.reading import LetterFile, read_letter_file, read_reason
from pledges.letter.revising import Revision
from pledges.plain_text import TextRefused, clean
from pledges.pledge import recounting as recounting_pledges
from pledges.signature import carrying
from pledges.signature.queries import rows_by_bucket
from pledges.tally import recounting

letter = AppGroup("letter", help="Letters: create, open, close, revise, withdraw, recount.")

LARGEST_ID = 2**62
_REVISED = {RevisionKind.CORRECTION: "are told", RevisionKind.CHANGE: "are asked to agree"}


@letter.command("create")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--draft", is_flag=True, help="Leaves it a draft.")
def create_letter(file: Path, draft: bool) -> None:
    """Makes and opens a letter from a Markdown file with a YAML head, and prints its URL."""
    content = _read(file, opens_at=clock.now())
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
        publishing.open_letter(session, lock_letter(session, slug), now=clock.now())
    click.echo(f"{slug} is open")


@letter.command("close")
@click.argument("slug")
def close_letter(slug: str) -> None:
    """Ends signing."""
    with in_one_line(), transaction() as session:
        publishing.close(session, lock_letter(session, slug), now=clock.now())
    click.echo(f"{slug} is closed; who signed may still confirm for 24 hours")


@letter.command("withdraw")
@click.argument("slug")
@click.option("--reason", required=True, help="Why, for everyone to read.")
def withdraw_letter(slug: str, reason: str) -> None:
    """Takes a letter back, for good: its page stays and says so, and who confirmed is told."""
    with in_one_line(), transaction() as session:
        withdrawing.withdraw(session, lock_letter(session, slug), read_reason(reason), now=clock.now())
    click.echo(f"{slug} is withdrawn; its page says so, who confirmed is told by mail, and it takes nothing any more")


@letter.command("revise")
@click.argument("slug")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--as", "kind", type=click.Choice([kind.value for kind in _REVISED]), required=True)
@click.option("--reason", required=True, help="Why, for everyone to read.")
def revise_letter(slug: str, file: Path, kind: str, reason: str) -> None:
    """Makes a letter's texts what FILE says. A correction carries the signatures along, a change asks them anew."""
    content, how = _read(file), RevisionKind(kind)
    with in_one_line(), transaction() as session:
        take_time(session)
        why, now = read_reason(reason), clock.now()
        revisions = revising.revise(session, slug, content, how, why, now=now)
        lines = [_said(revision) for revision in revisions] + _left(revisions[0].letter, content)
    for line in lines:
        click.echo(line)
    _take_all_along()


@letter.command("invite")
@click.argument("slug")
@click.option("--note", default=None, help="For whom the link is; nobody who follows it sees that.")
@click.option("--list", "shows_list", is_flag=True, help="Shows the letter's links instead.")
@click.option("--revoke", type=int, default=None, metavar="ID", help="Takes a link back instead.")
def invite(slug: str, note: str | None, shows_list: bool, revoke: int | None) -> None:
    """Makes and prints a secret link that collects first signatories before the letter opens."""
    base = current_app.config["PLEDGES_BASE_URL"]
    with in_one_line(), transaction() as session:
        found = get_letter(session, slug)
        if revoke is not None and not 0 < revoke < LARGEST_ID:
            raise InvitationUnknown(str(revoke))
        if revoke is not None:
            inviting.revoke(session, get_invitation(session, found, revoke), now=clock.now())
            lines = [f"link {revoke} of {slug} is revoked; who came by it stays"]
        elif shows_list:
            lines = [_line(base, invitation) for invitation in list_invitations(session, found)]
        else:
            lines = [_link(base, inviting.invite(session, found, note=_note(note), now=clock.now()))]
            if found.state is LetterState.OPEN:
                click.echo(f"{slug} is open: the link only leads to it, and who signs is no first signatory", err=True)
    click.echo("\n".join(lines or ["no links"]))


@letter.command("recount")
@click.argument("slug", required=False)
@click.option("--repair", is_flag=True, help="Makes the stored counts what the rows say.")
def recount(slug: str | None, repair: bool) -> None:
    """Compares the stored counts with the rows; prints each difference and exits 1 if there is one, or repairs it."""
    with in_one_line(), transaction() as session:
        only = get_letter(session, slug).id if slug else None
        differences = recounting.compare(session, rows_by_bucket(), only)
        of_pledges = recounting_pledges.compare(session, only)
        if repair:
            recounting_pledges.repair(session, of_pledges)  # first, as in every deed
            recounting.repair(session, differences)
        slugs = list_slugs(session)
    done = "; repaired" if repair else ""
    for found in differences:
        where = f"letter {slugs[found.letter_id]}"
        click.echo(f"{where}: {found.bucket} stored {found.stored}, counted {found.counted}{done}")
    for off in of_pledges:
        where = f"letter {slugs[off.letter_id]}, pledge {off.key}"
        click.echo(f"{where}: {off.name} stored {off.stored}, counted {off.counted}{done}")
    if not (differences or of_pledges):
        click.echo(f"{slug or 'every letter'}: what is stored is what the rows say")
    elif not repair:
        raise SystemExit(1)


def _take_all_along() -> None:
    """Goes on until all who signed are carried over or asked; a worker would, too. Between two steps others have the
    database as long as one took.
    """
    is_left = True
    while is_left:
        began = time.monotonic()
        try:
            with transaction() as session:
                is_left = carrying.carry_on(session, now=clock.now())
        except OperationalError:
            click.echo("the text stands; the database is too busy, so a worker goes on with those who signed", err=True)
            return
        time.sleep(time.monotonic() - began if is_left else 0)


def _said(revision: Revision) -> str:
    text, n = revision.text, revision.concerned
    if text.kind is RevisionKind.ORIGINAL:
        return f"{text.language}: first text, SHA-256 {text.sha256}"
    told = [f"{n} {_REVISED[text.kind]}"] if n else []
    told += [f"{revision.returning} who signed these very words stand again"] if revision.returning else []
    said = "; ".join(told) or "nobody has signed it yet that could be asked or told"
    return f"{text.language}: text {text.number}, {text.kind}; {said}; SHA-256 {text.sha256}"


def _left(found: Letter, file: LetterFile) -> list[str]:
    """A line for each kind of what the file says otherwise and a revision leaves as it is."""
    settled, missing = revising.settled_otherwise(file, found), revising.missing_in(file, found)
    lines = [f"only texts are revised; left as it was: {', '.join(settled)}"] if settled else []
    return lines + [f"{language}: left as it was; a translation can't be dropped" for language in missing]


def _read(file: Path, *, opens_at: datetime | None = None) -> LetterFile:
    try:
        return read_letter_file(file.read_text("utf-8"), opens_at=opens_at)
    except UnicodeDecodeError as error:
        raise click.ClickException(f"{file.name} is not in UTF-8") from error
    except LetterFileWrong as error:
        raise click.ClickException(f"{file.name}, {error}") from error


def _note(text: str | None) -> str | None:
    try:
        note = clean(text or "")
    except TextRefused as error:
        raise click.ClickException("--note holds a character that can't be seen") from error
    if len(note) > LONGEST_NOTE:
        raise click.ClickException(f"--note is longer than {LONGEST_NOTE} characters")
    return note or None


def _link(base: str, invitation: Invitation) -> str:
    return f"{base}/first/{inviting.first_token(invitation.id, since=invitation.created_at)}"


def _line(base: str, invitation: Invitation) -> str:
    where = f"revoked {invitation.revoked_at:%Y-%m-%d}" if invitation.revoked_at else _link(base, invitation)
    return f"{invitation.id}\t{invitation.created_at:%Y-%m-%d}\t{invitation.note or '-'}\t{where}"
