"""A mail once more: three at most, with growing pauses; whatever is known of an address, the answers are alike."""

import re
from email.message import EmailMessage

import time_machine

from pledges import clock
from pledges.letter import publishing
from pledges.letter.queries import get_letter
from pledges.mail.models import OwedState
from pledges.signature.states import State
from tests.crowds import stolen
from tests.mailing import link, plain
from tests.people import Visitor, Workshop
from tests.signature import society

RESEND = "/letters/ask-more/resend"
MINUTE = 60


def ask(visitor: Visitor, email: str = "ada@example.org") -> None:
    answer = visitor.post(RESEND, {"email": email})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/letters/ask-more/check-email/again")


def test_three_mails_more_with_growing_pauses(workshop: Workshop, visitor: Visitor) -> None:
    workshop.letter()
    visitor.sign("ask-more")
    workshop.deliver()
    began = clock.now().timestamp()
    sent = {}
    for minutes in (0.5, 1.1, 5, 11.3, 30, 72, 500):
        with time_machine.travel(began + minutes * MINUTE):
            ask(visitor)
            sent[minutes] = len(workshop.deliver())
    assert sent == {0.5: 0, 1.1: 1, 5: 0, 11.3: 1, 30: 0, 72: 1, 500: 0}
    assert "/confirm/" in plain(workshop.sink.messages[-1])


def test_the_page_that_asks_promises_what_comes_to_who_has_confirmed_and_who_has_not(
    workshop: Workshop, visitor: Visitor
) -> None:
    workshop.letter()
    visitor.sign("ask-more")
    workshop.deliver()
    visitor.get("/letters/ask-more/check-email")
    visitor.get(visitor.page.find("a", string="Send it once more")["href"])
    assert "If you have confirmed, we mail you the link to your own page" in visitor.text
    assert "If you have not confirmed yet, we mail you the link to confirm once more." in visitor.text
    with time_machine.travel(clock.now().timestamp() + 2 * MINUTE):
        visitor.press("/resend", email="ada@example.org")
        (mail,) = workshop.deliver()
    assert "/confirm/" in plain(mail)


def test_before_the_first_has_left_there_is_none_more(workshop: Workshop, visitor: Visitor) -> None:
    workshop.letter()
    visitor.sign("ask-more")
    with time_machine.travel(clock.now().timestamp() + 2 * MINUTE):
        ask(visitor)
        assert len(workshop.deliver()) == 1


def test_never_more_than_five_mails_a_day_however_often_one_asks(workshop: Workshop, visitor: Visitor) -> None:
    workshop.letter()
    for _ in range(4):
        visitor.sign("ask-more")
    began = clock.now().timestamp()
    for hours in range(1, 20):
        with time_machine.travel(began + hours * 3600):
            ask(visitor)
            workshop.deliver()
    assert len(workshop.sink.messages) == 5


def test_who_has_signed_gets_the_way_to_the_own_page_and_strangers_get_nothing(
    workshop: Workshop, visitor: Visitor
) -> None:
    workshop.confirmed(workshop.letter())
    workshop.deliver()
    ask(visitor)
    (mail,) = workshop.deliver()
    assert mail["To"] == "ada@example.org"
    assert "/confirm/" not in plain(mail)
    assert "For:" not in plain(mail)
    assert "Keep this link to yourself" in plain(mail)
    assert visitor.get(link(mail, "manage")).status_code == 200
    ask(visitor, "nobody@example.org")
    assert workshop.deliver() == []
    assert workshop.outbox()[-1].state is OwedState.MOOT
    assert b"nobody@example.org" not in stolen(workshop)


BOARD = {"kind": "organization", "website": "example.org", "representative": "Ada Example", "name": "Society"}


def ways_in(mail: EmailMessage) -> list[tuple[str, str]]:
    """For whom, if it says so, and the path of each own page that a mail leads to."""
    return re.findall(r"(?:For: ([^\r\n]+)\s+)?http://[^/\s]+(/manage/\S+)", plain(mail))


def test_who_signed_for_an_organization_too_is_mailed_the_way_to_each(workshop: Workshop, visitor: Visitor) -> None:
    with time_machine.travel("2027-03-01T12:00:00Z", tick=False) as time:
        workshop.confirmed(workshop.letter())
        visitor.sign("ask-more", **BOARD)
        workshop.deliver()
        time.shift(2 * MINUTE)
        ask(visitor)
        time.shift(1)
        mails = workshop.deliver()
        assert sorted(("/manage/" in plain(mail), "/confirm/" in plain(mail)) for mail in mails) == [
            (True, False),
            (True, True),
        ]
        assert ["For: Society" in plain(mail) for mail in mails if "/confirm/" in plain(mail)] == [True]
        (confirm,) = [mail for mail in mails if "/confirm/" in plain(mail)]
        assert visitor.post(link(confirm, "confirm")).status_code == 303
        workshop.deliver()
        time.shift(24 * 60 * MINUTE)
        ask(visitor)
        (own,) = workshop.deliver()
    assert [name for name, _path in ways_in(own)] == ["Ada Example", "Society"]
    for part in (plain(own), own.get_body(("html",)).get_content()):
        assert "Keep these links to yourself" in part
    pages = [visitor.get(path).get_data(as_text=True) for _name, path in ways_in(own)]
    assert ["Society" in page for page in pages] == [False, True]


def test_a_name_that_advertises_tells_no_link_from_another(workshop: Workshop, visitor: Visitor) -> None:
    workshop.confirmed(workshop.letter(), name="buy.example.com")
    visitor.sign("ask-more", **BOARD)
    workshop.deliver()
    visitor.post(workshop.confirm_link("ada@example.org"))
    ask(visitor)
    (own,) = [mail for mail in workshop.deliver() if "asked for the way" in plain(mail)]
    assert [name for name, _path in ways_in(own)] == ["", "Society"]
    assert "buy.example" not in plain(own)


def test_one_mail_names_each_organization_of_a_mailbox_and_one_more_leads_to_each_that_waits(
    workshop: Workshop, visitor: Visitor
) -> None:
    with time_machine.travel("2027-03-01T12:00:00Z", tick=False) as time:
        workshop.letter()
        for number in range(6):
            assert society.confirm(workshop, visitor, name=f"Society {number}", website=f"s{number}.example.org") == 303
            time.shift(24 * 60 * MINUTE)
        for number in (6, 7):
            society.sign(visitor, name=f"Society {number}", website=f"s{number}.example.org")
        workshop.deliver()
        time.shift(2 * MINUTE)
        ask(visitor, society.SENT["email"])
        own, *waiting = workshop.deliver()
        assert [name for name, _path in ways_in(own)] == [f"Society {number}" for number in range(6)]
        assert [name for name, path in ways_in(own) if name not in visitor.get(path).get_data(as_text=True)] == []
        assert [re.findall(r"For: (.+)\r", plain(mail)) for mail in waiting] == [["Society 6"], ["Society 7"]]
        assert [visitor.post(link(mail, "confirm")).status_code for mail in waiting] == [303, 303]


def test_it_goes_to_the_address_as_it_is_spelt_now(workshop: Workshop, visitor: Visitor) -> None:
    workshop.confirmed(workshop.letter(), "ada.example@gmail.com")
    workshop.deliver()
    ask(visitor, "AdaExample+letters@googlemail.com")
    (mail,) = workshop.deliver()
    assert mail["To"] == "AdaExample+letters@googlemail.com"


def test_an_address_that_is_none_is_refused_at_the_field(workshop: Workshop, visitor: Visitor) -> None:
    workshop.letter()
    assert visitor.post(RESEND, {"email": "ada"}).status_code == 422
    assert visitor.page.select_one("#email-error") is not None
    assert workshop.outbox() == []


def test_an_expired_link_brings_a_fresh_one_with_one_press(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter()
    signature = workshop.sign(letter)
    workshop.deliver()
    path = workshop.confirm_link("ada@example.org")
    with time_machine.travel(clock.now().timestamp() + 8 * 24 * 3600):
        for ask_page in (visitor.get, visitor.post):
            assert ask_page(path).status_code == 410
            assert visitor.page.select_one("main form button") is not None
        assert visitor.press(f"{path}/again").status_code == 200
        (mail,) = workshop.deliver()
        assert visitor.post(link(mail, "confirm")).status_code == 303
    assert workshop.state(signature) is State.AWAITING


def test_what_can_be_confirmed_no_more_is_not_mailed_again(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter()
    workshop.sign(letter)
    workshop.deliver()
    path = workshop.confirm_link("ada@example.org")
    with workshop.writing() as session:
        publishing.close(session, get_letter(session, letter.slug), now=clock.now())
    for hours, mails in ((23, 1), (25, 0)):
        with time_machine.travel(clock.now().timestamp() + hours * 60 * MINUTE):
            ask(visitor)
            assert len(workshop.deliver()) == mails
            assert visitor.post(f"{path}/again").status_code == 303
            assert workshop.deliver() == []


def test_an_expired_link_of_what_is_gone_answers_the_same(workshop: Workshop, visitor: Visitor) -> None:
    workshop.sign(workshop.letter())
    workshop.deliver()
    path = workshop.confirm_link("ada@example.org")
    with time_machine.travel(clock.now().timestamp() + 31 * 24 * 3600):
        workshop.worker.work()
        assert visitor.post(f"{path}/again").status_code == 303
        assert workshop.deliver() == []
