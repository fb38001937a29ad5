"""What the mails say by which a letter's signatories hear that it reached its goal, and that it has closed."""

from email.message import EmailMessage

import time_machine
from bs4 import BeautifulSoup
from sqlalchemy import update

from pledges.pledge import asking
from pledges.signature.announcing import GOAL_REACHED
from pledges.signature.models import Signature
from pledges.signature.states import Kind
from tests.crowds import crowd
from tests.mailing import link, plain
from tests.people import Visitor, Workshop
from tests.pledge.commitments import PLEDGES
from tests.pledge.commitments import signed as pledged
from tests.signature.news import close, deliver_soon, tick, told

SPANISH = "\n  - language: es\n    title: Pídannos más\n    body: Les pedimos más."


def html(mail: EmailMessage) -> str:
    part = mail.get_body(("html",))
    assert part is not None
    return " ".join(BeautifulSoup(part.get_content(), "html.parser").get_text(" ").split())


def words(mail: EmailMessage) -> str:
    return " ".join(plain(mail).split())


def sign_in_spanish(workshop: Workshop, visitor: Visitor) -> None:
    sent = {"name": "Ada Example", "email": "ada@example.org", "updates": "y"}
    assert visitor.post("/letters/ask-more/sign?lang=es", sent).status_code == 303
    workshop.deliver()
    visitor.post(workshop.confirm_link("ada@example.org"))
    workshop.deliver()


def test_a_goal_that_is_reached_is_told_with_the_count_and_asks_to_pass_the_letter_on(
    workshop: Workshop, visitor: Visitor
) -> None:
    letter = workshop.letter(goal=3)
    workshop.confirmed(letter, updates=True)
    crowd(workshop, letter, ["One Example"])
    assert GOAL_REACHED not in [mail.event for mail in workshop.outbox()]
    deliver_soon(workshop)
    crowd(workshop, workshop.letter("another", goal=9), ["Two Example"])
    workshop.confirmed(letter, "bob@example.org", "Bob Example")
    (mail,) = [mail for mail in deliver_soon(workshop) if "goal" in mail["Subject"]]
    assert (mail["To"], mail["Subject"]) == ("ada@example.org", "The goal is reached: Ask more of us")
    for said in (words(mail), html(mail)):
        assert "reached its goal of 3 signatures" in said
        assert "3 people have signed it by now." in said
        assert "send its address to somebody who should sign too." in said
        assert f"{workshop.settings.base_url}/letters/ask-more" in said
        assert "/privacy" in said
    assert visitor.get(link(mail, "manage")).status_code == 200
    assert visitor.get(link(mail, "unsubscribe")).status_code == 200
    assert deliver_soon(workshop) == []


def test_a_letter_without_a_goal_tells_only_that_it_has_closed(workshop: Workshop) -> None:
    workshop.confirmed(workshop.letter(), updates=True)
    deliver_soon(workshop)
    close(workshop)
    (mail,) = deliver_soon(workshop)
    assert (mail["To"], mail["Subject"]) == ("ada@example.org", "This letter has closed: Ask more of us")
    for said in (words(mail), html(mail)):
        assert "has closed." in said
        assert "1 person has signed it by now." in said
        assert "goal" not in said
        assert "pledge" not in said
        assert f"{workshop.settings.base_url}/letters/ask-more" in said
    assert link(mail, "manage")
    assert deliver_soon(workshop) == []


def test_a_letter_that_closes_by_its_own_date_is_told_too_also_if_nothing_ran_then(workshop: Workshop) -> None:
    with time_machine.travel("2027-03-01T12:00:00Z"):
        workshop.confirmed(workshop.letter(closes="2027-03-08", goal=1000), updates=True)
        workshop.deliver()
    with time_machine.travel("2027-03-20T12:00:00Z"):
        (mail,) = deliver_soon(workshop)
    assert "Since March 9, 2027 it takes no signatures any more:" in words(mail)  # the 8th was the last day
    assert "Its goal was 1,000." in words(mail)


def test_who_pledged_is_told_what_when_it_is_asked_about_and_where_the_results_will_stand(workshop: Workshop) -> None:
    with time_machine.travel("2027-03-01T12:00:00Z"):
        letter = workshop.letter(pledges=PLEDGES, moderation="flag")
        signature = pledged(workshop, letter, "ada@example.org", speak=None)
        with workshop.writing() as session:
            session.execute(update(Signature).values(updates=True))
        workshop.confirmed(letter, "bob@example.org", updates=True)
        silent = pledged(workshop, letter, "cal@example.org", speak=None)
        with workshop.writing() as session:
            session.execute(update(Signature).where(Signature.id == silent.id).values(updates=True))
            asking.stop_asking(session, silent.id)
        workshop.deliver()
        close(workshop)
        mails = {mail["To"]: mail for mail in deliver_soon(workshop)}
    assert signature.id in told(workshop)
    for said in (words(mails["ada@example.org"]), html(mails["ada@example.org"])):
        assert "I will speak up." in said
        assert "Due: June 1, 2027" in said
        assert "When they are due we ask you by mail what became of them." in said
        assert f"stands here: {workshop.settings.base_url}/letters/ask-more/pledges" in said
    assert "You have pledged" not in words(mails["bob@example.org"])
    assert "/letters/ask-more/pledges" in words(mails["bob@example.org"])
    assert "No mail asks you what became of them, as you wished." in words(mails["cal@example.org"])


def test_a_goal_that_is_told_after_closing_asks_nobody_to_pass_the_letter_on(workshop: Workshop) -> None:
    workshop.confirmed(workshop.letter(goal=1), updates=True)
    workshop.worker.sweeps.clear()
    workshop.deliver()
    tick(workshop)
    close(workshop)
    (mail,) = workshop.deliver()
    for said in (words(mail), html(mail)):
        assert "reached its goal" in said
        assert "passed on" not in said
        assert "/letters/ask-more" in said


def test_both_mails_speak_the_language_that_was_signed_in(workshop: Workshop, visitor: Visitor) -> None:
    workshop.letter(goal=1, translations=SPANISH)
    sign_in_spanish(workshop, visitor)
    goal = next(mail for mail in [*deliver_soon(workshop), *workshop.sink.messages] if "Meta" in mail["Subject"])
    close(workshop)
    (closed,) = deliver_soon(workshop)
    assert (goal["Subject"], closed["Subject"]) == (
        "Meta alcanzada: Pídannos más",
        "Esta carta se ha cerrado: Pídannos más",
    )
    for mail in (goal, closed):
        assert "/letters/ask-more?lang=es" in plain(mail)
        for said in (words(mail), html(mail)):
            assert "No enviarme más noticias de esta carta" in said
            assert not {"the", "letter", "you"} & {word for word in said.split() if "/" not in word}


def test_both_mails_say_for_whom_one_signed(workshop: Workshop) -> None:
    letter = workshop.letter(goal=1)
    workshop.confirmed(letter, "office@example.org", "Society of Nights", kind=Kind.ORGANIZATION, updates=True)
    crowd(workshop, letter, ["Ada Example"])
    deliver_soon(workshop)
    close(workshop)
    deliver_soon(workshop)
    news = [mail for mail in workshop.sink.messages if "goal" in mail["Subject"] or "closed" in mail["Subject"]]
    assert len(news) == 2
    for mail in news:
        assert "To: The board For: Society of Nights" in words(mail)
        assert "To: The board For: Society of Nights" in html(mail)
