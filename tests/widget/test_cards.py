"""The card that networks show for a letter: drawn for real, kept, and never at the cost of everybody else."""

import struct
import subprocess
import threading
import time

import pytest
from flask import Flask

from pledges.widget import drawing
from tests.people import Visitor, Workshop
from tests.widget.test_widget import HOSTILE

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture(autouse=True)
def nothing_drawn_yet() -> None:
    drawing._drawn.clear()


@pytest.mark.parametrize("title", ["Ask more of us", HOSTILE, "'#set page(fill: red) \\\\ *x* $y$'", "Ünïcødé " * 20])
def test_the_share_card_is_a_picture_of_its_size(workshop: Workshop, visitor: Visitor, title: str) -> None:
    workshop.letter(title=title.strip())
    answer = visitor.get("/letters/ask-more/card.png")
    assert answer.data[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", answer.data[16:24]) == (1200, 630)
    again = visitor.get("/letters/ask-more/card.png")
    assert again.headers["ETag"] == answer.headers["ETag"]


def test_a_card_is_drawn_once_and_kept(workshop: Workshop, visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    workshop.letter()
    visitor.get("/letters/ask-more/card.png")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: pytest.fail("it was drawn again"))
    assert visitor.get("/letters/ask-more/card.png").status_code == 200


@pytest.mark.parametrize("letters", [1, 6])
def test_cards_asked_for_at_once_hold_up_two_threads_at_most(
    workshop: Workshop, app: Flask, monkeypatch: pytest.MonkeyPatch, letters: int
) -> None:
    for n in range(letters):
        workshop.letter(f"letter-{n}")
    monkeypatch.setattr(drawing, "PATIENCE_SECONDS", 30.0)
    barrier = threading.Barrier(6)
    answers: list[tuple[int, str | None, float]] = []

    def ask(n: int) -> None:
        barrier.wait()
        began = time.monotonic()
        answer = app.test_client().get(f"/letters/letter-{n % letters}/card.png")
        answers.append((answer.status_code, answer.headers.get("Retry-After"), time.monotonic() - began))

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(status for status, _, _ in answers) == [200, 200, 503, 503, 503, 503]
    drawn = min(seconds for status, _, seconds in answers if status == 200)
    assert all((again, seconds < drawn) == ("2", True) for status, again, seconds in answers if status == 503)


def test_an_older_card_serves_while_others_are_drawn(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    first, other = workshop.letter(), workshop.letter("other")
    monkeypatch.setattr(drawing, "PATIENCE_SECONDS", 0.1)
    picture = drawing.draw_card(first, first.text_in(None), "1", "person")
    monkeypatch.setattr(drawing, "KEPT_SECONDS", 0.0)
    with drawing._drawing:
        assert drawing.draw_card(first, first.text_in(None), "2", "people") is picture
        with pytest.raises(drawing.CardBusy):
            drawing.draw_card(other, other.text_in(None), "1", "person")
    assert drawing.draw_card(first, first.text_in(None), "2", "people") != picture


def test_of_too_many_cards_the_oldest_one_goes(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "MOST_CARDS", 2)
    texts = [workshop.letter(f"letter-{n}") for n in range(3)]
    for letter in texts:
        drawing.draw_card(letter, letter.text_in(None), "1", "person")
    assert list(drawing._drawn) == [letter.text_in(None).id for letter in texts[1:]]
