"""The public lists are read through their own indexes, on both databases: their cost does not grow with the letter."""

from collections.abc import Callable, Sequence

import pytest
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from pledges.letter.models import Letter
from pledges.signature import queries, submissions
from pledges.signature.policy import MANY
from pledges.signature.states import Kind, State
from tests.crowds import crowd, in_state
from tests.people import Workshop

READS: dict[str, tuple[str, Callable[[Session, Letter], object]]] = {
    "newest people": ("ix_signature_listed", lambda s, letter: queries.list_listed(s, letter, limit=5)),
    "first people": ("ix_signature_listed", lambda s, letter: queries.list_first(s, letter, limit=5)),
    "newest organizations": (
        "ix_signature_organizations",
        lambda s, letter: queries.list_listed(s, letter, kind=Kind.ORGANIZATION, limit=5),
    ),
    "first organizations": (
        "ix_signature_organizations",
        lambda s, letter: queries.list_first(s, letter, kind=Kind.ORGANIZATION, limit=5),
    ),
}


def plan_of(session: Session, read: Callable[[Session], object]) -> str:
    """How the database means to run the last statement of a read."""
    ran: list[tuple[str, Sequence[object]]] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: Sequence[object], *_: object) -> None:
        ran.append((statement, parameters))

    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", note)
    read(session)
    event.remove(engine, "before_cursor_execute", note)
    statement, parameters = ran[-1]
    explain = "EXPLAIN QUERY PLAN " if engine.dialect.name == "sqlite" else "EXPLAIN "
    return " ".join(str(row) for row in session.connection().exec_driver_sql(explain + statement, parameters))


@pytest.mark.parametrize("name", READS)
def test_a_list_is_read_through_its_index_and_never_sorted(workshop: Workshop, name: str) -> None:
    letter = workshop.letter()
    crowd(workshop, letter, [f"Name {number}" for number in range(600)])
    in_state(workshop, letter, State.APPROVED, "society@example.org", "Society", kind=Kind.ORGANIZATION)
    index, read = READS[name]
    with workshop.writing() as session:
        if session.get_bind().dialect.name == "postgresql":
            session.execute(text("ANALYZE signature"))
        plan = plan_of(session, lambda session: read(session, letter))
    assert index in plan
    assert "sort" not in plan.lower()
    assert "b-tree" not in plan.lower()


def test_neighbours_are_counted_through_their_index_and_not_all_of_them(workshop: Workshop) -> None:
    letter = workshop.letter()
    signatures = crowd(workshop, letter, [f"Name {number}" for number in range(600)])
    with workshop.writing() as session:
        digests = {"a": b"a" * 32, "b": b"b" * 32}
        session.execute(text("UPDATE signature SET network_digest = CASE id % 3 WHEN 0 THEN :a ELSE :b END"), digests)
        if session.get_bind().dialect.name == "postgresql":
            session.execute(text("ANALYZE signature"))
        plan = plan_of(session, lambda session: submissions.lock_person(session, letter, signatures[0].id))
        assert "ix_signature_network" in plan, plan
        (found, *_) = submissions.lock_person(session, letter, signatures[0].id).rows
        assert found.from_network == MANY + 1
