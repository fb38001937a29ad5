"""One pledge on other sites: element, frame and badge show it instead of the signatures."""

import gzip

import pytest
import time_machine

from pledges.assets import asset_bytes
from pledges.letter.models import Letter
from pledges.pledge.reporting import Outcome
from pledges.pledge.states import State
from tests.people import Visitor, Workshop
from tests.pledge.promises import AFTER, BEFORE, PLEDGES, pledged, report


@pytest.fixture
def letter(workshop: Workshop) -> Letter:
    return workshop.letter(pledges=PLEDGES)


def test_the_element_is_given_the_pledges_count_and_sum(workshop: Workshop, visitor: Visitor, letter: Letter) -> None:
    with time_machine.travel(BEFORE):
        giver = pledged(workshop, letter, "a@example.org", give=250_050, strike=None)
        workshop.confirmed(letter, "b@example.org")
        give = visitor.get("/embed/ask-more.json?pledge=give").json
        assert (give["count"], give["what"], give["to"]) == ("1", "has pledged €2,500.50", "I will give.")
        assert give["goal"] == {"at": 250_050, "of": 1_300_000_000, "text": "Goal: €13,000,000"}
        strike = visitor.get("/embed/ask-more.json?pledge=strike").json
        assert (strike["count"], strike["what"]) == ("1", "have pledged so far; it binds once 3 have")
        assert visitor.get("/embed/ask-more.json").json["count"] == "2"
        report(workshop, giver, give=Outcome(State.KEPT))
    with time_machine.travel(AFTER):
        assert "1 of 1 reported as kept" in visitor.get("/embed/ask-more.json?pledge=give").json["what"]
        assert "lapsed" in visitor.get("/embed/ask-more.json?pledge=strike").json["what"]


@pytest.mark.parametrize("path", ["/embed/ask-more", "/embed/ask-more.svg"])
def test_frame_and_badge_show_it_too(workshop: Workshop, visitor: Visitor, letter: Letter, path: str) -> None:
    with time_machine.travel(BEFORE):
        pledged(workshop, letter, "a@example.org", speak=None)
        answer = visitor.get(f"{path}?pledge=speak").get_data(as_text=True)
        assert "has pledged this" in answer
        assert visitor.get(path).get_data(as_text=True) != answer


@pytest.mark.parametrize("suffix", ["", ".json", ".svg"])
def test_an_unknown_pledge_is_a_quiet_line(visitor: Visitor, letter: Letter, suffix: str) -> None:
    for key in ("nothing", "x" * 300, "%00"):
        answer = visitor.get(f"/embed/{letter.slug}{suffix}?pledge={key}")
        assert answer.status_code == 404
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert "error" not in answer.get_data(as_text=True).lower()


def test_the_share_page_offers_the_code_for_each_pledge(visitor: Visitor, letter: Letter) -> None:
    visitor.get(f"/letters/{letter.slug}/share")
    code = visitor.page.select_one("#code-pledge-give").get_text()
    assert '<open-letter slug="ask-more" pledge="give">' in code


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_script_stays_small(workshop: Workshop) -> None:
    with workshop.app.app_context():
        assert len(gzip.compress(asset_bytes("js/embed.js"), 6)) < 3000
