"""The public JSON of letters, in exactly the shapes that other programs rely on."""

import hashlib

import time_machine

from pledges import clock
from pledges.letter import publishing
from pledges.letter.queries import get_letter
from pledges.signature.states import State
from tests.crowds import crowd, in_state
from tests.people import Visitor, Workshop

MARKDOWN = "We ask **more** of you.\n"


def test_a_letter_says_what_it_is_and_how_it_stands(workshop: Workshop, visitor: Visitor) -> None:
    with time_machine.travel("2027-03-01T12:00:00Z", tick=False):
        letter = workshop.letter(goal=1000, hashtag="AskMore", closes="2027-06-01", count="approved")
        crowd(workshop, letter, ["Ada", "Bea"])
        in_state(workshop, letter, State.AWAITING)
        answer = visitor.get("/api/v1/letters/ask-more")
    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    assert answer.json == {
        "slug": "ask-more",
        "title": "Ask more of us",
        "to": "The board",
        "language": "en",
        "languages": ["en"],
        "hashtag": "AskMore",
        "state": "open",
        "opened_at": "2027-03-01T12:00:00+00:00",
        "closes_at": "2027-06-02T00:00:00+00:00",
        "url": "http://127.0.0.1:8000/letters/ask-more",
        "count": 2,
        "counted": "approved",
        "goal": 1000,
        "texts": [
            {
                "language": "en",
                "title": "Ask more of us",
                "to": "The board",
                "html": "<p>We ask <strong>more</strong> of you.</p>\n",
                "sha256": hashlib.sha256(MARKDOWN.encode()).hexdigest(),
            }
        ],
    }


def test_what_a_letter_leaves_open_is_null(workshop: Workshop, visitor: Visitor) -> None:
    workshop.letter()
    answer = visitor.get("/api/v1/letters/ask-more").json
    assert (answer["goal"], answer["hashtag"], answer["closes_at"]) == (None, None, None)
    assert (answer["count"], answer["counted"]) == (0, "confirmed")


def test_a_letter_in_several_languages_names_them_its_own_first(workshop: Workshop, visitor: Visitor) -> None:
    translation = "[{language: es, title: Pidan más, to: La junta, body: Pedimos más.}]"
    workshop.letter(translations=translation)
    answer = visitor.get("/api/v1/letters/ask-more").json
    assert answer["languages"] == ["en", "es"]
    assert [(text["language"], text["title"], text["to"]) for text in answer["texts"]] == [
        ("en", "Ask more of us", "The board"),
        ("es", "Pidan más", "La junta"),
    ]


def test_all_public_letters_are_listed_the_open_ones_first(workshop: Workshop, visitor: Visitor) -> None:
    with time_machine.travel("2027-03-01T12:00:00Z", tick=False) as time:
        for slug in ("first", "second", "third"):
            letter = workshop.letter(slug)
            time.shift(60)
        workshop.letter("draft", opened=False)
        crowd(workshop, letter, ["Ada"])
        with workshop.writing() as session:
            publishing.close(session, get_letter(session, "second"), now=clock.now())
        answer = visitor.get("/api/v1/letters")
        assert list(answer.json) == ["letters"]
        letters = answer.json["letters"]
        assert [(found["slug"], found["state"]) for found in letters] == [
            ("third", "open"),
            ("first", "open"),
            ("second", "closed"),
        ]
        assert [found["count"] for found in letters] == [1, 0, 0]
        alone = visitor.get("/api/v1/letters/third").json
        assert {key: value for key, value in alone.items() if key != "texts"} == letters[0]


def test_a_letter_past_its_own_date_is_closed_before_anyone_closes_it(workshop: Workshop, visitor: Visitor) -> None:
    with time_machine.travel("2027-03-01T12:00:00Z", tick=False) as time:
        workshop.letter(closes="2027-03-01T13:00:00Z")
        assert visitor.get("/api/v1/letters/ask-more").json["state"] == "open"
        time.shift(3600)
        assert visitor.get("/api/v1/letters/ask-more").json["state"] == "closed"


def test_no_letter_is_an_empty_list(workshop: Workshop, visitor: Visitor) -> None:
    assert visitor.get("/api/v1/letters").json == {"letters": []}


def test_a_draft_is_known_to_nobody(workshop: Workshop, visitor: Visitor) -> None:
    workshop.letter("draft", opened=False)
    for path in ("", "/count", "/signatories"):
        assert visitor.get(f"/api/v1/letters/draft{path}").status_code == 404
