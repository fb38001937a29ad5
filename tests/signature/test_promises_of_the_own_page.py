"""What the own page and the mails promise, each only where it comes true."""

from datetime import timedelta

import pytest
import time_machine

from pledges import clock
from pledges.letter import withdrawing
from pledges.letter.models import Letter
from pledges.letter.queries import get_letter
from pledges.moderation import deciding
from pledges.signature import changing, queries
from pledges.signature.changing import Wish
from pledges.signature.links import confirm_token, manage_token
from pledges.signature.models import Signature
from pledges.signature.states import Kind, State
from pledges.signature.words import Display
from tests.crowds import in_state
from tests.mailing import plain
from tests.people import Visitor, Workshop
from tests.pledge.promises import offer
from tests.signature.invitations import ADA, first_link

NOT_SHOWN = "Not shown, as your name is not."
WAITS = "It waits for a moderator; until then it is not shown."
BY_HAND = "What was decided stands on your own page then, and if it is kept out, why."
SENTENCE = {"statement": "I was there."}


def own(workshop: Workshop, signature: Signature) -> str:
    with workshop.app.app_context():
        return f"/manage/{manage_token(signature, clock.now())}"


def read(workshop: Workshop, visitor: Visitor, signature: Signature) -> str:
    """The own page without the list of all that is stored, which promises nothing."""
    assert visitor.get(own(workshop, signature)).status_code == 200
    page = visitor.page
    for record in page.select(".stored"):
        record.decompose()
    return " ".join(page.get_text(" ").split())


def has_form(visitor: Visitor, action: str) -> bool:
    return visitor.page.select_one(f"form[action$='/{action}']") is not None


def take_back(workshop: Workshop, letter: Letter) -> None:
    with workshop.writing() as session:
        withdrawing.withdraw(session, get_letter(session, letter.slug), "We were wrong", now=clock.now())


@pytest.mark.parametrize(
    ("state", "how", "said"),
    [
        (State.PENDING, {"display": Display.AFFILIATION}, [NOT_SHOWN]),
        (State.PENDING, {}, []),
        (State.AWAITING, {"display": Display.AFFILIATION}, [NOT_SHOWN]),
        (State.AWAITING, {"display": Display.ANONYMOUS}, [NOT_SHOWN]),
        (State.AWAITING, {"display": Display.AFFILIATION, "together": True}, [NOT_SHOWN]),
        (State.AWAITING, {"together": True}, [WAITS]),
        (State.AWAITING, {}, [WAITS]),
        (State.AWAITING, {"kind": Kind.ORGANIZATION}, [WAITS]),
        (State.REJECTED, {"display": Display.AFFILIATION}, []),
    ],
)
def test_a_sentence_that_is_never_shown_is_said_to_be(
    workshop: Workshop, visitor: Visitor, state: State, how: dict[str, object], said: list[str]
) -> None:
    letter = workshop.letter(anonymous="true", together=3)
    signature = in_state(workshop, letter, state, **SENTENCE, **how)
    text = read(workshop, visitor, signature)
    assert [each for each in (NOT_SHOWN, WAITS) if each in text] == said
    with workshop.app.app_context():
        visitor.get(f"/confirm/{confirm_token(signature, clock.now())}")
    assert (NOT_SHOWN in visitor.text) == (NOT_SHOWN in said)


def test_under_a_withdrawn_letter_nothing_is_promised_of_what_stays_sealed(
    workshop: Workshop, visitor: Visitor
) -> None:
    letter = workshop.letter(together=3)
    sealed = in_state(workshop, letter, State.AWAITING, together=True, updates=True, **SENTENCE)
    seen = in_state(workshop, letter, State.AWAITING, "eve@example.org", updates=True, **SENTENCE)
    read(workshop, visitor, sealed)
    assert has_form(visitor, "stop-updates")
    take_back(workshop, letter)
    text = read(workshop, visitor, sealed)
    assert "stays sealed and is shown nowhere" in text
    assert "It stays sealed, so there is nothing to change." in text
    assert not [each for each in (WAITS, "changes at once", "A moderator reads") if each in text]
    assert not has_form(visitor, "change")
    assert not has_form(visitor, "stop-updates")
    text = read(workshop, visitor, seen)
    assert WAITS in text
    assert "What is shown changes at once." in text
    assert "sign again" not in text
    assert not has_form(visitor, "stop-updates")


def test_who_may_sign_again_is_told_how_to_change_the_rest(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter()
    person = in_state(workshop, letter, State.AWAITING)
    society = in_state(workshop, letter, State.AWAITING, "office@example.net", kind=Kind.ORGANIZATION)
    assert "Another name or country? Withdraw, and sign again." in read(workshop, visitor, person)
    assert "Another name, website or country? Withdraw, and sign again." in read(workshop, visitor, society)


def test_a_sealed_name_that_is_never_listed_waits_for_nobody(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter(together=3, anonymous="true")
    signature = in_state(workshop, letter, State.AWAITING, together=True)
    with workshop.writing() as session:
        wish = Wish(Display.ANONYMOUS, role=None, affiliation=None, statement=None)
        changing.change(session, signature.id, wish, now=clock.now())
    text = read(workshop, visitor, signature)
    assert "It counts, and you are not listed, as you chose." in text
    assert "moderator reads" not in text


def test_where_a_moderator_lets_sealed_names_in_one_waits_for_that(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter(together=3, count="approved")
    text = read(workshop, visitor, in_state(workshop, letter, State.AWAITING, together=True))
    assert "It is confirmed and waits for a moderator." in text


def test_the_page_of_who_has_not_confirmed_leads_to_another_mail(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter(translations="[{language: es, title: Pidan, body: Pidan.}]")
    visitor.post("/letters/ask-more/sign?lang=es", {"name": "Ada Example", "email": "ada@example.org"})
    with workshop.writing() as session:
        (signature,) = session.query(Signature)
        path = f"/manage/{manage_token(signature, clock.now())}"
    visitor.get(path)
    (way,) = {link["href"] for link in visitor.page.select("a[href*='/own-page']")}
    assert way == "/letters/ask-more/own-page?lang=es"
    assert visitor.get(way).status_code == 200
    take_back(workshop, letter)
    visitor.get(path)
    assert not visitor.page.select("a[href*='/own-page']")


def test_before_a_letter_opens_that_way_goes_by_the_secret_link(workshop: Workshop, visitor: Visitor) -> None:
    path = first_link(workshop, workshop.letter(opened=False))
    visitor.post(path, ADA)
    with workshop.writing() as session:
        (signature,) = session.query(Signature)
    text = read(workshop, visitor, signature)
    assert "Is the mail with the link to confirm not at hand?" in text
    assert visitor.get(visitor.page.select_one("a[href*='/own-page']")["href"]).status_code == 200


def test_what_can_be_confirmed_no_more_is_said_to_be(workshop: Workshop, visitor: Visitor) -> None:
    with time_machine.travel("2027-03-01T12:00:00Z", tick=False) as time:
        signature = workshop.sign(workshop.letter(closes="2027-03-02"))
        time.shift(timedelta(days=3))
        text = read(workshop, visitor, signature)
    assert "It can’t be confirmed any more: the letter takes no more signatures." in text
    assert not visitor.page.select("a[href*='/own-page']")


@pytest.mark.parametrize(
    ("head", "how", "is_said"),
    [
        ({"moderation": "hold"}, {}, True),
        ({"moderation": "flag"}, {}, False),
        ({"moderation": "flag"}, {"kind": Kind.ORGANIZATION}, True),
        ({"moderation": "hold", "count": "approved", "together": 3}, {"together": True}, True),
        ({"moderation": "flag", "together": 3}, {"together": True}, False),
    ],
)
def test_the_thanks_say_where_a_decision_stands(
    workshop: Workshop, head: dict[str, object], how: dict[str, object], is_said: bool
) -> None:
    workshop.confirmed(workshop.letter(**head), **how)
    mail = workshop.deliver()[-1]
    html = mail.get_body(("html",))
    assert html is not None
    assert [BY_HAND in " ".join(text.split()) for text in (plain(mail), html.get_content())] == [is_said] * 2


def test_an_organization_counts_only_once_it_is_let_through(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter()
    signature = workshop.sign(letter, kind=Kind.ORGANIZATION)
    (mail,) = workshop.deliver()
    text = " ".join(plain(mail).split())
    assert "Then a moderator looks at it, and only once it is let through does it count:" in text
    assert "Only then does your signature count" not in text
    assert "once a moderator has let each through" in read(workshop, visitor, signature)
    listed = in_state(workshop, letter, State.APPROVED, "office@example.net", kind=Kind.ORGANIZATION)
    text = read(workshop, visitor, listed)
    assert "website and country, and its sentence if a moderator has approved it; not who signs for it" in text
    assert "once a moderator has let each through" not in text


PLEDGES = "[{key: give, kind: amount, unit: EUR, text: I will give., due: 2027-06-01}]"


def test_who_has_no_address_is_told_of_pledges_by_the_page_alone(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter(pledges=PLEDGES)
    signature = workshop.sign(letter)
    offer(workshop, letter, signature, give=2000)
    with workshop.writing() as session:
        queries.find_signature(session, signature.id).erases_address = True
    workshop.deliver()
    visitor.post(workshop.confirm_link("ada@example.org"))
    text = read(workshop, visitor, signature)
    assert "no mail can tell you when a pledge binds or is due: come back here to see it" in text
    assert "we ask you by mail" not in text
    visitor.get(own(workshop, signature))
    assert "Mails that ask about your pledges no" in visitor.text


def test_who_is_kept_out_is_asked_nothing_about_pledges(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter(pledges=PLEDGES)
    signature = workshop.sign(letter, updates=True)
    offer(workshop, letter, signature, give=2000)
    workshop.deliver()
    visitor.post(workshop.confirm_link("ada@example.org"))
    assert "we ask you by mail" in read(workshop, visitor, signature)
    with workshop.writing() as session:
        deciding.reject(session, letter, [signature.id], reason="No.", account_id=None, now=clock.now())
    text = read(workshop, visitor, signature)
    assert "As long as your signature is kept out they are not counted, and no mail asks about them." in text
    assert "we ask you by mail" not in text
    assert not has_form(visitor, "pledges/show")
    assert not has_form(visitor, "stop-updates")


def test_who_asked_for_the_own_page_is_not_told_to_sign_again(workshop: Workshop, visitor: Visitor) -> None:
    workshop.letter()
    visitor.get("/letters/ask-more/check-email/again")
    assert "If the mail holds six digits, type them here." in visitor.text
    assert "Sign again" not in visitor.text
    assert visitor.page.find("a", string="Ask again with the right one")["href"] == "/letters/ask-more/own-page"
    visitor.get("/letters/ask-more/check-email")
    assert "Then type the six digits that stand in it." in visitor.text
    assert "Sign again" in visitor.text
