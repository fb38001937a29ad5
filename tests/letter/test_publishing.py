"""A letter is drafted, opened, closed, opened again, and closes by itself on its date."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from pledges.db import db, transaction
from pledges.letter import publishing
from pledges.letter.models import Letter, LetterState, LetterText
from pledges.letter.publishing import LetterPast, SlugTaken, StillDraft
from pledges.letter.queries import get_letter, list_public_letters
from tests.letter.files import letter_file, read
from tests.people import Workshop
from tests.test_commands import Shell

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def open_again(session: Session, slug: str, now: datetime) -> Letter:
    letter = get_letter(session, slug)
    publishing.open_letter(session, letter, now=now)
    return letter


def close(session: Session, slug: str, now: datetime) -> Letter:
    letter = get_letter(session, slug)
    publishing.close(session, letter, now=now)
    return letter


def test_a_letter_is_drafted_opened_closed_and_opened_again(workshop: Workshop) -> None:
    with workshop.writing() as session:
        letter = publishing.create(session, read(), now=NOON)
    assert (letter.state, letter.created_at, letter.opened_at) == (LetterState.DRAFT, NOON, None)
    assert not letter.takes_signatures(NOON)

    with workshop.writing() as session:
        letter = open_again(session, "ask-more", NOON)
    assert (letter.state, letter.opened_at, letter.closed_at) == (LetterState.OPEN, NOON, None)
    assert letter.takes_signatures(NOON)

    later = NOON + timedelta(days=1)
    with workshop.writing() as session:
        letter = close(session, "ask-more", later)
    assert (letter.state, letter.opened_at, letter.closed_at) == (LetterState.CLOSED, NOON, later)
    assert not letter.takes_signatures(later)

    with workshop.writing() as session:
        letter = open_again(session, "ask-more", later + timedelta(days=1))
    assert (letter.state, letter.opened_at, letter.closed_at) == (LetterState.OPEN, NOON, None)


def test_opening_or_closing_twice_changes_nothing(workshop: Workshop) -> None:
    workshop.letter()
    with workshop.writing() as session:
        opened_at = get_letter(session, "ask-more").opened_at
        assert open_again(session, "ask-more", NOON + timedelta(days=900)).opened_at == opened_at
        close(session, "ask-more", NOON)
        assert close(session, "ask-more", NOON + timedelta(days=1)).closed_at == NOON


def test_a_draft_can_not_close(workshop: Workshop) -> None:
    workshop.letter(opened=False)
    with pytest.raises(StillDraft, match="ask-more"), workshop.writing() as session:
        close(session, "ask-more", NOON)


def test_a_slug_is_taken_once_even_by_a_draft(workshop: Workshop) -> None:
    workshop.letter(opened=False)
    with pytest.raises(SlugTaken, match="ask-more"), workshop.writing() as session:
        publishing.create(session, read(), now=NOON)
    with workshop.writing() as session:
        assert len(session.scalars(select(Letter)).all()) == 1


def test_of_two_who_take_a_slug_at_once_one_is_told(app: Flask) -> None:
    told: list[str] = []

    def create() -> None:
        with app.app_context():
            try:
                with transaction() as other:
                    publishing.create(other, read(), now=NOON)
            except SlugTaken as taken:
                told.append(str(taken))
            db.engine.dispose()

    with app.app_context():
        with transaction() as session:
            publishing.create(session, read(), now=NOON)
            rival = Thread(target=create)
            rival.start()
            rival.join(0.3)
        rival.join(10)
        assert told == ["ask-more"]


def test_a_letter_whose_date_has_passed_does_not_open(workshop: Workshop) -> None:
    with workshop.writing() as session:
        letter = publishing.create(session, read("closes: 2026-11-20T12:00:00Z"), now=NOON - timedelta(days=9))
        with pytest.raises(LetterPast, match="ask-more"):
            publishing.open_letter(session, letter, now=NOON)
        publishing.open_letter(session, letter, now=NOON - timedelta(seconds=1))
    assert letter.state is LetterState.OPEN


def test_a_letter_closes_by_itself_on_its_date(workshop: Workshop) -> None:
    with time_machine.travel(NOON - timedelta(hours=1), tick=False) as now:
        workshop.letter(closes="2026-11-20T12:00:00Z")
        workshop.letter("other")
        workshop.letter("sketch", closes="2026-11-20T11:30:00Z", opened=False)
        workshop.worker.work()
        with workshop.writing() as session:
            assert get_letter(session, "ask-more").state is LetterState.OPEN
        now.move_to(NOON + timedelta(minutes=5))
        workshop.worker.work()
    with workshop.writing() as session:
        closed = get_letter(session, "ask-more")
        assert (closed.state, closed.closed_at) == (LetterState.CLOSED, NOON)
        assert get_letter(session, "other").state is LetterState.OPEN
        assert get_letter(session, "sketch").state is LetterState.DRAFT


def test_a_letter_takes_no_signature_from_its_date_on_though_no_worker_runs(workshop: Workshop) -> None:
    with time_machine.travel(NOON - timedelta(hours=1), tick=False):
        letter = workshop.letter(closes="2026-11-20T12:00:00Z")
    assert letter.takes_signatures(NOON - timedelta(microseconds=1))
    assert not letter.takes_signatures(NOON)


def test_a_letter_that_is_closed_after_its_date_was_closed_on_its_date(workshop: Workshop) -> None:
    with time_machine.travel(NOON - timedelta(hours=1), tick=False):
        workshop.letter(closes="2026-11-20T12:00:00Z")
    with workshop.writing() as session:
        assert close(session, "ask-more", NOON + timedelta(hours=3)).closed_at == NOON


def test_confirmations_are_taken_for_a_day_after_the_end(workshop: Workshop) -> None:
    letter = workshop.letter()
    with workshop.writing() as session:
        letter = close(session, letter.slug, NOON)
    assert letter.takes_confirmations(NOON + timedelta(hours=24) - timedelta(seconds=1))
    assert not letter.takes_confirmations(NOON + timedelta(hours=24))


def test_the_public_sees_open_letters_then_closed_ones_each_newest_first(workshop: Workshop) -> None:
    with time_machine.travel(NOON, tick=False) as now:
        for slug in ("first", "second", "third", "fourth"):
            workshop.letter(slug)
            now.shift(timedelta(hours=1))
        workshop.letter("sketch", opened=False)
    with workshop.writing() as session:
        close(session, "first", NOON)
        close(session, "third", NOON)
    with workshop.writing() as session:
        assert [letter.slug for letter in list_public_letters(session)] == ["fourth", "second", "third", "first"]


def test_what_is_shown_was_rendered_once_when_it_was_saved(workshop: Workshop) -> None:
    workshop.letter()
    with workshop.writing() as session:
        text = session.scalars(select(LetterText)).one()
    assert (text.markdown, text.html) == ("We ask **more** of you.\n", "<p>We ask <strong>more</strong> of you.</p>\n")


def test_a_new_letters_pledge_is_not_due_already(app: Flask, tmp_path: Path) -> None:
    shell, file = Shell(app), tmp_path / "letter.md"
    pledge = "pledges:\n  - {{key: a, kind: act, text: A, due: {}}}"
    with time_machine.travel("2027-06-02T00:00:00Z", tick=False) as time:
        file.write_text(letter_file(pledge.format("2027-06-01")), "utf-8")
        for draft in ([], ["--draft"]):
            assert shell.refused("letter", "create", str(file), *draft) == (
                "letter.md, line 7: 'due' has passed; nobody could make this pledge any more"
            )
        file.write_text(letter_file(pledge.format("2027-06-02")), "utf-8")
        shell.done("letter", "create", str(file))
        time.move_to("2027-06-05T00:00:00Z")
        file.write_text(letter_file(pledge.format("2027-06-02"), body="Else"), "utf-8")
        shell.done("letter", "revise", "ask-more", str(file), "--as", "correction", "--reason", "A slip")
