"""Pledges in every state that the tracker can show, all of it made up."""

from datetime import timedelta

from sqlalchemy import update

from pledges import clock
from pledges.letter import publishing, withdrawing
from pledges.letter.models import Letter
from pledges.letter.queries import lock_letter
from pledges.letter.reading import read_letter_file
from pledges.pledge import binding, queries
from pledges.pledge.counting import Weighing
from pledges.pledge.models import Pledge, PledgeDay
from pledges.pledge.reporting import Outcome
from pledges.pledge.states import State
from tests.people import Workshop
from tests.pledge.promises import pledged, read, report

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
    """Fills letters with pledges; says where somebody's own public page stands."""
    make.letter("pledges-empty", title="Nobody has pledged under this one", moderation="flag", pledges=PLEDGES)
    before = make.letter("pledges-before", title="Pledged, and not due yet", moderation="flag", pledges=PLEDGES)
    _fill(make, before, 4)
    due = make.letter("pledges-due", title="Pledged, and due", moderation="flag", pledges=PLEDGES)
    shown = _fill(make, due, 20)
    _fall_due(make, due)
    words = PLEDGES.replace("I will mentor", f"{LONG} mentor")
    over = make.letter("pledges-withdrawn", title="Withdrawn, and still remembered", moderation="flag", pledges=words)
    _fill(make, over, 3, name=LONG[:100])
    with make.writing() as session:
        withdrawing.withdraw(session, lock_letter(session, over.slug), "We were wrong.", now=clock.now())
    right = _arabic(make)
    _fill(make, right, 6, name="مريم الخطيب")
    _fall_due(make, right)
    return {"pledged_by": f"/letters/pledges-due/pledges/{shown}"}


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


def _fill(make: Workshop, letter: Letter, number: int, name: str = "Ada Quillfeather") -> int:
    """So many who pledge; some report, all show it. The id of the first of them."""
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
        for pledge in queries.list_pledges(session, letter):
            for back in range(40, 0, -1) if pledge.threshold is None else ():
                made, kept = number * (41 - back) // 41, number * max(0, 20 - back) // 40
                day = clock.now().date() - timedelta(days=back)
                session.add(PledgeDay(pledge_id=pledge.id, day=day, made=made, kept=kept))
    return ids[0]


def _fall_due(make: Workshop, letter: Letter) -> None:
    """Lets the due date have passed, and what time does happen."""
    with make.writing() as session:
        past = clock.now() - timedelta(days=2)
        session.execute(
            update(Pledge).where(Pledge.letter_id == letter.id, Pledge.due_at.is_not(None)).values(due_at=past)
        )
    with make.writing() as session:
        binding.lapse_unreached(session, now=clock.now())
