"""Who is told of a correction and who is asked about a change, by which mail, and when by none."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from pledges import clock
from pledges.letter import withdrawing
from pledges.letter.models import LetterText
from pledges.letter.queries import get_letter
from pledges.mail.models import OwedMail
from pledges.signature import queries
from pledges.signature import withdrawing as leaving
from pledges.signature.states import State
from pledges.tally.queries import Figures
from tests.crowds import crowd, in_state
from tests.letter.revisions import CHANGE, CORRECTION, revise, translated
from tests.mailing import link
from tests.people import Visitor, Workshop
from tests.signature.agreement import agree, stored, words_of

pytestmark = pytest.mark.usefixtures("no_difference")


def test_a_correction_carries_all_signatures_and_tells_who_can_be_reached(workshop: Workshop) -> None:
    letter = workshop.letter()
    signed = {state: in_state(workshop, letter, state, f"{state}@example.org") for state in State}
    before = workshop.figures(letter)
    workshop.deliver()

    (revision,) = revise(workshop, CORRECTION, reason="A slip of the pen")
    told = workshop.deliver()

    assert revision.concerned == 3
    assert {mail["To"] for mail in told} == {f"{s}@example.org" for s in ("awaiting", "approved", "quarantined")}
    for mail in told:
        words = words_of(mail)
        assert "A slip of the pen" in words
        assert "- We ask **more** of you." in words
        assert "+ We ask **less** of you." in words
        assert "http://127.0.0.1:8000/letters/ask-more/history\n" in words
        assert link(mail, "manage")
        assert revision.text.sha256 in words
    for state, signature in signed.items():
        found = stored(workshop, signature)
        assert (found.text.number, found.earlier) == (1 if state is State.WITHDRAWN else 2, False), state
    assert workshop.figures(letter) == before


def test_a_mail_is_not_sent_to_who_agreed_or_withdrew_meanwhile(workshop: Workshop) -> None:
    letter = workshop.letter()
    agreed = in_state(workshop, letter, State.APPROVED)
    gone = in_state(workshop, letter, State.APPROVED, "bea@example.org")
    workshop.deliver()
    revise(workshop, CHANGE)
    agree(workshop, agreed)
    with workshop.writing() as session:
        leaving.withdraw(session, gone.id, now=clock.now())
    assert [mail["Subject"] for mail in workshop.deliver()] == ["Your signature is withdrawn: Ask more of us"]
    assert workshop.figures(letter) == Figures(approved=1, withdrawn=1)


def test_a_revision_concerns_only_those_who_signed_in_its_language(workshop: Workshop, visitor: Visitor) -> None:
    letter = translated(workshop)
    workshop.confirmed(letter)
    visitor.post("/letters/ask-more/sign?lang=es", {"name": "Bea Ejemplo", "email": "bea@example.org"})
    workshop.deliver()
    visitor.post(workshop.confirm_link("bea@example.org"))
    workshop.deliver()

    (revision,) = revise(workshop, CHANGE, "We ask **more** of you.", spanish="Les pedimos **menos**.")

    assert revision.text.language == "es"
    assert workshop.figures(letter) == Figures(awaiting=1, earlier=1)
    (mail,) = workshop.deliver()
    assert mail["To"] == "bea@example.org"
    assert "/letters/ask-more/history?lang=es\n" in words_of(mail)
    visitor.get(link(mail, "manage"))
    visitor.press("/agree")
    assert workshop.figures(letter) == Figures(awaiting=2)


def test_a_second_change_asks_once_more_and_of_two_mails_that_wait_only_the_newer_leaves(workshop: Workshop) -> None:
    letter = workshop.letter()
    workshop.confirmed(letter)
    workshop.deliver()
    revise(workshop, CHANGE, reason="The first reason")
    revise(workshop, CHANGE, "We ask **nothing** of you.", reason="The second reason")
    (mail,) = workshop.deliver()
    assert "The second reason" in words_of(mail)
    assert "The first reason" not in words_of(mail)
    assert "- We ask **more** of you.\n+ We ask **nothing** of you." in words_of(mail)
    assert workshop.figures(letter) == Figures(earlier=1)


def test_who_can_not_be_asked_stays_with_the_text_that_was_signed(workshop: Workshop) -> None:
    letter = workshop.letter()
    signature = in_state(workshop, letter, State.APPROVED)
    workshop.deliver()
    with workshop.writing() as session:
        found = queries.lock_signature(session, signature.id)
        assert found is not None
        found.email = None
    (revision,) = revise(workshop, CHANGE)
    assert revision.concerned == 0
    assert workshop.deliver() == []
    assert workshop.figures(letter) == Figures(earlier=1)
    assert stored(workshop, signature).text.number == 1


def test_a_withdrawn_letter_asks_nobody(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter()
    signature = in_state(workshop, letter, State.APPROVED)
    workshop.deliver()
    manage = workshop.manage_link("ada@example.org")
    revise(workshop, CHANGE)
    with workshop.writing() as session:
        withdrawing.withdraw(session, get_letter(session, "ask-more"), "No longer", now=clock.now())
    assert workshop.deliver() == []
    assert "Do you agree" not in visitor.get(manage).text
    assert visitor.post(f"{manage}/agree").status_code == 409
    assert stored(workshop, signature).earlier
    assert workshop.figures(letter) == Figures(earlier=1)


def test_many_are_asked_by_few_statements_and_their_mails_fall_due_one_after_another(workshop: Workshop) -> None:
    letter = workshop.letter()
    crowd(workshop, letter, [f"Name {n}" for n in range(120)])
    with time_machine.travel("2027-03-01T12:00:00Z", tick=False):
        (revision,) = revise(workshop, CHANGE)
        now = clock.now()
    assert revision.concerned == 120
    with workshop.writing() as session:
        due = session.scalars(
            select(OwedMail.due_at).where(OwedMail.event == "text_changed").order_by(OwedMail.id)
        ).all()
        texts = session.scalars(select(LetterText.created_at).order_by(LetterText.id)).all()
    assert [due.count(now + timedelta(seconds=s)) for s in range(3)] == [50, 50, 20]
    assert texts[1] == now
    assert workshop.figures(letter) == Figures(earlier=120)


def test_every_mail_and_page_of_a_signatory_tells_the_sha256_of_the_signed_text(
    workshop: Workshop, visitor: Visitor
) -> None:
    letter = workshop.letter()
    signature = workshop.sign(letter)
    sha256 = signature.text.sha256
    (confirmation,) = workshop.deliver()
    visitor.get(link(confirmation, "confirm"))
    assert sha256 in visitor.text
    visitor.post(link(confirmation, "confirm"))
    (thanks,) = workshop.deliver()
    workshop.sign(letter)
    (already,) = workshop.deliver()
    (revision,) = revise(workshop, CHANGE)
    (changed,) = workshop.deliver()
    for mail in (confirmation, thanks, already, changed):
        assert sha256 in words_of(mail), mail["Subject"]
    assert revision.text.sha256 in words_of(changed)
    visitor.get(link(changed, "manage"))
    assert sha256 in visitor.text
    assert visitor.page.find("a", href="/letters/ask-more/history")


def test_who_signed_a_draft_by_invitation_is_asked_without_a_link_that_leads_nowhere(
    workshop: Workshop, visitor: Visitor
) -> None:
    letter = workshop.letter(opened=False)
    (signature,) = crowd(workshop, letter, ["Ada Example"])
    (revision,) = revise(workshop, CHANGE, reason="We ask for less now")
    assert revision.concerned == 1
    (mail,) = workshop.deliver()
    assert "We ask for less now" in words_of(mail)
    assert "/history" not in words_of(mail)
    visitor.get(link(mail, "manage"))
    assert not visitor.page.select("a[href*=history]")
    visitor.press("/agree")
    assert stored(workshop, signature).text.number == 2
