"""An organizer sees figures that add up, takes them along, and imports by browser or command; others stay out."""

import csv
import io
import json
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import update

from pledges.letter.models import Letter
from pledges.organizer.models import Role
from pledges.pledge.deliveries import Fault
from pledges.pledge.models import Commitment, Reading
from pledges.pledge.reporting import Outcome
from pledges.pledge.states import State
from pledges.signature.models import Signature
from tests.moderation.desk import csrf_token
from tests.people import Visitor, Workshop
from tests.pledge.deliveries import PAGE, gifts, import_
from tests.pledge.promises import AFTER, BEFORE, pledged, report
from tests.pledge.promises import PLEDGES as PLEDGES_WITH_DATES


def send(organizer: Visitor, text: str) -> int:
    organizer.get(PAGE)
    parts = ("csrf_token", "", csrf_token(organizer)), ("file", '; filename="paid.csv"', text)
    body = "".join(
        f'--x\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n{said}\r\n' for name, more, said in parts
    )
    sent = {"data": f"{body}--x--\r\n".encode(), "content_type": "multipart/form-data; boundary=x"}
    return organizer.post(f"{PAGE}/import", **sent).status_code


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
    assert "CSV" in organizer.page.select_one("[role=alert] a[href='#file']").get_text()
    assert organizer.page.select_one("#file[aria-invalid]")["aria-describedby"] == "file-error"
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
    assert {row["name"] for row in rows} == {""}, "nobody chose to be shown"
    with workshop.writing() as session:
        session.execute(update(Commitment).where(Commitment.signature_id == people[0].id).values(shown=True))
        session.execute(update(Signature).where(Signature.id.in_([people[0].id, people[1].id])).values(listed=True))
    rows = [*csv.DictReader(io.StringIO(organizer.get(f"{PAGE}.csv").get_data(as_text=True)))]
    assert {row["name"] for row in rows} == {"", people[0].name}


@pytest.mark.parametrize("kilobytes", [130, 1000, 4000])
def test_a_file_of_four_megabytes_is_imported(
    organizer: Visitor, workshop: Workshop, people: list[Signature], kilobytes: int
) -> None:
    reference = gifts(workshop)[0].reference
    lines = f"{reference},10,2026-03-09\n" + "\n" * (kilobytes * 1024)
    assert send(organizer, lines) == 200
    assert "1 delivery is recorded" in organizer.text


def test_a_larger_file_is_refused_in_words_that_fit_a_file(organizer: Visitor, people: list[Signature]) -> None:
    assert send(organizer, "x" * (4 * 1024 * 1024 + 1)) == 413
    assert "A file may have 4 MB. Split it" in organizer.text


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


def test_moderators_and_other_letters_organizers_stay_out(workshop: Workshop, letter: Letter) -> None:
    workshop.account("mod@example.org")
    workshop.account("limited@example.org", Role.ORGANIZER, only=workshop.letter("other"))
    for email in ("mod@example.org", "limited@example.org"):
        visitor = Visitor(workshop.app.test_client())
        visitor.sign_in(email)
        for path in (PAGE, f"{PAGE}.csv", f"{PAGE}/nudge?pledge=speak"):
            assert visitor.get(path).status_code == 403
