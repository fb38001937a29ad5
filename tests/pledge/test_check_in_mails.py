"""The mail of a check-in: it names what is asked, goes to who has not said, and is stopped by one click."""

import pytest
import time_machine

from pledges import clock
from pledges.letter.models import Letter
from pledges.pledge.mails import report_token
from pledges.signature.models import Signature
from pledges.signature.unsubscribing import unsubscribe_path
from tests.mailing import link, plain
from tests.people import Visitor, Workshop
from tests.pledge.commitments import commitments, signed, tick


@pytest.fixture
def signature(workshop: Workshop, letter: Letter) -> Signature:
    return signed(workshop, letter, "ada@example.org", speak=None, give=2000)


def test_a_check_in_names_what_is_asked_and_leads_to_the_page(
    workshop: Workshop, visitor: Visitor, signature: Signature
) -> None:
    workshop.deliver()
    with time_machine.travel("2027-06-02T12:00:00Z"):
        (mail,) = workshop.deliver()
        said = plain(mail)
        assert "I will speak up." in said
        assert "(€20)" in said
        assert "due by June 1, 2027" in said
        assert [row.reference in said for row in commitments(workshop)] == [False, True]
        assert visitor.get(link(mail, "report")).status_code == 200
        assert link(mail, "manage")
        assert workshop.deliver() == []


def test_who_has_reported_since_is_sent_no_mail(workshop: Workshop, visitor: Visitor, signature: Signature) -> None:
    workshop.deliver()
    with time_machine.travel("2027-06-02T12:00:00Z") as clock_hand:
        tick(workshop)
        clock_hand.shift(1)
        token = report_token(signature.id, clock.now())
        visitor.post(f"/report/{token}", {"give-outcome": "kept", "speak-outcome": "not_yet"})
        assert workshop.deliver() == []


def test_one_click_stops_the_mails_and_looking_does_not(
    workshop: Workshop, visitor: Visitor, signature: Signature
) -> None:
    workshop.deliver()
    with time_machine.travel("2027-06-02T12:00:00Z"):
        (mail,) = workshop.deliver()
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    path = "/" + mail["List-Unsubscribe"].strip("<>").split("/", 3)[3]
    with time_machine.travel("2027-06-03T12:00:00Z"):
        visitor.get(path)
        assert "Stop these mails" in visitor.text
    with time_machine.travel("2027-06-10T12:00:00Z"):
        assert len(workshop.deliver()) == 1
        assert visitor.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
        visitor.get(path)
        assert "We ask no more" in visitor.text
    with time_machine.travel("2027-06-29T12:00:00Z"):
        assert workshop.deliver() == []


def test_an_unsubscribing_link_is_for_its_kind_of_mail_only(visitor: Visitor, signature: Signature) -> None:
    other = unsubscribe_path(signature.id, 99, clock.now())
    for ask in (visitor.get, visitor.post):
        assert ask(other).status_code == 404
        assert ask("/unsubscribe/nonsense").status_code == 404
