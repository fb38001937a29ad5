"""The wish for news: offered as it will be kept, said before one confirms, and taken back by a button or one click."""

import pytest
from sqlalchemy import select

from pledges import clock
from pledges.signature.models import Signature
from pledges.signature.states import State
from pledges.signature.unsubscribing import MailKind, unsubscribe_path
from tests.crowds import dump, in_state
from tests.mailing import plain
from tests.people import Visitor, Workshop
from tests.signature.invitations import first_link
from tests.signature.news import close, deliver_soon, stop_path, tick

BOTH = "Mail me when this letter reaches its goal, and when it closes"
CLOSING = "Mail me when this letter closes"
SPANISH = "\n  - language: es\n    title: Pídannos más\n    body: Les pedimos más."
SOCIETY = {"kind": "organization", "website": "example.org", "representative": "Ada Example"}


def offered(visitor: Visitor, path: str = "/letters/ask-more") -> str:
    visitor.get(path)
    tick_ = visitor.page.select_one(".more input[name=updates]")
    assert tick_ is not None
    assert not tick_.has_attr("checked")
    return " ".join(tick_.find_parent("label").get_text().split())


def wishes(workshop: Workshop) -> list[bool]:
    with workshop.writing() as session:
        return [*session.scalars(select(Signature.updates).order_by(Signature.id))]


def path_for(workshop: Workshop, signature: Signature, kind: int = MailKind.NEWS) -> str:
    with workshop.app.app_context():
        return unsubscribe_path(signature.id, kind, clock.now())


def test_what_is_offered_is_what_can_still_come(workshop: Workshop, visitor: Visitor) -> None:
    workshop.letter("without")
    letter = workshop.letter(goal=1, translations=SPANISH)
    assert offered(visitor, "/letters/without") == CLOSING
    assert offered(visitor) == BOTH
    spanish = "Avisarme por correo cuando esta carta alcance su meta y cuando se cierre"
    assert offered(visitor, "/letters/ask-more?lang=es") == spanish
    workshop.confirmed(letter)
    tick(workshop)
    assert offered(visitor) == CLOSING
    assert offered(visitor, "/letters/ask-more?lang=es") == "Avisarme por correo cuando se cierre esta carta"
    assert offered(visitor, first_link(workshop, workshop.letter("draft", opened=False, goal=5))) == BOTH


@pytest.mark.parametrize(("sent", "wish"), [({}, False), ({"updates": "y"}, True)])
@pytest.mark.parametrize("who", [{}, SOCIETY])
def test_the_wish_is_kept_as_it_was_sent(
    workshop: Workshop, visitor: Visitor, sent: dict[str, str], wish: bool, who: dict[str, str]
) -> None:
    workshop.letter()
    assert visitor.sign("ask-more", **sent, **who).status_code == 303
    assert wishes(workshop) == [wish]


@pytest.mark.parametrize("is_first", [False, True])
def test_who_has_the_address_erased_can_get_no_news_and_is_told_so(
    workshop: Workshop, visitor: Visitor, is_first: bool
) -> None:
    letter = workshop.letter(email_domains="[example.org]", opened=not is_first)
    path = first_link(workshop, letter) if is_first else "/letters/ask-more/sign"
    both = {"name": "Ada Example", "email": "ada@example.org", "updates": "y", "erase_address": "y"}
    before = dump(workshop)
    assert visitor.post(path, both).status_code == 422
    (message,) = visitor.page.select(".field__error")
    assert message["id"] == "updates-error"
    assert "Choose one: this, or having your address erased." in message.get_text()
    assert visitor.page.select_one("details.more").has_attr("open")
    assert visitor.page.select_one('.summary a[href="#updates"]') is not None
    assert dump(workshop) == before
    for one in ("updates", "erase_address"):
        sent = {key: value for key, value in both.items() if key != one}
        assert visitor.post(path, {**sent, "email": f"{one[0]}@example.org"}).status_code == 303


def test_where_no_address_is_erased_at_confirmation_nothing_stands_in_the_way(
    workshop: Workshop, visitor: Visitor
) -> None:
    workshop.letter()
    assert visitor.sign("ask-more", updates="y", erase_address="y").status_code == 303
    assert wishes(workshop) == [True]


def test_the_wish_is_said_before_one_confirms(workshop: Workshop, visitor: Visitor) -> None:
    said = "When the letter reaches its goal, and when it closes, we tell you by mail, as you wished."
    letter = workshop.letter(goal=9)
    workshop.sign(letter, updates=True)
    workshop.sign(letter, "quiet@example.org")
    workshop.deliver()
    for email, is_said in (("ada@example.org", True), ("quiet@example.org", False)):
        (mail,) = workshop.sink.to(email)
        html = mail.get_body(("html",))
        assert html is not None
        visitor.get(workshop.confirm_link(email))
        for words in (visitor.text, " ".join(plain(mail).split()), " ".join(html.get_content().split())):
            assert (said in words) == is_said


def test_looking_at_the_link_of_a_mail_stops_nothing_and_its_button_does(workshop: Workshop, visitor: Visitor) -> None:
    workshop.confirmed(workshop.letter(goal=1), updates=True)
    mail = next(m for m in [*deliver_soon(workshop), *workshop.sink.messages] if "goal" in m["Subject"])
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    path = stop_path(mail)
    assert f"{workshop.settings.base_url}{path}" in plain(mail)
    before = dump(workshop)
    for method in ("GET", "HEAD", "OPTIONS", "GET"):
        assert visitor.client.open(path, method=method).status_code < 400
    assert dump(workshop) == before
    visitor.get(path)
    assert visitor.response.headers["Cache-Control"] == "no-store"
    visitor.press("/unsubscribe/")
    assert "You get no more news" in visitor.text
    assert wishes(workshop) == [False]
    close(workshop)
    assert deliver_soon(workshop) == []


def test_one_click_in_the_mail_program_stops_them_and_a_repeat_answers_the_same(
    workshop: Workshop, visitor: Visitor
) -> None:
    signature = workshop.confirmed(workshop.letter(goal=1), updates=True)
    for _ in range(2):
        answer = visitor.post(path_for(workshop, signature), {"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
        assert "You get no more news" in visitor.text
        assert wishes(workshop) == [False]
    deliver_soon(workshop)
    assert not [mail for mail in workshop.sink.messages if "goal" in mail["Subject"]]


def test_a_link_stops_the_mails_of_its_kind_alone(workshop: Workshop, visitor: Visitor) -> None:
    signature = workshop.confirmed(workshop.letter(), updates=True)
    visitor.post(path_for(workshop, signature, MailKind.CHECK_INS))
    assert wishes(workshop) == [True]
    visitor.get(path_for(workshop, signature))
    assert "Stop these mails" in visitor.text
    visitor.post(path_for(workshop, signature))
    with workshop.writing() as session:
        assert session.get_one(Signature, signature.id).unasked
    assert wishes(workshop) == [False]


@pytest.mark.parametrize("kind", [*MailKind])
def test_a_link_from_before_one_withdrew_says_that_no_mail_comes_any_more(
    workshop: Workshop, visitor: Visitor, kind: MailKind
) -> None:
    signature = in_state(workshop, workshop.letter(), State.WITHDRAWN, updates=True)
    for ask in (visitor.get, visitor.post):
        ask(path_for(workshop, signature, kind), follow_redirects=True)
        assert "So no mail about it comes any more" in visitor.text
        assert visitor.page.select_one("main form, main a") is None


def test_the_page_that_stops_them_speaks_the_language_that_was_signed_in(workshop: Workshop, visitor: Visitor) -> None:
    workshop.letter(translations=SPANISH)
    visitor.post("/letters/ask-more/sign?lang=es", {"name": "Ada", "email": "ada@example.org", "updates": "y"})
    with workshop.writing() as session:
        signature = session.scalars(select(Signature)).one()
    visitor.get(path_for(workshop, signature))
    assert "No más noticias" in visitor.text
    visitor.press("/unsubscribe/")
    assert "Ya no recibirá noticias" in visitor.text


def test_the_download_tells_the_wish_and_when_it_was_granted(workshop: Workshop, visitor: Visitor) -> None:
    workshop.confirmed(workshop.letter(), updates=True)
    workshop.deliver()
    path = f"{workshop.manage_link('ada@example.org')}/download"
    assert visitor.get(path).json["wishes"]["closing_told_at"] is None
    close(workshop)
    tick(workshop)
    told = visitor.get(path).json["wishes"]
    assert told["updates"] is True
    assert told["closing_told_at"] is not None
