"""Searches the listed names: by the beginning of any of their words."""

from collections.abc import Iterator, Sequence

from sqlalchemy import ColumnElement, Row, Select, func, literal, select, tuple_
from sqlalchemy.orm import Session, aliased

from pledges import cursor
from pledges.errors import DomainError
from pledges.letter.models import Letter
from pledges.signature.models import ListedName, Signature
from pledges.signature.rounds import nothing_changes
from pledges.signature.states import Kind

_other = aliased(ListedName)


class SearchRefused(DomainError):
    """What is searched for is longer than a name, or holds characters that no name has."""


def search_listed(
    session: Session, letter: Letter, folded: Sequence[str], *, after: str | None = None, limit: int
) -> tuple[Sequence[Signature], str | None]:
    """A page of the listed people in whose names each of the folded words begins a word, and where the next one begins.

    The longest of the words leads: its place in the alphabet orders the page. Raises CursorUnknown.
    """
    if not folded:
        return [], None
    wanted = sorted(_unimplied(folded), key=len, reverse=True)
    rows: list[Row[Signature, str, str]] = []
    for statement in _in_order(session, letter, wanted, _place(after)):
        rows += session.execute(statement.limit(limit + 1 - len(rows))).all()
        if len(rows) > limit:
            break
    page = rows[:limit]
    following = cursor.encode(f"{page[-1].word} {page[-1].rest}", page[-1][0].id) if len(rows) > limit else None
    return [row[0] for row in page], following


def _unimplied(folded: Sequence[str]) -> Iterator[str]:
    """Without those that begin another one: what is found by that is found by them too."""
    for word in folded:
        if not any(other.startswith(word) for other in folded if other is not word):
            yield word


def _in_order(
    session: Session, letter: Letter, wanted: Sequence[str], place: tuple[str, str, int] | None
) -> Iterator[Select[Signature, str, str]]:
    """The searches whose answers, one after another, are the answer.

    One word is one range of the index. Of two, the second is a range only behind a first word that is whole: so the
    whole words that the first one may stand for are found first, each by one step in the index.
    """
    lead, *others = wanted
    statement = _matches(letter, wanted)
    if place is not None:
        key = tuple_(ListedName.word, ListedName.rest, ListedName.signature_id)
        statement = statement.where(key > tuple_(*map(literal, place)))
    if not others:
        yield statement
        return
    for word in _whole_words(session, letter, wanted, place[0] if place else lead):
        yield statement.where(ListedName.word == word)


def _matches(letter: Letter, wanted: Sequence[str]) -> Select[Signature, str, str]:
    earlier = tuple_(_other.word, _other.rest) < tuple_(ListedName.word, ListedName.rest)
    same_name = (_other.signature_id == ListedName.signature_id) & earlier
    stands_earlier = select(_other.word).where(same_name, _found(_other, letter, wanted)).exists()
    return (
        select(Signature, ListedName.word, ListedName.rest)
        .join(ListedName, ListedName.signature_id == Signature.id)
        .where(_found(ListedName, letter, wanted), ~stands_earlier, Signature.listed, Signature.kind == Kind.PERSON)
        .where(nothing_changes(letter.id))
        .order_by(ListedName.word, ListedName.rest, ListedName.signature_id)
    )


def _found(names: type[ListedName], letter: Letter, wanted: Sequence[str]) -> ColumnElement[bool]:
    lead, *others = wanted
    found = (names.letter_id == letter.id) & (names.word >= lead) & (names.word < _behind(lead))
    if others:
        found &= (names.rest >= others[0]) & (names.rest < _behind(others[0]))
    for word in others[1:]:
        found &= (" " + names.rest).contains(f" {word}", autoescape=True)
    return found


def _whole_words(session: Session, letter: Letter, wanted: Sequence[str], start: str) -> Iterator[str]:
    """From `start` on, the words that begin with the first one wanted and stand before the others."""
    lead, *_ = wanted

    def next_word(condition: ColumnElement[bool]) -> Select[str]:
        next_one = select(func.min(ListedName.word).label("word"))
        return next_one.where(ListedName.letter_id == letter.id, condition, ListedName.word < _behind(lead))

    words = next_word(ListedName.word >= start).cte("words", recursive=True)
    following = next_word(ListedName.word > words.c.word).scalar_subquery()
    words = words.union_all(select(following).where(words.c.word.is_not(None)))
    stands_before = select(_other.word).where(_other.word == words.c.word, _found(_other, letter, wanted))
    found = session.scalars(select(words.c.word).where(stands_before.exists()).limit(_WORDS_AT_ONCE)).all()
    yield from found
    if len(found) == _WORDS_AT_ONCE:
        yield from _whole_words(session, letter, wanted, found[-1] + _NEXT)


_WORDS_AT_ONCE = 50
_NEXT = "\x01"
"""Stands before whatever a word may go on with."""


def _behind(start: str) -> str:
    """What stands behind all that begins so, in the order of code points."""
    return start[:-1] + chr(ord(start[-1]) + 1)


def _place(after: str | None) -> tuple[str, str, int] | None:
    if after is None:
        return None
    turned, signature_id = cursor.decode(after, str, int)
    word, _, rest = str(turned).partition(" ")
    return word, rest, int(signature_id)
