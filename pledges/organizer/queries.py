"""Finds staff accounts."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from pledges.organizer.models import Account, AccountLetter
from pledges.security import keyring


def email_digest(email: str) -> bytes:
    """Finds an account by its address, however its letters' case."""
    return keyring().digest("staff", email.strip().casefold())


def find_account(session: Session, account_id: int) -> Account | None:
    return session.get(Account, account_id)


def find_account_by_email(session: Session, email: str) -> Account | None:
    return session.scalar(select(Account).where(Account.email_digest == email_digest(email)))


def list_accounts(session: Session) -> Sequence[Account]:
    """Every account, oldest first."""
    return session.scalars(select(Account).order_by(Account.id)).all()


def list_limits(session: Session, account: Account) -> frozenset[int]:
    """The letters to which an account is limited; none: it reaches every letter."""
    statement = select(AccountLetter.letter_id).where(AccountLetter.account_id == account.id)
    return frozenset(session.scalars(statement))
