"""Signing in, and changing the password with which one does."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from pledges import allowance
from pledges.errors import DomainError, TooManyTries
from pledges.organizer import passwords, queries, recognizing
from pledges.organizer.models import Account
from pledges.security import keyring

WINDOW = timedelta(minutes=15)
TRIES_FROM_ONE_NETWORK = 5
"""For one account; whoever else tries it from elsewhere locks nobody out."""
TRIES_FROM_ELSEWHERE = 50
"""For one account, by all networks together from which it was never signed in to."""


class SignInRefused(DomainError):
    """Address and password don't belong together; which of them is wrong is not told."""


def count_try(session: Session, email: str, network: str, *, now: datetime) -> None:
    """Counts one try, to be committed before the password is looked at; raises TooManyTries. A network from which the
    account was signed in to before is counted for itself alone: whatever strangers try, its owner comes in.
    """
    own, elsewhere = _digests(email, network)
    is_left = allowance.take(session, own, limit=TRIES_FROM_ONE_NETWORK, window=WINDOW, now=now)
    if is_left and not recognizing.is_known(session, email, network, now=now):
        is_left = allowance.take(session, elsewhere, limit=TRIES_FROM_ELSEWHERE, window=WINDOW, now=now)
    if not is_left:
        raise TooManyTries(int(WINDOW.total_seconds()))


def sign_in(session: Session, email: str, password: str) -> Account:
    """The account to which address and password belong; raises SignInRefused. Writes nothing: to hash takes its
    time, and nobody must wait for it with a lock in hand.
    """
    account = queries.find_account_by_email(session, email)
    if not passwords.is_right(password, account.password_hash if account else None) or account is None:
        raise SignInRefused
    return account


def welcome(session: Session, account: Account, network: str, *, now: datetime) -> None:
    """Gives the tries back to somebody who has signed in, and remembers from where."""
    allowance.give_back(session, *_digests(account.email, network))
    recognizing.remember(session, account, network, now=now)


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
