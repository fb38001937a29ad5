"""The page of a check-in: reading changes nothing, what is sent is recorded whole or not, and can be corrected."""

from datetime import timedelta

import pytest
import time_machine

from pledges import clock
from pledges.letter.models import Letter
from pledges.pledge import making
from pledges.pledge.mails import report_token
from pledges.pledge.models import Reading, Report
from pledges.pledge.states import State
from pledges.security import keyring
from pledges.signature import withdrawing
from pledges.signature.models import Signature
from tests.people import Visitor, Workshop
from tests.pledge.commitments import PLEDGES, commitments, kept, recounted, signed, tick

SPANISH = """
  - language: es
    title: Pedimos más
    body: Pedimos más.
    pledges: {speak: Hablaré., give: Daré., strike: Haré huelga.}"""


@pytest.fixture
def letter(workshop: Workshop) -> Letter:
    return workshop.letter(pledges=PLEDGES, translations=SPANISH)


@pytest.fixture
def signature(workshop: Workshop, letter: Letter) -> Signature:
    return signed(workshop, letter, "ada@example.org", speak=None, give=2000)


@pytest.fixture
def page(signature: Signature) -> str:
    return f"/report/{report_token(signature.id, clock.now())}"


def reports(workshop: Workshop) -> list[Report]:
    with workshop.writing() as session:
        return [*session.query(Report).order_by(Report.id)]


def test_opening_the_page_records_nothing(workshop: Workshop, visitor: Visitor, page: str) -> None:
    for _ in range(3):
        assert visitor.get(page).status_code == 200
    assert "I will speak up." in visitor.text
    assert "Due by June 1, 2027." in visitor.text
    assert commitments(workshop)[1].reference in visitor.text
    assert not reports(workshop)
    assert {row.state for row in commitments(workshop)} == {State.MADE}


def test_what_is_said_is_recorded_and_shown_and_can_be_corrected(
    workshop: Workshop, visitor: Visitor, page: str
) -> None:
    said = {"give-outcome": "partly", "give-amount": "1,234.50", "give-note": "Half  of it.\nReally."}
    answer = visitor.post(page, {**said, "give-evidence": "https://example.org/receipt"})
    assert answer.status_code == 303
    assert visitor.get(answer.headers["Location"]).status_code == 200
    assert "Thank you" in visitor.text
    assert visitor.page.select_one("a[href='/letters/ask-more/pledges']")
    assert "partly kept by your own word" in visitor.text
    speak, give = commitments(workshop)
    assert (speak.state, speak.reported_at) == (State.MADE, None)
    assert (give.state, give.delivered, give.note) == (State.PARTLY, 123450, "Half of it. Really.")
    assert (give.evidence, give.reading) == ("https://example.org/receipt", Reading.WAITING)
    form = visitor.page.select_one("form.fields")
    assert form.select_one("input[name=give-amount]")["value"] == "1,234.50"
    assert form.select_one("input[name=give-outcome][checked]")["value"] == "partly"
    visitor.post(page, {"give-outcome": "kept"})
    assert [(r.outcome, r.delivered) for r in reports(workshop)] == [(State.PARTLY, 123450), (State.KEPT, 2000)]
    visitor.get(page)
    assert len(visitor.page.select(".report__history li")) == 2
    assert kept(workshop) == recounted(workshop)


def test_what_stays_as_it_was_is_no_new_report(workshop: Workshop, visitor: Visitor, page: str) -> None:
    sent = {"speak-outcome": "kept", "speak-note": "I did.", "give-outcome": ""}
    for _ in range(2):
        assert visitor.post(page, sent).status_code == 303
    assert len(reports(workshop)) == 1


def test_amounts_are_read_as_the_pages_language_writes_them(workshop: Workshop, letter: Letter) -> None:
    spanish = Visitor(workshop.app.test_client())
    spanish.post("/letters/ask-more/sign?lang=es", {"name": "Eva", "email": "eva@example.org"})
    workshop.deliver()
    spanish.post(workshop.confirm_link("eva@example.org"))
    with workshop.writing() as session:
        eva = session.query(Signature).one()
        from pledges.pledge import committing, queries

        give = queries.get_pledge(session, letter, "give")
        committing.commit_later(session, eva, give, 500000, language="es", now=clock.now())
    page = f"/report/{report_token(eva.id, clock.now())}"
    assert spanish.post(page, {"give-outcome": "partly", "give-amount": "1.234,50"}).status_code == 303
    assert commitments(workshop)[0].delivered == 123450
    spanish.get(page)
    assert spanish.page.select_one("html")["lang"] == "es"
    assert spanish.page.select_one("input[name=give-amount]")["value"] == "1.234,50"


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"give-outcome": "partly", "give-amount": "-5"}, "give-amount"),
        ({"give-outcome": "partly", "give-amount": "NaN"}, "give-amount"),
        ({"give-outcome": "partly", "give-amount": "9" * 20}, "give-amount"),
        ({"give-outcome": "partly", "give-amount": "20 USD"}, "give-amount"),
        ({"give-outcome": "partly", "give-amount": "1.234567"}, "give-amount"),
        ({"speak-outcome": "done"}, "speak-outcome"),
        ({"speak-note": "Said without an outcome"}, "speak-outcome"),
        ({"give-outcome": "not_yet", "give-amount": "5"}, "give-outcome"),
        ({"speak-outcome": "kept", "speak-note": "x" * 401}, "speak-note"),
        ({"speak-outcome": "kept", "speak-note": "a\u202eb"}, "speak-note"),
        ({"speak-outcome": "kept", "speak-evidence": "javascript:alert(1)"}, "speak-evidence"),
        ({"speak-outcome": "kept", "speak-evidence": "ftp://example.org/a"}, "speak-evidence"),
        ({"speak-outcome": "kept", "speak-evidence": "https://example.org/a\nb"}, "speak-evidence"),
        ({"speak-outcome": "kept", "speak-evidence": "https://"}, "speak-evidence"),
        ({"speak-outcome": "kept", "speak-evidence": "https://[::1"}, "speak-evidence"),
        ({"speak-outcome": "kept", "speak-evidence": "//example.org"}, "speak-evidence"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_forgotten(
    workshop: Workshop, visitor: Visitor, page: str, sent: dict[str, str], field: str
) -> None:
    sent = {"give-note": "This one is right.", "give-outcome": "kept", **sent}
    assert visitor.post(page, sent).status_code == 422
    assert visitor.page.select_one(f"[id='{field}-error']").get_text(strip=True)
    assert [a["href"] for a in visitor.page.select("#errors a")] == [f"#{field}"]
    assert visitor.page.select_one(f"[id='{field}']")
    assert visitor.page.select_one("[name=give-note]").get_text(strip=True) == "This one is right."
    assert not reports(workshop)


@pytest.mark.parametrize(
    "sent", [{}, {"speak-outcome": ""}, {"speak-note": "A note alone."}, {"give-amount": "20"}, {"nothing": "kept"}]
)
def test_what_says_nothing_of_any_pledge_is_not_thanked(
    workshop: Workshop, visitor: Visitor, page: str, sent: dict[str, str]
) -> None:
    assert visitor.post(page, sent).status_code == 422
    assert "Thank you" not in visitor.text
    (mistake,) = visitor.page.select("#errors a")
    field = mistake["href"].removeprefix("#")
    assert visitor.page.select_one(f"fieldset[id='{field}'] .field__error")
    assert not reports(workshop)


def test_a_report_on_what_is_withdrawn_says_so(
    workshop: Workshop, visitor: Visitor, signature: Signature, page: str
) -> None:
    with workshop.writing() as session:
        making.withdraw(session, signature.id, "give", now=clock.now())
    assert visitor.post(page, {"give-outcome": "kept", "speak-outcome": "kept"}).status_code == 410
    assert visitor.page.select_one("h1").get_text() == "This pledge is withdrawn"
    assert visitor.page.select_one("main .button")["href"] == "/letters/ask-more"
    visitor.get(page)
    assert "Nothing to say of these I will give. withdrawn" in visitor.text
    with workshop.writing() as session:
        withdrawing.withdraw(session, signature.id, now=clock.now())
    assert visitor.get(page).status_code == 410
    assert visitor.post(page, {"speak-outcome": "kept"}).status_code == 410
    assert visitor.page.select_one("h1").get_text() == "This pledge is withdrawn"
    assert not reports(workshop)


def test_a_report_on_what_has_lapsed_or_waits_or_was_never_pledged_says_so(
    workshop: Workshop, letter: Letter, visitor: Visitor, signature: Signature, page: str
) -> None:
    other = signed(workshop, letter, "bea@example.org", strike=None, speak=None)
    theirs = f"/report/{report_token(other.id, clock.now())}"
    for path, key in ((theirs, "strike"), (page, "strike"), (page, "nothing")):
        assert visitor.post(path, {f"{key}-outcome": "kept"}).status_code == 410, key
        assert "There is nothing to report on" in visitor.text
    with time_machine.travel("2027-06-02T12:00:00Z"):
        tick(workshop)
        theirs = f"/report/{report_token(other.id, clock.now())}"
        assert visitor.post(theirs, {"strike-outcome": "kept"}).status_code == 410
        assert "has lapsed" in visitor.text
    assert not reports(workshop)


def test_a_link_that_expired_or_is_unknown_shows_a_way_on(visitor: Visitor, signature: Signature, page: str) -> None:
    with time_machine.travel(clock.now() + timedelta(days=61)):
        for ask in (visitor.get, visitor.post):
            assert ask(page).status_code == 410
            assert visitor.page.select_one("a[href='/letters/ask-more/own-page']")
    assert visitor.get("/report/nonsense").status_code == 404
    manage = keyring().issue("manage", signature.id, now=clock.now(), lasts=timedelta(days=1))
    assert visitor.get(f"/report/{manage}").status_code == 404


def test_the_own_page_leads_to_the_report(workshop: Workshop, visitor: Visitor, signature: Signature) -> None:
    workshop.deliver()
    visitor.get(workshop.manage_link("ada@example.org"))
    there = visitor.page.select_one("a[href^='/report/']")["href"]
    assert visitor.get(there).status_code == 200
