"""Confirming with the six digits of a mail, for people whose mail is on another device."""

from datetime import datetime, timedelta
from hmac import compare_digest

from sqlalchemy.orm import Session

from pledges import allowance
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


def code_of(signature: Signature) -> str:
    """Six digits that stand for this submission and this mail, and are stored nowhere."""
    digest = keyring().digest("confirmation code", f"{signature.id} {signature.code_number}")
    return f"{int.from_bytes(digest[:8]) % 1_000_000:06d}"


def confirm_by_code(
    session: Session, letter: Letter, address: Address, code: str, *, now: datetime
) -> Signature | None:
    """Confirms the newest submission if the code was mailed for it; a repeat changes nothing. None if the code is not
    that of the newest mail to this address, or used up, or too old. Raises what `confirming.confirm` raises.

    A try is counted before anything is looked at, for any address: what is answered, and how soon, tells nobody
    whether it has signed.
    """
    digest = mailbox_digest(letter.id, address)
    rows = [row for row in queries.list_mailbox(session, letter, digest) if row.state is not State.WITHDRAWN]
    newest = rows[-1] if rows else None
    about = f"{newest.id} {newest.code_number}" if newest else "nobody"
    tries = keyring().digest("tries of a code", f"{digest.hex()} {about}")
    is_left = allowance.take(session, tries, limit=TRIES, window=CODE_LASTS, now=now)
    good = [row for row in rows if row is newest or row.state in HELD]
    found = next((row for row in good if compare_digest(code_of(row), code) and _is_fresh(row, now)), None)
    if found is None or not is_left:
        return None
    return confirming.confirm(session, letter, found.id, now=now)


def _is_fresh(signature: Signature, now: datetime) -> bool:
    mails = (signature.mailed_at, signature.resent_at, signature.reminded_at)
    return now < max(at for at in (signature.created_at, *mails) if at) + CODE_LASTS
