"""Keeps the public list: who stands on it, and by which words they are found."""

from collections.abc import Iterable, Sequence

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from pledges.plain_text import turns
from pledges.signature.models import LONGEST_TURNED, ListedName, Signature
from pledges.signature.states import Kind, State
from pledges.signature.words import Display

_NAMED = (Signature.display == Display.PUBLIC) & Signature.name.is_not(None)
_SHOWN = (Signature.display == Display.AFFILIATION) | _NAMED
BELONGS = (Signature.state == State.APPROVED) & _SHOWN & ~Signature.together & ~Signature.unread
"""`Signature.belongs_on_list` for very many at once: of those who stand under the present text."""


def relist(session: Session, signatures: Sequence[Signature]) -> None:
    """Takes signatures of one letter off the list that don't belong there, and puts those on it that do, under the
    names that they have now.
    """
    were_listed = [signature.id for signature in signatures if signature.listed]
    for signature in signatures:
        signature.listed = signature.belongs_on_list
        flag_modified(signature, "listed")  # changed or not: so one statement serves all
    session.flush()
    unlist(session, were_listed)
    found = [one for one in signatures if one.listed and one.display is Display.PUBLIC and one.kind is Kind.PERSON]
    _enter(session, [(one.letter_id, one.id, one.name) for one in found])


def unlist(session: Session, ids: Sequence[int]) -> None:
    """Has search find these signatures no more."""
    if ids:
        session.execute(delete(ListedName).where(ListedName.signature_id.in_(ids)))


def list_again(session: Session, ids: Sequence[int]) -> None:
    """Has search find those of these signatures that are on the list again, and were off it."""
    if ids:
        found = Signature.listed & (Signature.display == Display.PUBLIC) & (Signature.kind == Kind.PERSON)
        columns = (Signature.letter_id, Signature.id, Signature.name)
        _enter(session, session.execute(select(*columns).where(Signature.id.in_(ids), found)))


def _enter(session: Session, named: Iterable[tuple[int, int, str | None]]) -> None:
    rows: list[dict[str, object]] = []
    for letter_id, signature_id, name in named:
        turned = (turned[:LONGEST_TURNED].partition(" ") for turned in turns(name or ""))
        about = {"letter_id": letter_id, "signature_id": signature_id}
        rows += [{**about, "word": word, "rest": rest} for word, _, rest in turned]
    if rows:
        session.execute(insert(ListedName), rows)
