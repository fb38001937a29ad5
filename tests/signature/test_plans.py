"""Lists are read through their own indexes, on both databases: their cost does not grow with the letter."""

import re
from collections.abc import Callable, Mapping, Sequence

import pytest
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from pledges.letter.models import Letter
from pledges.signature import conditions, desk, organizations, queries, reminding, submissions
from pledges.signature.models import Signature
from pledges.signature.policy import MANY
from pledges.signature.states import HELD, WAITING, Kind, State
from tests.crowds import crowd, in_state
from tests.people import Workshop

READS: dict[str, tuple[str, Callable[[Session, Letter], object]]] = {
    "newest people": ("ix_signature_listed", lambda s, letter: queries.list_listed(s, letter, limit=5)),
    "newest people but the first": (
        "ix_signature_listed",
        lambda s, letter: queries.list_listed(s, letter, without=range(1, 61), limit=5),
    ),
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


def check_plans(
    workshop: Workshop, letter: Letter, reads: Mapping[str, tuple[str, Callable[[Session, Letter], object]]]
) -> None:
    """Each goes by its index, in its order."""
    with workshop.writing() as session:
        if session.get_bind().dialect.name == "postgresql":
            session.execute(text("ANALYZE signature"))
        for name, (index, read) in reads.items():
            plan = plan_of(session, lambda session, read=read: read(session, letter)).lower()
            assert index in plan, name
            assert "sort" not in plan, name
            assert "b-tree" not in plan, name


def test_lists_are_read_through_their_indexes_and_never_sorted(workshop: Workshop) -> None:
    letter = workshop.letter()
    crowd(workshop, letter, [f"Name {number}" for number in range(600)])
    in_state(workshop, letter, State.APPROVED, "society@example.org", "Society", kind=Kind.ORGANIZATION)
    check_plans(workshop, letter, READS)


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


def test_who_signs_again_is_found_by_the_mailbox(workshop: Workshop) -> None:
    letter = workshop.letter()
    crowd(workshop, letter, [f"Name {number}" for number in range(600)])
    waiting = workshop.sign(letter, kind=Kind.ORGANIZATION)
    held_of = ("ix_signature_email_digest", lambda s, _letter: queries.find_with_held(s, waiting.id))
    check_plans(workshop, letter, {"who holds what was signed for": held_of})


def test_who_holds_the_website_of_one_to_be_reminded_is_found_by_it(workshop: Workshop) -> None:
    letter = workshop.letter()
    crowd(workshop, letter, [f"Name {number}" for number in range(600)])
    workshop.sign(letter, kind=Kind.ORGANIZATION)
    with workshop.writing() as session:
        if session.get_bind().dialect.name == "postgresql":
            session.execute(text("ANALYZE signature"))
        plan = plan_of(session, lambda session: session.execute(reminding.due(workshop.now())).all())
    assert "uq_signature_organization" in plan, plan


DESK_READS: dict[str, tuple[str, Callable[[Session, Letter], object]]] = {
    "names that wait": ("ix_signature_waiting", lambda s, letter: desk.list_waiting(s, letter, limit=5)),
    "further names that wait": (
        "ix_signature_waiting",
        lambda s, letter: desk.list_waiting(s, letter, after=desk.list_waiting(s, letter, limit=2)[1], limit=5),
    ),
    "how many wait": ("ix_signature_waiting", lambda s, _letter: desk.count_waiting(s)),
    "the newest that wait": ("ix_signature_waiting", lambda s, _letter: desk.newest_waiting(s)),
    "what was decided": ("ix_signature_decided", lambda s, letter: desk.list_decided(s, letter, limit=5)),
    "who holds a website": (
        "uq_signature_organization",
        lambda s, letter: organizations.check_free(
            s, Signature(id=1, letter_id=letter.id, kind=Kind.ORGANIZATION, website_host="example.org")
        ),
    ),
}


def test_what_the_desk_asks_for_is_read_through_its_index(workshop: Workshop) -> None:
    letter = workshop.letter()
    crowd(workshop, letter, [f"Name {number}" for number in range(600)])
    for number in range(5):
        in_state(workshop, letter, State.AWAITING, f"ada-{number}@example.org")
    check_plans(workshop, letter, DESK_READS)


@pytest.mark.parametrize(
    ("condition", "states"),
    [
        (conditions.HELD, HELD),
        (conditions.WAITING, WAITING),
        (conditions.DECIDED, {State.APPROVED, State.REJECTED}),
        (conditions.CLAIMED, HELD - {State.REJECTED}),
    ],
)
def test_the_condition_of_an_index_names_the_states_that_it_is_meant_for(condition: str, states: set[State]) -> None:
    assert condition.startswith(("{of}state IN (", "({of}state IN ("))
    assert {State(name) for name in re.findall(r"'(\w+)'", condition)} == states
