"""An organizer sees the figures, takes them along, has the silent asked, and imports what was delivered."""

import csv
import io
import json
import threading
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import update

from pledges import clock
from pledges.letter.models import Letter
from pledges.letter.queries import get_letter
from pledges.organizer.models import Role
from pledges.pledge import asking, deliveries
from pledges.pledge.asking import CHECK_IN
from pledges.pledge.deliveries import Fault, Imported
from pledges.pledge.models import Commitment, Delivery, Reading
from pledges.pledge.reporting import Outcome
from pledges.pledge.states import Actor, State
from pledges.signature import withdrawing
from pledges.signature.models import Signature
from tests.mailing import plain
from tests.moderation.desk import csrf_token
from tests.people import Visitor, Workshop
from tests.pledge.commitments import PLEDGES, asked, commitments, kept, recounted, signed, tick, totals
from tests.pledge.promises import AFTER, BEFORE, pledged, report
from tests.pledge.promises import PLEDGES as PLEDGES_WITH_DATES
from tests.pledge.test_reporting import reports

PAGE = "/organize/ask-more/pledges"
EXPORT = ("pledge", "export", "ask-more")


@pytest.fixture
def letter(workshop: Workshop) -> Letter:
    return workshop.letter(pledges=PLEDGES)


@pytest.fixture
def people(workshop: Workshop, letter: Letter) -> list[Signature]:
    return [signed(workshop, letter, f"ada{n}@example.org", give=10000, speak=None) for n in range(3)]


@pytest.fixture
def organizer(workshop: Workshop, visitor: Visitor) -> Visitor:
    workshop.account("org@example.org", Role.ORGANIZER)
    assert visitor.sign_in("org@example.org").status_code == 303
    return visitor


def gifts(workshop: Workshop) -> list[Commitment]:
    return [row for row in commitments(workshop) if row.amount]


def import_(workshop: Workshop, text: str) -> Imported:
    with workshop.writing() as session:
        letter = get_letter(session, "ask-more")
        return deliveries.import_deliveries(session, letter, deliveries.read_lines(text), now=clock.now())


def send(organizer: Visitor, text: str) -> int:
    organizer.get(PAGE)
    file = (io.BytesIO(text.encode()), "paid.csv")
    return organizer.post(f"{PAGE}/import", {"csrf_token": csrf_token(organizer), "file": file}).status_code


def test_what_was_delivered_is_kept_or_partly(workshop: Workshop, letter: Letter, people: list[Signature]) -> None:
    first, second, third = gifts(workshop)
    paid = f"Date;Reference;Amount\n2025-05-01;{first.reference};100.00\n2025-05-02;{second.reference.lower()};40\n"
    assert import_(workshop, paid) == Imported(2, 0, [])
    assert [(c.state, c.delivered, c.imported) for c in gifts(workshop)] == [
        (State.KEPT, None, 10000), (State.PARTLY, None, 4000), (State.MADE, None, None),
    ]  # fmt: skip
    assert {r.actor for r in reports(workshop)} == {Actor.ORGANIZER}
    later = f'{second.reference},60.00,2025-05-09\n{third.reference},"1,000",2025-05-09'
    assert import_(workshop, later).recorded == 2
    assert [c.received for c in gifts(workshop)] == [10000, 10000, 100000]
    assert {c.state for c in gifts(workshop)} == {State.KEPT}
    assert totals(workshop, letter)["give"].delivered == 120000
    assert kept(workshop) == recounted(workshop)


def test_the_same_file_twice_changes_nothing_more(workshop: Workshop, people: list[Signature]) -> None:
    first = gifts(workshop)[0].reference
    paid = f"{first},20,2025-05-01\n{first},20,2025-05-01\n{first},5,2025-05-02\n"
    assert import_(workshop, paid) == Imported(3, 0, [])
    assert import_(workshop, paid) == Imported(0, 3, [])
    assert gifts(workshop)[0].received == 4500
    assert len(reports(workshop)) == 1


@pytest.mark.parametrize(
    ("said", "money"),
    [
        (Outcome(State.KEPT), ("40", 10000)),
        (Outcome(State.PARTLY, 3000, "In cash."), ("100", 10000)),
        (Outcome(State.PARTLY, 3000), ("20", 3000)),
        (Outcome(State.NOT_YET), ("100", 10000)),
        (Outcome(State.RELEASED, 2000), ("40", 4000)),
    ],
)
def test_what_a_signatory_said_stands_and_of_both_amounts_the_larger_counts(
    workshop: Workshop, letter: Letter, people: list[Signature], said: Outcome, money: tuple[str, int]
) -> None:
    paid, counts = money
    report(workshop, people[0], give=said)
    before = gifts(workshop)[0]
    imported = import_(workshop, f"{before.reference},{paid},2025-05-01")
    after = gifts(workshop)[0]
    assert (after.state, after.delivered, after.note) == (before.state, before.delivered, said.note)
    assert (after.imported, after.by_organizer) == (int(paid) * 100, False)
    assert totals(workshop, letter)["give"].delivered == after.received == counts
    assert [one.reference for one in imported.otherwise] == [before.reference]
    assert [r.actor for r in reports(workshop)] == [Actor.SIGNATORY, Actor.ORGANIZER]
    assert kept(workshop) == recounted(workshop)


def test_a_payment_that_is_reported_and_imported_counts_once(
    workshop: Workshop, letter: Letter, people: list[Signature]
) -> None:
    report(workshop, people[0], give=Outcome(State.KEPT))
    report(workshop, people[1], give=Outcome(State.PARTLY, 5000))
    first, second, _ = gifts(workshop)
    paid = f"{first.reference},100,2025-05-01\n{second.reference},50,2025-05-01"
    assert import_(workshop, paid) == Imported(2, 0, [])
    assert totals(workshop, letter)["give"].delivered == 15000


def test_a_report_takes_the_place_of_what_was_imported_and_no_later_import_does(
    workshop: Workshop, letter: Letter, people: list[Signature]
) -> None:
    reference = gifts(workshop)[0].reference
    import_(workshop, f"{reference},40,2025-05-01")
    assert (gifts(workshop)[0].state, gifts(workshop)[0].by_organizer) == (State.PARTLY, True)
    report(workshop, people[0], give=Outcome(State.RELEASED, 6000))
    import_(workshop, f"{reference},40,2025-05-01\n{reference},60,2025-05-02")
    found = gifts(workshop)[0]
    assert (found.state, found.by_organizer) == (State.RELEASED, False)
    assert (found.delivered, found.imported, found.received) == (6000, 10000, 10000)
    assert totals(workshop, letter)["give"].delivered == 10000
    assert kept(workshop) == recounted(workshop)


def test_what_the_organizer_recorded_is_called_so_and_nobodys_own_word(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter(moderation="flag", pledges=PLEDGES)
    ada = pledged(workshop, letter, "ada@example.org", shown=True, give=10000)
    workshop.deliver()
    import_(workshop, f"{gifts(workshop)[0].reference},40,2025-05-01")
    for path in ("/letters/ask-more/pledges", f"/letters/ask-more/pledges/{ada.id}"):
        visitor.get(path)
        assert "partly kept recorded by the organizer" in visitor.text
        assert "by their own word" not in visitor.text
    (shown,) = visitor.get("/api/v1/letters/ask-more/pledges/give/commitments").json["commitments"]
    assert (shown["said_by"], shown["delivered"]) == ("organizer", "40.00")
    (row,) = json.loads(workshop.app.test_cli_runner().invoke(args=[*EXPORT, "--format", "json"]).output)
    assert (row["said_by"], row["delivered"], row["imported"]) == ("organizer", None, "40.00")
    visitor.get(workshop.manage_link("ada@example.org"))
    assert "The organizer has recorded: €40" in visitor.text
    page = visitor.page.select_one("a[href^='/report/']")["href"]
    visitor.get(page)
    assert "partly kept recorded by the organizer The organizer has recorded: €40" in visitor.text
    assert not visitor.page.select("input[checked]")
    assert visitor.post(page, {"give-outcome": ""}).status_code == 422
    assert gifts(workshop)[0].by_organizer
    assert visitor.post(page, {"give-outcome": "partly", "give-amount": "40"}).status_code == 303
    visitor.get(page)
    assert "partly kept by your own word" in visitor.text
    assert "recorded by the organizer" in visitor.page.select_one(".report__history").get_text()


def test_who_is_credited_a_part_is_still_asked_and_who_is_credited_all_is_not(
    workshop: Workshop, letter: Letter
) -> None:
    for n in range(2):
        signed(workshop, letter, f"bea{n}@example.org", give=10000)
    first, second = gifts(workshop)
    import_(workshop, f"{first.reference},40,2025-05-01\n{second.reference},100,2025-05-01")
    with time_machine.travel("2027-06-02T12:00:00Z"):
        tick(workshop)
        assert [mail.about_id for mail in workshop.outbox() if mail.event == CHECK_IN] == [first.signature_id]
        (mail,) = [mail for mail in workshop.deliver() if "What became" in mail["Subject"]]
        assert "The organizer has recorded: €40" in plain(mail)


def test_two_who_import_the_same_file_at_once_record_it_once(workshop: Workshop, people: list[Signature]) -> None:
    paid = "\n".join(f"{row.reference},30,2025-05-01" for row in gifts(workshop))
    threads = [threading.Thread(target=import_, args=(workshop, paid)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with workshop.writing() as session:
        assert session.query(Delivery).count() == 3
    assert [row.received for row in gifts(workshop)] == [3000] * 3
    assert kept(workshop) == recounted(workshop)


def test_no_line_is_dropped_silently(workshop: Workshop, letter: Letter, people: list[Signature]) -> None:
    first, second, _ = gifts(workshop)
    speak = next(row for row in commitments(workshop) if not row.amount)
    with workshop.writing() as session:
        withdrawing.withdraw(session, people[1].id, now=clock.now())
    lines = [
        "reference,amount,date", f"{first.reference},10,2025-05-01", "NOBODY2345,10,2025-05-01",
        f"{first.reference},10",
        f"{first.reference},ten,2025-05-01", f"{first.reference},10,May", f"{second.reference},10,2025-05-01",
        f"{speak.reference},10,2025-05-01", "", "\x00,10,2025-05-01", f"{first.reference},-3,2025-05-01",
    ]  # fmt: skip
    imported = import_(workshop, "\n".join(lines))
    assert imported.recorded == 1
    assert [(line.number, line.fault) for line in imported.faults] == [
        (3, Fault.UNMATCHED), (4, Fault.COLUMNS), (5, Fault.AMOUNT), (6, Fault.DATE), (7, Fault.OVER),
        (8, Fault.NO_AMOUNT), (10, Fault.UNMATCHED), (11, Fault.AMOUNT),
    ]  # fmt: skip


def test_a_day_that_has_begun_nowhere_is_told_and_nothing_is_recorded(
    workshop: Workshop, people: list[Signature], organizer: Visitor, tmp_path: Path
) -> None:
    reference = gifts(workshop)[0].reference
    with time_machine.travel("2027-03-08T09:59:00Z", tick=False) as time:
        imported = import_(workshop, f"{reference},10,2027-03-08\n{reference},10,2027-03-09\n{reference},10,2099-01-01")
        assert imported.recorded == 1
        assert [(line.number, line.fault) for line in imported.faults] == [(2, Fault.FUTURE), (3, Fault.FUTURE)]
        time.shift(60)
        assert import_(workshop, f"{reference},10,2027-03-09").recorded == 1
    assert gifts(workshop)[0].imported == 2000
    assert send(organizer, f"{reference},10,2099-01-01") == 200
    assert "Line 1: Its date has not come." in organizer.text
    file = tmp_path / "paid.csv"
    file.write_text(f"{reference},10,2099-01-01\n")
    answer = workshop.app.test_cli_runner().invoke(args=["pledge", "import", "ask-more", str(file)])
    assert (answer.exit_code, "line 1: its date has not come" in answer.output) == (1, True)
    assert gifts(workshop)[0].imported == 2000


@pytest.mark.parametrize(("on", "due"), [(BEFORE, 0), (AFTER, 3)])
def test_the_organizers_table_adds_up_before_and_after_the_date(
    workshop: Workshop, visitor: Visitor, on: str, due: int
) -> None:
    workshop.account("org@example.org", Role.ORGANIZER)
    with time_machine.travel(BEFORE, tick=False):
        letter = workshop.letter(pledges=PLEDGES_WITH_DATES)
        first, *_ = [pledged(workshop, letter, f"ada{n}@example.org", speak=None) for n in range(3)]
        report(workshop, first, speak=Outcome(State.KEPT))
    with time_machine.travel(on, tick=False):
        assert visitor.sign_in("org@example.org").status_code == 303
        visitor.get(PAGE)
        row = visitor.page.select_one("tbody tr")
        made, reached, *parts = (int(cell.get_text()) for cell in row.select("td.number")[:7])
        assert (made, reached, sum(parts)) == (3, due, due)
        assert parts == ([1, 0, 0, 0, 2] if due else [0] * 5)
        assert ("1 has reported already" in row.get_text()) == (not due)


def test_an_import_leaves_notes_alone_and_withdrawal_erases_what_was_imported(
    workshop: Workshop, people: list[Signature]
) -> None:
    report(workshop, people[0], give=Outcome(State.PARTLY, 10, "Some."))
    with workshop.writing() as session:
        session.execute(update(Commitment).where(Commitment.note.is_not(None)).values(reading=Reading.APPROVED))
    import_(workshop, f"{gifts(workshop)[0].reference},30,2025-05-01")
    assert (gifts(workshop)[0].note, gifts(workshop)[0].reading) == ("Some.", Reading.APPROVED)
    with workshop.writing() as session:
        withdrawing.withdraw(session, people[0].id, now=clock.now())
        assert session.query(Delivery).count() == 0
    assert not reports(workshop)


def test_the_organizer_imports_in_the_browser_and_sees_what_did_not_match(
    workshop: Workshop, people: list[Signature], organizer: Visitor
) -> None:
    paid = f"{gifts(workshop)[0].reference},30,2025-05-01\nNOBODY2345,10,2025-05-01\n"
    assert send(organizer, paid) == 200
    assert "1 delivery is recorded." in organizer.text
    assert "Line 2: No pledge under this letter has this reference. NOBODY2345, 10, 2025-05-01" in organizer.text
    assert "€30" in organizer.text
    report(workshop, people[1], give=Outcome(State.PARTLY, 1000))
    assert send(organizer, f"{gifts(workshop)[1].reference},20.50,2025-05-01") == 200
    assert "1 signatory says otherwise. What they said stands" in organizer.text
    assert f"{gifts(workshop)[1].reference} : they say “partly kept”, €10; you have recorded €20.50" in organizer.text
    assert send(organizer, "") == 422
    assert send(organizer, "A" * 300_000) == 200


def test_the_export_has_every_commitment_and_no_hidden_word(
    workshop: Workshop, people: list[Signature], organizer: Visitor
) -> None:
    report(workshop, people[0], give=Outcome(State.KEPT, None, "=1+1", "https://example.org/a"))
    rows = [*csv.DictReader(io.StringIO(organizer.get(f"{PAGE}.csv").get_data(as_text=True)))]
    assert len(rows) == 6
    assert {(row["state"], row["said_by"]) for row in rows} == {("kept", "self-reported"), ("made", "")}
    assert not any(row["note"] or row["evidence"] for row in rows)
    with workshop.writing() as session:
        session.execute(update(Commitment).where(Commitment.note.is_not(None)).values(reading=Reading.APPROVED))
    rows = [*csv.DictReader(io.StringIO(organizer.get(f"{PAGE}.csv").get_data(as_text=True)))]
    assert [row["note"] for row in rows if row["note"]] == ["'=1+1"]
    assert "example.org" not in ",".join(row["name"] for row in rows)


def test_commands_export_and_import(workshop: Workshop, people: list[Signature], tmp_path: Path) -> None:
    run = workshop.app.test_cli_runner().invoke
    found = json.loads(run(args=["pledge", "export", "ask-more", "--format", "json"]).output)
    assert {row["pledge"] for row in found} == {"give", "speak"}
    file = tmp_path / "paid.csv"
    file.write_text(f"{gifts(workshop)[0].reference},30,2025-05-01\nNOBODY2345,1,2025-05-01\n")
    answer = run(args=["pledge", "import", "ask-more", str(file)])
    assert answer.exit_code == 1
    assert "line 2: no pledge under this letter has this reference: NOBODY2345" in answer.output
    assert "1 deliveries recorded" in answer.output
    report(workshop, people[1], give=Outcome(State.RELEASED))
    file.write_text(f"{gifts(workshop)[1].reference},30,2025-05-01\n")
    answer = run(args=["pledge", "import", "ask-more", str(file)])
    assert answer.exit_code == 0
    assert f"{gifts(workshop)[1].reference}: its signatory says released; recorded 30.00" in answer.output
    assert "there is no letter" in run(args=["pledge", "export", "nothing"]).output


def test_a_nudge_asks_the_silent_once_a_week_at_most(
    workshop: Workshop, people: list[Signature], organizer: Visitor
) -> None:
    report(workshop, people[0], speak=Outcome(State.KEPT))
    organizer.get(f"{PAGE}/nudge?pledge=speak")
    assert "not due yet" in organizer.text
    for day in ("06-02", "06-10", "06-25"):
        with time_machine.travel(f"2027-{day}T12:00:00Z"):
            tick(workshop)
    with time_machine.travel("2027-08-01T12:00:00Z"):
        tick(workshop)
        before = asked(workshop)
        organizer.sign_in("org@example.org")
        organizer.get(f"{PAGE}/nudge?pledge=speak")
        assert "2 signatories have said nothing" in organizer.text
        organizer.press("/nudge")
        assert "2 signatories are asked." in organizer.text
        tick(workshop)
        tick(workshop)
        assert asked(workshop) == before + 2
        sent = {"pledge": "speak", "csrf_token": csrf_token(organizer)}
        assert organizer.post(f"{PAGE}/nudge", sent).status_code == 409
    assert organizer.get(f"{PAGE}/nudge?pledge=none").status_code in (303, 404)


def test_a_nudge_asks_whoever_said_not_yet_and_nobody_who_wants_no_mails(
    workshop: Workshop, people: list[Signature], organizer: Visitor
) -> None:
    with time_machine.travel("2027-06-02T12:00:00Z"):
        tick(workshop)
        report(workshop, people[0], speak=Outcome(State.NOT_YET))
    with time_machine.travel("2027-08-01T12:00:00Z"):
        tick(workshop)
        tick(workshop)
        report(workshop, people[1], speak=Outcome(State.NOT_YET))
        with workshop.writing() as session:
            asking.stop_asking(session, people[2].id)
        before = asked(workshop)
        organizer.sign_in("org@example.org")
        organizer.get(f"{PAGE}/nudge?pledge=speak")
        assert "1 signatory has said nothing since it fell due, or “not yet” a week ago or longer" in organizer.text
        organizer.press("/nudge")
        assert "1 signatory is asked." in organizer.text
        tick(workshop)
        assert asked(workshop) == before + 1
        organizer.get(f"{PAGE}/nudge?pledge=speak")
        assert "They can be asked again seven days later." in organizer.text
    with time_machine.travel("2027-08-09T12:00:00Z"):
        report(workshop, people[0], speak=Outcome(State.KEPT))
        report(workshop, people[1], speak=Outcome(State.RELEASED))
        organizer.sign_in("org@example.org")
        organizer.get(f"{PAGE}/nudge?pledge=speak")
        assert "Nobody is left to ask" in organizer.text


def test_a_pledge_that_lapsed_is_asked_about_by_nobody(workshop: Workshop, letter: Letter, organizer: Visitor) -> None:
    signed(workshop, letter, "ada@example.org", strike=None)
    with time_machine.travel("2027-06-02T12:00:00Z"):
        tick(workshop)
        organizer.sign_in("org@example.org")
        organizer.get(PAGE)
        assert "lapsed" in organizer.page.select("tbody tr")[2].get_text()
        assert not organizer.page.select("a[href*='pledge=strike']")
        organizer.get(f"{PAGE}/nudge?pledge=strike")
        assert "It has lapsed and binds nobody" in organizer.text
        sent = {"pledge": "strike", "csrf_token": csrf_token(organizer)}
        assert organizer.post(f"{PAGE}/nudge", sent).status_code == 409


def test_moderators_and_other_letters_organizers_stay_out(workshop: Workshop, letter: Letter) -> None:
    workshop.account("mod@example.org")
    workshop.account("limited@example.org", Role.ORGANIZER, only=workshop.letter("other"))
    for email in ("mod@example.org", "limited@example.org"):
        visitor = Visitor(workshop.app.test_client())
        visitor.sign_in(email)
        for path in (PAGE, f"{PAGE}.csv", f"{PAGE}/nudge?pledge=speak"):
            assert visitor.get(path).status_code == 403
