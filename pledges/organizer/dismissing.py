"""Ends what an account could do: its sessions, its role, or the whole account."""

from sqlalchemy.orm import Session

from pledges.errors import DomainError
from pledges.organizer import queries
from pledges.organizer.models import Account, Role


class LastAdmin(DomainError):
    """Without this account nobody could do everything any more."""


def end_sessions(session: Session, account_id: int) -> None:
    """Ends every session that is open under the account: a cookie that somebody copied opens nothing any more."""
    account = queries.find_account(session, account_id)
    if account is not None:
        account.end_sessions()
        session.flush()


def change_role(session: Session, account: Account, role: Role) -> None:
    """Gives the account another role, for which it has to sign in anew; raises LastAdmin."""
    if account.role is role:
        return
    _check_not_last(session, account)
    account.role = role
    account.end_sessions()
    session.flush()


def remove(session: Session, account: Account) -> None:
    """Erases the account. What it decided stays, by a moderator without a number. Raises LastAdmin."""
    _check_not_last(session, account)
    session.delete(account)
    session.flush()


def _check_not_last(session: Session, account: Account) -> None:
    if queries.lock_admins(session) == [account.id]:
        raise LastAdmin(account.email)
