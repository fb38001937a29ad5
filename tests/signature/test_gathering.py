"""Together or not at all: sealed until as many have signed, told a day before, and only then shown."""

import re
import threading

import time_machine
from sqlalchemy import select

from pledges import clock
from pledges.letter.models import Letter
from pledges.moderation import deciding
from pledges.signature import desk, gathering
from pledges.signature.models import Signature
from pledges.tally.queries import Figures
from tests.crowds import stolen
from tests.mailing import link, plain
from tests.people import Visitor, Workshop

HOURS = 3600


def work(workshop: Workshop, hours: float = 0) -> None:
    """Runs the worker three times, a sweep apart, whenever it ran last."""
    for sweep in workshop.worker.sweeps:
        sweep.next_at = None
    for seconds in (0, 3, 6):
        with time_machine.travel(clock.now().timestamp() + hours * HOURS + seconds):
            workshop.worker.work()


def signed(workshop: Workshop, visitor: Visitor, name: str, **fields: str) -> None:
    email = f"{name.lower().replace(' ', '.')}@example.org"
    assert visitor.sign("ask-more", name=name, email=email, **fields).status_code == 303
    workshop.deliver()
    assert visitor.post(workshop.confirm_link(email)).status_code == 303
    workshop.deliver()


def letter_of_three(workshop: Workshop) -> Letter:
    return workshop.letter(together=3, moderation="flag")


def test_a_name_waits_sealed_for_the_others_and_shows_a_day_after_they_came(
    workshop: Workshop, visitor: Visitor
) -> None:
    letter = letter_of_three(workshop)
    signed(workshop, visitor, "Timid Quillfeather", together="y", role="Zookeeper")
    signed(workshop, visitor, "Bold Person")
    work(workshop, hours=48)
    assert workshop.figures(letter) == Figures(approved=2)
    for sealed in (b"Quillfeather", b"quillfeather", b"Zookeeper"):
        assert sealed not in stolen(workshop)
    for path in ("/letters/ask-more", "/letters/ask-more/signatories", "/letters/ask-more/signatories?q=quill"):
        visitor.get(path)
        assert "Quillfeather" not in visitor.page.select_one("main").text.replace("quill", "")
    assert "Quillfeather" not in visitor.get("/api/v1/letters/ask-more/signatories").text

    signed(workshop, visitor, "Third Person", display="affiliation", role="Baker")
    workshop.sink.messages.clear()
    work(workshop)
    (mail,) = workshop.deliver() or workshop.sink.messages
    assert mail["To"] == "timid.quillfeather@example.org"
    assert mail["Subject"].startswith("Your signature is about to show")
    assert visitor.get(link(mail, "manage")).status_code == 200
    work(workshop, hours=23)
    assert "Quillfeather" not in visitor.get("/letters/ask-more/signatories").text
    work(workshop, hours=24.1)
    assert "Timid Quillfeather" in visitor.get("/letters/ask-more/signatories").text
    visitor.get("/letters/ask-more/signatories?q=quill")
    assert "Timid Quillfeather" in visitor.text
    assert len([m for m in workshop.sink.messages if "about to show" in m["Subject"]]) == 1


def test_two_letters_that_have_enough_at_once_are_two_transactions(workshop: Workshop) -> None:
    for slug in ("ask-more", "another"):
        letter = workshop.letter(slug, together=2, moderation="flag")
        for number in range(2):
            workshop.confirmed(letter, f"ada-{number}@example.org", f"Ada {slug.title()}", together=True)
    work(workshop)
    work(workshop, hours=25)
    with workshop.writing() as session:
        assert session.scalars(select(Signature.listed)).all() == [True] * 4


def test_who_withdraws_within_that_day_never_shows(workshop: Workshop, visitor: Visitor) -> None:
    letter = letter_of_three(workshop)
    signed(workshop, visitor, "Timid Quillfeather", together="y")
    for name in ("Second Person", "Third Person"):
        signed(workshop, visitor, name)
    work(workshop)
    workshop.deliver()
    visitor.post(workshop.manage_link("timid.quillfeather@example.org") + "/withdraw")
    work(workshop, hours=25)
    assert "Quillfeather" not in visitor.get("/letters/ask-more/signatories").text
    assert workshop.figures(letter) == Figures(approved=2, withdrawn=1)


def test_who_is_never_listed_is_told_of_no_name_that_shows(workshop: Workshop, visitor: Visitor) -> None:
    workshop.letter(together=2, moderation="flag", anonymous="true")
    signed(workshop, visitor, "Timid Quillfeather", together="y", display="anonymous")
    signed(workshop, visitor, "Second Person")
    work(workshop)
    work(workshop, hours=25)
    assert [m["Subject"] for m in workshop.sink.messages if "show" in m["Subject"]] == []
    visitor.get(workshop.manage_link("timid.quillfeather@example.org"))
    assert "sealed until" not in visitor.text


def test_who_confirms_after_it_was_reached_is_told_a_day_before_too(workshop: Workshop, visitor: Visitor) -> None:
    letter_of_three(workshop)
    visitor.sign("ask-more", name="Late Quillfeather", email="late@example.org", together="y")
    workshop.deliver()
    for name in ("First Person", "Second Person", "Third Person"):
        signed(workshop, visitor, name)
    work(workshop)
    with time_machine.travel(clock.now().timestamp() + 30 * HOURS):
        assert visitor.post(workshop.confirm_link("late@example.org")).status_code == 303
        work(workshop)
        assert "Quillfeather" not in visitor.get("/letters/ask-more/signatories").text
        work(workshop, hours=23)
        assert "Quillfeather" not in visitor.get("/letters/ask-more/signatories").text
        work(workshop, hours=24.1)
        assert "Late Quillfeather" in visitor.get("/letters/ask-more/signatories").text
    assert [m["To"] for m in workshop.sink.messages if "about to show" in m["Subject"]] == ["late@example.org"]


def test_moderators_see_the_name_only_once_it_is_going_to_show(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter(together=3)
    signed(workshop, visitor, "Timid Quillfeather", together="y")
    signed(workshop, visitor, "Second Person")
    moderator = Visitor(workshop.app.test_client())
    workshop.account()
    moderator.sign_in("mod@example.org")
    moderator.get("/moderation/ask-more")
    assert "Quillfeather" not in moderator.text
    assert "Second Person" in moderator.text
    flagged = workshop.letter("flagged", together=9, moderation="flag")
    workshop.confirmed(flagged, "tom@example.org", "Tom Gether", together=True)
    moderator.get("/moderation/flagged/decided")
    assert "Gether" not in moderator.text
    signed(workshop, visitor, "Third Person")
    work(workshop)
    moderator.get("/moderation/ask-more")
    assert "Timid Quillfeather" in moderator.text
    with workshop.writing() as session:
        ids = [row.id for row in desk.list_waiting(session, letter, limit=9)[0]]
        deciding.approve(session, letter, ids, account_id=None, now=clock.now())
    assert "Quillfeather" not in visitor.get("/letters/ask-more/signatories").text
    work(workshop, hours=25)
    assert "Timid Quillfeather" in visitor.get("/letters/ask-more/signatories").text


def test_workers_at_once_tell_and_show_everyone_once(workshop: Workshop, visitor: Visitor) -> None:
    letter_of_three(workshop)
    for n in range(6):
        signed(workshop, visitor, f"Ada {chr(97 + n)}x", together="y")
    for hours in (0, 25):
        with time_machine.travel(clock.now().timestamp() + hours * HOURS, tick=False) as time:
            workers = [type(workshop.worker)(workshop.app, workshop.settings) for _ in range(4)]
            for seconds in range(0, 12, 4):
                time.shift(seconds)
                threads = [threading.Thread(target=worker.work) for worker in workers]
                for thread in threads:
                    thread.start()
                for thread in threads:
                    thread.join()
            for worker in workers:
                worker.close()
    told = [mail["To"] for mail in workshop.sink.messages if "about to show" in mail["Subject"]]
    assert sorted(told) == [f"ada.{x}x@example.org" for x in "abcdef"]
    shown = re.findall(r"Ada [a-f]x", visitor.get("/letters/ask-more/signatories").text)
    assert len(shown) == 6


def test_the_tick_is_offered_until_enough_have_signed_and_kept_where_a_form_was_older(
    workshop: Workshop, visitor: Visitor
) -> None:
    letter_of_three(workshop)
    workshop.letter("plain", moderation="flag")
    visitor.get("/letters/ask-more")
    assert visitor.page.select_one("input[name=together]") is not None
    visitor.get("/letters/plain")
    assert visitor.page.select_one("input[name=together]") is None
    for name in ("First Person", "Second Person", "Third Person"):
        signed(workshop, visitor, name)
    work(workshop)
    visitor.get("/letters/ask-more")
    assert visitor.page.select_one("input[name=together]") is None
    signed(workshop, visitor, "Quite Late", together="y")
    assert "Quite Late" not in visitor.get("/letters/ask-more/signatories").text
    work(workshop)
    work(workshop, hours=25)
    assert "Quite Late" in visitor.get("/letters/ask-more/signatories").text


def test_the_mail_says_until_when_one_may_think_again(workshop: Workshop, visitor: Visitor) -> None:
    letter_of_three(workshop)
    signed(workshop, visitor, "Timid Quillfeather", together="y")
    for name in ("Second Person", "Third Person"):
        signed(workshop, visitor, name)
    with time_machine.travel("2027-03-01T10:00:00Z", tick=False):
        for sweep in (gathering.gather, gathering.tell_gathered):
            with workshop.writing() as session:
                sweep(session, now=clock.now())
        workshop.deliver()
    mail = next(m for m in workshop.sink.messages if "about to show" in m["Subject"])
    assert re.search(r"Mar 2, 2027, 10:00\sAM UTC", plain(mail))
