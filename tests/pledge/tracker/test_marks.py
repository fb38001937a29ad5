"""Beside a name on the tracker stands what stands beside it on the list: how far each claim was checked."""

from typing import Any

import pytest
import time_machine

from pledges import clock
from pledges.letter.models import Letter
from pledges.letter.queries import get_letter
from pledges.moderation import deciding
from pledges.signature import confirming
from pledges.signature.models import Signature
from pledges.signature.states import State
from pledges.signature.words import Display
from tests.people import Visitor, Workshop
from tests.pledge.promises import BEFORE, PLEDGES, offer
from tests.pledge.tracker.page import TRACKER
from tests.signature.society import SENT, stored

FITS = "affiliation fits the mail address"
WEBSITE = "signed with a mail address of this website"
LOOKED_AT = "checked by a moderator"


@pytest.fixture
def letter(workshop: Workshop) -> Letter:
    return workshop.letter(pledges=PLEDGES, moderation="flag")


def shows(workshop: Workshop, letter: Letter, email: str, name: str, **how: Any) -> Signature:
    """A signature let through, that shows what it pledged."""
    with time_machine.travel(BEFORE):
        pending = workshop.sign(letter, email, name, **how)
        offer(workshop, letter, pending, shown=True, speak=None)
        with workshop.writing() as session:
            row = confirming.confirm(session, get_letter(session, letter.slug), pending.id, now=clock.now())
        if row.state is State.AWAITING:
            with workshop.writing() as session:
                deciding.approve(session, letter, [row.id], account_id=None, now=clock.now())
    return row


def told(visitor: Visitor) -> dict[str, str]:
    """What stands beside each name on the list, on the tracker, and on its own page there."""
    pages = {}
    for path in ("/letters/ask-more/signatories", TRACKER):
        visitor.get(path)
        marks = [mark.get_text() for mark in visitor.page.select(".signatory .signatory__check")]
        about = [found.get_text() for found in visitor.page.select(".signatory .signatory__about:not(:has(.standing))")]
        pages[path] = f"{marks} {about}"
    visitor.get(visitor.page.select_one("#speak .signatory a")["href"])
    marks = [mark.get_text() for mark in visitor.page.select(".signatory__check")]
    pages["own"] = f"{marks} {[found.get_text() for found in visitor.page.select('.signatory__about')]}"
    return pages


@pytest.mark.parametrize(
    ("who", "marks"),
    [
        (("ada@quill.edu", "Ada One"), f"['{FITS}']"),
        (("bob@gmail.com", "Bob Two"), "[]"),
        (("eve@gmail.com", "www.eve.com Three"), f"['{LOOKED_AT}']"),
    ],
)
def test_a_name_has_the_same_marks_on_the_list_the_tracker_and_its_own_page(
    workshop: Workshop, visitor: Visitor, letter: Letter, who: tuple[str, str], marks: str
) -> None:
    shows(workshop, letter, *who, affiliation="Quill College")
    with time_machine.travel(BEFORE):
        assert set(told(visitor).values()) == {f"{marks} ['Quill College']"}
        assert "Everyone listed has confirmed a mail address." in visitor.text
        visitor.get(TRACKER)
        assert visitor.text.count("Everyone listed has confirmed a mail address.") == 1


def test_where_no_name_is_shown_nothing_is_said_of_how_names_are_checked(
    workshop: Workshop, visitor: Visitor, letter: Letter
) -> None:
    with time_machine.travel(BEFORE):
        visitor.get(TRACKER)
        assert "Everyone listed" not in visitor.text


def test_who_shows_role_and_affiliation_alone_is_marked_and_not_named(
    workshop: Workshop, visitor: Visitor, letter: Letter
) -> None:
    words = {"role": "Night nurse", "affiliation": "Quill College"}
    row = shows(workshop, letter, "ada@quill.edu", "Ada One", display=Display.AFFILIATION, **words)
    with time_machine.travel(BEFORE):
        for path in (TRACKER, f"{TRACKER}/{row.id}"):
            visitor.get(path)
            assert "Night nurse, Quill College" in visitor.text
            assert FITS in visitor.text
            assert "Ada One" not in visitor.text


def test_a_domain_that_is_named_on_the_list_is_named_on_the_tracker(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter(pledges=PLEDGES, moderation="flag", email_domains="[example.com]")
    for n in range(4):
        shows(workshop, letter, f"ada{n}@example.com", f"Ada {n}")
    with time_machine.travel(BEFORE):
        assert not any("confirmed by" in said for said in told(visitor).values())
        row = shows(workshop, letter, "ada4@example.com", "Ada Four")
        visitor.get(TRACKER)
        assert visitor.text.count("confirmed by example.com") == 5
        visitor.get(f"{TRACKER}/{row.id}")
        assert visitor.text.count("confirmed by example.com") == 1


def test_an_organization_on_the_tracker_is_marked_as_one(workshop: Workshop, visitor: Visitor, letter: Letter) -> None:
    with time_machine.travel(BEFORE):
        visitor.sign("ask-more", **SENT, pledge="speak", show_pledges="y")
        workshop.deliver()
        assert visitor.post(workshop.confirm_link(SENT["email"])).status_code == 303
        (row,) = stored(workshop, letter)
        with workshop.writing() as session:
            deciding.approve(session, letter, [row.id], account_id=None, now=clock.now())
        for path in (TRACKER, f"{TRACKER}/{row.id}"):
            visitor.get(path)
            assert WEBSITE in visitor.text
            assert "A moderator has looked at each organization listed" in visitor.text
            assert "Everyone listed" not in visitor.text
