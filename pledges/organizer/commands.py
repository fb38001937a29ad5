"""The commands for staff accounts."""

import os

import click
from flask import current_app
from flask.cli import AppGroup

from pledges import clock
from pledges.command_errors import in_one_line
from pledges.db import transaction
from pledges.letter.queries import get_letter
from pledges.organizer import enrolling
from pledges.organizer.models import Role
from pledges.organizer.queries import find_account_by_email

account = AppGroup("account", help="Staff accounts.")


@account.command("create")
@click.argument("email")
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
def create_account(email: str, role: str) -> None:
    """Makes a staff account; the password comes from PLEDGES_PASSWORD or is asked for."""
    password = os.environ.get("PLEDGES_PASSWORD") or click.prompt("Password", hide_input=True, confirmation_prompt=True)
    with in_one_line(), transaction() as session:
        enrolling.enroll(session, email, Role(role), password, now=clock.now())
    click.echo(f"{email} can sign in at {current_app.config['PLEDGES_BASE_URL']}/login")


@account.command("limit")
@click.argument("email")
@click.argument("slugs", nargs=-1)
def limit_account(email: str, slugs: tuple[str, ...]) -> None:
    """Limits an account to the letters SLUGS; with none, it reaches every letter again."""
    with in_one_line(), transaction() as session:
        found = find_account_by_email(session, email)
        if found is None:
            raise click.ClickException(f"there is no account for {email}")
        enrolling.limit(session, found, [get_letter(session, slug).id for slug in slugs])
