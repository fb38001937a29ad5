"""Who is quarantined hears of pledges what everyone hears, and is counted nowhere; who is rejected hears nothing."""

import time_machine
from sqlalchemy import select

from pledges import clock
from pledges.letter.models import Letter
from pledges.moderation import deciding, judging
from pledges.pledge import nudging, queries, reading
from pledges.pledge.counting import list_totals
from pledges.pledge.models import Reading
from pledges.pledge.reporting import Outcome
from pledges.pledge.states import State as PledgeState
from pledges.signature.models import Signature
from pledges.signature.states import State
from tests.people import Visitor, Workshop
from tests.pledge.promises import report

BOT, ADA, OUT = "bot@example.org", "ada@example.org", "out@example.org"
PLEDGES = """
  - {key: speak, kind: act, text: I will speak up., due: 2027-06-01}
  - {key: strike, kind: act, text: I will strike., due: 2027-06-01, threshold: 1}
  - {key: march, kind: act, text: I will march., due: 2027-06-01, threshold: 9}"""


def signed_by_all(workshop: Workshop, visitor: Visitor) -> Letter:
    """A letter with three who pledged alike: one quarantined, one rejected later, one as everyone."""
    letter = workshop.letter(moderation="hold", pledges=PLEDGES)
    for email, trap in ((BOT, "buy"), (ADA, ""), (OUT, "")):
        sent = {"email": email, "subject": trap, "pledge": ["speak", "strike", "march"]}
        visitor.sign("ask-more", **sent)  # type: ignore[arg-type] # several values of one field
        workshop.deliver()
        visitor.post(workshop.confirm_link(email))
        workshop.deliver()
    return letter


def deliver_all(workshop: Workshop, time: time_machine.Traveller) -> None:
    """What falls due by what fell due is owed for the moment after."""
    for _ in range(3):
        workshop.deliver()
        time.shift(5)


def subjects(workshop: Workshop, email: str) -> list[str]:
    return sorted(mail["Subject"].partition(":")[0] for mail in workshop.sink.to(email))


def test_the_quarantined_are_mailed_about_pledges_like_everyone(workshop: Workshop, visitor: Visitor) -> None:
    with time_machine.travel("2027-03-01T12:00:00Z", tick=False) as time:
        letter = signed_by_all(workshop, visitor)
        with workshop.writing() as session:
            states = {row.email: (row.id, row.state) for row in session.scalars(select(Signature))}
            deciding.reject(session, letter, [states[OUT][0]], reason="No", account_id=None, now=clock.now())
        assert states[BOT][1] is State.QUARANTINED
        begun = subjects(workshop, OUT)
        own = {email: workshop.manage_link(email) for email in (BOT, ADA)}
        for day in ("2027-03-02", "2027-06-02", "2027-06-10"):
            time.move_to(f"{day}T12:00:00Z")
            deliver_all(workshop, time)
        with workshop.writing() as session:
            speak, *_ = queries.list_pledges(session, letter)
            assert nudging.count_silent(session, speak, now=clock.now()) == 2
            nudging.nudge(session, speak, now=clock.now())
        deliver_all(workshop, time)
        told = [visitor.get(f"{own[email]}/download").get_data(as_text=True) for email in (BOT, ADA)]
    assert subjects(workshop, BOT) == subjects(workshop, ADA)
    assert subjects(workshop, BOT) == [
        "Confirm your signature",
        *["What became of your pledges? Ask more of us"] * 3,
        "You have signed",
        "Your pledge binds now",
        "Your pledge has lapsed",
    ]
    assert begun == subjects(workshop, OUT)
    assert without_references(told[0], BOT) == without_references(told[1], ADA)
    with workshop.writing() as session:
        assert {n.made + n.waiting for n in list_totals(session, queries.list_pledges(session, letter)).values()} <= {
            0,
            1,
        }


def test_what_the_quarantined_report_is_read_like_anyones(workshop: Workshop, visitor: Visitor) -> None:
    with time_machine.travel("2027-03-01T12:00:00Z", tick=False) as time:
        letter = signed_by_all(workshop, visitor)
        own = {email: workshop.manage_link(email) for email in (BOT, ADA)}
        with workshop.writing() as session:
            ids = {row.email: row for row in session.scalars(select(Signature))}
        for email in own:
            report(workshop, ids[email], speak=Outcome(PledgeState.KEPT, None, f"I did, {email}"))
        time.shift(60)
        with workshop.writing() as session:
            rows, _after = reading.list_unread(session, letter, limit=9)
            assert {row.signature_id for row in rows} == {ids[BOT].id, ids[ADA].id}
            read = [row.id for row in rows]
            assert {row.id for row in reading.list_reported(session, letter, limit=9)[0]} == {*read}
        workshop.account()
        visitor.sign_in("mod@example.org")
        visitor.get("/moderation/ask-more/reports")
        assert [row.select_one(".tag--grave") is not None for row in visitor.page.select(".queue__row")] == [
            True,
            False,
        ]
        with workshop.writing() as session:
            judging.judge_reports(
                session, letter, read, Reading.WAITING, Reading.APPROVED, account_id=None, now=clock.now(), seen={}
            )
        told = [visitor.get(f"{own[email]}/download").get_data(as_text=True) for email in (BOT, ADA)]
        assert without_references(told[0], BOT) == without_references(told[1], ADA)
        assert '"reading": "approved"' in told[0]
        shown = visitor.get("/letters/ask-more/pledges").get_data(as_text=True)
    assert [email in shown for email in (BOT, ADA)] == [False, True]


def without_references(told: str, email: str) -> str:
    """What was downloaded, without what is each one's own."""
    lines = told.replace(email, "").splitlines()
    return "\n".join(line for line in lines if '"reference"' not in line)
