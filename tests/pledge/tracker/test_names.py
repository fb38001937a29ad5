"""Whoever chose so stands on the tracker and has a page; what others write is shown without a name, once approved."""

import pytest
import time_machine

from pledges import clock
from pledges.letter.models import Letter
from pledges.moderation import deciding
from pledges.pledge import committing, queries
from pledges.pledge.mails import report_token
from pledges.pledge.models import Reading
from pledges.pledge.reporting import Outcome
from pledges.pledge.states import State
from tests.people import Visitor, Workshop
from tests.pledge.promises import BEFORE, PLEDGES, pledged, read, report
from tests.pledge.tracker.page import TRACKER, section


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
