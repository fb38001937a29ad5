"""Signing again with an address that has confirmed: a mail that leads to the own page, and nothing else."""

import re

import time_machine

from pledges.signature.states import State
from pledges.tally.queries import Figures
from tests.crowds import dump, in_state
from tests.letter.revisions import CHANGE, revise
from tests.mailing import MailSink, link, plain
from tests.people import Visitor, Workshop


def signatures(workshop: Workshop) -> list[str]:
    return dump(workshop)["signature"]


def test_whoever_has_confirmed_gets_the_way_to_the_own_page_and_no_second_signature(
    workshop: Workshop, visitor: Visitor
) -> None:
    letter = workshop.letter()
    workshop.confirmed(letter)
    workshop.deliver()
    before = signatures(workshop)

    visitor.sign("ask-more", name="Eve Forger", email="Ada@Example.org", statement="Something else")
    (mail,) = workshop.deliver()

    assert mail["To"] == "Ada@example.org"
    assert "/manage/" in plain(mail)
    assert "/confirm/" not in mail.as_string()
    assert "Eve Forger" not in mail.as_string()
    assert signatures(workshop) == before
    assert workshop.figures(letter) == Figures(awaiting=1)


def test_whoever_stands_under_an_earlier_text_and_signs_again_is_asked_to_agree(
    workshop: Workshop, visitor: Visitor
) -> None:
    workshop.confirmed(workshop.letter())
    revise(workshop, CHANGE)
    workshop.deliver()
    visitor.sign("ask-more")
    (mail,) = workshop.deliver()
    assert mail["Subject"].startswith("Do you agree to the changed text?")
    assert "until you agree to the present text" in plain(mail)
    assert "/confirm/" not in plain(mail)
    visitor.get(link(mail, "manage"))
    assert visitor.page.find("form", action=re.compile("/agree$")) is not None


def test_whoever_has_not_confirmed_gets_a_link_for_that_very_submission(workshop: Workshop, visitor: Visitor) -> None:
    workshop.letter()
    links = []
    for name in ("First Try", "Second Try"):
        visitor.sign("ask-more", name=name)
        (mail,) = workshop.deliver()
        assert "/confirm/" in plain(mail)
        links.append(workshop.confirm_link("ada@example.org"))
    for path, name in zip(links, ("First Try", "Second Try"), strict=True):
        visitor.get(path)
        assert name in visitor.text


def test_the_mail_to_someone_who_confirmed_still_goes_out_after_a_refusal(
    workshop: Workshop, visitor: Visitor, sink: MailSink
) -> None:
    with time_machine.travel("2027-03-01T12:00:00Z", tick=False) as time:
        letter = workshop.letter()
        workshop.confirmed(letter)
        workshop.deliver()
        before = signatures(workshop)
        visitor.sign("ask-more")
        sink.answers = ["451 try later", "451 try later"]
        assert workshop.deliver() == []
        assert signatures(workshop) == before
        for pause in (5, 15):
            time.shift(pause - 1)
            assert workshop.deliver() == []
            time.shift(1)
            arrived = workshop.deliver()
        (mail,) = arrived
        assert "/manage/" in plain(mail)
        assert "/confirm/" not in plain(mail)
        time.shift(3600)
        assert workshop.deliver() == []


def test_a_link_that_was_confirmed_meanwhile_turns_the_waiting_mail_into_one_to_the_own_page(
    workshop: Workshop, visitor: Visitor
) -> None:
    letter = workshop.letter()
    visitor.sign("ask-more")
    workshop.deliver()
    first = workshop.confirm_link("ada@example.org")
    visitor.sign("ask-more", name="Again")
    visitor.post(first)
    mails = workshop.deliver()
    assert [("/confirm/" in plain(mail)) for mail in mails] == [False]
    assert workshop.figures(letter) == Figures(awaiting=1)


def test_someone_who_was_rejected_learns_no_more_than_anyone(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter()
    signature = in_state(workshop, letter, State.REJECTED)
    workshop.deliver()
    visitor.sign("ask-more")
    (mail,) = workshop.deliver()
    assert "/manage/" in plain(mail)
    assert "reject" not in mail.as_string().lower()
    assert workshop.state(signature) is State.REJECTED


def test_a_name_that_advertises_is_not_mailed_on(workshop: Workshop, visitor: Visitor) -> None:
    workshop.letter()
    visitor.sign("ask-more", name="Cheap watches at www.watches.example.com", email="victim@example.org")
    (mail,) = workshop.deliver()
    assert "watches" not in mail.as_string()
