"""Pledges in every state that a page can show, all of it made up."""

from datetime import timedelta

from sqlalchemy import update

from pledges import clock
from pledges.letter import publishing, withdrawing
from pledges.letter.models import Letter
from pledges.letter.queries import lock_letter
from pledges.letter.reading import read_letter_file
from pledges.pledge import asking, binding, deliveries, making, nudging, queries, tracking
from pledges.pledge.counting import Weighing
from pledges.pledge.mails import REPORT_LINK, REPORT_LINK_LASTS
from pledges.pledge.models import Pledge, PledgeDay
from pledges.pledge.reporting import Outcome
from pledges.pledge.states import State
from pledges.security import keyring
from pledges.signature import withdrawing as leaving
from pledges.signature.confirming import LINK_LASTS
from pledges.signature.links import CONFIRM_LINK, manage_token
from pledges.signature.models import Signature
from pledges.signature.unsubscribing import MailKind, unsubscribe_path
from tests.people import Workshop
from tests.pledge.promises import offer, pledged, read, report

LONG = "Rechtsschutzversicherungsgesellschaften" * 6
PLEDGES = """
  - {key: speak, kind: act, text: "When a colleague harasses, I will speak up, to him and to those who decide.",
     due: 2027-06-01, target: 30, every: 30}
  - {key: give, kind: amount, unit: EUR, text: I will give to the fund for legal defense.,
     due: 2027-06-01, target: 13000000}
  - {key: hours, kind: amount, unit: hours, text: I will mentor somebody for so many hours.}
  - {key: strike, kind: act, text: I will stay away from work for a day once a thousand do.,
     due: 2027-06-01, threshold: 1000}"""
ARABIC = """
  - {key: speak, kind: act, text: سأتكلم حين يكون للكلام ثمن., due: 2027-06-01, target: 10}
  - {key: give, kind: amount, unit: EUR, text: سأتبرع., due: 2027-06-01, target: 1000}"""
SAID = (
    Outcome(State.KEPT, None, "I said it in the meeting, and again to his boss.", "https://example.org/minutes/2027"),
    Outcome(State.PARTLY, None, "To him, not yet to those who decide."),
    Outcome(State.NOT_YET),
    Outcome(State.RELEASED, None, "I have left that company."),
    Outcome(State.KEPT, None, "ذهبت وتكلمت.", f"https://example.org/{'minutes' * 20}"),
)  # fmt: skip


def stage_pledges(make: Workshop) -> dict[str, str]:
    """Fills letters with pledges; says where the pages of single signatories stand."""
    make.letter("pledges-empty", title="Nobody has pledged under this one", moderation="flag", pledges=PLEDGES)
    before = make.letter("pledges-before", title="Pledged, and not due yet", moderation="flag", pledges=PLEDGES)
    early = _fill(make, before, 4)
    due = make.letter("pledges-due", title="Pledged, and due", moderation="flag", pledges=PLEDGES)
    ids = _fill(make, due, 20)
    paid = _pay(make, due, _let_reports_wait(make, due))
    taken_back = _take_back(make, due)
    _fall_due(make, due)
    _ask(make, due, ids[-2])
    words = PLEDGES.replace("I will mentor", f"{LONG} mentor")
    over = make.letter("pledges-withdrawn", title="Withdrawn, and still remembered", moderation="flag", pledges=words)
    unbroken = _fill(make, over, 3, name=LONG[:100])
    with make.writing() as session:
        withdrawing.withdraw(session, lock_letter(session, over.slug), "We were wrong.", now=clock.now())
    right = _arabic(make)
    arabic = _fill(make, right, 6, name="مريم الخطيب")
    _fall_due(make, right)
    for letter in (before, due, over, right):
        _look_back(make, letter)
    return {
        "pledged_by": f"/letters/pledges-due/pledges/{ids[0]}",
        "confirm_pledges": _confirm(make, before),
        "manage_pledges": f"/manage/{_manage(make, ids[1])}",
        "manage_pledges_early": f"/manage/{_manage(make, early[-1])}",
        "paid_by": f"/letters/pledges-due/pledges/{paid}",
        "report_paid": _report(paid),
        "report": _report(ids[-1]),
        "report_said": f"{_report(ids[0])}?said=thanks",
        "report_taken_back": _report(taken_back[0]),
        "report_over": _report(taken_back[1]),
        "report_late": _report(ids[-1], late=True),
        "report_unbroken": _report(unbroken[1]),
        "report_right_to_left": _report(arabic[0]),
        "unsubscribe": unsubscribe_path(ids[-1], MailKind.CHECK_INS, clock.now()),
        "unsubscribed": unsubscribe_path(ids[-2], MailKind.CHECK_INS, clock.now()),
    }


def _arabic(make: Workshop) -> Letter:
    title = "لا ننظر بعيدًا بعد اليوم"
    head = (
        f"slug: pledges-right-to-left\ntitle: {title}\nlanguage: ar\nto: كل من صمت\nmoderation: flag\npledges:{ARABIC}"
    )
    with make.writing() as session:
        letter = publishing.create(
            session, read_letter_file(f"---\n{head}\n---\nرأينا ما حدث وصمتنا.\n"), now=clock.now()
        )
        publishing.open_letter(session, letter, now=clock.now())
    return letter


def _fill(make: Workshop, letter: Letter, number: int, name: str = "Ada Quillfeather") -> list[int]:
    """So many who pledge; some report, all show it. The ids of their signatures."""
    ids = []
    for n in range(number):
        amounts = {"speak": None, "give": 65_000_000 + n, "hours": 1250, "strike": None}
        if n % 3 == 0:
            del amounts["hours"]
        signed = pledged(make, letter, f"{letter.slug}-{n}@example.org", f"{name} {n}", shown=True, **amounts)
        ids.append(signed.id)
        if n < 0.75 * number:
            report(make, signed, speak=SAID[n % len(SAID)], give=Outcome(State.KEPT, 100_000_000 if n % 2 else None))
            read(make, signed)
    with make.writing() as session:
        first = [c for c in queries.lock_commitments(session, [ids[0]]) if c.state is State.KEPT]
        weighing = Weighing(first)
        for commitment in first:
            commitment.checked, commitment.checked_source = True, "Minutes of the works council"
        weighing.settle(session)
    return ids


def _look_back(make: Workshop, letter: Letter) -> None:
    """Forty days in which it came to what stands now: nothing is taken back, and reports begin with the second half."""
    with make.writing() as session:
        for standing in tracking.list_standings(session, letter, now=clock.now()):
            totals, pledge = standing.totals, standing.pledge
            for back in range(40, 0, -1) if pledge.threshold is None else ():
                made, kept = totals.made * (41 - back) // 41, totals.kept * max(0, 21 - back) // 21
                day = clock.now().date() - timedelta(days=back)
                session.add(PledgeDay(pledge_id=pledge.id, day=day, made=made, kept=kept))


def _let_reports_wait(make: Workshop, letter: Letter) -> str:
    """Reports that no moderator has read, with all that a stranger may write into them; the reference of the first."""
    references = []
    for n, (name, outcome) in enumerate(
        (
            ("Bruno Okonjo-Pike", Outcome(State.PARTLY, 1_250_50, "Half of it.", "https://example.org/receipt")),
            (LONG[:100], Outcome(State.KEPT, None, LONG, f"https://example.org/{'receipt' * 30}")),
            ("مريم الخطيب", Outcome(State.KEPT, None, "دفعت كل المبلغ.")),
        )
    ):
        signed = pledged(make, letter, f"waits-{n}@example.org", name, shown=True, give=500_000)
        report(make, signed, give=outcome)
        with make.writing() as session:
            references += [row.reference for row in queries.list_commitments(session, signed.id)]
    return references[0]


def _pay(make: Workshop, letter: Letter, reference: str) -> int:
    """A payment that is less than what was said, and one of somebody who has said nothing: whose signature it is."""
    silent = pledged(make, letter, "paid@example.org", "Chidi Sandoval Ruiz", shown=True, give=500_000)
    with make.writing() as session:
        (other,) = queries.list_commitments(session, silent.id)
        lines = f"{reference},900,2025-05-01\n{other.reference},1000.50,2025-05-02"
        deliveries.import_deliveries(session, letter, deliveries.read_lines(lines), now=clock.now())
    return silent.id


def _take_back(make: Workshop, letter: Letter) -> tuple[int, int]:
    """Who has taken one pledge back, and who has taken the whole name back."""
    one, all_of_it = (pledged(make, letter, f"{who}@example.org", speak=None, give=5000) for who in ("one", "all"))
    with make.writing() as session:
        making.withdraw(session, one.id, "give", now=clock.now())
    with make.writing() as session:
        leaving.withdraw(session, all_of_it.id, now=clock.now())
    return one.id, all_of_it.id


def _ask(make: Workshop, letter: Letter, silenced: int) -> None:
    """All who are due are asked about one pledge, but for one who wants no such mails."""
    with make.writing() as session:
        asking.stop_asking(session, silenced)
        nudging.nudge(session, queries.get_pledge(session, letter, "give"), now=clock.now())


def _confirm(make: Workshop, letter: Letter) -> str:
    """The page on which somebody confirms a signature with pledges."""
    signed = make.sign(letter, "to-confirm@example.org", "Ada Quillfeather")
    offer(make, letter, signed, speak=None, give=125_050, strike=None)
    return f"/confirm/{keyring().issue(CONFIRM_LINK, signed.id, letter.id, now=clock.now(), lasts=LINK_LASTS)}"


def _manage(make: Workshop, signature_id: int) -> str:
    with make.writing() as session:
        return manage_token(session.get_one(Signature, signature_id), clock.now())


def _report(signature_id: int, *, late: bool = False) -> str:
    issued = clock.now() - (2 * REPORT_LINK_LASTS if late else timedelta(0))
    return f"/report/{keyring().issue(REPORT_LINK, signature_id, now=issued, lasts=REPORT_LINK_LASTS)}"


def _fall_due(make: Workshop, letter: Letter) -> None:
    """Lets the due date have passed, and what time does happen."""
    with make.writing() as session:
        past = clock.now() - timedelta(days=2)
        session.execute(
            update(Pledge).where(Pledge.letter_id == letter.id, Pledge.due_at.is_not(None)).values(due_at=past)
        )
    with make.writing() as session:
        binding.lapse_unreached(session, now=clock.now())
