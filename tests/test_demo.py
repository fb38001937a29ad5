"""The demo: made once, and what is told of it is where it is."""

from pathlib import Path

import pytest

from pledges import clock, demo
from pledges.letter import publishing
from pledges.letter.queries import get_letter
from tests.people import Workshop

BASE = "http://127.0.0.1:8123"


@pytest.fixture(autouse=True)
def _password_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "INSTANCE", tmp_path)
    monkeypatch.setattr(demo, "PASSWORD_FILE", tmp_path / "moderator-password")


def told(workshop: Workshop) -> list[str]:
    with workshop.writing() as session:
        return demo.directions(session, BASE, has_mailbox=False).splitlines()


def test_the_demo_letter_is_told_whatever_letters_there_are(workshop: Workshop) -> None:
    with workshop.writing() as session:
        assert demo.make(session, now=clock.now())
    workshop.letter("newer")
    with workshop.writing() as session:
        assert not demo.make(session, now=clock.now())
    letter, moderators = told(workshop)
    assert letter == f"The letter:   {BASE}/letters/ask-more-of-us"
    assert moderators.startswith(f"Moderators:   {BASE}/login   {demo.MODERATOR}   ")


def test_without_the_demo_letter_the_newest_open_one_is_told(workshop: Workshop) -> None:
    for slug in ("older", "newer", "newest"):
        workshop.letter(slug)
    workshop.letter("draft", opened=False)
    with workshop.writing() as session:
        publishing.close(session, get_letter(session, "newest"), now=clock.now())
    assert told(workshop) == [f"The letter:   {BASE}/letters/newer"]
