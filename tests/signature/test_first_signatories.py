"""First signatories: a secret link to a letter that is not open yet, and who stands first once it is."""

import re
from datetime import timedelta

import pytest
import time_machine

from pledges import clock
from pledges.letter import inviting, publishing
from pledges.letter.models import Invitation, Letter
from pledges.letter.queries import get_letter, list_invitations
from pledges.signature import queries, ranking, signing
from pledges.signature.addresses import read_address
from pledges.signature.models import Signature, Words
from pledges.signature.states import Kind, State
from pledges.tally.queries import Figures
from tests.crowds import crowd, dump, in_state
from tests.mailing import link, plain
from tests.people import Visitor, Workshop

ADA = {"name": "Ada Example", "email": "ada@example.org"}


def invite(workshop: Workshop, letter: Letter, note: str | None = None) -> Invitation:
    with workshop.writing() as session:
        return inviting.invite(session, letter, note=note, now=clock.now())


def revoke(workshop: Workshop, letter: Letter) -> None:
    with workshop.writing() as session:
        for invitation in list_invitations(session, letter):
            inviting.revoke(session, invitation, now=clock.now())


def path_of(workshop: Workshop, invitation: Invitation) -> str:
    with workshop.app.app_context():
        return f"/first/{inviting.first_token(invitation.id, since=invitation.created_at)}"


def first_link(workshop: Workshop, letter: Letter) -> str:
    return path_of(workshop, invite(workshop, letter))


def open_it(workshop: Workshop, letter: Letter) -> None:
    with workshop.writing() as session:
        publishing.open_letter(session, get_letter(session, letter.slug), now=clock.now())


def came(workshop: Workshop, visitor: Visitor, path: str, *names: str, host: str = "example.org") -> list[str]:
    """Those names sign by the link and confirm; answers their addresses."""
    emails = [f"{name.split()[0].lower()}@{host}" for name in names]
    for name, email in zip(names, emails, strict=True):
        assert visitor.post(path, {"name": name, "email": email}).status_code == 303
        workshop.deliver()
        assert visitor.post(workshop.confirm_link(email)).status_code == 303
    workshop.deliver()
    return emails


def invited(workshop: Workshop, letter: Letter) -> list[Signature]:
    with workshop.writing() as session:
        return [*ranking.list_invited(session, letter)]


def sign_by(workshop: Workshop, letter: Letter, invitation_id: int | None) -> None:
    submission = signing.Submission(address=read_address("ada@example.org"), words=Words(name="Ada"))
    with workshop.writing() as session:
        fresh = get_letter(session, letter.slug)
        text = fresh.text_in(None)
        signing.sign(session, fresh, text, submission, invitation_id=invitation_id, now=clock.now())


def names_first(visitor: Visitor) -> list[str]:
    visitor.get("/letters/ask-more")
    return [name.get_text(strip=True) for name in visitor.page.select(".names__list--first .signatory__name")]


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


def test_a_link_that_is_taken_back_sends_nothing_more(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter(opened=False)
    path = first_link(workshop, letter)
    came(workshop, visitor, path, "Ada Example")
    revoke(workshop, letter)
    assert visitor.post(f"{path}/resend", {"email": ADA["email"]}).status_code == 410
    for page in ("own-page", "check-email", "check-email/again"):
        assert visitor.get(f"{path}/{page}").status_code == 410
    assert workshop.deliver() == []


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


def test_ranked_stand_first_then_the_invited_then_everybody_by_time(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter(opened=False, moderation="flag")
    path = first_link(workshop, letter)
    came(workshop, visitor, path, "Ada Example", "Bea Example", "Cea Example")
    open_it(workshop, letter)
    crowd(workshop, letter, [f"Later {letter}" for letter in "ABCDEFGH"], apart=timedelta(hours=1))
    assert names_first(visitor)[:3] == ["Ada Example", "Bea Example", "Cea Example"]
    cea = invited(workshop, letter)[2]
    with workshop.writing() as session:
        ranking.rank(session, letter, {cea.id: 1})
    assert names_first(visitor) == ["Cea Example", "Ada Example", "Bea Example", "Later A", "Later B", "Later C"]
    assert "First signatories" in visitor.text
    with workshop.writing() as session:
        most = queries.list_first(session, letter, limit=2, most_invited=2)
    assert [found.name for found in most] == ["Cea Example", "Ada Example"]


def test_organizations_can_be_first_signatories_too(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter(opened=False)
    path = first_link(workshop, letter)
    society = {"kind": "organization", "website": "example.org", "representative": "Ada Example"}
    assert visitor.post(path, {**ADA, **society, "name": "Example Society"}).status_code == 303
    (signature,) = invited(workshop, letter)
    assert signature.kind is Kind.ORGANIZATION


def test_moving_up_and_down_numbers_all_that_have_a_place_by_that(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter(opened=False)
    came(workshop, visitor, first_link(workshop, letter), *(f"{name} Example" for name in ("Ada", "Bea", "Cea", "Dea")))
    ids = {found.name[0]: found.id for found in invited(workshop, letter)}

    def order() -> list[tuple[str, int | None]]:
        return [(found.name[0], found.rank) for found in invited(workshop, letter)]

    def shift(name: str, by: int) -> None:
        with workshop.writing() as session:
            ranking.shift(session, letter, ids[name], by)

    shift("B", -1)
    assert order() == [("B", 1), ("A", 2), ("C", None), ("D", None)]
    shift("A", 1)
    assert order() == [("B", 1), ("C", 2), ("A", 3), ("D", None)]
    for unmoved in (("B", -1), ("D", 1)):
        shift(*unmoved)
    assert order() == [("B", 1), ("C", 2), ("A", 3), ("D", None)]


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


def test_another_letters_names_are_not_among_the_first(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter()
    in_state(workshop, workshop.letter("another"), State.APPROVED)
    assert names_first(visitor) == []
    assert invited(workshop, letter) == []
