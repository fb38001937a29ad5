"""First signatories sign a letter that is not open yet, confirm, and reach their own page, seen by nobody else."""

import re
from datetime import timedelta

import time_machine

from pledges.signature.states import Kind, State
from pledges.tally.queries import Figures
from tests.crowds import dump
from tests.mailing import link, plain
from tests.people import Visitor, Workshop
from tests.signature.invitations import ADA, came, first_link, invited


def test_a_secret_link_shows_a_letter_that_nobody_else_sees(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter(opened=False)
    assert visitor.get("/letters/ask-more").status_code == 404
    answer = visitor.get(first_link(workshop, letter))
    assert answer.status_code == 200
    assert "We ask more of you." in visitor.text
    assert "not open yet" in visitor.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert answer.headers["Referrer-Policy"] == "strict-origin"
    assert "Set-Cookie" not in answer.headers
    assert visitor.page.select_one("meta[name=robots]")["content"] == "noindex, nofollow"
    assert not visitor.page.select("[rel=canonical], [property^='og:'], a[href^='/letters/']")


def test_a_first_signatory_signs_confirms_and_is_told_that_it_is_not_open(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter(opened=False)
    visitor.get(first_link(workshop, letter))
    visitor.press("/first/", **ADA)
    assert (visitor.response.status_code, visitor.response.request.path[-12:]) == (200, "/check-email")
    assert "Now check your mail" in visitor.text
    (mail,) = workshop.deliver()
    assert "/letters/ask-more" not in plain(mail)
    assert visitor.get(link(mail, "first")).status_code == 200
    visitor.get(link(mail, "confirm"))
    visitor.press("/confirm/")
    assert visitor.response.status_code == 200
    assert "Your signature is confirmed" in visitor.text
    assert "not open yet" in visitor.text
    (thanks,) = workshop.deliver()
    assert "not open yet" in plain(thanks)
    assert visitor.get(link(thanks, "manage")).status_code == 200
    assert not visitor.page.select("a[href^='/letters/']")
    (signature,) = invited(workshop, letter)
    assert signature.state is State.AWAITING
    assert workshop.figures(letter) == Figures(awaiting=1)


def test_a_first_signatory_confirms_by_the_digits_of_the_mail(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter(opened=False)
    visitor.get(first_link(workshop, letter))
    visitor.press("/first/", **ADA)
    (mail,) = workshop.deliver()
    assert not visitor.page.select("a[href^='/letters/']")
    digits = re.search(r"\b\d{3} \d{3}\b", plain(mail))
    assert digits is not None
    wrong = f"{(int(digits[0].replace(' ', '')) + 1) % 10**6:06d}"
    action = visitor.page.select_one("form[action*='/code']")["action"]
    assert visitor.post(action, {"email": ADA["email"], "code": wrong}).status_code == 422
    assert visitor.post(action, {"email": ADA["email"], "code": ""}).status_code == 422
    visitor.press("/code", email=ADA["email"], code=digits[0])
    assert visitor.response.status_code == 200
    assert "not open yet" in visitor.text
    assert workshop.figures(letter) == Figures(awaiting=1)


def test_a_first_signatory_has_the_mail_sent_once_more(workshop: Workshop, visitor: Visitor) -> None:
    with time_machine.travel("2027-03-01T12:00:00Z", tick=False) as time:
        letter = workshop.letter(opened=False)
        visitor.post(first_link(workshop, letter), ADA, follow_redirects=True)
        workshop.deliver()
        time.shift(timedelta(minutes=2))
        visitor.get(visitor.page.select_one("a[href*='/own-page']")["href"])
        assert visitor.press("/resend", email="ada").status_code == 422
        assert visitor.page.select_one("#email-error") is not None
        visitor.press("/resend", email=ADA["email"])
        assert (visitor.response.status_code, visitor.response.request.path[-18:]) == (200, "/check-email/again")
        assert visitor.response.headers["Cache-Control"] == "no-store"
        assert not visitor.page.select("a[href^='/letters/']")
        (mail,) = workshop.deliver()
        assert visitor.post(link(mail, "confirm")).status_code == 303
    assert workshop.figures(letter) == Figures(awaiting=1)


def test_a_first_signatory_is_mailed_the_way_to_the_own_page_and_a_stranger_nothing(
    workshop: Workshop, visitor: Visitor
) -> None:
    letter = workshop.letter(opened=False)
    path = first_link(workshop, letter)
    (ada,) = came(workshop, visitor, path, "Ada Example")
    answers = []
    for email in (ada, "nobody@example.org"):
        visitor.get(path)
        visitor.get(visitor.page.select_one("a[href*='/own-page']")["href"])
        assert visitor.press("/resend", email=email).status_code == 200
        answers.append(visitor.response.data)
    assert answers[0] == answers[1]
    (mail,) = workshop.deliver()
    assert (mail["To"], "/letters/ask-more" in plain(mail)) == (ada, False)
    assert visitor.get(link(mail, "manage")).status_code == 200


def test_an_expired_link_is_mailed_anew_while_the_letter_is_a_draft(workshop: Workshop, visitor: Visitor) -> None:
    with time_machine.travel("2027-03-01T12:00:00Z", tick=False) as time:
        letter = workshop.letter(opened=False)
        visitor.post(first_link(workshop, letter), ADA)
        workshop.deliver()
        time.shift(timedelta(days=8))
        workshop.deliver()
        assert visitor.get(workshop.confirm_link(ADA["email"])).status_code in (200, 410)
        visitor.post(f"{workshop.confirm_link(ADA['email'])}/again", follow_redirects=True)
        assert visitor.response.status_code == 200
        workshop.deliver()
        assert visitor.post(workshop.confirm_link(ADA["email"])).status_code == 303
    assert workshop.figures(letter) == Figures(awaiting=1)


def test_mistakes_come_back_with_the_form(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter(opened=False)
    path = first_link(workshop, letter)
    assert visitor.post(path, {"name": "", "email": "nobody"}).status_code == 422
    assert visitor.page.select_one("form[data-sign]")["action"] == path
    assert visitor.response.headers["Cache-Control"] == "no-store"
    assert dump(workshop)["signature"] == []


def test_a_drafts_first_signatories_are_public_nowhere(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter(opened=False, moderation="flag")
    path = first_link(workshop, letter)
    came(workshop, visitor, path, "Ada Example", "Bea Example")
    assert workshop.figures(letter) == Figures(approved=2)
    for page in ("", "/signatories", "/share", "/check-email", "/thanks", "/card.png", "/own-page"):
        assert visitor.get(f"/letters/ask-more{page}").status_code == 404, page
    for page in ("letters/ask-more", "letters/ask-more/count", "letters/ask-more/signatories"):
        assert visitor.get(f"/api/v1/{page}").status_code == 404, page
    for page in ("/", "/api/v1/letters", path):
        assert visitor.get(page).status_code == 200, page
        assert "Example" not in visitor.text
    for page in ("/embed/ask-more", "/embed/ask-more.svg", "/oembed?url=http://127.0.0.1:8000/letters/ask-more"):
        assert "Example" not in visitor.get(page).get_data(as_text=True), page


def test_organizations_can_be_first_signatories_too(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter(opened=False)
    path = first_link(workshop, letter)
    society = {"kind": "organization", "website": "example.org", "representative": "Ada Example"}
    assert visitor.post(path, {**ADA, **society, "name": "Example Society"}).status_code == 303
    (signature,) = invited(workshop, letter)
    assert signature.kind is Kind.ORGANIZATION


def test_a_withdrawn_first_signatory_is_told_of_to_nobody(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter(opened=False)
    (ada,) = came(workshop, visitor, first_link(workshop, letter), "Ada Example")
    visitor.get(workshop.manage_link(ada))
    visitor.press("/withdraw")
    assert visitor.response.status_code == 200
    assert invited(workshop, letter) == []


def test_the_last_word_to_a_first_signatory_leads_nowhere_that_is_not_there(
    workshop: Workshop, visitor: Visitor
) -> None:
    letter = workshop.letter(opened=False)
    (ada,) = came(workshop, visitor, first_link(workshop, letter), "Ada Example")
    visitor.post(f"{workshop.manage_link(ada)}/withdraw")
    (mail,) = workshop.deliver()
    assert mail["Subject"].startswith("Your signature is withdrawn")
    assert "/letters/" not in mail.as_string()
    assert "sign again" not in mail.as_string()
