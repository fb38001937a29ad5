"""Where the own page says that one stands: one thing, and what is true."""

import pytest
from sqlalchemy import select

from pledges.letter import withdrawing
from pledges.letter.models import Letter, LetterState
from pledges.letter.queries import get_letter
from pledges.signature import gathering, queries
from pledges.signature import withdrawing as leaving
from pledges.signature.links import manage_token
from pledges.signature.models import Signature
from pledges.signature.states import Kind, State
from pledges.signature.words import Display
from tests.crowds import in_state
from tests.letter.revisions import CHANGE, revise
from tests.people import Visitor, Workshop

SHOWN = "It counts, and it is shown as you chose."
AWAITED = "It is confirmed and waits for a moderator, who looks at it before it is shown."
WAITS = "It is confirmed and waits for a moderator."
COUNTS, READ_LATER = "It counts.", "A moderator reads it once enough have signed."
NOT_OPEN = "The letter is not open yet: nobody sees your name before it opens."
SEALED = "What you wrote is sealed until 3 people have confirmed"
APART = "Its text has changed since, so your signature stands apart"
CONFIRMED, UNLISTED = "It is confirmed. ", "not listed, as you chose"
ALL = (SHOWN, AWAITED, WAITS, COUNTS, READ_LATER, NOT_OPEN, SEALED, APART, CONFIRMED, UNLISTED)


def said_to(workshop: Workshop, visitor: Visitor, signature: Signature) -> str:
    with workshop.app.app_context():
        token = manage_token(signature, workshop.now())
    assert visitor.get(f"/manage/{token}").status_code == 200
    page = visitor.page
    for record in page.select(".stored"):  # the history names every state that it has been in
        record.decompose()
    return " ".join(page.get_text(" ").split())


def is_said(text: str) -> set[str]:
    return {sentence for sentence in ALL if sentence in text}


@pytest.mark.parametrize(
    ("state", "how", "said"),
    [
        (State.AWAITING, {}, {AWAITED}),
        (State.APPROVED, {}, {SHOWN}),
        (State.QUARANTINED, {}, {AWAITED}),
        (State.REJECTED, {}, set()),
        (State.AWAITING, {"together": True}, {COUNTS, READ_LATER, SEALED}),
        (State.APPROVED, {"together": True}, {COUNTS, READ_LATER, SEALED}),  # let in unread: only quarantined ones are
        (State.QUARANTINED, {"together": True}, {COUNTS, READ_LATER, SEALED}),
        (State.REJECTED, {"together": True}, set()),
        (State.AWAITING, {"display": Display.ANONYMOUS}, {WAITS}),
        (State.APPROVED, {"display": Display.ANONYMOUS}, {UNLISTED}),
    ],
)
def test_the_own_page_says_one_thing_of_where_one_stands(
    workshop: Workshop, visitor: Visitor, state: State, how: dict[str, object], said: set[str]
) -> None:
    letter = workshop.letter(together=3, anonymous="true")
    text = said_to(workshop, visitor, in_state(workshop, letter, state, **how))
    assert is_said(text) == said
    assert ("A moderator has decided not to show it" in text) == (state is State.REJECTED)
    is_listed = state is State.APPROVED and not how
    labels = [label.get_text() for label in visitor.page.select(".words dt")]
    assert ("What the public sees" in labels, "What you chose to show" in labels) == (is_listed, not is_listed)


def test_a_sealed_name_that_the_letters_policy_let_through_counts(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter(together=3, moderation="flag")
    text = said_to(workshop, visitor, workshop.confirmed(letter, together=True))
    assert is_said(text) == {COUNTS, SEALED}


def test_an_earlier_text_is_all_that_is_said_of_a_sealed_name(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter(together=3, moderation="flag")
    signature = workshop.confirmed(letter, together=True)
    revise(workshop, CHANGE)
    assert is_said(said_to(workshop, visitor, signature)) == {APART}


@pytest.mark.parametrize(
    ("state", "said"), [(State.AWAITING, {WAITS, NOT_OPEN}), (State.APPROVED, {CONFIRMED, NOT_OPEN})]
)
def test_a_first_signatory_is_shown_to_nobody_before_the_letter_opens(
    workshop: Workshop, visitor: Visitor, state: State, said: set[str]
) -> None:
    letter = workshop.letter()
    signature = in_state(workshop, letter, state)
    with workshop.writing() as session:
        get_letter(session, letter.slug).state = LetterState.DRAFT
    assert is_said(said_to(workshop, visitor, signature)) == said


def test_an_organization_is_told_where_it_stands(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter()
    signature = in_state(workshop, letter, State.APPROVED, kind=Kind.ORGANIZATION)
    assert "It is listed, and counted among the organizations." in said_to(workshop, visitor, signature)


def sealed(workshop: Workshop) -> tuple[Letter, Signature]:
    letter = workshop.letter(together=2, moderation="flag")
    signature = workshop.confirmed(letter, together=True)
    workshop.confirmed(letter, "eve@example.org")
    with workshop.writing() as session:
        gathering.gather(session, now=workshop.now())
    return letter, signature


def mailed(workshop: Workshop) -> None:
    """The mail leaves that says so, and the worker notes it."""
    workshop.deliver()
    with workshop.writing() as session:
        assert gathering.note_mailed(session, now=workshop.now()) == 1


TOLD_BY_MAIL = "Enough have signed. We tell you by mail, and a day later your signature shows, unless you withdraw."


def test_once_enough_have_signed_one_is_told_when_the_name_shows(workshop: Workshop, visitor: Visitor) -> None:
    _letter, signature = sealed(workshop)
    assert TOLD_BY_MAIL in said_to(workshop, visitor, signature)
    with workshop.writing() as session:
        gathering.tell_gathered(session, now=workshop.now())
    text = said_to(workshop, visitor, signature)
    assert TOLD_BY_MAIL in text
    assert "shows from" not in text
    mailed(workshop)
    text = said_to(workshop, visitor, signature)
    assert "Enough have signed: your signature shows from" in text
    assert "once a moderator has looked" not in text


def test_while_too_few_are_confirmed_again_no_day_is_promised(workshop: Workshop, visitor: Visitor) -> None:
    letter, signature = sealed(workshop)
    with workshop.writing() as session:
        gathering.tell_gathered(session, now=workshop.now())
        others = select(Signature.id).where(Signature.letter_id == letter.id, Signature.id != signature.id)
        leaving.withdraw(session, session.scalars(others.limit(1)).one(), now=workshop.now())
    text = said_to(workshop, visitor, signature)
    assert "Enough had signed, and now 1 of 2 people are confirmed. We tell you by mail, and your signature" in text
    assert "Enough have signed" not in text
    mailed(workshop)
    text = said_to(workshop, visitor, signature)
    assert "Enough had signed, and now 1 of 2 people are confirmed." in text
    assert "without another mail" in text
    assert "Enough have signed" not in text


def test_a_rejected_one_is_told_why_and_promised_nothing(workshop: Workshop, visitor: Visitor) -> None:
    signature = in_state(workshop, workshop.letter(), State.REJECTED, statement="I was there.")
    text = said_to(workshop, visitor, signature)
    assert "A moderator has decided not to show it, and it is not counted. The reason: no such person" in text
    nothing = "As long as it is kept out nothing of it is shown, so there is nothing to change."
    assert f"{nothing} Whoever runs this site is reached at" in text
    assert visitor.page.select_one("form[action$='/change']") is None
    assert "waits for a moderator" not in text


def test_a_name_that_can_show_no_more_is_not_said_to_show(workshop: Workshop, visitor: Visitor) -> None:
    letter, signature = sealed(workshop)
    with workshop.writing() as session:
        found = queries.find_signature(session, signature.id)
        assert found is not None
        found.email = None
    assert "What you wrote stays sealed: your address is erased" in said_to(workshop, visitor, signature)
    with workshop.writing() as session:
        withdrawing.withdraw(session, get_letter(session, letter.slug), "We were wrong", now=workshop.now())
    assert "stays sealed and is shown nowhere" in said_to(workshop, visitor, signature)


def test_who_agrees_to_the_changed_text_is_told_that_it_was_taken(workshop: Workshop, visitor: Visitor) -> None:
    signature = workshop.confirmed(workshop.letter(moderation="flag"))
    revise(workshop, CHANGE)
    said_to(workshop, visitor, signature)
    visitor.press("/agree")
    assert visitor.page.select_one("[role=status]").get_text() == "Thank you: you have agreed to the present text."
    assert is_said(visitor.text) == {SHOWN}


LOWERS = "The count goes down by one."


@pytest.mark.parametrize(
    ("state", "counted", "lowers"),
    [
        (State.AWAITING, "confirmed", True),
        (State.QUARANTINED, "confirmed", True),
        (State.APPROVED, "confirmed", True),
        (State.REJECTED, "confirmed", False),
        (State.AWAITING, "approved", False),
        (State.QUARANTINED, "approved", False),
        (State.APPROVED, "approved", True),
    ],
)
def test_withdrawing_is_said_to_lower_the_count_where_one_thinks_to_be_in_it(
    workshop: Workshop, visitor: Visitor, state: State, counted: str, lowers: bool
) -> None:
    letter = workshop.letter(count=counted)
    said = said_to(workshop, visitor, in_state(workshop, letter, state))
    assert "Withdrawing erases your name" in said
    assert (LOWERS in said) == lowers


def test_nobody_outside_the_count_is_told_that_withdrawing_lowers_it(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter()
    signature = in_state(workshop, letter, State.APPROVED)
    revise(workshop, CHANGE)
    assert LOWERS not in said_to(workshop, visitor, signature)
    newest = in_state(workshop, letter, State.APPROVED, "bea@example.org", "Bea Example")
    assert LOWERS in said_to(workshop, visitor, newest)
    society = in_state(workshop, letter, State.APPROVED, "office@example.net", kind=Kind.ORGANIZATION)
    assert LOWERS not in said_to(workshop, visitor, society)
    with workshop.writing() as session:
        get_letter(session, letter.slug).state = LetterState.DRAFT
    assert LOWERS not in said_to(workshop, visitor, newest)
