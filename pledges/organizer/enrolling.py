"""Makes staff accounts, and says how far they reach."""

import secrets
from collections.abc import Collection
from datetime import datetime

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from pledges.errors import DomainError
from pledges.organizer import passwords, queries
from pledges.organizer.models import Account, AccountLetter, Role


class AccountExists(DomainError):
    """There is an account with that address."""


class AddressUnusable(DomainError):
    """Not an address that mail can reach."""


class PasswordTooWeak(DomainError):
    """Too short, or too long to be hashed in time."""


def check_password(password: str) -> None:
    """Raises PasswordTooWeak."""
    if not passwords.SHORTEST <= len(password) <= passwords.LONGEST:
        raise PasswordTooWeak(f"a password has {passwords.SHORTEST} to {passwords.LONGEST} characters")


def enroll(session: Session, email: str, role: Role, password: str, *, now: datetime) -> Account:
    """A new staff account; raises AddressUnusable, PasswordTooWeak and AccountExists."""
    check_password(password)
    try:
        address = validate_email(email, check_deliverability=False).normalized
    except EmailNotValidError as error:
        raise AddressUnusable(str(error)) from error
    if queries.find_account_by_email(session, address) is not None:
        raise AccountExists(address)
    account = Account(
        email=address,
        email_digest=queries.email_digest(address),
        password_hash=passwords.hash_password(password),
        role=role,
        session_stamp=secrets.token_hex(16),
        created_at=now,
    )
    session.add(account)
    try:
        session.flush()
    except IntegrityError as error:  # the same address, enrolled in the same moment
        raise AccountExists(address) from error
    return account


def limit(session: Session, account: Account, letter_ids: Collection[int]) -> None:
    """Limits an account to these letters; to none: lets it reach every letter again."""
    session.execute(delete(AccountLetter).where(AccountLetter.account_id == account.id))
    session.add_all(AccountLetter(account_id=account.id, letter_id=letter_id) for letter_id in set(letter_ids))
    session.flush()
