"""Who is asked to agree to a changed text is told what they have pledged: its words are part of what was agreed to."""

import pytest

from pledges import clock
from pledges.letter.models import Letter
from pledges.letter.queries import get_letter
from pledges.pledge import making
from pledges.signature import confirming
from tests.letter.revisions import CHANGE, CORRECTION, revise
from tests.mailing import plain
from tests.people import Workshop
from tests.pledge.promises import PLEDGES, offer, pledged

STAYS = "What you have pledged stays, in the words that you agreed to"


@pytest.fixture
def letter(workshop: Workshop) -> Letter:
    return workshop.letter(pledges=PLEDGES)


def mailed(workshop: Workshop, email: str) -> str:
    """What stands in the one mail that somebody gets now, in one line."""
    (mail,) = [mail for mail in workshop.deliver() if mail["To"] == email]
    assert mail["Subject"].startswith("Do you agree to the changed text?")
    html = mail.get_body(("html",)).get_content()
    assert (STAYS in html) == (STAYS in plain(mail))
    return " ".join(plain(mail).split())


def test_the_mail_about_a_changed_text_lists_what_one_has_pledged(workshop: Workshop, letter: Letter) -> None:
    pledged(workshop, letter, "ada@example.org", give=250_050, strike=None)
    workshop.deliver()
    revise(workshop, CHANGE)
    said = mailed(workshop, "ada@example.org")
    assert f"{STAYS}, until you take it back there: I will give. How much: €2,500.50" in said
    assert "I will strike." in said
    assert "I will speak up." not in said


def test_what_was_taken_back_is_not_listed(workshop: Workshop, letter: Letter) -> None:
    ada = pledged(workshop, letter, "ada@example.org", speak=None)
    with workshop.writing() as session:
        making.withdraw(session, ada.id, "speak", now=clock.now())
    workshop.deliver()
    revise(workshop, CHANGE)
    assert STAYS not in mailed(workshop, "ada@example.org")


def test_who_confirms_after_the_change_is_told_what_they_have_pledged(workshop: Workshop, letter: Letter) -> None:
    pending = workshop.sign(letter)
    offer(workshop, letter, pending, speak=None)
    workshop.deliver()
    revise(workshop, CHANGE)
    with workshop.writing() as session:
        confirming.confirm(session, get_letter(session, "ask-more"), pending.id, now=clock.now())
    assert f"{STAYS}, until you take it back there: I will speak up." in mailed(workshop, "ada@example.org")


def test_a_correction_which_asks_nothing_lists_nothing(workshop: Workshop, letter: Letter) -> None:
    pledged(workshop, letter, "ada@example.org", speak=None)
    workshop.deliver()
    revise(workshop, CORRECTION)
    (mail,) = workshop.deliver()
    assert "I will speak up." not in plain(mail)
