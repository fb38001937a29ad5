"""A revision of a letter that very many signed is carried through a few at a time: it is counted at once, nobody waits
for all of them, and whoever confirms, decides or withdraws in the middle ends in the one right state.
"""

import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import func, select

from pledges import clock
from pledges.letter import revising
from pledges.letter.models import LetterText
from pledges.letter.queries import get_letter
from pledges.moderation import deciding
from pledges.signature import agreeing, carrying, withdrawing
from pledges.signature.models import ListedName, Signature
from pledges.signature.queries import rows_by_bucket
from pledges.signature.rounds import Round
from pledges.signature.states import CONFIRMED, HELD, State
from pledges.tally import recounting
from pledges.tally.models import AHEAD, Tally
from pledges.tally.queries import Figures
from tests.crowds import crowd
from tests.letter.files import letter_file, read
from tests.letter.revisions import CHANGE, CORRECTION, carry_all, carry_on, revise, translated
from tests.mailing import link, plain
from tests.people import Visitor, Workshop
from tests.test_commands import Shell


@pytest.fixture(autouse=True)
def _a_few_are_four(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(carrying, "AT_ONCE", 4)


@pytest.fixture(autouse=True)
def _ends_exact_and_leaves_nothing(workshop: Workshop) -> Iterator[None]:
    yield
    carry_all(workshop)
    check_counts(workshop)
    with workshop.writing() as session:
        assert session.scalar(select(func.count()).select_from(Round)) == 0
        assert session.scalar(select(func.count()).select_from(Tally).where(Tally.shard == AHEAD)) == 0


def check_counts(workshop: Workshop) -> None:
    with workshop.writing() as session:
        assert recounting.compare(session, rows_by_bucket()) == []


def stored(workshop: Workshop) -> list[Signature]:
    with workshop.writing() as session:
        return [*session.scalars(select(Signature).order_by(Signature.id))]


def told(workshop: Workshop, event: str) -> Counter[int]:
    return Counter(mail.about_id for mail in workshop.outbox() if mail.event == event)


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


def test_who_confirms_in_the_middle_is_asked_once_and_stands_apart(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter()
    crowd(workshop, letter, [f"Name {n}" for n in range(9)])
    ada = workshop.sign(letter)
    workshop.deliver()
    path = workshop.confirm_link("ada@example.org")
    revise(workshop, CHANGE)
    carry_on(workshop)
    assert visitor.post(path).status_code == 303
    assert workshop.figures(letter) == Figures(earlier=10)
    carry_all(workshop)
    assert told(workshop, "text_changed")[ada.id] == 1
    assert stored(workshop)[-1].earlier


def test_deeds_in_the_middle_end_in_one_right_state(workshop: Workshop) -> None:
    letter = workshop.letter()
    standing = crowd(workshop, letter, [f"Name {n}" for n in range(12)], State.AWAITING)
    ids = [signature.id for signature in standing]
    revise(workshop, CHANGE)
    with workshop.writing() as session:
        deciding.approve(session, letter, [ids[0], ids[10]], account_id=None, now=clock.now())
        deciding.reject(session, letter, [ids[9]], account_id=None, reason="No such person", now=clock.now())
    with workshop.writing() as session:
        withdrawing.withdraw(session, ids[1], now=clock.now())
    with workshop.writing() as session:
        withdrawing.withdraw(session, ids[11], now=clock.now())
    with workshop.writing() as session:
        agreeing.agree(session, ids[2], now=clock.now())
    check_counts(workshop)
    assert min(getattr(workshop.figures(letter), name) for name in Figures.__dataclass_fields__) == 0
    carry_all(workshop)
    assert workshop.figures(letter) == Figures(awaiting=1, rejected=1, withdrawn=2, earlier=8)
    with workshop.writing() as session:
        assert session.scalars(select(ListedName)).all() == []


def test_a_second_revision_may_follow_before_the_first_is_through(workshop: Workshop) -> None:
    letter = workshop.letter()
    crowd(workshop, letter, [f"Name {n}" for n in range(10)])
    for kind, body in ((CHANGE, "One"), (CORRECTION, "Two"), (CHANGE, "Three"), (CORRECTION, "Four")):
        revise(workshop, kind, body)
        assert workshop.figures(letter) == Figures(earlier=10)
    carry_all(workshop)
    assert workshop.figures(letter) == Figures(earlier=10)
    assert all(row.earlier for row in stored(workshop))


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_step_holds_up_nobody_but_the_few_that_it_moves(workshop: Workshop) -> None:
    letter = workshop.letter()
    crowd(workshop, letter, [f"Name {n}" for n in range(9)])
    for name in ("ada", "bea"):
        workshop.sign(letter, f"{name}@example.org")
    paths = [link(mail, "confirm") for mail in workshop.deliver()]

    def confirm(path: str) -> int:
        return Visitor(workshop.app.test_client()).post(path).status_code

    def sign_anew() -> int:
        return Visitor(workshop.app.test_client()).sign("ask-more", email="new@example.org").status_code

    with ThreadPoolExecutor(2) as pool:
        with workshop.writing() as session:
            revising.revise(session, letter.slug, read(body="Else"), CHANGE, "Why", now=clock.now())
            assert pool.submit(confirm, paths[0]).result(10) == 303
        with workshop.writing() as session:
            assert carrying.carry_on(session, now=clock.now())
            assert pool.submit(confirm, paths[1]).result(10) == 303
            assert pool.submit(sign_anew).result(10) == 303
    carry_all(workshop)
    assert workshop.figures(letter) == Figures(earlier=11)


def test_all_at_once_and_in_the_end_each_counts_once_and_was_asked_once(workshop: Workshop) -> None:
    letter = workshop.letter(moderation="flag")
    standing = crowd(workshop, letter, [f"Name {n}" for n in range(40)])
    for n in range(8):
        workshop.sign(letter, f"ada-{n}@example.org", f"Ada Example {chr(65 + n)}")
    links = [link(mail, "confirm") for mail in workshop.deliver()]
    gate = threading.Barrier(6)

    def confirm(paths: list[str]) -> None:
        gate.wait()
        for path in paths:
            assert Visitor(workshop.app.test_client()).post(path).status_code == 303

    def withdraw() -> None:
        gate.wait()
        for signature in standing[::5]:
            with workshop.writing() as session:
                withdrawing.withdraw(session, signature.id, now=clock.now())

    def carry(is_first: bool) -> None:
        gate.wait()
        if is_first:
            revise(workshop, CHANGE)
        for _ in range(40):
            carry_on(workshop)

    with ThreadPoolExecutor(6) as pool:
        done = [pool.submit(confirm, links[n::2]) for n in range(2)]
        done += [pool.submit(withdraw), *(pool.submit(carry, n == 0) for n in range(3))]
        for one in done:
            one.result(60)
    carry_all(workshop)
    assert workshop.figures(letter) == Figures(earlier=40, withdrawn=8)
    asked = told(workshop, "text_changed")
    with workshop.writing() as session:
        (first, _second) = session.scalars(select(LetterText).order_by(LetterText.id))
    for row in stored(workshop):
        if row.state in HELD:
            assert (row.earlier, row.listed, row.text_id, asked[row.id]) == (True, False, first.id, 1), row.id


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
