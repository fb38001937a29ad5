"""Finds staff accounts."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from pledges.errors import NotFound
from pledges.organizer.models import Account, AccountLetter, Role
from pledges.security import keyring


class AccountUnknown(NotFound):
    """There is no account with that address."""


def email_digest(email: str) -> bytes:
    """Finds an account by its address, however its letters' case."""
    return keyring().digest("staff", email.strip().casefold())


def find_account(session: Session, account_id: int) -> Account | None:
    return session.get(Account, account_id)


def find_account_by_email(session: Session, email: str) -> Account | None:
    return session.scalar(select(Account).where(Account.email_digest == email_digest(email)))


def get_account_by_email(session: Session, email: str) -> Account:
    """Raises AccountUnknown."""
    account = find_account_by_email(session, email)
    if account is None:
        raise AccountUnknown(email)
    return account


def list_accounts(session: Session) -> Sequence[Account]:
    """Every account, oldest first."""
    return session.scalars(select(Account).order_by(Account.id)).all()


def lock_admins(session: Session) -> Sequence[int]:
    """The ids of all admins, held until the transaction ends: of two who dismiss each other, one comes second."""
    admins = select(Account).where(Account.role == Role.ADMIN).order_by(Account.id).with_for_update()
    return [admin.id for admin in session.scalars(admins.execution_options(populate_existing=True))]


def list_limits(session: Session, account: Account) -> frozenset[int]:
    """The letters to which an account is limited; none: it reaches every letter."""
    statement = select(AccountLetter.letter_id).where(AccountLetter.account_id == account.id)
    return frozenset(session.scalars(statement))
