"""A link whose time is over leads to the form that mails a fresh one, whatever became of the letter."""

from datetime import timedelta

import pytest
import time_machine

from pledges import clock, retention
from pledges.letter import publishing, withdrawing
from pledges.letter.inviting import FIRST_LINK_LASTS
from pledges.letter.queries import get_letter
from pledges.pledge.mails import report_token
from pledges.signature.links import manage_token
from pledges.signature.unsubscribing import MailKind, unsubscribe_path
from pledges.tally.queries import Figures
from tests.letter.revisions import CHANGE, revise
from tests.mailing import link, plain
from tests.people import Visitor, Workshop
from tests.signature.invitations import came, first_link

LATER = timedelta(days=401)


def end(workshop: Workshop, how: str) -> None:
    with workshop.writing() as session:
        letter = get_letter(session, "ask-more")
        if how == "closed":
            publishing.close(session, letter, now=clock.now())
        elif how == "withdrawn":
            withdrawing.withdraw(session, letter, "Agreed.", now=clock.now())


def goes_on(workshop: Workshop, visitor: Visitor) -> None:
    """From the page that says so, by its button and the form, to a fresh mail and the own page."""
    way = visitor.page.select_one("main a.button")["href"]
    assert visitor.get(way).status_code == 200
    visitor.press("/resend", email="ada@example.org")
    assert visitor.response.status_code == 200
    assert visitor.get(link(workshop.deliver()[-1], "manage")).status_code == 200


@pytest.mark.parametrize("how", ["open", "closed", "withdrawn"])
@pytest.mark.parametrize("kind", ["manage", "report", "unsubscribe"])
def test_an_expired_link_leads_to_a_fresh_one(workshop: Workshop, visitor: Visitor, kind: str, how: str) -> None:
    signature = workshop.confirmed(workshop.letter())
    with workshop.app.app_context():
        paths = {
            "manage": f"/manage/{manage_token(signature, clock.now())}",
            "report": f"/report/{report_token(signature.id, clock.now())}",
            "unsubscribe": unsubscribe_path(signature.id, MailKind.CHECK_INS, clock.now()),
        }
    end(workshop, how)
    workshop.deliver()
    with time_machine.travel(clock.now() + LATER):
        posted = f"{paths['manage']}/change" if kind == "manage" else paths[kind]
        assert visitor.post(posted).status_code == 410
        assert visitor.get(paths[kind]).status_code == 410
        assert visitor.response.headers["Cache-Control"] == "no-store"
        assert visitor.page.select_one("h1").get_text() == "This link has expired"
        goes_on(workshop, visitor)


def test_it_leads_there_in_the_language_that_was_signed_in(workshop: Workshop, visitor: Visitor) -> None:
    workshop.letter(translations="\n  - language: es\n    title: Pídannos más\n    body: Les pedimos más.")
    visitor.post("/letters/ask-more/sign?lang=es", {"name": "Ada", "email": "ada@example.org"})
    workshop.deliver()
    visitor.post(workshop.confirm_link("ada@example.org"))
    workshop.deliver()
    path = workshop.manage_link("ada@example.org")
    with time_machine.travel(clock.now() + LATER):
        assert visitor.get(path).status_code == 410
    assert visitor.page.select_one("html")["lang"] == "es"
    assert visitor.page.select_one("main a.button")["href"] == "/letters/ask-more/own-page?lang=es"


def test_before_the_letter_opens_it_leads_by_the_secret_link(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter(opened=False)
    came(workshop, visitor, first_link(workshop, letter), "Ada Example")
    path = workshop.manage_link("ada@example.org")
    with time_machine.travel(clock.now() + LATER):
        assert visitor.get(path).status_code == 410
        assert not visitor.page.select("a[href^='/letters/']")
        goes_on(workshop, visitor)


@pytest.mark.parametrize("how", ["open", "closed", "withdrawn"])
def test_an_expired_secret_link_leads_to_the_letter_that_has_opened(
    workshop: Workshop, visitor: Visitor, how: str
) -> None:
    letter = workshop.letter(opened=False)
    path = first_link(workshop, letter)
    came(workshop, visitor, path, "Ada Example")
    with workshop.writing() as session:
        publishing.open_letter(session, get_letter(session, "ask-more"), now=clock.now())
    end(workshop, how)
    workshop.deliver()
    with time_machine.travel(clock.now() + FIRST_LINK_LASTS):
        assert visitor.get(path).status_code == 410
        assert visitor.page.select_one("main a.button")["href"] == "/letters/ask-more/own-page"


def test_an_expired_secret_link_tells_nobody_of_a_letter_that_is_not_open(workshop: Workshop, visitor: Visitor) -> None:
    path = first_link(workshop, workshop.letter(opened=False))
    with time_machine.travel(clock.now() + FIRST_LINK_LASTS):
        assert visitor.get(path).status_code == 410
    assert not visitor.page.select("a[href^='/letters/']")
    assert "Ask more of us" not in visitor.text


EIGHT_DAYS = timedelta(days=8)


def test_one_press_sends_a_fresh_link_though_all_that_may_be_asked_for_were_sent(
    workshop: Workshop, visitor: Visitor
) -> None:
    letter = workshop.letter()
    workshop.sign(letter)
    workshop.deliver()
    for hours in (1, 2, 4):
        with time_machine.travel(clock.now() + timedelta(hours=hours)):
            visitor.post("/letters/ask-more/resend", {"email": "ada@example.org"})
            assert len(workshop.deliver()) == 1
    path = workshop.confirm_link("ada@example.org")
    with time_machine.travel(clock.now() + EIGHT_DAYS):
        assert visitor.get(path).status_code == 410
        visitor.press("/again")
        (mail,) = workshop.deliver()
        assert visitor.post(link(mail, "confirm")).status_code == 303
    assert workshop.figures(letter) == Figures(awaiting=1)


def test_an_old_link_of_who_has_confirmed_leads_to_the_own_page(workshop: Workshop, visitor: Visitor) -> None:
    workshop.sign(workshop.letter())
    workshop.deliver()
    path = workshop.confirm_link("ada@example.org")
    visitor.post(path)
    workshop.deliver()
    with time_machine.travel(clock.now() + LATER):
        assert visitor.get(path).status_code == 410
        assert "Your signature is confirmed" in visitor.text
        visitor.press("/again")
        assert "the way to your own page is on its way" in visitor.text
        (mail,) = workshop.deliver()
        assert "/confirm/" not in plain(mail)
        assert visitor.get(link(mail, "manage")).status_code == 200


def test_an_old_link_to_what_is_erased_offers_nothing_that_does_not_come(workshop: Workshop, visitor: Visitor) -> None:
    workshop.sign(workshop.letter())
    workshop.deliver()
    path = workshop.confirm_link("ada@example.org")
    with time_machine.travel(clock.now() + LATER):
        with workshop.app.app_context():
            retention.run(now=clock.now())
        assert visitor.get(path).status_code == 410
        assert "Nothing is left to confirm" in visitor.text
        assert not visitor.page.select("main form")
        assert visitor.page.select_one("main a[href='/letters/ask-more']") is not None


@pytest.mark.parametrize("how", ["closed", "withdrawn"])
def test_an_expired_link_to_what_can_be_confirmed_no_more_says_so(
    workshop: Workshop, visitor: Visitor, how: str
) -> None:
    workshop.sign(workshop.letter())
    workshop.deliver()
    path = workshop.confirm_link("ada@example.org")
    end(workshop, how)
    with time_machine.travel(clock.now() + EIGHT_DAYS):
        for ask in (visitor.get, visitor.post):
            assert ask(path).status_code == 410
            assert "Your signature was not counted" in visitor.text
            assert not visitor.page.select("main form")


def test_who_has_confirmed_an_earlier_text_is_not_told_that_nothing_is_left(
    workshop: Workshop, visitor: Visitor
) -> None:
    workshop.sign(workshop.letter())
    workshop.deliver()
    path = workshop.confirm_link("ada@example.org")
    visitor.post(path)
    revise(workshop, CHANGE)
    for passed in (timedelta(), EIGHT_DAYS):
        with time_machine.travel(clock.now() + passed):
            visitor.get(path)
            assert "To agree to the present text" in visitor.text
            assert "nothing left to do" not in visitor.text
