"""Who signed a text that is changed leaves count and list until they agree, and is never lost."""

import pytest

from pledges import clock
from pledges.letter.queries import get_letter
from pledges.signature import moving, queries, signing
from pledges.signature.addresses import read_address
from pledges.signature.states import Actor, Kind, State
from pledges.signature.words import Display, Words
from pledges.tally.queries import Figures
from tests.crowds import in_state
from tests.letter.revisions import CHANGE, CORRECTION, revise
from tests.mailing import link
from tests.people import Visitor, Workshop
from tests.signature.agreement import agree, listed_names, stored, words_of

pytestmark = pytest.mark.usefixtures("no_difference")


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
