"""What a moderator does at the desk, as tests need it."""

from collections.abc import Iterable
from email.message import EmailMessage

from werkzeug.test import TestResponse

from pledges.signature import queries
from pledges.signature.models import Signature, SignatureEvent
from tests.mailing import plain
from tests.people import Visitor, Workshop


def decide(visitor: Visitor, slug: str, ids: Iterable[object], decision: str, reason: str = "") -> TestResponse:
    """Sends the queue's form."""
    return _send(visitor, f"/moderation/{slug}/decide", signature=[*ids], decision=decision, reason=reason)


def revise(visitor: Visitor, slug: str, ids: Iterable[object], decision: str, reason: str = "") -> TestResponse:
    """Sends the form of what was decided."""
    return _send(visitor, f"/moderation/{slug}/revise", signature=[*ids], decision=decision, reason=reason)


def _send(visitor: Visitor, path: str, **fields: object) -> TestResponse:
    visitor.get("/account/password")
    return visitor.post(path, {**fields, "csrf_token": csrf_token(visitor)})


def csrf_token(visitor: Visitor) -> str:
    """The token of the forms on the page."""
    return str(visitor.page.select_one("input[name=csrf_token]")["value"])


def flashed(visitor: Visitor, slug: str) -> str:
    """What the queue tells after a decision."""
    visitor.get(f"/moderation/{slug}")
    return visitor.text


def history(workshop: Workshop, signature: Signature) -> list[SignatureEvent]:
    with workshop.writing() as session:
        return [*queries.list_histories(session, [signature.id])[signature.id]]


def waiting_ids(visitor: Visitor) -> list[int]:
    """The ids on the page of the queue, in its order."""
    return [int(box["value"]) for box in visitor.page.select("input[name=signature]")]


def told(workshop: Workshop) -> list[EmailMessage]:
    """The mails to moderators that a worker sends now."""
    return [mail for mail in workshop.deliver() if "/moderation/" in plain(mail)]
