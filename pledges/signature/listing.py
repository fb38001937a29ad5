"""Keeps the public list: who stands on it, and by which words they are found."""

from collections.abc import Sequence

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from pledges.plain_text import turns
from pledges.signature.models import LONGEST_TURNED, ListedName, Signature
from pledges.signature.states import Kind
from pledges.signature.words import Display


def relist(session: Session, signatures: Sequence[Signature]) -> None:
    """Takes signatures of one letter off the list that don't belong there, and puts those on it that do, under the
    names that they have now.
    """
    were_listed = [signature.id for signature in signatures if signature.listed]
    for signature in signatures:
        signature.listed = signature.belongs_on_list
        flag_modified(signature, "listed")  # changed or not: so one statement serves all
    session.flush()
    if were_listed:
        session.execute(delete(ListedName).where(ListedName.signature_id.in_(were_listed)))
    rows = [row for signature in signatures for row in _names(signature)]
    if rows:
        session.execute(insert(ListedName), rows)


def _names(signature: Signature) -> list[dict[str, object]]:
    if not signature.listed or signature.display is not Display.PUBLIC or signature.kind is not Kind.PERSON:
        return []
    turned = (turned[:LONGEST_TURNED].partition(" ") for turned in turns(signature.name or ""))
    about = {"letter_id": signature.letter_id, "signature_id": signature.id}
    return [{**about, "word": word, "rest": rest} for word, _, rest in turned]
