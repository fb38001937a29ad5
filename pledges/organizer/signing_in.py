"""Signing in, and changing the password with which one does."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from pledges import allowance
from pledges.errors import DomainError, TooManyTries
from pledges.organizer import passwords, queries
from pledges.organizer.models import Account
from pledges.security import keyring

WINDOW = timedelta(minutes=15)
TRIES_FROM_ONE_NETWORK = 5
"""For one account; whoever else tries it from elsewhere locks nobody out."""
TRIES_FROM_ANYWHERE = 50


class SignInRefused(DomainError):
    """Address and password don't belong together; which of them is wrong is not told."""


def count_try(session: Session, email: str, network: str, *, now: datetime) -> None:
    """Counts one try, to be committed before the password is looked at; raises TooManyTries."""
    for digest, limit in zip(_digests(email, network), (TRIES_FROM_ONE_NETWORK, TRIES_FROM_ANYWHERE), strict=True):
        if not allowance.take(session, digest, limit=limit, window=WINDOW, now=now):
            raise TooManyTries(int(WINDOW.total_seconds()))


def sign_in(session: Session, email: str, password: str) -> Account:
    """The account to which address and password belong; raises SignInRefused. Writes nothing: to hash takes its
    time, and nobody must wait for it with a lock in hand.
    """
    account = queries.find_account_by_email(session, email)
    if not passwords.is_right(password, account.password_hash if account else None) or account is None:
        raise SignInRefused
    return account


def forget_tries(session: Session, email: str, network: str) -> None:
    """Gives the tries back to somebody who has signed in."""
    allowance.give_back(session, *_digests(email, network))


def change_password(session: Session, account: Account, hashed: str) -> Account:
    """Sets a new password, hashed before, and ends every session of the account."""
    fresh = session.get_one(Account, account.id)
    fresh.password_hash = hashed
    fresh.end_sessions()
    session.flush()
    return fresh


def _digests(email: str, network: str) -> tuple[bytes, bytes]:
    who = email.strip().casefold()
    return keyring().digest("sign-in", f"{who} from {network}"), keyring().digest("sign-in", who)
