"""The commands for staff accounts."""

import os

import click
from flask import current_app
from flask.cli import AppGroup

from pledges import clock
from pledges.command_errors import in_one_line
from pledges.db import transaction
from pledges.letter.queries import get_letter, list_slugs
from pledges.organizer import dismissing, enrolling, signing_in
from pledges.organizer.models import Role
from pledges.organizer.passwords import hash_password
from pledges.organizer.queries import get_account_by_email, list_accounts, list_limits

EVERY_LETTER = "every letter"

account = AppGroup("account", help="Staff accounts: create, list, limit, role, password, remove.")


@account.command("create")
@click.argument("email")
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
def create_account(email: str, role: str) -> None:
    """Makes a staff account; the password comes from PLEDGES_PASSWORD or is asked for."""
    password = _password()
    with in_one_line(), transaction() as session:
        enrolling.enroll(session, email, Role(role), password, now=clock.now())
    click.echo(f"{email} can sign in at {current_app.config['PLEDGES_BASE_URL']}/login")


@account.command("limit")
@click.argument("email")
@click.argument("slugs", nargs=-1)
def limit_account(email: str, slugs: tuple[str, ...]) -> None:
    """Limits an account to the letters SLUGS; with none, it reaches every letter again."""
    with in_one_line(), transaction() as session:
        found = get_account_by_email(session, email)
        enrolling.limit(session, found, [get_letter(session, slug).id for slug in slugs])
    click.echo(f"{email} reaches {', '.join(dict.fromkeys(slugs)) or EVERY_LETTER}")


@account.command("list")
def list_all() -> None:
    """Lists the accounts, oldest first: address, role, since when, and the letters that it reaches."""
    with in_one_line(), transaction() as session:
        slugs = list_slugs(session)
        found = [(each, list_limits(session, each)) for each in list_accounts(session)]
    for each, limits in found:
        reached = ", ".join(sorted(slugs[id_] for id_ in limits)) or EVERY_LETTER
        click.echo(f"{each.email}\t{each.role}\t{each.created_at:%Y-%m-%d}\t{reached}")


@account.command("role")
@click.argument("email")
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
def change_role(email: str, role: str) -> None:
    """Gives an account another role; whoever uses it signs in anew."""
    with in_one_line(), transaction() as session:
        dismissing.change_role(session, get_account_by_email(session, email), Role(role))
    click.echo(f"{email} is {role} now")


@account.command("password")
@click.argument("email")
def set_password(email: str) -> None:
    """Sets a new password, from PLEDGES_PASSWORD or asked for, and ends every session of the account."""
    password = _password()
    with in_one_line(), transaction() as session:
        enrolling.check_password(password)
        signing_in.change_password(session, get_account_by_email(session, email), hash_password(password))
    click.echo(f"{email} has a new password; whoever was signed in with it is signed out")


@account.command("remove")
@click.argument("email")
def remove_account(email: str) -> None:
    """Erases an account. What it decided stays."""
    with in_one_line(), transaction() as session:
        dismissing.remove(session, get_account_by_email(session, email))
    click.echo(f"{email} is removed; what was decided with it stays")


def _password() -> str:
    given: str | None = os.environ.get("PLEDGES_PASSWORD")
    return given or str(click.prompt("Password", hide_input=True, confirmation_prompt=True))
