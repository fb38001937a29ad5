"""Who signed a text that is revised: carried along by a correction, asked anew by a change, and never lost."""

from datetime import timedelta
from email.message import EmailMessage

import pytest
import time_machine
from sqlalchemy import select

from pledges import clock
from pledges.letter import withdrawing
from pledges.letter.models import LetterText
from pledges.letter.queries import get_letter
from pledges.mail.models import OwedMail
from pledges.signature import agreeing, moving, queries, signing
from pledges.signature import withdrawing as leaving
from pledges.signature.addresses import read_address
from pledges.signature.models import Display, ListedName, Signature, Words
from pledges.signature.queries import rows_by_bucket
from pledges.signature.states import Actor, Kind, State
from pledges.tally import recounting
from pledges.tally.queries import Figures
from tests.crowds import crowd, in_state
from tests.letter.revisions import CHANGE, CORRECTION, revise, translated
from tests.mailing import link, plain
from tests.people import Visitor, Workshop


@pytest.fixture(autouse=True)
def _no_difference(workshop: Workshop):
    yield
    with workshop.writing() as session:
        assert recounting.compare(session, rows_by_bucket()) == []


def stored(workshop: Workshop, signature: Signature) -> Signature:
    with workshop.writing() as session:
        found = queries.find_signature(session, signature.id)
        assert found is not None
        return found


def words_of(mail: EmailMessage) -> str:
    return plain(mail).replace("\r\n", "\n")


def agree(workshop: Workshop, signature: Signature) -> None:
    with workshop.writing() as session:
        agreeing.agree(session, signature.id, now=clock.now())


def listed_names(workshop: Workshop) -> set[int]:
    with workshop.writing() as session:
        return set(session.scalars(select(ListedName.signature_id)))


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


def test_a_change_takes_all_off_count_and_list_until_they_agree(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter()
    approved = in_state(workshop, letter, State.APPROVED, "ada@example.org")
    in_state(workshop, letter, State.AWAITING, "bea@example.org", "Bea Example")
    in_state(workshop, letter, State.REJECTED, "cem@example.org")
    in_state(workshop, letter, State.APPROVED, "club@example.org", kind=Kind.ORGANIZATION)
    workshop.deliver()
    assert visitor.get("/api/v1/letters/ask-more/count").json["count"] == 2
    assert "Ada Example" in visitor.get("/letters/ask-more").text

    (revision,) = revise(workshop, CHANGE, reason="We ask for less now")

    assert workshop.figures(letter) == Figures(rejected=1, earlier=2)
    answer = visitor.get("/api/v1/letters/ask-more/count").json
    assert (answer["count"], answer["breakdown"]["earlier"], answer["breakdown"]["confirmed"]) == (0, 2, 0)
    page = visitor.get("/letters/ask-more").text
    assert "Ada Example" not in page
    assert "and 2 signed an earlier text" in visitor.text
    assert "We ask for less now" in visitor.text
    assert "Ada Example" not in visitor.get("/letters/ask-more/signatories?q=ada").text
    assert listed_names(workshop) == set()

    asked = workshop.deliver()
    assert {mail["To"] for mail in asked} == {"ada@example.org", "bea@example.org", "club@example.org"}
    assert revision.concerned == 3
    (mail,) = workshop.sink.to("ada@example.org")[-1:]
    assert "We ask for less now" in words_of(mail)
    assert "- We ask **more** of you." in words_of(mail)
    assert stored(workshop, approved).text.number == 1

    visitor.get(link(mail, "manage"))
    assert "Do you agree to the changed text?" in visitor.text
    assert "[removed: more" in visitor.text
    visitor.press("/agree")
    assert "Do you agree" not in visitor.text
    assert workshop.figures(letter) == Figures(approved=1, rejected=1, earlier=1)
    assert "Ada Example" in visitor.get("/letters/ask-more").text
    assert "Ada Example" in visitor.get("/letters/ask-more/signatories?q=ada").text
    assert listed_names(workshop) == {approved.id}
    assert stored(workshop, approved).text.sha256 == revision.text.sha256


def test_agreeing_again_changes_nothing(workshop: Workshop) -> None:
    letter = workshop.letter()
    signature = in_state(workshop, letter, State.APPROVED)
    agree(workshop, signature)
    assert workshop.figures(letter) == Figures(approved=1)
    revise(workshop, CHANGE)
    for _ in range(2):
        agree(workshop, signature)
    assert workshop.figures(letter) == Figures(approved=1)
    assert len(listed_names(workshop)) == 1


@pytest.mark.parametrize("state", [State.PENDING, State.WITHDRAWN])
def test_who_is_not_past_confirmation_can_not_agree(workshop: Workshop, state: State) -> None:
    letter = workshop.letter()
    signature = in_state(workshop, letter, state)
    revise(workshop, CHANGE)
    agree(workshop, signature)
    assert stored(workshop, signature).text.number == 1
    assert workshop.figures(letter).confirmed == 0


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


def test_who_did_not_agree_to_a_change_is_neither_carried_nor_told_by_its_correction(workshop: Workshop) -> None:
    letter = workshop.letter()
    agreed = in_state(workshop, letter, State.APPROVED)
    silent = in_state(workshop, letter, State.APPROVED, "bea@example.org")
    revise(workshop, CHANGE)
    agree(workshop, agreed)
    workshop.deliver()
    (revision,) = revise(workshop, CORRECTION, "We ask **much less** of you.")
    assert revision.concerned == 1
    assert [mail["To"] for mail in workshop.deliver()] == ["ada@example.org"]
    assert [stored(workshop, s).text.number for s in (agreed, silent)] == [3, 1]
    assert workshop.figures(letter) == Figures(approved=1, earlier=1)
    agree(workshop, silent)
    assert stored(workshop, silent).text.number == 3


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


def test_a_pending_signature_confirms_exactly_what_was_signed_and_is_asked_then(
    workshop: Workshop, visitor: Visitor
) -> None:
    letter = workshop.letter(moderation="flag")
    signature = workshop.sign(letter)
    workshop.deliver()
    revise(workshop, CHANGE)
    assert workshop.deliver() == []
    path = workshop.confirm_link("ada@example.org")
    visitor.get(path)
    assert "You confirm the version that you signed" in visitor.text
    assert visitor.post(path).status_code == 303
    assert workshop.figures(letter) == Figures(earlier=1)
    found = stored(workshop, signature)
    assert (found.state, found.text.number, found.earlier, found.listed) == (State.APPROVED, 1, True, False)
    (mail,) = workshop.deliver()
    assert "Do you agree to the changed text?" in mail["Subject"]
    visitor.get(link(mail, "manage"))
    visitor.press("/agree")
    assert workshop.figures(letter) == Figures(approved=1)
    assert "Ada Example" in visitor.get("/letters/ask-more").text


def test_a_text_that_was_at_hand_for_a_second_too_long_is_not_counted_for_the_new_one(workshop: Workshop) -> None:
    letter = workshop.letter()
    with workshop.writing() as session:
        at_hand = get_letter(session, "ask-more")
    revise(workshop, CHANGE)
    submission = signing.Submission(read_address("ada@example.org"), Words(name="Ada Example"))
    with workshop.writing() as session:
        signature_id = signing.sign(session, at_hand, at_hand.text_in(None), submission, now=clock.now())
    workshop.deliver()
    with workshop.writing() as session:
        from pledges.signature import confirming

        signature = confirming.confirm(session, at_hand, signature_id, now=clock.now())
    assert signature.earlier
    assert workshop.figures(letter) == Figures(earlier=1)


def test_a_moderator_who_decides_on_an_earlier_signature_puts_it_on_no_list(workshop: Workshop) -> None:
    letter = workshop.letter()
    signature = in_state(workshop, letter, State.AWAITING)
    revise(workshop, CHANGE)
    with workshop.writing() as session:
        found = queries.lock_signature(session, signature.id)
        assert found is not None
        moving.move(session, [found], State.APPROVED, by=Actor.MODERATOR, now=clock.now())
    assert workshop.figures(letter) == Figures(earlier=1)
    assert listed_names(workshop) == set()
    agree(workshop, signature)
    assert workshop.figures(letter) == Figures(approved=1)
    assert listed_names(workshop) == {signature.id}


def test_a_shown_affiliation_comes_back_without_its_name(workshop: Workshop) -> None:
    letter = workshop.letter()
    signature = in_state(workshop, letter, State.APPROVED, display=Display.AFFILIATION, affiliation="Example Works")
    revise(workshop, CHANGE)
    agree(workshop, signature)
    assert stored(workshop, signature).listed
    assert listed_names(workshop) == set()


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
