"""Agreeing to a changed text as tests do it, and what is stored and listed then."""

from email.message import EmailMessage

from sqlalchemy import select

from pledges import clock
from pledges.signature import agreeing, queries
from pledges.signature.models import ListedName, Signature
from tests.mailing import plain
from tests.people import Workshop


def stored(workshop: Workshop, signature: Signature) -> Signature:
    with workshop.writing() as session:
        found = queries.find_signature(session, signature.id)
        assert found is not None
        return found


def words_of(mail: EmailMessage) -> str:
    return plain(mail).replace("\r\n", "\n")


def agree(workshop: Workshop, signature: Signature) -> None:
    with workshop.writing() as session:
        agreeing.agree(session, signature.id, now=clock.now())


def listed_names(workshop: Workshop) -> set[int]:
    with workshop.writing() as session:
        return set(session.scalars(select(ListedName.signature_id)))
