"""Each signature says itself when its mail left that enough have signed: noted once, whatever the outbox forgets."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from sqlalchemy import insert, select, text, update
from sqlalchemy.orm import Session

from pledges import clock
from pledges.db import transaction
from pledges.letter.models import Letter
from pledges.mail.models import OwedMail
from pledges.signature import gathering
from pledges.signature.models import Signature
from tests.crowds import crowd
from tests.people import Workshop
from tests.retention.erasing import erased
from tests.signature.test_plans import plan_of

NAMES = [f"Ada {chr(97 + number)}x" for number in range(12)]


def told(workshop: Workshop, names: list[str] = NAMES) -> Letter:
    """A letter with enough, whose people wait for others and are owed the mail that says so."""
    letter = workshop.letter(together=3)
    crowd(workshop, letter, names)
    with workshop.writing() as session:
        session.execute(update(Signature).values(together=True, listed=False))
    with workshop.writing() as session:
        gathering.gather(session, now=clock.now())
        gathering.tell_gathered(session, now=clock.now())
    return letter


def at_once(workshop: Workshop, deed: Callable[[Session], object], times: int = 4) -> None:
    def run(_: int) -> None:
        with workshop.app.app_context(), transaction() as session:
            deed(session)

    with ThreadPoolExecutor(times) as pool:
        list(pool.map(run, range(times)))


def noted(workshop: Workshop) -> dict[int, object]:
    with workshop.writing() as session:
        return {row.id: row.together_mailed_at for row in session.scalars(select(Signature))}


def test_workers_at_once_note_of_each_when_its_mail_left(workshop: Workshop) -> None:
    told(workshop)
    assert set(noted(workshop).values()) == {None}
    workshop.deliver()
    counts: list[int] = []
    at_once(workshop, lambda session: counts.append(gathering.note_mailed(session, now=clock.now())))
    assert sum(counts) == len(NAMES)
    left = {mail.about_id: mail.ended_at for mail in workshop.outbox() if mail.event == gathering.TOGETHER_REACHED}
    assert noted(workshop) == left
    with workshop.writing() as session:
        assert gathering.note_mailed(session, now=clock.now()) == 0


def test_who_presses_while_workers_note_is_told_once(workshop: Workshop) -> None:
    told(workshop, NAMES[:3])
    refused, *_others = noted(workshop)
    with workshop.writing() as session:
        session.execute(update(OwedMail).where(OwedMail.about_id == refused).values(state="failed"))
    workshop.deliver()
    began = clock.now()
    moments = [began + timedelta(seconds=number) for number in range(4)]
    left = iter(moments)

    def press(session: Session) -> None:
        gathering.count_as_told(session, refused, now=next(left))

    at_once(workshop, press)
    first = noted(workshop)[refused]
    assert first in moments
    at_once(workshop, lambda session: gathering.note_mailed(session, now=clock.now()))
    assert noted(workshop)[refused] == first
    assert None not in noted(workshop).values()


def test_the_record_of_a_mail_that_leaves_weeks_late_is_there_to_be_noted(workshop: Workshop) -> None:
    told(workshop, NAMES[:3])
    with workshop.writing() as session:
        session.execute(update(OwedMail).values(created_at=clock.now() - timedelta(days=20)))
    workshop.deliver()
    erased(workshop)
    with workshop.writing() as session:
        assert gathering.note_mailed(session, now=clock.now()) == 3
    with workshop.writing() as session:
        session.execute(update(OwedMail).values(ended_at=clock.now() - timedelta(hours=2)))
    assert erased(workshop)["records of mails"] == 3
    assert None not in noted(workshop).values()


def test_who_is_to_be_noted_and_shown_is_found_without_reading_the_others_or_the_outbox(workshop: Workshop) -> None:
    told(workshop, [f"Name {number}" for number in range(600)])
    now = clock.now()
    others = {"event": "thanks", "state": "sent", "created_at": now, "due_at": now, "attempts": 1}
    with workshop.writing() as session:
        session.execute(update(Signature).where(Signature.id > 5).values(together_told_at=None))
        session.execute(insert(OwedMail), [{**others, "about_id": number} for number in range(4000)])
    with workshop.writing() as session:
        if session.get_bind().dialect.name == "postgresql":
            session.execute(text("ANALYZE"))
        note = plan_of(session, lambda session: gathering.note_mailed(session, now=clock.now()))
        show = plan_of(session, lambda session: gathering.show_gathered(session, now=clock.now()))
    for plan in (note, show):
        assert "ix_signature_gathered" in plan, plan
        assert "seq scan on outbox" not in plan.lower()
        assert "scan outbox" not in plan.lower()
    assert "ix_outbox_about" in note
