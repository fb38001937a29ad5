"""Whose mail that enough have signed was refused for good: sealed, and told so, until they say that they know."""

from collections.abc import Callable
from datetime import datetime

import pytest
import time_machine
from sqlalchemy import select

from pledges import clock
from pledges.letter import withdrawing
from pledges.letter.queries import get_letter
from pledges.mail import outbox
from pledges.mail.models import OwedMail, OwedState
from pledges.signature.models import Signature
from pledges.signature.states import State
from pledges.signature.words import Display
from tests.crowds import dump, in_state
from tests.letter.revisions import CHANGE, revise
from tests.people import Visitor, Workshop
from tests.signature.test_gathering import letter_of_three, signed, work
from tests.signature.test_standing import said_to

TIMID = "timid.quillfeather@example.org"
REFUSED = "Our mail that enough have signed was refused, as far as we know."
BUTTON = "form[action$='/told'] button"
HOURS = 3600
TWO = (State.AWAITING, State.QUARANTINED)


def refused(workshop: Workshop, visitor: Visitor, answer: str = "550 5.1.1 no such mailbox") -> str:
    """The own page of one under a letter of three that has enough, whose mail that says so was answered thus."""
    letter_of_three(workshop)
    signed(workshop, visitor, "Timid Quillfeather", together="y")
    workshop.sink.refused[TIMID] = answer
    for name in ("Second Person", "Third Person"):
        signed(workshop, visitor, name)
    work(workshop)
    return workshop.manage_link(TIMID)


def is_shown(visitor: Visitor) -> bool:
    return "Quillfeather" in visitor.get("/letters/ask-more/signatories").text


def told_at(workshop: Workshop) -> list[datetime | None]:
    with workshop.writing() as session:
        told = select(Signature.together_mailed_at).where(Signature.together_told_at.is_not(None))
        return [*session.scalars(told.order_by(Signature.id))]


def test_the_own_page_promises_no_day_and_the_name_stays_sealed(workshop: Workshop, visitor: Visitor) -> None:
    own = refused(workshop, visitor)
    for days in (1.1, 20):
        work(workshop, hours=days * 24)
        assert not is_shown(visitor)
        visitor.get(own)
        assert REFUSED in visitor.text
        assert visitor.page.select_one(BUTTON) is not None
        assert "shows from" not in visitor.text
        assert visitor.get(f"{own}/download").get_json()["wishes"]["mailed_at"] is None
    assert "together_reached" not in [mail.event for mail in workshop.outbox()]


def test_who_presses_counts_as_told_from_then_on_and_once(workshop: Workshop, visitor: Visitor) -> None:
    own = refused(workshop, visitor)
    began = clock.now().timestamp()
    with time_machine.travel(began + 40 * HOURS, tick=False):
        visitor.get(own)
        assert visitor.press("/told").status_code == 200
        assert visitor.page.select_one("[role=status]").get_text() == "Thank you: now we know that you have read it."
        assert "Enough have signed: your signature shows from" in visitor.text
        assert REFUSED not in visitor.text
        assert visitor.page.select_one(BUTTON) is None
        pressed = clock.now()
    with time_machine.travel(began + 50 * HOURS, tick=False):
        answer = visitor.post(f"{own}/told")
        assert (answer.status_code, answer.headers["Location"]) == (303, f"{own}?said=told")
    assert told_at(workshop) == [pressed]
    work(workshop, hours=40 + 23.9)
    assert not is_shown(visitor)
    work(workshop, hours=40 + 24.1)
    assert is_shown(visitor)


def test_who_withdraws_after_pressing_never_shows(workshop: Workshop, visitor: Visitor) -> None:
    own = refused(workshop, visitor)
    visitor.post(f"{own}/told")
    visitor.post(f"{own}/withdraw")
    work(workshop, hours=25)
    assert not is_shown(visitor)


def test_while_the_mail_is_due_nothing_is_pressed_and_no_day_is_promised(workshop: Workshop, visitor: Visitor) -> None:
    own = refused(workshop, visitor, "451 later")
    visitor.get(own)
    assert "We tell you by mail, and a day later your signature shows" in visitor.text
    assert "shows from" not in visitor.text
    assert visitor.page.select_one(BUTTON) is None
    visitor.post(f"{own}/told")
    assert told_at(workshop) == [None]
    workshop.sink.refused.clear()
    for hours in (3, 3.01):  # it is noted within the half minute after it has left
        work(workshop, hours=hours)
    with time_machine.travel(clock.now().timestamp() + 3 * HOURS):
        visitor.get(own)
        assert "your signature shows from" in visitor.text
    work(workshop, hours=26)
    assert not is_shown(visitor)
    work(workshop, hours=27.1)
    assert is_shown(visitor)


def try_again(workshop: Workshop) -> None:
    with workshop.writing() as session:
        failed = session.scalars(select(OwedMail.id).where(OwedMail.state == OwedState.FAILED)).one()
        outbox.retry(session, failed, now=clock.now())


def test_a_mail_that_staff_try_again_is_not_written_to_whom_the_page_has_told(
    workshop: Workshop, visitor: Visitor
) -> None:
    own = refused(workshop, visitor)
    workshop.sink.refused.clear()
    visitor.post(f"{own}/told")
    workshop.sink.messages.clear()
    try_again(workshop)
    before = told_at(workshop)
    work(workshop, hours=1)
    assert workshop.sink.messages == []
    assert told_at(workshop) == before != [None]


def test_a_mail_that_staff_try_again_and_that_leaves_is_the_one_that_counts(
    workshop: Workshop, visitor: Visitor
) -> None:
    own = refused(workshop, visitor)
    workshop.sink.refused.clear()
    try_again(workshop)
    for hours in (1, 1.01):
        work(workshop, hours=hours)
    visitor.get(own)
    assert "your signature shows from" in visitor.text
    work(workshop, hours=24.5)
    assert not is_shown(visitor)
    work(workshop, hours=25.2)
    assert is_shown(visitor)


def told_with(workshop: Workshop, **how: object) -> Signature:
    """One whom a mail was owed that left no record."""
    letter = workshop.letter(together=3, moderation="hold", anonymous="true")
    signature = in_state(workshop, letter, State.AWAITING, together=True)
    with workshop.writing() as session:
        row = session.merge(signature)
        row.together_told_at = clock.now()
        for name, value in how.items():
            setattr(row, name, value)
    return signature


def without_wish(workshop: Workshop) -> Signature:
    return workshop.confirmed(workshop.letter(moderation="flag"))


def sealed(workshop: Workshop) -> Signature:
    return told_with(workshop, together_told_at=None)


def shown(workshop: Workshop) -> Signature:
    return told_with(workshop, together=False)


def not_listed(workshop: Workshop) -> Signature:
    return told_with(workshop, display=Display.ANONYMOUS)


def erased(workshop: Workshop) -> Signature:
    return told_with(workshop, email=None)


def rejected(workshop: Workshop) -> Signature:
    return told_with(workshop, state=State.REJECTED)


def withdrawn(workshop: Workshop) -> Signature:
    return told_with(workshop, state=State.WITHDRAWN)


def of_an_earlier_text(workshop: Workshop) -> Signature:
    signature = told_with(workshop)
    revise(workshop, CHANGE)
    return signature


def of_a_letter_withdrawn(workshop: Workshop) -> Signature:
    signature = told_with(workshop)
    with workshop.writing() as session:
        withdrawing.withdraw(session, get_letter(session, "ask-more"), "We were wrong", now=clock.now())
    return signature


@pytest.mark.parametrize(
    "make",
    [without_wish, sealed, shown, not_listed, erased, rejected, withdrawn, of_an_earlier_text, of_a_letter_withdrawn],
)
def test_for_whom_it_is_not_offered_pressing_changes_nothing(
    workshop: Workshop, visitor: Visitor, make: Callable[[Workshop], Signature]
) -> None:
    signature = make(workshop)
    text = said_to(workshop, visitor, signature)
    assert REFUSED not in text
    assert visitor.page.select_one(BUTTON) is None
    before = dump(workshop)
    assert visitor.post(f"{visitor.response.request.path}/told").status_code == 303
    assert dump(workshop) == before


def test_the_quarantined_are_asked_and_answered_as_those_who_wait(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter(together=2, moderation="hold")
    people = [in_state(workshop, letter, state, f"{state}@example.org", together=True) for state in TWO]
    with workshop.writing() as session:
        for person in people:
            session.merge(person).together_told_at = clock.now()
    for answer in (REFUSED, "Enough had signed, and now 1 of 2 people are confirmed. Your signature shows once"):
        awaiting, quarantined = (said_to(workshop, visitor, person) for person in people)
        assert answer in awaiting
        assert quarantined.replace("quarantined@", "awaiting@") == awaiting
        with time_machine.travel(clock.now(), tick=False):
            for person in people:
                said_to(workshop, visitor, person)
                visitor.post(f"{visitor.response.request.path}/told")
