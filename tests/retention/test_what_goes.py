"""Exactly what nobody is shown is erased with the addresses, and counts and lists stay."""

from datetime import UTC, datetime, timedelta

import time_machine
from sqlalchemy import String, cast, select, text, type_coerce, update

from pledges import clock
from pledges.letter.models import Invitation
from pledges.signature.models import Signature, StatementState
from pledges.signature.queries import rows_by_bucket
from pledges.signature.states import Kind, State
from pledges.tally import recounting
from tests.crowds import dump, in_state, stolen
from tests.letter.revisions import CHANGE, revise
from tests.people import Visitor, Workshop
from tests.retention.erasing import ADDRESSES, close, erased, everyone, public, signature


def test_a_year_after_closing_addresses_and_unshown_words_are_erased(
    workshop: Workshop, visitor: Visitor, time: time_machine.Traveller
) -> None:
    letter = workshop.letter(anonymous="true")
    people = everyone(workshop, letter)
    close(workshop, letter)
    before, figures, loot = public(visitor), workshop.figures(letter), stolen(workshop)
    assert b"Ada rejected" in loot
    time.move_to(datetime(2028, 3, 8, 11, 59, 59, tzinfo=UTC))
    assert ADDRESSES not in erased(workshop)
    time.shift(1)
    assert erased(workshop)[ADDRESSES] == 6
    assert (public(visitor), workshop.figures(letter)) == (before, figures)
    with workshop.writing() as session:
        assert recounting.compare(session, rows_by_bucket()) == []
        left = session.scalars(select(Signature)).all()
        assert {(row.email, row.hidden, row.representative, row.updates) for row in left} == {(None, None, None, False)}
        digests = {row.state: row.email_digest is not None for row in left}
    assert digests == {s: s is not State.WITHDRAWN for s in State if s is not State.PENDING}
    assert signature(workshop, people["anonymous"]).statement_state is None
    for name, seen in (("approved", "Ada approved"), ("affiliation", None)):
        assert signature(workshop, people[name]).words.name == seen
    assert signature(workshop, people["affiliation"]).affiliation == "City Hospital"
    for name in ("awaiting", "rejected", "quarantined", "anonymous"):
        assert not any(vars(signature(workshop, people[name]).words).values()), name
    with workshop.writing() as session:
        assert not session.scalar(text("SELECT count(*) FROM signature_event WHERE reason IS NOT NULL"))
    assert erased(workshop) == {}


NAMED = {"role": "Nurse", "affiliation": "City Hospital", "country": "ES", "statement": "I will."}


def test_whoever_is_shown_to_nobody_leaves_no_word_behind(
    workshop: Workshop, visitor: Visitor, time: time_machine.Traveller
) -> None:
    letter = workshop.letter()
    for n, state in enumerate((State.AWAITING, State.QUARANTINED, State.REJECTED)):
        in_state(workshop, letter, state, f"person-{n}@example.org", f"Person {n}", **NAMED)
        in_state(workshop, letter, state, f"board-{n}@example.org", f"Society {n}", kind=Kind.ORGANIZATION)
    in_state(workshop, letter, State.APPROVED, "earlier@example.org", "Person Earlier", **NAMED)
    with workshop.writing() as session:
        session.execute(update(Signature).values(domain="example.org"))
        organizations = update(Signature).where(Signature.kind == Kind.ORGANIZATION)
        host = type_coerce("society.example", String()) + cast(Signature.id, String())
        session.execute(organizations.values(website="https://society.example", website_host=host))
    revise(workshop, CHANGE)
    shown = in_state(workshop, letter, State.APPROVED, "shown@example.org", "Ada Shown", **NAMED)
    close(workshop, letter)
    before, figures = public(visitor), workshop.figures(letter)
    assert figures.earlier == 2
    time.shift(timedelta(days=366))
    assert erased(workshop)[ADDRESSES] == 8
    assert (public(visitor), workshop.figures(letter)) == (before, figures)
    with workshop.writing() as session:
        assert recounting.compare(session, rows_by_bucket()) == []
        kept = {row.state for row in session.scalars(select(Signature).where(Signature.domain.is_not(None)))}
    assert kept == {State.AWAITING, State.APPROVED, State.QUARANTINED}
    loot = stolen(workshop)
    for word in (b"Person", b"Society", b"society.example", b"no such person"):
        assert word not in loot, word
    assert signature(workshop, shown).words.name == "Ada Shown"
    assert erased(workshop) == {}


def test_whose_address_was_erased_before_is_found_all_the_same(
    workshop: Workshop, time: time_machine.Traveller
) -> None:
    letter = workshop.letter()
    rejected = in_state(workshop, letter, State.REJECTED, name="Ada Forger")
    with workshop.writing() as session:
        session.execute(update(Signature).values(email=None))
    close(workshop, letter)
    time.shift(timedelta(days=366))
    assert erased(workshop)[ADDRESSES] == 1
    assert b"Ada Forger" not in stolen(workshop)
    assert not any(vars(signature(workshop, rejected).words).values())


def test_a_sentence_that_no_moderator_let_through_goes_and_its_name_stays(
    workshop: Workshop, time: time_machine.Traveller
) -> None:
    letter = workshop.letter(moderation="flag")
    listed = {
        state: workshop.confirmed(letter, f"{state}@example.org", statement="I will.") for state in StatementState
    }
    with workshop.writing() as session:
        for state, found in listed.items():
            session.execute(update(Signature).where(Signature.id == found.id).values(statement_state=state, email=None))
    close(workshop, letter)
    time.shift(timedelta(days=366))
    assert erased(workshop)[ADDRESSES] == 2
    left = {state: signature(workshop, found) for state, found in listed.items()}
    assert {row.name for row in left.values()} == {"Ada Example"}
    assert {state: row.statement for state, row in left.items()} == {
        StatementState.WAITING: None,
        StatementState.APPROVED: "I will.",
        StatementState.REJECTED: None,
    }


def test_nothing_due_changes_nothing(workshop: Workshop) -> None:
    everyone(workshop, workshop.letter())
    before = dump(workshop)
    assert erased(workshop) == {}
    assert dump(workshop) == before


def test_for_whom_a_secret_link_was_made_is_erased_with_the_addresses(
    workshop: Workshop, time: time_machine.Traveller
) -> None:
    letter = workshop.letter()
    with workshop.writing() as session:
        session.add(Invitation(letter_id=letter.id, note="For Ada of the night shift", created_at=clock.now()))
    close(workshop, letter)
    time.shift(timedelta(days=300))
    assert "notes of secret links" not in erased(workshop)
    assert b"For Ada of the night shift" in stolen(workshop)
    time.shift(timedelta(days=66))
    assert erased(workshop)["notes of secret links"] == 1
    with workshop.writing() as session:
        assert session.scalars(select(Invitation.note)).all() == [None]
