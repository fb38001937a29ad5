"""Reports on pledges are read before they are shown, and marked as checked with a source."""

import threading

import pytest
from werkzeug.test import TestResponse

from pledges import clock
from pledges.letter.models import Letter
from pledges.moderation.notifying import tell_moderators
from pledges.pledge import queries
from pledges.pledge.models import Commitment, Reading
from pledges.pledge.reporting import Outcome
from pledges.pledge.states import State
from pledges.signature.models import Signature
from tests.crowds import crowd
from tests.mailing import plain
from tests.moderation.desk import csrf_token, history
from tests.people import Visitor, Workshop
from tests.pledge.commitments import PLEDGES, commitments, kept, recounted, signed, totals
from tests.pledge.promises import report

EVIDENCE = "https://example.org/receipt"
QUEUE = "/moderation/ask-more"


@pytest.fixture
def letter(workshop: Workshop) -> Letter:
    return workshop.letter(pledges=PLEDGES, moderation="flag")


@pytest.fixture
def signature(workshop: Workshop, letter: Letter) -> Signature:
    ada = signed(workshop, letter, "ada@example.org", speak=None, give=2000)
    report(workshop, ada, give=Outcome(State.PARTLY, 500, "Half of it.", EVIDENCE))
    return ada


def give(workshop: Workshop) -> Commitment:
    return next(c for c in commitments(workshop) if c.amount)


def unread(workshop: Workshop, letter: Letter, number: int) -> list[int]:
    """So many reports that wait, by the ids of their commitments."""
    people = crowd(workshop, letter, [f"Name {n}" for n in range(number)])
    said = {"state": State.KEPT, "counted": True, "note": "I did.", "reading": Reading.WAITING}
    with workshop.writing() as session:
        speak = queries.get_pledge(session, letter, "speak")
        kept_how = {"pledge_id": speak.id, "wording": "I will speak up.", "language": "en"}
        at = {"created_at": clock.now(), "reported_at": clock.now()}
        rows = [Commitment(signature_id=s.id, reference=f"R{s.id}", **said, **kept_how, **at) for s in people]
        session.add_all(rows)
        session.flush()
        return [row.id for row in rows]


def chosen_from(visitor: Visitor, which: str = "") -> list[int]:
    """The ids on the page of the queue of reports, in its order."""
    return [int(box["value"]) for box in visitor.page.select(f"input[name=commitment]{which}")]


def judge(visitor: Visitor, decision: str, *ids: int, **fields: str) -> TestResponse:
    visitor.get("/account/password")
    sent = {"commitment": [*ids], "decision": decision, "csrf_token": csrf_token(visitor), **fields}
    return visitor.post("/moderation/ask-more/decide", sent)


def test_a_report_with_a_note_waits_in_the_queue(workshop: Workshop, signature: Signature, moderator: Visitor) -> None:
    moderator.get("/moderation/ask-more")
    assert "1 report waits" in moderator.text
    assert "Half of it." in moderator.text
    link = moderator.page.select_one(f"a[href='{EVIDENCE}']")
    assert {"nofollow", "ugc", "noopener"} <= set(link["rel"])
    row = give(workshop)
    assert judge(moderator, "approve_report", row.id).status_code == 303
    assert give(workshop).reading is Reading.APPROVED
    moderator.get("/moderation/ask-more")
    assert "1 report is shown." in moderator.text
    assert "Half of it." not in moderator.text
    assert any("report approved" in (event.reason or "") for event in history(workshop, signature))


def test_the_oldest_reports_come_first_a_hundred_a_page(workshop: Workshop, letter: Letter, moderator: Visitor) -> None:
    ids = unread(workshop, letter, 230)
    path, pages = QUEUE, []
    while path:
        assert moderator.get(path).status_code == 200
        assert "230 reports wait" in moderator.text
        pages.append(chosen_from(moderator))
        following = moderator.page.select_one("a[rel=next]")
        path = f"{QUEUE}{following['href'].partition('#')[0]}" if following else ""
    assert [len(page) for page in pages] == [100, 100, 30]
    assert [commitment_id for page in pages for commitment_id in page] == ids


def test_reports_that_were_judged_meanwhile_make_the_next_page_skip_none(
    workshop: Workshop, letter: Letter, moderator: Visitor
) -> None:
    ids = unread(workshop, letter, 105)
    moderator.get(QUEUE)
    following = moderator.page.select_one("a[rel=next]")["href"].partition("#")[0]
    assert judge(moderator, "approve_report", *ids[:100]).status_code == 303
    moderator.get(QUEUE + following)
    assert chosen_from(moderator) == ids[100:]
    judge(moderator, "approve_report", *ids[100:])
    moderator.get(QUEUE + following)
    assert "No report waits here." in moderator.text
    assert moderator.get(f"{QUEUE}?reports=x").status_code == 400


def test_a_mistake_comes_back_where_it_was_made(workshop: Workshop, letter: Letter, moderator: Visitor) -> None:
    ids = unread(workshop, letter, 105)
    moderator.get(QUEUE)
    following = moderator.page.select_one("a[rel=next]")["href"].partition("#")[0]
    moderator.get(QUEUE + following)
    there = moderator.page.select_one("#commitment").find_parent("form")["action"]
    token = csrf_token(moderator)
    sent = {"commitment": ids[101:103], "decision": "check_report", "csrf_token": token}
    assert moderator.post(there, sent).status_code == 422
    assert "105 reports wait" in moderator.text
    assert moderator.page.select_one("#source-error").get_text() == "Say against what you have checked it."
    assert chosen_from(moderator, "[checked]") == ids[101:103]
    reports = "/moderation/ask-more/reports"
    moderator.get(reports)
    moderator.get(reports + moderator.page.select_one("a[rel=next]")["href"])
    there = moderator.page.select_one("#commitment").find_parent("form")["action"]
    assert moderator.post(there, sent).status_code == 422
    assert chosen_from(moderator, "[checked]") == ids[101:103]
    moderator.post(there, {**sent, "reason": "The bank's list"})
    moderator.get(moderator.response.headers["Location"])
    assert chosen_from(moderator) == ids[100:]


def test_a_mark_has_its_source_and_moves_the_totals(
    workshop: Workshop, letter: Letter, signature: Signature, moderator: Visitor
) -> None:
    row = give(workshop)
    assert judge(moderator, "check_report", row.id).status_code == 422
    assert moderator.page.select_one("#source-error")
    assert judge(moderator, "check_report", row.id, reason="The bank's list").status_code == 303
    assert (give(workshop).checked, give(workshop).checked_source) == (True, "The bank's list")
    assert totals(workshop, letter)["give"].checked == 1
    moderator.get("/moderation/ask-more/reports")
    assert "checked against: The bank's list" in moderator.text
    assert judge(moderator, "uncheck_report", row.id).status_code == 303
    assert totals(workshop, letter)["give"].checked == 0
    assert kept(workshop) == recounted(workshop)


def test_a_new_report_is_read_and_checked_anew(workshop: Workshop, signature: Signature, moderator: Visitor) -> None:
    row = give(workshop)
    judge(moderator, "approve_report", row.id)
    judge(moderator, "check_report", row.id, reason="The bank's list")
    report(workshop, signature, give=Outcome(State.PARTLY, 600, "Buy pills."))
    found = give(workshop)
    assert (found.checked, found.checked_source, found.reading) == (False, None, Reading.WAITING)
    assert kept(workshop) == recounted(workshop)


def test_what_was_changed_since_it_was_read_is_left_alone(
    workshop: Workshop, signature: Signature, moderator: Visitor
) -> None:
    row = give(workshop)
    report(workshop, signature, give=Outcome(State.PARTLY, 600, "Buy pills."))
    judge(moderator, "approve_report", row.id, seen=f"{row.id}:{row.edition}")
    assert give(workshop).reading is Reading.WAITING
    moderator.get("/moderation/ask-more")
    assert "dealt with or changed meanwhile" in moderator.text


def test_of_two_moderators_one_decides(
    workshop: Workshop, signature: Signature, moderator: Visitor, colleague: Visitor
) -> None:
    row = give(workshop)
    both = ((moderator, "approve_report"), (colleague, "reject_report"))
    threads = [threading.Thread(target=judge, args=(who, decision, row.id)) for who, decision in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert give(workshop).reading in (Reading.APPROVED, Reading.REJECTED)
    said = [event.reason for event in history(workshop, signature) if "report" in (event.reason or "")]
    assert len(said) == 1
    for who in (moderator, colleague):
        who.get("/moderation/ask-more")
    assert sum("changed meanwhile" in who.text for who in (moderator, colleague)) == 1


def test_reports_of_other_letters_are_out_of_reach(workshop: Workshop, signature: Signature, visitor: Visitor) -> None:
    other = workshop.letter("other")
    workshop.account("limited@example.org", only=other)
    visitor.sign_in("limited@example.org")
    row = give(workshop)
    assert judge(visitor, "approve_report", row.id).status_code == 403
    assert visitor.get("/moderation/ask-more/reports").status_code == 403
    visitor.get("/account/password")
    sent = {"commitment": [row.id], "decision": "approve_report", "csrf_token": csrf_token(visitor)}
    visitor.post("/moderation/other/decide", sent)
    assert give(workshop).reading is Reading.WAITING


def test_moderators_are_told_of_waiting_reports(workshop: Workshop, signature: Signature) -> None:
    workshop.deliver()
    workshop.account("mod@example.org")
    with workshop.writing() as session:
        tell_moderators(session, now=clock.now())
    (mail,) = workshop.deliver()
    assert mail["Subject"] == "1 report waiting for a moderator"
    assert "1 report" in plain(mail)
