"""Organizations: each signs a letter once, by its website."""

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from pledges.errors import DomainError
from pledges.signature.conditions import CLAIMED, holds
from pledges.signature.models import Signature
from pledges.signature.states import Kind


class OrganizationSigned(DomainError):
    """An organization with that website has signed the letter already, or is looked at by a moderator."""


def check_free(session: Session, signature: Signature) -> None:
    """Raises OrganizationSigned if another signature holds the website; a person's holds none."""
    if signature.kind is Kind.PERSON or signature.website_host is None:
        return
    others = select(Signature.id).where(
        Signature.letter_id == signature.letter_id,
        Signature.website_host == signature.website_host,
        holds(CLAIMED),
        Signature.id != signature.id,
    )
    if session.scalar(others.limit(1)) is not None:
        raise OrganizationSigned(signature.website_host)


def is_about_website(error: IntegrityError) -> bool:
    """Whether it was the website that was taken in the same moment, and not by the same mailbox."""
    told = str(error.orig)
    return "website_host" in told and "email_digest" not in told


def is_mail_elsewhere(signature: Signature) -> bool:
    """Whether the address that signs for an organization is neither of its website's domain nor of a part of it."""
    if signature.email is None or signature.website_host is None:
        return False
    domain = signature.email.rpartition("@")[2].lower()
    return domain != signature.website_host and not domain.endswith(f".{signature.website_host}")
