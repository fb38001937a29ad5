"""Recognizing the networks from which an account was signed in to before: tries from elsewhere don't slow them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, delete, select
from sqlalchemy.orm import Session

from pledges.db import insert_for
from pledges.organizer.models import Account, AccountNetwork
from pledges.organizer.queries import email_digest
from pledges.security import keyring
from pledges.term import BATCH, Term

REMEMBERED = timedelta(days=90)
"""After the last time that the account was signed in to from there."""


def remember(session: Session, account: Account, network: str, *, now: datetime) -> None:
    """Notes that the account was signed in to from this network, to be recognized for `REMEMBERED`."""
    insert = insert_for(session.get_bind().dialect.name, AccountNetwork)
    used = {"account_id": account.id, "digest": _digest(account.id, network), "used_at": now}
    again = insert.on_conflict_do_update(index_elements=["account_id", "digest"], set_={"used_at": now})
    session.execute(again, used)


def is_known(session: Session, email: str, network: str, *, now: datetime) -> bool:
    """Whether the account with that address was signed in to from this network."""
    account_id = session.scalar(select(Account.id).where(Account.email_digest == email_digest(email)))
    if account_id is None:
        return False
    key = (AccountNetwork.account_id == account_id) & (AccountNetwork.digest == _digest(account_id, network))
    return session.scalar(select(AccountNetwork.used_at).where(key, ~_is_past_term(now))) is not None


def _digest(account_id: int, network: str) -> bytes:
    return keyring().digest("staff network", f"{account_id} from {network}")


def _is_past_term(now: datetime) -> ColumnElement[bool]:
    return AccountNetwork.used_at <= now - REMEMBERED


def _find_past(session: Session, *, now: datetime, after: bytes | None) -> Sequence[bytes]:
    past = select(AccountNetwork.digest).where(_is_past_term(now))
    behind = past if after is None else past.where(AccountNetwork.digest > after)
    return session.scalars(behind.order_by(AccountNetwork.digest).limit(BATCH)).all()


def _erase_past(session: Session, digests: Sequence[bytes], now: datetime) -> int:
    past = delete(AccountNetwork).where(AccountNetwork.digest.in_(digests), _is_past_term(now))
    return cast("CursorResult[Any]", session.execute(past)).rowcount


TERMS = (Term("networks of staff", _find_past, _erase_past),)
