"""The table of a signature's states, written out anew and compared pair by pair, actor by actor."""

from dataclasses import asdict
from itertools import product

import pytest

from pledges import clock
from pledges.letter.models import Counted
from pledges.signature import desk, moving, queries
from pledges.signature.models import Signature
from pledges.signature.states import Actor, Kind, State, TransitionRefused, check
from pledges.signature.words import Display
from pledges.tally.queries import Figures
from tests.crowds import in_state
from tests.people import Visitor, Workshop

TABLE = """
pending     awaiting     signatory
pending     approved     policy
pending     quarantined  policy
awaiting    approved     moderator
awaiting    rejected     moderator
awaiting    withdrawn    signatory
approved    approved     moderator
approved    awaiting     signatory
approved    rejected     moderator
approved    withdrawn    signatory
quarantined approved     moderator
quarantined rejected     moderator
quarantined withdrawn    signatory
rejected    awaiting     moderator
rejected    quarantined  moderator
rejected    withdrawn    signatory
"""
ALLOWED = {tuple(line.split()) for line in TABLE.strip().splitlines()}

STATES = ("pending", "awaiting", "approved", "quarantined", "rejected", "withdrawn")
ACTORS = ("signatory", "policy", "moderator")

FIGURES = {
    "pending": {},
    "awaiting": {"awaiting": 1},
    "approved": {"approved": 1},
    "quarantined": {},
    "rejected": {"rejected": 1},
    "withdrawn": {"withdrawn": 1},
}
IN_COUNT = {"awaiting", "approved"}


def test_there_are_exactly_these_states_and_actors() -> None:
    assert {*State} == {*STATES}
    assert {*Actor} == {*ACTORS}


@pytest.mark.parametrize(("old", "new", "actor"), [*product(STATES, STATES, ACTORS)])
def test_a_transition_is_allowed_only_as_written(old: str, new: str, actor: str) -> None:
    def allowed() -> bool:
        try:
            check(State(old), State(new), Actor(actor))
        except TransitionRefused:
            return False
        return True

    assert allowed() == ((old, new, actor) in ALLOWED)


def moved(workshop: Workshop, signature: Signature, new: str, actor: str) -> Signature:
    with workshop.writing() as session:
        locked = queries.lock_signature(session, signature.id)
        locked.confirmed_at = locked.confirmed_at or clock.now()
        moving.move(session, [locked], State(new), by=Actor(actor), now=clock.now(), reasons={locked.id: "because"})
    return locked


@pytest.mark.parametrize(("old", "new", "actor"), sorted(ALLOWED))
def test_a_transition_moves_the_tally_the_list_and_the_history(
    workshop: Workshop, visitor: Visitor, old: str, new: str, actor: str
) -> None:
    letter = workshop.letter()
    signature = in_state(workshop, letter, State(old))
    assert workshop.figures(letter) == Figures(**FIGURES[old])

    moved(workshop, signature, new, actor)

    figures = workshop.figures(letter)
    assert figures == Figures(**FIGURES[new])
    assert figures.count(Counted.CONFIRMED) == (new in IN_COUNT)
    assert figures.count(Counted.APPROVED) == (new == "approved")
    for path in ("/letters/ask-more", "/letters/ask-more/signatories", "/letters/ask-more/signatories?q=ada"):
        visitor.get(path)
        assert len(visitor.page.select(".signatory")) == (new == "approved"), path
    with workshop.writing() as session:
        event = queries.list_histories(session, [signature.id])[signature.id][-1]
    assert (event.old, event.new, event.actor, event.reason) == (old, new, actor, "because")


@pytest.mark.parametrize("state", STATES)
def test_an_organization_is_counted_apart_and_only_when_approved(workshop: Workshop, state: str) -> None:
    letter = workshop.letter()
    in_state(workshop, letter, State(state), kind=Kind.ORGANIZATION)
    assert workshop.figures(letter) == Figures(organizations=int(state == "approved"))


@pytest.mark.parametrize(
    ("display", "listed"), [(Display.PUBLIC, True), (Display.AFFILIATION, True), (Display.ANONYMOUS, False)]
)
def test_an_approved_signature_counts_whatever_it_shows(
    workshop: Workshop, visitor: Visitor, display: Display, listed: bool
) -> None:
    letter = workshop.letter(anonymous="true")
    in_state(workshop, letter, State.APPROVED, display=display, role="Editor")
    assert workshop.figures(letter) == Figures(approved=1)
    visitor.get("/letters/ask-more/signatories")
    assert len(visitor.page.select(".signatory")) == listed
    assert ("Ada Example" in visitor.text) == (display is Display.PUBLIC)


def test_a_refused_move_changes_none_of_its_signatures(workshop: Workshop) -> None:
    letter = workshop.letter()
    waiting = in_state(workshop, letter, State.AWAITING, "one@example.org")
    rejected = in_state(workshop, letter, State.REJECTED, "two@example.org")
    before = workshop.figures(letter)
    with workshop.writing() as session:
        rows = desk.lock_seen(session, letter, [waiting.id, rejected.id])
        with pytest.raises(TransitionRefused):
            moving.move(session, rows, State.APPROVED, by=Actor.MODERATOR, now=clock.now())
    assert (workshop.state(waiting), workshop.state(rejected)) == (State.AWAITING, State.REJECTED)
    assert workshop.figures(letter) == before
    with workshop.writing() as session:
        assert len(queries.list_histories(session, [waiting.id])[waiting.id]) == 1


def test_many_names_move_into_the_tally_at_once(workshop: Workshop) -> None:
    letter = workshop.letter()
    signatures = [in_state(workshop, letter, State.AWAITING, f"s{n}@example.org") for n in range(3)]
    signatures.append(in_state(workshop, letter, State.QUARANTINED, "q@example.org"))
    with workshop.writing() as session:
        rows = desk.lock_seen(session, letter, [s.id for s in signatures])
        why = {row.id: "made up" for row in rows}
        moving.move(session, rows, State.REJECTED, by=Actor.MODERATOR, now=clock.now(), reasons=why)
    assert asdict(workshop.figures(letter)) == asdict(Figures(rejected=4))
