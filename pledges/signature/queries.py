"""Finds signatures, and lists them by key."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Select, Tuple, bindparam, case, func, literal, literal_column, select, tuple_
from sqlalchemy.orm import Session, aliased, defaultload, defer, joinedload

from pledges import cursor
from pledges.letter.models import Letter, LetterText
from pledges.signature.models import Signature, SignatureEvent
from pledges.signature.rounds import since_change
from pledges.signature.states import HELD, Kind, State, bucket_of

MOST_INVITED = 60
"""So many first signatories stand first; more than fit on a page are no first ones."""


def _whole() -> Select[Signature]:
    return select(Signature).options(
        joinedload(Signature.letter, innerjoin=True), joinedload(Signature.text, innerjoin=True)
    )


def locked(statement: Select[Any]) -> Select[Any]:
    """The same, with its signatures held against other writers until the transaction ends."""
    return statement.with_for_update(of=Signature).execution_options(populate_existing=True)


_ONE = _whole().where(Signature.id == bindparam("signature"))
_HELD_ONE = select(Signature.id).where(Signature.id == bindparam("signature")).with_for_update()
_ONE_ANEW = _ONE.execution_options(populate_existing=True)
_other = aliased(Signature)
_HELD_ID = (
    select(_other.id)
    .where(
        _other.letter_id == Signature.letter_id,
        _other.email_digest == Signature.email_digest,
        _other.signs_for == Signature.signs_for,
        _other.state.in_(HELD),
    )
    .correlate(Signature)
    .scalar_subquery()
)
_ONE_AND_HELD = _ONE.add_columns(_HELD_ID).options(
    defaultload(Signature.text).options(
        defer(LetterText.markdown, raiseload=True), defer(LetterText.html, raiseload=True)
    )
)
"""Without the letter's words, which no mail says: they would be read for each anew."""


def find_signature(session: Session, signature_id: int) -> Signature | None:
    """The signature with its letter and its text."""
    return session.scalar(_ONE, {"signature": signature_id})


def lock_signature(session: Session, signature_id: int) -> Signature | None:
    """The same, held against other writers until the transaction ends. Held first and read then: who waits for a
    revision to move the signature would else look for the new text where it was not yet, and find no signature at all.
    """
    if session.scalar(_HELD_ONE, {"signature": signature_id}) is None:
        return None
    return session.scalar(_ONE_ANEW, {"signature": signature_id})


def find_with_held(session: Session, signature_id: int) -> tuple[Signature | None, Signature | None]:
    """The signature, and its signatory's one that is past confirmation, if there is one."""
    found = session.execute(_ONE_AND_HELD, {"signature": signature_id}).one_or_none()
    if found is None:
        return None, None
    signature, held_id = found
    return signature, None if held_id is None else find_signature(session, held_id)


def list_mailbox(session: Session, letter: Letter, digest: bytes) -> Sequence[Signature]:
    """All that one mailbox submitted under the letter, oldest first, with letter and text. What waits for its first
    mail is not among it: it replaces nothing that is in somebody's hands.
    """
    theirs = (Signature.letter_id == letter.id) & (Signature.email_digest == digest)
    theirs &= (Signature.state != State.PENDING) | Signature.mailed_at.is_not(None)
    return session.scalars(_whole().where(theirs).order_by(Signature.id)).all()


def list_histories(session: Session, ids: Sequence[int]) -> Mapping[int, Sequence[SignatureEvent]]:
    """Every change of these signatures' states by their ids, oldest first."""
    statement = select(SignatureEvent).where(SignatureEvent.signature_id.in_(ids)).order_by(SignatureEvent.id)
    histories: dict[int, list[SignatureEvent]] = {signature_id: [] for signature_id in ids}
    for event in session.scalars(statement):
        histories[event.signature_id].append(event)
    return histories


def list_listed(
    session: Session,
    letter: Letter,
    *,
    kind: Kind = Kind.PERSON,
    without: Collection[int] = (),
    after: str | None = None,
    limit: int,
) -> tuple[Sequence[Signature], str | None]:
    """A page of the public list, newest first, and where the next one begins; `without` are ids of those who stand
    elsewhere. Raises CursorUnknown.
    """
    statement = _listed(letter, kind)
    if without:
        statement = statement.where(Signature.id.not_in(without))
    if after is not None:
        statement = statement.where(tuple_(Signature.confirmed_at, Signature.id) < place(after))
    statement = statement.order_by(Signature.confirmed_at.desc(), Signature.id.desc())
    return page(session, statement, limit)


def list_first(
    session: Session, letter: Letter, *, kind: Kind = Kind.PERSON, limit: int, most_invited: int = MOST_INVITED
) -> Sequence[Signature]:
    """Those of the public list who stand first: the first signatories as they are ranked, then those of them without a
    rank, and so many others as are missing to `limit`, the very first in front.
    """
    listed, by_time = _listed(letter, kind), (Signature.confirmed_at, Signature.id)
    by_rank = listed.where(Signature.invitation_id.is_not(None)).order_by(Signature.rank.is_(None), Signature.rank)
    invited = session.scalars(by_rank.order_by(*by_time).limit(most_invited)).all()
    if len(invited) >= limit:
        return invited
    others = listed.where(Signature.invitation_id.is_(None)).order_by(*by_time).limit(limit - len(invited))
    return [*invited, *session.scalars(others)]


def _listed(letter: Letter, kind: Kind) -> Select[Signature]:
    """In the very words of the indexes' conditions: `listed = 1`, or a parameter for the kind, finds none of them.

    While a change of a letter that very many signed is on its round, a name may be missing; none stands too much.
    """
    is_of_kind = Signature.kind == literal_column(f"'{kind.value}'")
    listed = select(Signature).where(Signature.letter_id == letter.id, literal_column("signature.listed"), is_of_kind)
    return listed.where(Signature.confirmed_at > since_change(letter.id))


def rows_by_bucket() -> Select[tuple[int, str, int]]:
    """What the tally must say: (letter_id, bucket, how many), counted from the rows."""
    bucket = case(
        *(
            (
                (Signature.kind == kind) & (Signature.state == state) & (Signature.earlier == earlier),
                literal(found.value),
            )
            for kind in Kind
            for state in State
            for earlier in (False, True)
            if (found := bucket_of(kind, state, earlier=earlier))
        )
    ).label("bucket")
    counted = select(Signature.letter_id, bucket, func.count().label("n")).group_by(Signature.letter_id, bucket)
    return counted.having(bucket.is_not(None))


def page(session: Session, statement: Select[Signature], limit: int) -> tuple[Sequence[Signature], str | None]:
    """So many of a list by its key, the moment and the id, and where the next one begins."""
    rows = session.scalars(statement.limit(limit + 1)).all()
    if len(rows) <= limit:
        return rows, None
    last = rows[limit - 1]
    assert last.confirmed_at is not None  # noqa: S101 - only confirmed ones are listed or waiting
    return rows[:limit], cursor.encode(cursor.of_moment(last.confirmed_at), last.id)


def place(after: str) -> Tuple:
    """Where a page begins, for a comparison; raises CursorUnknown."""
    at, signature_id = cursor.decode(after, int, int)
    return tuple_(
        literal(cursor.to_moment(int(at)), Signature.confirmed_at.type), literal(signature_id, Signature.id.type)
    )
