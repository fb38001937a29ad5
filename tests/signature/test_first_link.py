"""Whom the secret link admits: nobody once it is taken back, and nobody around what all are asked once it is open."""

from datetime import timedelta

import pytest
import time_machine

from pledges import clock
from pledges.letter import inviting
from pledges.letter.models import Letter
from pledges.letter.queries import get_letter
from pledges.signature import signing
from pledges.signature.addresses import read_address
from pledges.signature.words import Words
from tests.crowds import dump
from tests.people import Visitor, Workshop
from tests.signature.invitations import ADA, came, first_link, invite, invited, open_it, revoke


def sign_by(workshop: Workshop, letter: Letter, invitation_id: int | None) -> None:
    submission = signing.Submission(address=read_address("ada@example.org"), words=Words(name="Ada"))
    with workshop.writing() as session:
        fresh = get_letter(session, letter.slug)
        text = fresh.text_in(None)
        signing.sign(session, fresh, text, submission, invitation_id=invitation_id, now=clock.now())


def test_a_link_that_is_taken_back_sends_nothing_more(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter(opened=False)
    path = first_link(workshop, letter)
    came(workshop, visitor, path, "Ada Example")
    revoke(workshop, letter)
    assert visitor.post(f"{path}/resend", {"email": ADA["email"]}).status_code == 410
    for page in ("own-page", "check-email", "check-email/again"):
        assert visitor.get(f"{path}/{page}").status_code == 410
    assert workshop.deliver() == []


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
    assert visitor.post(path, {"name": "Bea Example", "email": "bea@example.org"}).status_code == 303
    workshop.deliver()
    revoke(workshop, letter)
    for answer in (visitor.get(path), visitor.post(path, ADA), visitor.get(f"{path}/check-email")):
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
    visitor.post(path, {"name": "Bea Example", "email": "bea@example.org"})
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
