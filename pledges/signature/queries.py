"""Finds signatures, and lists them by key."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, bindparam, case, func, literal, select, tuple_
from sqlalchemy.orm import Session, aliased, joinedload

from pledges import cursor
from pledges.letter.models import Letter, LetterState
from pledges.signature.models import Display, Signature, SignatureEvent, TurnedName
from pledges.signature.states import HELD, WAITING, Actor, Kind, State, bucket_of

_LISTED = (Signature.state == State.APPROVED) & (Signature.display != Display.ANONYMOUS)


def _whole() -> Select[Signature]:
    return select(Signature).options(
        joinedload(Signature.letter, innerjoin=True), joinedload(Signature.text, innerjoin=True)
    )


def _locked(statement: Select[Signature]) -> Select[Signature]:
    return statement.with_for_update(of=Signature).execution_options(populate_existing=True)


_this = aliased(Signature)
_mailbox = select(_this.email_digest).where(_this.id == bindparam("signature")).scalar_subquery()
_PERSON = _locked(
    select(Signature)
    .where(
        Signature.letter_id == bindparam("letter"),
        (Signature.email_digest == _mailbox) | (Signature.id == bindparam("signature")),
    )
    .order_by(Signature.id)
)
"""Written once: building it anew for each confirmation would cost more than running it."""


_ONE = _whole().where(Signature.id == bindparam("signature"))
_ONE_LOCKED = _locked(_ONE)
_ONE_HELD = _whole().where(
    Signature.letter_id == bindparam("letter"),
    Signature.email_digest == bindparam("digest", type_=Signature.__table__.c.email_digest.type),
    Signature.kind == bindparam("kind", type_=Signature.__table__.c.kind.type),
    Signature.state.in_(HELD),
)


def find_signature(session: Session, signature_id: int) -> Signature | None:
    """The signature with its letter and its text."""
    return session.scalar(_ONE, {"signature": signature_id})


def lock_signature(session: Session, signature_id: int) -> Signature | None:
    """The same, held against other writers until the transaction ends."""
    return session.scalar(_ONE_LOCKED, {"signature": signature_id})


def lock_person(session: Session, letter: Letter, signature_id: int) -> Sequence[Signature]:
    """All that the same mailbox submitted under the letter, oldest first, held until the transaction ends.

    Locked in one order, so that two links of one person pressed at once wait for each other and never deadlock.
    """
    return session.scalars(_PERSON, {"letter": letter.id, "signature": signature_id}).all()


def lock_several(session: Session, letter: Letter, ids: Sequence[int]) -> Sequence[Signature]:
    """Those of `ids` that were confirmed under this letter, in order of id, held until the transaction ends."""
    theirs = (Signature.letter_id == letter.id) & (Signature.state != State.PENDING)
    chosen = select(Signature).where(theirs, Signature.id.in_(ids)).order_by(Signature.id)
    return session.scalars(_locked(chosen)).all()


def find_held(session: Session, signature: Signature) -> Signature | None:
    """This person's signature that is past confirmation, if there is one."""
    same = {"letter": signature.letter_id, "digest": signature.email_digest, "kind": signature.kind}
    return session.scalar(_ONE_HELD, same)


def list_histories(session: Session, ids: Sequence[int]) -> Mapping[int, Sequence[SignatureEvent]]:
    """Every change of these signatures' states by their ids, oldest first."""
    statement = select(SignatureEvent).where(SignatureEvent.signature_id.in_(ids)).order_by(SignatureEvent.id)
    histories: dict[int, list[SignatureEvent]] = {signature_id: [] for signature_id in ids}
    for event in session.scalars(statement):
        histories[event.signature_id].append(event)
    return histories


def list_listed(
    session: Session, letter: Letter, *, kind: Kind = Kind.PERSON, after: str | None = None, limit: int
) -> tuple[Sequence[Signature], str | None]:
    """A page of the public list, newest first, and where the next one begins. Raises CursorUnknown."""
    statement = select(Signature).where(Signature.letter_id == letter.id, _LISTED, Signature.kind == kind)
    if after is not None:
        statement = statement.where(tuple_(Signature.confirmed_at, Signature.id) < _place(after))
    statement = statement.order_by(Signature.confirmed_at.desc(), Signature.id.desc())
    return _page(session, statement, limit)


def list_first(session: Session, letter: Letter, *, limit: int) -> Sequence[Signature]:
    """Those of the public list who signed first, the very first in front."""
    statement = select(Signature).where(Signature.letter_id == letter.id, _LISTED, Signature.kind == Kind.PERSON)
    return session.scalars(statement.order_by(Signature.confirmed_at, Signature.id).limit(limit)).all()


def search_listed(
    session: Session, letter: Letter, folded: Sequence[str], *, after: str | None = None, limit: int
) -> tuple[Sequence[Signature], str | None]:
    """A page of the listed people in whose names each of the folded words begins a word, by that word.

    The longest of the words leads: its place in the alphabet orders the page and names the next one.
    """
    if not folded:
        return [], None
    lead, *others = sorted(folded, key=len, reverse=True)
    statement = (
        select(Signature, TurnedName.turned)
        .join(TurnedName, TurnedName.signature_id == Signature.id)
        .where(_begins(TurnedName, letter, lead), ~_stands_earlier(letter, lead), _LISTED)
        .where(Signature.kind == Kind.PERSON)
    )
    for word in others:
        statement = statement.where((" " + TurnedName.turned).contains(f" {word}", autoescape=True))
    if after is not None:
        place = cursor.decode(after, str, int)
        statement = statement.where(tuple_(TurnedName.turned, TurnedName.signature_id) > tuple_(*map(literal, place)))
    rows = session.execute(statement.order_by(TurnedName.turned, TurnedName.signature_id).limit(limit + 1)).all()
    more = len(rows) > limit
    page = rows[:limit]
    return [row[0] for row in page], cursor.encode(page[-1][1], page[-1][0].id) if more else None


def _begins(names: type[TurnedName], letter: Letter, start: str) -> ColumnElement[bool]:
    after = start[:-1] + chr(ord(start[-1]) + 1)
    return (names.letter_id == letter.id) & (names.turned >= start) & (names.turned < after)


def _stands_earlier(letter: Letter, lead: str) -> ColumnElement[bool]:
    """Whether the same name is found by another of its words: then it stands in the page there."""
    same = _earlier.signature_id == TurnedName.signature_id
    found = select(_earlier.turned).where(_begins(_earlier, letter, lead), same, _earlier.turned < TurnedName.turned)
    return found.exists()


_earlier = aliased(TurnedName)


def list_waiting(
    session: Session, letter: Letter, *, after: str | None = None, limit: int
) -> tuple[Sequence[Signature], str | None]:
    """A page of the names that nobody has decided on, oldest first, and where the next one begins."""
    statement = select(Signature).where(Signature.letter_id == letter.id, Signature.state.in_(WAITING))
    if after is not None:
        statement = statement.where(tuple_(Signature.confirmed_at, Signature.id) > _place(after))
    return _page(session, statement.order_by(Signature.confirmed_at, Signature.id), limit)


def count_waiting(session: Session) -> Mapping[int, int]:
    """By letter: how many names wait; letters where none does are left out."""
    waiting = select(Signature.letter_id, func.count()).where(Signature.state.in_(WAITING))
    return {row[0]: row[1] for row in session.execute(waiting.group_by(Signature.letter_id))}


def newest_waiting(session: Session) -> Mapping[int, datetime]:
    """By letter: when the newest name that waits was confirmed. Reads one row of the index for each letter."""
    newest = (
        select(Signature.confirmed_at)
        .where(Signature.letter_id == Letter.id, Signature.state.in_(WAITING))
        .order_by(Signature.confirmed_at.desc(), Signature.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    rows = session.execute(select(Letter.id, newest).where(Letter.state != LetterState.DRAFT))
    return {row[0]: row[1] for row in rows if row[1] is not None}


def decided_by_moderators(session: Session, ids: Sequence[int]) -> frozenset[int]:
    """Those of `ids` on which a moderator has decided before."""
    statement = select(SignatureEvent.signature_id).where(
        SignatureEvent.signature_id.in_(ids), SignatureEvent.actor == Actor.MODERATOR
    )
    return frozenset(session.scalars(statement))


def list_decided(
    session: Session, letter: Letter, *, after: str | None = None, limit: int
) -> tuple[Sequence[Signature], str | None]:
    """A page of the approved and rejected, newest first, and where the next one begins."""
    decided = Signature.state.in_((State.APPROVED, State.REJECTED))
    statement = select(Signature).where(Signature.letter_id == letter.id, decided)
    if after is not None:
        statement = statement.where(tuple_(Signature.confirmed_at, Signature.id) < _place(after))
    return _page(session, statement.order_by(Signature.confirmed_at.desc(), Signature.id.desc()), limit)


def rows_by_bucket() -> Select[tuple[int, str, int]]:
    """What the tally must say: (letter_id, bucket, how many), counted from the rows."""
    bucket = case(
        *(
            ((Signature.kind == kind) & (Signature.state == state), literal(found.value))
            for kind in Kind
            for state in State
            if (found := bucket_of(kind, state))
        )
    ).label("bucket")
    counted = select(Signature.letter_id, bucket, func.count().label("n")).group_by(Signature.letter_id, bucket)
    return counted.having(bucket.is_not(None))


def _page(session: Session, statement: Select[Signature], limit: int) -> tuple[Sequence[Signature], str | None]:
    rows = session.scalars(statement.limit(limit + 1)).all()
    if len(rows) <= limit:
        return rows, None
    last = rows[limit - 1]
    assert last.confirmed_at is not None  # noqa: S101 - only confirmed ones are listed or waiting
    return rows[:limit], cursor.encode(cursor.of_moment(last.confirmed_at), last.id)


def _place(after: str):  # type: ignore[no-untyped-def] # Tuple
    at, signature_id = cursor.decode(after, int, int)
    return tuple_(
        literal(cursor.to_moment(int(at)), Signature.confirmed_at.type), literal(signature_id, Signature.id.type)
    )
