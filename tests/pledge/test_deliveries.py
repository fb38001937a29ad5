"""What an organizer imports as delivered counts once, and beside what signatories say, not above it."""

import json
import threading

import pytest
import time_machine
from sqlalchemy import update

from pledges import clock
from pledges.letter.models import Letter
from pledges.pledge.asking import CHECK_IN
from pledges.pledge.deliveries import Fault, Imported
from pledges.pledge.models import Commitment, Delivery, Reading
from pledges.pledge.reporting import Outcome
from pledges.pledge.states import Actor, State
from pledges.signature import withdrawing
from pledges.signature.models import Signature
from tests.mailing import plain
from tests.people import Visitor, Workshop
from tests.pledge.commitments import PLEDGES, commitments, kept, recounted, signed, tick, totals
from tests.pledge.deliveries import gifts, import_
from tests.pledge.promises import pledged, report
from tests.pledge.test_reporting import reports

EXPORT = ("pledge", "export", "ask-more")


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
