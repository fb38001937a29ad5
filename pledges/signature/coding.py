"""Confirming with the six digits of a mail, for people whose mail is on another device."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from hmac import compare_digest
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from pledges import allowance
from pledges.db import Base
from pledges.letter.models import Letter
from pledges.security import keyring
from pledges.signature import confirming, queries
from pledges.signature.addresses import Address
from pledges.signature.models import Signature
from pledges.signature.signing import mailbox_digest
from pledges.signature.states import HELD, State

TRIES = 5
"""For each mail's code; then only the code of another mail is good."""
CODE_LASTS = timedelta(days=1)
NOBODY = "nobody"
"""Whose tries are counted while nothing of the mailbox can be confirmed by digits."""

_table = Base.metadata.tables[Signature.__tablename__].c
_MAILED = (_table.created_at, _table.mailed_at, _table.resent_at, _table.reminded_at)
_CODES = (
    select(_table.id, _table.code_number, _table.state, *_MAILED)
    .where(
        _table.letter_id == bindparam("letter"),
        _table.email_digest == bindparam("digest"),
        _table.state != State.WITHDRAWN,
        (_table.state != State.PENDING) | _table.mailed_at.is_not(None),
    )
    .order_by(_table.state == State.PENDING, _table.id)
)
"""Of the table, with nothing beside it: one could tell by the time whether there is anything to read. What waits comes
last: it is newer than what the mailbox has confirmed for somebody else.
"""


def code_of(signature: Signature) -> str:
    """Six digits that stand for this submission and this mail, and are stored nowhere."""
    digest = keyring().digest("confirmation code", f"{signature.id} {signature.code_number}")
    return f"{int.from_bytes(digest[:8]) % 1_000_000:06d}"


def tries_digest(mailbox: bytes, about: str) -> bytes:
    """By which the tries of a mailbox's code are counted; `about` names the submission and the code's number."""
    return keyring().digest("tries of a code", f"{mailbox.hex()} {about}")


def confirm_by_code(
    session: Session, letter: Letter, address: Address, code: str, *, now: datetime
) -> Signature | None:
    """Confirms the newest submission that waits if the code was mailed for it; a repeat changes nothing. None if the
    code is not that of the newest mail to this address, or used up, or too old. Raises what `confirming.confirm` does.

    Digits do not show what they confirm. Where the mailbox submitted something else as well, somebody else may have
    written the newest: then it stays pending, and is to be looked at first. A try is counted for any address, before
    any code is compared: what is answered, and how soon, tells nobody whether it has signed.
    """
    digest = mailbox_digest(letter.id, address)
    rows: Sequence[Any] = session.execute(_CODES, {"letter": letter.id, "digest": digest}).all()
    newest = rows[-1] if rows else None
    about = f"{newest.id} {newest.code_number}" if newest else NOBODY
    is_left = allowance.take(session, tries_digest(digest, about), limit=TRIES, window=CODE_LASTS, now=now)
    good = [row for row in rows if row is newest or row.state in HELD]
    found = next((row.id for row in good if compare_digest(code_of(row), code) and _is_fresh(row, now)), None)
    if found is None or not is_left:
        return None
    submitted = queries.list_mailbox(session, letter, digest)
    if len({_said_by(row) for row in submitted if row.state is State.PENDING}) > 1:
        return next(row for row in submitted if row.id == found)
    return confirming.confirm(session, letter, found, now=now)


def _is_fresh(row: Any, now: datetime) -> bool:
    mails = (row.mailed_at, row.resent_at, row.reminded_at)
    return bool(now < max(at for at in (row.created_at, *mails) if at) + CODE_LASTS)


def _said_by(signature: Signature) -> tuple[object, ...]:
    """What its confirmation would make true; with pledges it is like no other."""
    wishes = (signature.together, signature.erases_address, signature.updates)
    words = (signature.display, signature.words, signature.website, signature.representative)
    return signature.kind, *words, signature.commits and signature.id, wishes
