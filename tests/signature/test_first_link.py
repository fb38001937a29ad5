"""Whom the secret link admits: nobody once it is taken back, and nobody around what all are asked once it is open."""

import re
from datetime import timedelta

import pytest
import time_machine

from pledges import clock
from pledges.letter import inviting, publishing
from pledges.letter.models import Letter
from pledges.letter.queries import get_letter
from pledges.signature import signing
from pledges.signature.addresses import read_address
from pledges.signature.words import Words
from tests.crowds import dump
from tests.mailing import link, plain
from tests.people import Visitor, Workshop
from tests.signature.invitations import ADA, came, first_link, invite, invited, open_it, revoke

BEA = {"name": "Bea Example", "email": "bea@example.org"}


def sign_by(workshop: Workshop, letter: Letter, invitation_id: int | None) -> None:
    submission = signing.Submission(address=read_address("ada@example.org"), words=Words(name="Ada"))
    with workshop.writing() as session:
        fresh = get_letter(session, letter.slug)
        text = fresh.text_in(None)
        signing.sign(session, fresh, text, submission, invitation_id=invitation_id, now=clock.now())


@pytest.fixture
def revoked(workshop: Workshop, visitor: Visitor) -> str:
    """The path of a secret link by which Ada has signed and Bea is about to, before it was revoked."""
    letter = workshop.letter(opened=False, translations="[{language: es, title: Pedid, to: La junta, body: Más.}]")
    path = first_link(workshop, letter)
    came(workshop, visitor, path, "Ada Example")
    visitor.post(path, BEA)
    workshop.deliver()
    revoke(workshop, letter)
    return path


def test_who_signed_by_a_link_reaches_the_own_page_after_it_was_revoked(
    workshop: Workshop, visitor: Visitor, revoked: str
) -> None:
    with time_machine.travel(clock.now() + timedelta(hours=2), tick=False):
        assert visitor.get(revoked).status_code == 410
        visitor.get(visitor.page.select_one("main a.button")["href"])
        for email in (ADA["email"], BEA["email"], "nobody@example.org"):
            visitor.get(f"{revoked}/own-page")
            assert visitor.press("/resend", email=email).status_code == 200
        mails = {str(mail["To"]): mail for mail in workshop.deliver()}
    assert mails.keys() == {ADA["email"], BEA["email"]}
    assert visitor.get(link(mails[ADA["email"]], "manage")).status_code == 200
    digits = re.search(r"\b\d{3} \d{3}\b", plain(mails[BEA["email"]]))
    assert digits is not None
    visitor.get(f"{revoked}/check-email")
    visitor.press("/code", email=BEA["email"], code=digits[0])
    assert (visitor.response.status_code, visitor.response.request.path) == (200, f"{revoked}/thanks")


def test_the_ways_back_behind_a_revoked_link_tell_nothing_of_the_draft(visitor: Visitor, revoked: str) -> None:
    pages = ("own-page", "check-email", "check-email/again", "thanks")
    answers = [visitor.get(f"{revoked}/{page}{query}") for page in pages for query in ("", "?lang=es")]
    answers += [visitor.post(f"{revoked}/resend", {"email": "ada"}), visitor.post(f"{revoked}/code", {"email": "ada"})]
    for answer in (*answers, visitor.get(revoked), visitor.post(revoked, ADA)):
        assert "Ask more of us" not in answer.text
        assert "Pedid" not in answer.text
        assert "/letters/" not in answer.text
        assert f'href="{revoked}"' not in answer.text
        assert f'href="{revoked}#' not in answer.text


def test_once_the_letter_is_open_the_ways_back_of_a_revoked_link_lead_to_it(
    workshop: Workshop, visitor: Visitor, revoked: str
) -> None:
    with workshop.writing() as session:
        publishing.open_letter(session, get_letter(session, "ask-more"), now=clock.now())
    assert visitor.get(revoked).status_code == 410
    assert visitor.page.select_one("main a.button")["href"] == "/letters/ask-more/own-page"
    for page in ("own-page", "check-email", "thanks"):
        assert visitor.get(f"{revoked}/{page}?lang=es").status_code == 200
        assert visitor.page.select("main .way a")[-1]["href"] == "/letters/ask-more?lang=es"


def test_nobody_signs_a_draft_without_the_link(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter(opened=False)
    assert visitor.sign("ask-more").status_code == 404
    assert visitor.get("/first/nonsense").status_code == 404
    assert visitor.post("/first/nonsense", ADA).status_code == 404
    other = workshop.letter("another", opened=False)
    for invitation_id in (None, invite(workshop, other).id, 99):
        with pytest.raises((signing.LetterClosed, inviting.InvitationRevoked)):
            sign_by(workshop, letter, invitation_id)
    assert dump(workshop)["signature"] == []


def test_a_revoked_link_is_a_plain_page_and_who_came_by_it_stays(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter(opened=False)
    path = first_link(workshop, letter)
    came(workshop, visitor, path, "Ada Example")
    assert visitor.post(path, BEA).status_code == 303
    workshop.deliver()
    revoke(workshop, letter)
    for answer in (visitor.get(path), visitor.post(path, ADA)):
        assert answer.status_code == 410
        assert answer.headers["Cache-Control"] == "no-store"
    assert "taken back" in visitor.text
    assert visitor.post(workshop.confirm_link("bea@example.org")).status_code == 303
    assert [found.name for found in invited(workshop, letter)] == ["Ada Example", "Bea Example"]


def test_a_link_revoked_after_the_page_was_loaded_admits_nobody(workshop: Workshop) -> None:
    letter = workshop.letter(opened=False)
    invitation = invite(workshop, letter)
    revoke(workshop, letter)
    with pytest.raises(inviting.InvitationRevoked):
        sign_by(workshop, letter, invitation.id)


def test_once_the_letter_is_open_the_link_leads_to_it_and_marks_nobody(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter(opened=False, translations="[{language: es, title: Pedid, to: La junta, body: Más.}]")
    path = first_link(workshop, letter)
    came(workshop, visitor, path, "Ada Example")
    visitor.post(path, BEA)
    workshop.deliver()
    open_it(workshop, letter)
    assert visitor.get(path).headers["Location"] == "/letters/ask-more"
    assert visitor.get(f"{path}?lang=es").headers["Location"] == "/letters/ask-more?lang=es"
    answer = visitor.post(path, {"name": "Cea Example", "email": "cea@example.org"})
    assert (answer.status_code, answer.headers["Location"]) == (307, "/letters/ask-more/sign")
    assert visitor.sign("ask-more", name="Cea Example", email="cea@example.org").status_code == 303
    workshop.deliver()
    for email in ("bea@example.org", "cea@example.org"):
        assert visitor.post(workshop.confirm_link(email)).headers["Location"] == "/letters/ask-more/thanks"
    assert [found.name for found in invited(workshop, letter)] == ["Ada Example", "Bea Example"]


def test_once_the_letter_is_open_the_link_is_no_way_around_what_everybody_is_asked(
    workshop: Workshop, visitor: Visitor
) -> None:
    letter = workshop.letter(opened=False, challenge_above=1)
    path = first_link(workshop, letter)
    open_it(workshop, letter)
    with time_machine.travel("2027-03-01T12:00:30Z", tick=False):
        statuses = []
        for n in range(3):
            fields = {**ADA, "email": f"ada-{n}@example.org"}
            again = visitor.post(path, fields)
            assert again.status_code == 307
            statuses.append(visitor.post(again.headers["Location"], fields).status_code)
    assert statuses == [303, 422, 422]
    assert visitor.page.select_one("[name=challenge]") is not None
    assert len(dump(workshop)["signature"]) == 1


def test_a_draft_whose_day_has_passed_takes_nobody(workshop: Workshop, visitor: Visitor) -> None:
    with time_machine.travel("2027-03-01T12:00:00Z", tick=False) as time:
        letter = workshop.letter(opened=False, closes="2027-03-02")
        path = first_link(workshop, letter)
        assert visitor.get(path).status_code == 200
        time.shift(timedelta(days=3))
        assert visitor.post(path, ADA).status_code == 409
        assert visitor.get(path).status_code == 200
        assert visitor.page.select("form[data-sign]") == []


def test_who_came_by_a_link_that_is_taken_back_is_not_sent_to_sign_again(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter(opened=False)
    (email,) = came(workshop, visitor, first_link(workshop, letter), "Ada Example")
    own = workshop.manage_link(email)
    assert "sign again" in visitor.get(own).get_data(as_text=True)
    revoke(workshop, letter)
    assert "sign again" not in visitor.get(own).get_data(as_text=True)
    open_it(workshop, letter)
    assert "sign again" in visitor.get(own).get_data(as_text=True)
