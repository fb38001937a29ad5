"""Migrations lose no row on the way, and what the rows say stays said."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import delete, func, inspect, select, text, update

from pledges import allowance, clock
from pledges.db import db, is_up_to_date
from pledges.letter.models import Letter, LetterText
from pledges.mail.models import OwedMail, OwedState
from pledges.pledge.models import Commitment
from pledges.pledge.reporting import Outcome
from pledges.pledge.states import State
from pledges.signature import gathering, withdrawing
from pledges.signature.models import Signature, SignatureEvent
from tests.migrating import config_of, upgrade_with
from tests.people import Visitor, Workshop
from tests.pledge.commitments import PLEDGES, commitments, kept, recounted, signed
from tests.pledge.deliveries import import_
from tests.pledge.promises import report
from tests.signature.society import confirm, decide

ORPHAN = """    op.execute("DELETE FROM letter")
"""


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_table_that_is_rebuilt_on_sqlite_keeps_the_rows_that_hang_on_it(workshop: Workshop, tmp_path: Path) -> None:
    workshop.confirmed(workshop.letter())
    upgrade_with(workshop.app, tmp_path)
    with workshop.writing() as session:
        for model in (LetterText, SignatureEvent):
            assert session.scalar(select(func.count()).select_from(model)) == 1
        columns = inspect(session.connection()).get_columns("letter")
        assert "added" in {column["name"] for column in columns}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_migration_that_leaves_a_row_without_its_parent_is_refused(workshop: Workshop, tmp_path: Path) -> None:
    workshop.confirmed(workshop.letter())
    with pytest.raises(RuntimeError, match="rows without their parents"):
        upgrade_with(workshop.app, tmp_path, more=ORPHAN)
    with workshop.writing() as session:
        assert session.scalar(select(func.count()).select_from(Letter)) == 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_foreign_keys_are_checked_again_after_a_migration(workshop: Workshop, tmp_path: Path) -> None:
    upgrade_with(workshop.app, tmp_path)
    with workshop.app.app_context(), db.engine.connect() as connection:
        assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_was_imported_is_credited_beside_what_was_said(workshop: Workshop) -> None:
    letter = workshop.letter(pledges=PLEDGES)
    ada, bea, cal = (signed(workshop, letter, f"{name}@example.org", give=10000) for name in ("ada", "bea", "cal"))
    for person in (ada, bea):
        report(workshop, person, give=Outcome(State.PARTLY, 1000))
    one, _other, third = commitments(workshop)
    import_(workshop, f"{one.reference},40,2025-05-01\n{third.reference},100,2025-05-01")
    before = [(row.delivered, row.imported, row.by_organizer, row.state) for row in commitments(workshop)]
    assert before == [
        (1000, 4000, False, State.PARTLY), (1000, None, False, State.PARTLY), (None, 10000, True, State.KEPT),
    ]  # fmt: skip
    with workshop.app.app_context():
        command.downgrade(config_of(workshop.app), "0016")
        command.upgrade(config_of(workshop.app), "head")
    assert [(row.delivered, row.imported, row.by_organizer, row.state) for row in commitments(workshop)] == before
    assert kept(workshop) == recounted(workshop)
    report(workshop, cal, give=Outcome(State.RELEASED))
    assert kept(workshop) == recounted(workshop)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_marks_that_an_open_domain_gave_are_taken_back(workshop: Workshop) -> None:
    signed = [workshop.confirmed(workshop.letter("anyone"))]
    signed.append(workshop.confirmed(workshop.letter("staff", email_domains="[example.org]")))
    with workshop.writing() as session:
        for signature in signed:
            row = session.merge(signature)
            row.affiliation_matched, row.domain = True, "example.org"
    with workshop.app.app_context():
        command.downgrade(config_of(workshop.app), "0014")
        command.upgrade(config_of(workshop.app), "head")
    with workshop.writing() as session:
        rows = session.scalars(select(Signature).order_by(Signature.id)).all()
        assert [(row.affiliation_matched, row.domain) for row in rows] == [(False, None), (False, "example.org")]


def test_what_was_used_of_an_allowance_stays_used_forth_and_back(workshop: Workshop) -> None:
    def take(now: datetime) -> bool:
        with workshop.writing() as session:
            return allowance.take(session, b"d" * 32, limit=3, window=timedelta(hours=1), now=now)

    began = datetime(2027, 3, 8, 12, 0, 0, 70, tzinfo=UTC)
    assert [take(began) for _ in range(2)] == [True, True]
    with workshop.app.app_context():
        command.downgrade(config_of(workshop.app), "0017")
        command.upgrade(config_of(workshop.app), "head")
    assert [take(began), take(began)] == [True, False]
    assert not take(began + timedelta(minutes=59, seconds=59))
    assert [take(began + timedelta(hours=1)) for _ in range(4)] == [True, True, True, False]


def test_there_is_no_way_back_once_a_mailbox_has_signed_for_several_organizations(
    workshop: Workshop, visitor: Visitor
) -> None:
    workshop.letter()
    assert confirm(workshop, visitor) == 303
    with workshop.app.app_context():
        command.downgrade(config_of(workshop.app), "0023")
        command.upgrade(config_of(workshop.app), "head")
    assert confirm(workshop, visitor, website="other.example.org") == 303
    with workshop.app.app_context():
        with pytest.raises(RuntimeError, match="several organizations"):
            command.downgrade(config_of(workshop.app), "0023")
        assert is_up_to_date()


def test_there_is_no_way_back_while_a_name_that_counts_was_read_by_nobody(workshop: Workshop) -> None:
    letter = workshop.letter(together=3, count="approved")
    sealed = workshop.confirmed(letter, together=True)
    decide(workshop, letter, sealed, "approve")
    with workshop.app.app_context():
        with pytest.raises(RuntimeError, match="let through unread"):
            command.downgrade(config_of(workshop.app), "0022")
        command.upgrade(config_of(workshop.app), "head")
        assert is_up_to_date()


def test_the_way_back_forgets_that_a_role_was_changed(workshop: Workshop) -> None:
    signature = workshop.confirmed(workshop.letter(moderation="flag"), name="www.ada.com")
    with workshop.writing() as session:
        session.merge(signature).flags = ["reworded", "web_address"]
    with workshop.app.app_context():
        command.downgrade(config_of(workshop.app), "0022")
        command.upgrade(config_of(workshop.app), "head")
    with workshop.writing() as session:
        assert session.scalars(select(Signature.flags)).all() == [["web_address"]]


def test_whose_mail_has_left_is_known_from_the_outbox_as_long_as_that_records_it(workshop: Workshop) -> None:
    letter = workshop.letter(together=3, moderation="flag")
    ids = [workshop.confirmed(letter, f"ada-{n}@example.org", together=True).id for n in range(3)]
    at = datetime(2027, 3, 8, 12, 0, 0, 70, tzinfo=UTC)
    with workshop.writing() as session:
        gathering.gather(session, now=at)
        gathering.tell_gathered(session, now=at)
        for signature_id, state in zip(ids, (OwedState.SENT, OwedState.FAILED, OwedState.SENT), strict=True):
            mail = update(OwedMail).where(OwedMail.about_id == signature_id, OwedMail.event == "together_reached")
            session.execute(mail.values(state=state, ended_at=at))
    with workshop.app.app_context():
        command.downgrade(config_of(workshop.app), "0025")
    with workshop.writing() as session:
        session.execute(delete(OwedMail).where(OwedMail.about_id == ids[2]))
    with workshop.app.app_context():
        command.upgrade(config_of(workshop.app), "head")
    with workshop.writing() as session:
        rows = session.scalars(select(Signature).order_by(Signature.id)).all()
        assert [row.together_told_at for row in rows] == [at] * 3
        assert [row.together_mailed_at for row in rows] == [at, None, None]


def test_when_was_reported_on_what_is_withdrawn_is_erased(workshop: Workshop) -> None:
    letter = workshop.letter(pledges=PLEDGES)
    signed(workshop, letter, "ada@example.org", speak=None, give=1000)
    with workshop.writing() as session:
        given = select(Commitment.id).where(Commitment.amount.is_not(None))
        gone = update(Commitment).where(Commitment.id.in_(given)).values(state=State.WITHDRAWN)
        session.execute(gone, execution_options={"synchronize_session": False})
        session.execute(update(Commitment).values(reported_at=clock.now()))
    with workshop.app.app_context():
        command.downgrade(config_of(workshop.app), "0026")
        command.upgrade(config_of(workshop.app), "head")
    assert {row.state: row.reported_at is None for row in commitments(workshop)} == {
        State.WITHDRAWN: True,
        State.MADE: False,
    }


def test_what_was_let_in_unread_says_so_and_who_had_withdrawn_wishes_nothing(workshop: Workshop) -> None:
    letter = workshop.letter(together=3, count="approved")
    sealed = workshop.confirmed(letter, together=True)
    decide(workshop, letter, sealed, "approve")
    gone = workshop.confirmed(letter, "bea@example.org")
    with workshop.writing() as session:
        session.execute(update(SignatureEvent).values(reason=None))
        withdrawing.withdraw(session, gone.id, now=clock.now())
        wished = update(Signature).where(Signature.id == gone.id)
        session.execute(wished.values(unasked=True, together=True, together_told_at=clock.now()))
    with workshop.app.app_context():
        command.downgrade(config_of(workshop.app), "0027")
        command.upgrade(config_of(workshop.app), "head")
    with workshop.writing() as session:
        reasons = select(SignatureEvent.new, SignatureEvent.reason).where(SignatureEvent.reason.is_not(None))
        assert [tuple(row) for row in session.execute(reasons)] == [("approved", "unread, while it was sealed")]
        row = session.get_one(Signature, gone.id)
        assert (row.unasked, row.together, row.together_told_at) == (False, False, None)
