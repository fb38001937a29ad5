"""A revision of a letter that very many signed is counted at once and carried through a few at a time."""

from pathlib import Path

import pytest
import time_machine

from pledges import clock
from pledges.letter.queries import get_letter
from pledges.signature.models import Signature
from pledges.signature.states import CONFIRMED
from pledges.tally.queries import Figures
from tests.crowds import crowd
from tests.letter.files import letter_file
from tests.letter.revisions import CHANGE, CORRECTION, carry_all, carry_on, revise, translated
from tests.mailing import plain
from tests.people import Visitor, Workshop
from tests.signature.carried import check_counts, stored, told
from tests.test_commands import Shell

pytestmark = pytest.mark.usefixtures("a_few_are_four", "ends_exact_and_leaves_nothing")


def listed(visitor: Visitor, query: str = "") -> list[str]:
    visitor.get(f"/letters/ask-more/signatories{query}")
    return [name.get_text(strip=True) for name in visitor.page.select(".signatory__name")]


def sign(workshop: Workshop, email: str) -> Signature:
    """Under the letter's newest text."""
    with workshop.writing() as session:
        letter = get_letter(session, "ask-more")
    return workshop.sign(letter, email)


def test_a_change_is_counted_at_once_and_carried_a_few_at_a_time(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter(moderation="flag")
    crowd(workshop, letter, [f"Name {n}" for n in range(11)])
    crowd_awaiting = [workshop.confirmed(letter, f"www{n}@example.org", f"www.{n}.example.org") for n in range(3)]
    assert len(crowd_awaiting) == 3
    (revision,) = revise(workshop, CHANGE)
    assert revision.concerned == 14
    assert workshop.figures(letter) == Figures(earlier=14)
    moved = [sum(row.earlier for row in stored(workshop))]
    while carry_on(workshop):
        assert workshop.figures(letter) == Figures(earlier=14)
        check_counts(workshop)
        moved.append(sum(row.earlier for row in stored(workshop)))
    assert moved == [4, 8, 12, 14]
    assert told(workshop, "text_changed") == {row.id: 1 for row in stored(workshop)}
    assert workshop.figures(letter) == Figures(earlier=14)


def test_nobody_is_shown_above_a_text_that_they_have_not_signed(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter(moderation="flag")
    crowd(workshop, letter, [f"Ada {n}" for n in range(9)])
    assert len(listed(visitor)) == len(listed(visitor, "?q=ada")) == 9
    revise(workshop, CHANGE)
    assert workshop.figures(letter) == Figures(earlier=9)
    for place in ("", "?q=ada"):
        assert listed(visitor, place) == []
    visitor.get("/letters/ask-more")
    assert visitor.page.select(".signatory__name") == []
    assert visitor.get("/api/v1/letters/ask-more/signatories").json["signatories"] == []
    assert visitor.get("/api/v1/letters/ask-more/count").json["count"] == 0

    visitor.sign("ask-more", name="Bea New", email="bea@example.org")
    workshop.deliver()
    visitor.post(workshop.confirm_link("bea@example.org"))
    assert listed(visitor) == ["Bea New"]
    assert visitor.get("/api/v1/letters/ask-more/count").json["count"] == 1
    carry_all(workshop)
    assert (listed(visitor), listed(visitor, "?q=bea"), listed(visitor, "?q=ada")) == (["Bea New"], ["Bea New"], [])
    assert workshop.figures(letter) == Figures(approved=1, earlier=9)


def test_a_language_that_stays_is_listed_whole_again_at_the_end(workshop: Workshop, visitor: Visitor) -> None:
    letter = translated(workshop, moderation="flag")
    crowd(workshop, letter, [f"Ada {n}" for n in range(6)])
    visitor.post("/letters/ask-more/sign?lang=es", {"name": "Eva Example", "email": "eva@example.org"})
    workshop.deliver()
    visitor.post(workshop.confirm_link("eva@example.org"))
    revise(workshop, CHANGE, spanish="Les pedimos **más**.")
    assert workshop.figures(letter) == Figures(approved=1, earlier=6)
    carry_all(workshop)
    assert workshop.figures(letter) == Figures(approved=1, earlier=6)
    assert listed(visitor) == ["Eva Example"]


def test_a_correction_is_carried_too_and_each_is_told_once(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter()
    crowd(workshop, letter, [f"Name {n}" for n in range(9)])
    workshop.sign(letter)
    (revision,) = revise(workshop, CORRECTION)
    assert revision.concerned == 9
    assert workshop.figures(letter) == Figures(approved=9)
    assert len(listed(visitor)) == 9
    assert carry_all(workshop) == 2
    assert {row.text_id for row in stored(workshop)} == {revision.text.id}
    assert told(workshop, "text_corrected") == {row.id: 1 for row in stored(workshop) if row.state in CONFIRMED}
    assert workshop.figures(letter) == Figures(approved=9)


def test_who_was_asked_before_is_asked_once_more_however_many(workshop: Workshop) -> None:
    letter = workshop.letter()
    crowd(workshop, letter, [f"Name {n}" for n in range(10)])
    revise(workshop, CHANGE, "Once")
    carry_all(workshop)
    late = sign(workshop, "late@example.org")
    (revision,) = revise(workshop, CHANGE, "Twice")
    assert revision.concerned == 10
    carry_all(workshop)
    assert told(workshop, "text_changed") == {row.id: 2 for row in stored(workshop) if row.id != late.id}
    assert workshop.figures(letter) == Figures(earlier=10)


def test_a_second_revision_may_follow_before_the_first_is_through(workshop: Workshop) -> None:
    letter = workshop.letter()
    crowd(workshop, letter, [f"Name {n}" for n in range(10)])
    for kind, body in ((CHANGE, "One"), (CORRECTION, "Two"), (CHANGE, "Three"), (CORRECTION, "Four")):
        revise(workshop, kind, body)
        assert workshop.figures(letter) == Figures(earlier=10)
    carry_all(workshop)
    assert workshop.figures(letter) == Figures(earlier=10)
    assert all(row.earlier for row in stored(workshop))


def test_the_command_goes_on_to_the_end_and_the_worker_would(workshop: Workshop, tmp_path: Path) -> None:
    letter = workshop.letter()
    crowd(workshop, letter, [f"Name {n}" for n in range(10)])
    file = tmp_path / "letter.md"
    file.write_text(letter_file(body="We ask **less** of you."), "utf-8")
    arguments = ("letter", "revise", "ask-more", str(file), "--as", "change", "--reason", "Why")
    said = Shell(workshop.app).done(*arguments)
    assert "10 are asked to agree" in said
    assert all(row.earlier for row in stored(workshop))
    assert carry_all(workshop) == 0

    revise(workshop, CHANGE, "We ask **nothing** of you.")
    with time_machine.travel(clock.now().timestamp() + 5):
        workshop.worker.work()
    assert carry_all(workshop) == 0
    assert set(told(workshop, "text_changed").values()) == {2}


def test_mails_to_very_many_fall_due_one_behind_the_other(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pledges.mail.outbox.A_SECOND", 2)
    crowd(workshop, workshop.letter(), [f"Name {n}" for n in range(10)])
    with time_machine.travel("2027-03-01T12:00:00Z", tick=False):
        revise(workshop, CHANGE)
        carry_all(workshop)
        seconds = [(mail.due_at - clock.now()).total_seconds() for mail in workshop.outbox()]
    assert seconds == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]


def test_a_mail_about_what_was_carried_late_says_what_differs(workshop: Workshop) -> None:
    letter = workshop.letter()
    with time_machine.travel("2027-03-01T12:00:00Z", tick=False) as time:
        for n in range(6):
            workshop.confirmed(letter, f"ada-{n}@example.org")
        workshop.deliver()
        revise(workshop, CHANGE, "We ask **nothing** of you.")
        time.shift(60)
        carry_all(workshop)
        mails = workshop.deliver()
    assert len(mails) == 6
    assert all("nothing" in plain(mail) and "/manage/" in plain(mail) for mail in mails)
