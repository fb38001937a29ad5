"""A letter that its organizer withdrew says so, and takes nothing more."""

import pytest

from pledges import clock
from pledges.letter import publishing, withdrawing
from pledges.letter.models import Letter, LetterState
from pledges.letter.queries import get_letter
from pledges.letter.withdrawing import LetterWithdrawn
from pledges.signature import confirming, signing
from pledges.signature.addresses import read_address
from pledges.signature.states import State
from pledges.signature.words import Words
from pledges.tally.queries import Figures
from tests.crowds import in_state
from tests.people import Visitor, Workshop
from tests.test_commands import Shell

REASON = "The board has agreed <b>to all</b>"


def withdraw(workshop: Workshop, slug: str = "ask-more") -> None:
    with workshop.writing() as session:
        withdrawing.withdraw(session, get_letter(session, slug), REASON, now=clock.now())


def test_its_page_stays_and_says_when_and_why(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter()
    in_state(workshop, letter, State.APPROVED)
    before = visitor.get("/letters/ask-more").data
    withdraw(workshop)
    answer = visitor.get("/letters/ask-more")
    assert (answer.status_code, answer.data != before) == (200, True)
    assert (
        f"Its organizer withdrew this letter on {clock.now():%B} {clock.now().day}, {clock.now().year}." in visitor.text
    )
    assert f"Reason: {REASON}" in visitor.text
    assert "<b>to all</b>" not in answer.text
    assert "Ada Example" in visitor.text
    assert not visitor.page.find("form", action="/letters/ask-more/sign")
    for path in ("signatories", "history", "share", "thanks", "check-email"):
        assert visitor.get(f"/letters/ask-more/{path}").status_code == 200


def test_it_takes_no_signature_and_says_why(workshop: Workshop, visitor: Visitor) -> None:
    workshop.letter()
    withdraw(workshop)
    assert visitor.sign("ask-more").status_code == 409
    assert "Its organizer has taken it back" in visitor.text
    assert workshop.outbox() == []


def test_a_link_to_confirm_says_so_and_its_mail_is_never_sent(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter()
    workshop.sign(letter)
    workshop.deliver()
    workshop.sign(letter, "bea@example.org")
    path = workshop.confirm_link("ada@example.org")
    withdraw(workshop)
    assert workshop.deliver() == []
    for ask in (visitor.get, visitor.post):
        assert ask(path).status_code == 410
        assert "This letter was withdrawn" in visitor.text
        assert "there is nothing to confirm any more" in visitor.text
    assert workshop.figures(letter) == Figures()


def test_who_had_confirmed_is_answered_the_same_and_keeps_the_own_page(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter()
    workshop.sign(letter)
    workshop.deliver()
    path = workshop.confirm_link("ada@example.org")
    visitor.post(path)
    workshop.deliver()
    withdraw(workshop)
    assert visitor.post(path).status_code == 303
    visitor.get(workshop.manage_link("ada@example.org"))
    visitor.press("/withdraw")
    assert "Your signature is withdrawn" in visitor.text
    assert workshop.figures(letter) == Figures(withdrawn=1)


def test_a_letter_at_hand_from_before_neither_confirms_nor_signs(workshop: Workshop) -> None:
    letter = workshop.letter()
    signature = workshop.sign(letter)
    with workshop.writing() as session:
        at_hand = get_letter(session, "ask-more")
    withdraw(workshop)
    with pytest.raises(confirming.ConfirmationOfWithdrawn), workshop.writing() as session:
        confirming.confirm(session, at_hand, signature.id, now=clock.now())
    submission = signing.Submission(read_address("bea@example.org"), Words(name="Bea Example"))
    with pytest.raises(signing.LetterClosed), workshop.writing() as session:
        signing.sign(session, at_hand, at_hand.text_in(None), submission, now=clock.now())


def test_it_leaves_front_page_and_list_but_can_be_asked_for(workshop: Workshop, visitor: Visitor) -> None:
    workshop.letter(goal=10)
    workshop.letter("another", title="Another letter")
    withdraw(workshop)
    visitor.get("/")
    assert ("Ask more of us" in visitor.text, "Another letter" in visitor.text) == (False, True)
    assert [found["slug"] for found in visitor.get("/api/v1/letters").json["letters"]] == ["another"]
    assert visitor.get("/api/v1/letters/ask-more").json["state"] == "withdrawn"
    assert visitor.get("/api/v1/letters/ask-more/count").status_code == 200
    shown = visitor.get("/embed/ask-more.json").json
    assert (shown["closed"], shown["ended"], shown["goal"]) == (
        True,
        "Its organizer has withdrawn this letter.",
        None,
    )
    assert visitor.get("/embed/another.json").json["ended"] is None
    visitor.get("/embed/ask-more")
    assert visitor.page.select_one(".quiet").get_text() == "Its organizer has withdrawn this letter."
    assert visitor.page.select_one("a.sign").get_text() == "Read the letter"


def test_the_command_withdraws_once_and_for_good(workshop: Workshop) -> None:
    shell = Shell(workshop.app)
    workshop.letter()
    workshop.letter("draft", opened=False)
    command = ("letter", "withdraw", "ask-more", "--reason")
    assert shell.refused(*command, "x" * 501) == "the reason must be one readable line of at most 500 characters"
    assert shell.done(*command, "We were wrong").startswith("ask-more is withdrawn;")
    gone = "'ask-more' was withdrawn by its organizer, and stays so"
    assert shell.refused(*command, "Again") == gone
    assert shell.refused("letter", "open", "ask-more") == gone
    assert shell.refused("letter", "close", "ask-more") == gone
    assert shell.refused("letter", "withdraw", "nobody", "--reason", "Why") == "there is no letter 'nobody'"
    assert "nothing to withdraw" in shell.refused("letter", "withdraw", "draft", "--reason", "Why")
    with workshop.writing() as session:
        letter = get_letter(session, "ask-more")
    assert (letter.state, letter.withdrawal_reason) == (LetterState.WITHDRAWN, "We were wrong")
    assert letter.closed_at == letter.withdrawn_at


def test_a_closed_letter_can_be_withdrawn_and_keeps_the_day_it_closed(workshop: Workshop) -> None:
    workshop.letter()
    with workshop.writing() as session:
        letter = get_letter(session, "ask-more")
        publishing.close(session, letter, now=clock.now())
        closed_at = letter.closed_at
    withdraw(workshop)
    with workshop.writing() as session:
        letter: Letter = get_letter(session, "ask-more")
        assert letter.closed_at == closed_at
        with pytest.raises(LetterWithdrawn):
            publishing.open_letter(session, letter, now=clock.now())
