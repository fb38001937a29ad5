"""The tracker says what was pledged and what became of it, each number with its denominator, silence as silence."""

from datetime import UTC, datetime

import pytest
import time_machine

from pledges import clock
from pledges.letter.models import Letter
from pledges.moderation import deciding
from pledges.pledge import binding, committing, queries, tracking
from pledges.pledge.mails import report_token
from pledges.pledge.models import PledgeDay, Reading
from pledges.pledge.reporting import Outcome
from pledges.pledge.states import State
from tests.people import Visitor, Workshop
from tests.pledge.promises import AFTER, BEFORE, PLEDGES, pledged, read, report
from tests.signature.test_statements import counted

TRACKER = "/letters/ask-more/pledges"
TRANSLATED = """
  - language: es
    title: Pídannos más
    body: Les pedimos más.
    pledges: {speak: Alzaré la voz., give: Daré dinero., strike: Haré huelga.}"""


@pytest.fixture
def letter(workshop: Workshop) -> Letter:
    return workshop.letter(pledges=PLEDGES, translations=TRANSLATED, moderation="flag")


def section(visitor: Visitor, key: str) -> str:
    found = visitor.page.select_one(f"#{key}")
    assert found is not None
    return " ".join(found.get_text(" ").split())


def test_each_pledge_says_how_many_made_it_and_nothing_of_success_before_it_is_due(
    workshop: Workshop, visitor: Visitor, letter: Letter
) -> None:
    with time_machine.travel(BEFORE):
        first = pledged(workshop, letter, "a@example.org", speak=None, give=5000, strike=None)
        pledged(workshop, letter, "b@example.org", speak=None)
        report(workshop, first, speak=Outcome(State.KEPT))
        assert visitor.get(TRACKER).status_code == 200
        assert "2 people pledged this" in section(visitor, "speak")
        assert "1 of 2 has reported ahead of time" in section(visitor, "speak")
        assert "that fell due" not in visitor.text
        assert "Binds once 3 have pledged; 1 by now." in section(visitor, "strike")
        assert "€50" in section(visitor, "give")
        found = {p["key"]: p for p in visitor.get(f"/api/v1{TRACKER}").json["pledges"]}
        assert [found["speak"][k] for k in ("made", "reached_due", "kept", "no_report")] == [2, 0, 0, 0]
        assert (found["strike"]["made"], found["strike"]["waiting"]) == (0, 1)


def test_once_due_every_outcome_stands_with_its_denominator(
    workshop: Workshop, visitor: Visitor, letter: Letter
) -> None:
    with time_machine.travel(BEFORE):
        people = [pledged(workshop, letter, f"p{n}@example.org", speak=None) for n in range(6)]
        for person, state in zip(people, (State.KEPT, State.KEPT, State.PARTLY, State.NOT_YET), strict=False):
            report(workshop, person, speak=Outcome(state))
    with time_machine.travel(AFTER):
        report(workshop, people[4], speak=Outcome(State.RELEASED))
        visitor.get(TRACKER)
        outcomes = [" ".join(o.get_text(" ").split()) for o in visitor.page.select("#speak .outcome")]
        assert outcomes == [
            "Kept 2 of 6 that fell due",
            "Partly kept 1 of 6 that fell due",
            "Not yet 1 of 6 that fell due",
            "Can’t any more 1 of 6 that fell due",
            "No report 1 of 6 that fell due",
        ]
        assert "Reports checked by a moderator: 0 of 5." in section(visitor, "speak")
        assert "It has lapsed" in section(visitor, "strike")
        speak = visitor.get(f"/api/v1{TRACKER}").json["pledges"][0]
        parts = [speak[k] for k in ("kept", "partly", "not_yet", "released", "no_report")]
        assert (parts, sum(parts)) == ([2, 1, 1, 1, 1], speak["reached_due"])


def test_more_than_was_pledged_and_aimed_at_can_be_delivered(
    workshop: Workshop, visitor: Visitor, letter: Letter
) -> None:
    with time_machine.travel(BEFORE):
        giver = pledged(workshop, letter, "a@example.org", give=13_000_000_00)
        report(workshop, giver, give=Outcome(State.KEPT, 20_000_000_00))
        visitor.get(TRACKER)
        assert "Pledged €13,000,000 " in section(visitor, "give")
        assert "Delivered, as reported €20,000,000 " in section(visitor, "give")
        assert visitor.page.select_one("#give .sums__delivered")["width"] == "100.0%"
        assert visitor.page.select_one("#give .sums__target")["x1"] == "65.0%"
        visitor.get(f"{TRACKER}?lang=es")
        assert "Daré dinero." in section(visitor, "give")
        assert "20.000.000\N{NO-BREAK SPACE}€" in visitor.page.select_one("#give").get_text()
        give = visitor.get(f"/api/v1{TRACKER}").json["pledges"][1]
        assert (give["pledged"], give["delivered"], give["target"]) == ("13000000.00", "20000000.00", "13000000.00")


def test_the_api_says_what_the_contract_says(workshop: Workshop, visitor: Visitor, letter: Letter) -> None:
    answer = visitor.get(f"/api/v1{TRACKER}")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["ETag"]
    assert "public" in answer.headers["Cache-Control"]
    assert answer.json["letter"] == "ask-more"
    speak, give, _strike = answer.json["pledges"]
    assert set(speak) >= {
        "key", "kind", "text", "unit", "target", "due", "made", "reached_due", "kept", "partly", "not_yet", "released",
        "no_report", "checked", "pledged", "delivered",
    }  # fmt: skip
    assert (speak["due"], speak["target"], speak["pledged"], speak["unit"]) == ("2027-06-01", 100, None, None)
    assert (give["kind"], give["unit"], give["pledged"], give["delivered"]) == ("amount", "EUR", "0.00", "0.00")
    assert visitor.get("/api/v1/letters/nothing/pledges").status_code == 404
    assert visitor.get(f"/api/v1{TRACKER}/nothing/commitments").status_code == 404
    assert visitor.get(f"/api/v1{TRACKER}/speak/commitments?after=x").status_code == 400


def test_who_chose_so_is_shown_with_state_and_has_a_page_until_they_think_better_of_it(
    workshop: Workshop, visitor: Visitor, letter: Letter
) -> None:
    with time_machine.travel(BEFORE):
        grace = pledged(workshop, letter, "g@example.org", "Grace Shown", shown=True, give=2500, speak=None)
        pledged(workshop, letter, "h@example.org", "Heidi Hidden", speak=None)
        report(workshop, grace, give=Outcome(State.PARTLY, 1000, "Half by June.", "https://example.org/receipt"))
        page = f"{TRACKER}/{grace.id}"
        visitor.get(TRACKER)
        assert [a["href"] for a in visitor.page.select("#give .signatory a")] == [page]
        assert "partly kept by their own word" in section(visitor, "give")
        assert "Heidi" not in visitor.text
        assert "Half by June." not in visitor.text
        assert visitor.get(page).status_code == 200
        assert "Half by June." not in visitor.text
        assert visitor.page.select_one("meta[name=robots]")["content"] == "noindex"
        read(workshop, grace)
        visitor.get(page)
        assert "Half by June." in visitor.text
        link = visitor.page.select_one("a.note__evidence")
        assert (link["href"], link["rel"]) == ("https://example.org/receipt", ["nofollow", "ugc", "noopener"])
        (shown,) = visitor.get(f"/api/v1{TRACKER}/give/commitments").json["commitments"]
        assert (shown["name"], shown["state"], shown["delivered"]) == ("Grace Shown", "partly", "10.00")
        with workshop.writing() as session:
            committing.release_all(session, queries.lock_commitments(session, [grace.id]))
        assert visitor.get(page).status_code == 404
        visitor.get(TRACKER)
        assert "Grace" not in visitor.text


def test_notes_are_shown_only_when_approved_and_named_only_where_chosen(
    workshop: Workshop, visitor: Visitor, letter: Letter
) -> None:
    with time_machine.travel(BEFORE):
        first = pledged(workshop, letter, "a@example.org", "Quiet Quentin", speak=None)
        report(workshop, first, speak=Outcome(State.KEPT, None, "I spoke.", "javascript:alert(1)"))
        assert "I spoke." not in visitor.get(TRACKER).get_data(as_text=True)
        read(workshop, first, Reading.REJECTED)
        assert "I spoke." not in visitor.get(TRACKER).get_data(as_text=True)
        read(workshop, first)
        visitor.get(TRACKER)
        assert "I spoke." in section(visitor, "speak")
        assert "Quentin" not in visitor.text
        assert "javascript:" not in visitor.get(TRACKER).get_data(as_text=True)


def test_what_a_stranger_writes_stays_text_everywhere(workshop: Workshop, visitor: Visitor, letter: Letter) -> None:
    hostile = "<script>alert(1)</script>"
    with time_machine.travel(BEFORE):
        ada = pledged(workshop, letter, "a@example.org", hostile, shown=True, speak=None)
        link = "https://example.org/?a='\"><script>alert(1)</script>"
        report(workshop, ada, speak=Outcome(State.KEPT, None, hostile, link))
        read(workshop, ada)
        token = report_token(ada.id, clock.now())
        for path in (TRACKER, f"{TRACKER}/{ada.id}", f"/report/{token}"):
            assert hostile not in visitor.get(path).get_data(as_text=True), path
            assert hostile in visitor.text
            assert visitor.page.select_one("a[rel~=ugc]")["href"] == link
            assert {"nofollow", "ugc", "noopener"} <= set(visitor.page.select_one("a[rel~=ugc]")["rel"])
        workshop.account("mod@example.org")
        visitor.sign_in("mod@example.org")
        assert hostile not in visitor.get("/moderation/ask-more/reports").get_data(as_text=True)
        assert hostile in visitor.text


def test_the_shown_are_paged_by_place(workshop: Workshop, visitor: Visitor, letter: Letter) -> None:
    with time_machine.travel(BEFORE):
        for n in range(14):
            pledged(workshop, letter, f"p{n}@example.org", f"Person {n:02}", shown=True, speak=None)
        visitor.get(TRACKER)
        assert len(visitor.page.select("#speak .signatory")) == 12
        following = visitor.page.select_one("#speak a[rel=next]")["href"]
        visitor.get(following)
        assert [a.get_text() for a in visitor.page.select("#speak .signatory__name")] == ["Person 01", "Person 00"]
        assert visitor.get(f"{TRACKER}?pledge=nothing").status_code == 404
        assert visitor.get(f"{TRACKER}?pledge=speak&after=zzz").status_code == 400
        first = visitor.get(f"/api/v1{TRACKER}/speak/commitments?limit=10").json
        rest = visitor.get(f"/api/v1{TRACKER}/speak/commitments?limit=10&after={first['next']}").json
        assert (len(first["commitments"]), len(rest["commitments"]), rest["next"]) == (10, 4, None)


def test_those_who_wait_for_a_moderator_hold_up_no_page(
    workshop: Workshop, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    letter = workshop.letter(pledges=PLEDGES, moderation="hold")
    with time_machine.travel(BEFORE):
        people = [
            pledged(workshop, letter, f"p{n}@example.org", f"Person {n}", shown=True, speak=None) for n in (0, 1, 2)
        ]
        with workshop.writing() as session:
            deciding.approve(session, letter, [people[0].id], account_id=None, now=clock.now())
        path = f"/api/v1{TRACKER}/speak/commitments"
        assert [c["name"] for c in visitor.get(path).json["commitments"]] == ["Person 0"]
        monkeypatch.setattr("pledges.pledge.showing.LOOKED_AT", 2)
        first = visitor.get(path).json
        assert first["commitments"] == []
        rest = visitor.get(f"{path}?after={first['next']}").json
        assert ([c["name"] for c in rest["commitments"]], rest["next"]) == (["Person 0"], None)
        visitor.get(TRACKER)
        assert visitor.page.select_one("#speak a[rel=next]") is not None


@pytest.mark.parametrize(
    "path", ["draft/pledges", "nothing/pledges", "ask-more/pledges/1", "ask-more/pledges/" + "9" * 30]
)
def test_what_is_not_there_is_not_found(workshop: Workshop, visitor: Visitor, letter: Letter, path: str) -> None:
    workshop.letter("draft", opened=False, pledges=PLEDGES)
    assert visitor.get(f"/letters/{path}").status_code == 404
    assert visitor.get("/api/v1/letters/draft/pledges").status_code == 404


def test_the_page_is_kept_until_something_changes_or_falls_due(
    workshop: Workshop, visitor: Visitor, letter: Letter
) -> None:
    def stamp() -> str:
        with workshop.writing() as session:
            return tracking.stamp(session, "ask-more", now=clock.now())

    with time_machine.travel(BEFORE):
        signature = pledged(workshop, letter, "a@example.org", speak=None)
        seen = [stamp()]
        assert stamp() == seen[0]
        report(workshop, signature, speak=Outcome(State.KEPT))
        seen.append(stamp())
        answer = visitor.get(TRACKER)
        assert "Set-Cookie" not in answer.headers
        assert "s-maxage" in answer.headers["Cache-Control"]
    with time_machine.travel(AFTER):
        seen.append(stamp())
    assert len(set(seen)) == 3


def test_the_chart_says_what_stood_on_each_day(workshop: Workshop, visitor: Visitor, letter: Letter) -> None:
    for day, count in ((1, 1), (3, 2), (8, 1)):
        with time_machine.travel(f"2027-03-{day:02}T12:00:00Z"):
            for n in range(count):
                pledged(workshop, letter, f"p{day}-{n}@example.org", speak=None)
            for _ in range(2):
                with workshop.writing() as session:
                    tracking.note_days(session, now=clock.now())
    with time_machine.travel("2027-03-09T12:00:00Z"):
        visitor.get(TRACKER)
        rows = [[c.get_text() for c in row.select("th, td")] for row in visitor.page.select("#speak tbody tr")]
    assert [row[1] for row in rows] == ["4", "4", "3", "3", "3", "3", "3", "1", "1"]
    assert rows[-1][0] == "March 1, 2027"
    assert visitor.page.select_one("#speak .chart__picture desc") is not None


def test_years_are_drawn_from_few_days(workshop: Workshop, letter: Letter) -> None:
    with time_machine.travel(BEFORE):
        pledged(workshop, letter, "a@example.org", speak=None)
    with workshop.writing() as session:
        speak = queries.list_pledges(session, letter)[0]
        for year in (2024, 2025, 2026):
            session.add(PledgeDay(pledge_id=speak.id, day=datetime(year, 1, 1, tzinfo=UTC).date(), made=1, kept=0))
        session.flush()
        standings = tracking.list_standings(session, letter, now=clock.now())
        moments = tracking.list_moments(session, standings, now=datetime(2027, 3, 1, tzinfo=UTC))
    assert len(moments[speak.id]) <= tracking.POINTS + 1


def test_a_threshold_that_is_reached_counts(workshop: Workshop, visitor: Visitor, letter: Letter) -> None:
    with time_machine.travel(BEFORE):
        for n in range(3):
            pledged(workshop, letter, f"p{n}@example.org", strike=None)
        for sweep in (binding.note_thresholds, binding.bind_reached):
            with workshop.writing() as session:
                sweep(session, now=clock.now())
        visitor.get(TRACKER)
        assert "3 people pledged this" in section(visitor, "strike")


@pytest.mark.parametrize("others", [1, 20])
def test_the_tracker_costs_as_many_statements_however_many_pledged(
    workshop: Workshop, visitor: Visitor, letter: Letter, others: int
) -> None:
    with time_machine.travel(BEFORE):
        for n in range(others):
            pledged(workshop, letter, f"p{n}@example.org", shown=True, speak=None, give=100)
        with counted(workshop.app) as statements:
            visitor.get(TRACKER)
        assert len(statements) <= 16, statements
        assert not [statement for statement in statements if "count(*) FROM commitment" in statement]
