"""The links in mails by which one stops those of their kind. Which deed does that, the page behind the link knows."""

from datetime import datetime, timedelta
from enum import IntEnum

from pledges.security import keyring

UNSUBSCRIBE_LINK = "unsubscribe"
UNSUBSCRIBE_LINK_LASTS = timedelta(days=400)


class MailKind(IntEnum):
    """What a link stops: questions about pledges, or news of the letter. The number stands in the link."""

    CHECK_INS = 1
    NEWS = 2


def unsubscribe_path(signature_id: int, kind: int, now: datetime) -> str:
    """Where one click stops the mails of that kind."""
    token = keyring().issue(UNSUBSCRIBE_LINK, signature_id, kind, now=now, lasts=UNSUBSCRIBE_LINK_LASTS)
    return f"/unsubscribe/{token}"
