"""The own page says what was saved of one's pledges, asks only about what binds, and offers only what would count."""

import pytest

from pledges import clock
from pledges.letter.models import Letter
from pledges.moderation import deciding
from pledges.pledge.reporting import Outcome
from pledges.pledge.states import State
from pledges.signature.links import manage_token
from pledges.signature.models import Signature
from tests.people import Visitor, Workshop
from tests.pledge.promises import pledged, report

PLEDGES = """
  - {key: speak, kind: act, text: I will speak up.}
  - {key: give, kind: amount, unit: EUR, text: I will give.}
  - {key: strike, kind: act, text: I will strike., threshold: 100}"""


@pytest.fixture
def letter(workshop: Workshop) -> Letter:
    return workshop.letter(pledges=PLEDGES)


@pytest.fixture
def signature(workshop: Workshop, letter: Letter) -> Signature:
    """Of one who gives 20 euros, and would strike."""
    return pledged(workshop, letter, "ada@example.org", give=2000, strike=None)


@pytest.fixture
def own(workshop: Workshop, signature: Signature) -> str:
    with workshop.app.app_context():
        return f"/manage/{manage_token(signature, clock.now())}"


@pytest.mark.parametrize(
    ("path", "sent", "said"),
    [
        ("pledges", {"pledge": "speak"}, "Saved: this is what you have pledged now."),
        ("pledges", {"pledge": "give", "pledge-give-amount": "9"}, "Saved: this is what you have pledged now."),
        ("pledges/give/withdraw", {}, "Saved: you have taken that pledge back."),
        ("pledges/show", {"show_pledges": "y"}, "Saved: your name stands beside your pledges"),
        ("pledges/show", {}, "Saved: your name does not stand beside your pledges."),
        ("pledges/ask", {"ask": "y"}, "Saved: we ask you by mail"),
        ("pledges/ask", {}, "Saved: no mail asks you"),
    ],
)
def test_what_was_saved_is_said_at_the_pledges(
    own: str, visitor: Visitor, path: str, sent: dict[str, str], said: str
) -> None:
    visitor.post(f"{own}/{path}", sent, follow_redirects=True)
    (notice,) = visitor.page.select("[role=status]")
    assert said in notice.get_text()
    assert notice.find_previous("h2")["id"] == "pledges"
    assert "Set-Cookie" not in visitor.response.headers


def test_what_does_not_bind_is_not_asked_about(own: str, visitor: Visitor) -> None:
    visitor.get(own)
    assert "Say what became of your pledges" in visitor.text
    visitor.post(f"{own}/pledges/give/withdraw", follow_redirects=True)
    assert "waits for others" in visitor.text
    assert "Say what became of your pledges" not in visitor.text


def test_a_pledge_without_terms_is_described_by_nothing(own: str, visitor: Visitor) -> None:
    visitor.get(own)
    report = visitor.page.select_one("a[href^='/report/']")["href"]
    for path in ("/letters/ask-more", report):
        visitor.get(path)
        described = [tag["aria-describedby"] for tag in visitor.page.select("#main [aria-describedby]")]
        for each in " ".join(described).split():
            assert visitor.page.find(id=each).get_text(strip=True), each


def test_without_a_due_date_nothing_is_reported_ahead_of_time(
    workshop: Workshop, visitor: Visitor, signature: Signature
) -> None:
    report(workshop, signature, give=Outcome(State.KEPT))
    visitor.get("/letters/ask-more/pledges")
    assert "1 of 1 has reported: 1 kept" in visitor.text
    assert "ahead of time" not in visitor.text


def test_what_would_not_count_is_not_offered(
    workshop: Workshop, letter: Letter, signature: Signature, own: str, visitor: Visitor
) -> None:
    for key in ("give", "strike"):
        visitor.post(f"{own}/pledges/{key}/withdraw")
    visitor.get(own)
    assert visitor.page.select_one(".pledging__title").get_text() == "Pledge something"
    by = workshop.account().id
    with workshop.writing() as session:
        deciding.reject(session, letter, [signature.id], reason="No.", account_id=by, now=clock.now())
    visitor.get(own)
    assert not visitor.page.select_one(".pledging__title")
