"""A signatory is told all that is stored of the pledges: nothing new is stored of them without being told, too."""

import pytest
import time_machine

from pledges import clock
from pledges.db import Base
from pledges.mail import outbox
from pledges.pledge.making import PLEDGE_WITHDRAWN
from pledges.pledge.models import Commitment, Delivery, Report
from pledges.pledge.reporting import Outcome
from pledges.pledge.states import State
from pledges.signature.models import Signature
from tests.people import Visitor, Workshop
from tests.pledge.commitments import commitments
from tests.pledge.deliveries import import_
from tests.pledge.promises import report

TOLD = {
    "pledge_id": "key",
    "state": "state",
    "amount": "amount",
    "delivered": "delivered",
    "imported": "imported",
    "by_organizer": "by_organizer",
    "wording": "wording",
    "language": "language",
    "reference": "reference",
    "shown": "shown",
    "checked": "checked",
    "checked_source": "checked_source",
    "note": "note",
    "evidence": "evidence",
    "reading": "reading",
    "reported_at": "reported_at",
    "asked": "asked",
    "next_ask_at": "asked",
    "created_at": "created_at",
    "made_at": "made_at",
}
TOLD_OF_REPORTS = {
    "at": "at", "outcome": "outcome", "actor": "by", "delivered": "delivered", "note": "note", "evidence": "evidence",
}  # fmt: skip
TOLD_OF_PAYMENTS = {"day": "day", "amount": "amount", "number": "number", "imported_at": "imported_at"}
"""Each column, and where the download tells it."""

ITS_PLACE = {"id", "signature_id", "commitment_id"}
HIDDEN = {"counted"}
"""Whether it counts: of a quarantined signature it would tell what the rules against abuse noticed."""


def columns(model: type[Base]) -> set[str]:
    return {column.name for column in model.__table__.columns} - ITS_PLACE


@pytest.fixture
def own(workshop: Workshop, people: list[Signature]) -> str:
    """The path of the own page of one who gives, has reported on it, and whose payment the organizer knows of."""
    workshop.deliver()
    (gift, *_others) = (row for row in commitments(workshop) if row.amount and row.signature_id == people[0].id)
    import_(workshop, f"reference,amount,date\n{gift.reference},50,2026-06-01\n")
    report(workshop, people[0], give=Outcome(State.PARTLY, 2500, "A quarter.", "https://example.org/receipt"))
    return workshop.manage_link("ada0@example.org")


def test_every_column_of_pledges_reports_and_payments_is_told(visitor: Visitor, own: str) -> None:
    (gift,) = (one for one in visitor.get(f"{own}/download").get_json()["pledges"] if one["amount"])
    assert {*TOLD, *HIDDEN} == columns(Commitment)
    assert {*TOLD.values(), "unit", "reports", "deliveries", "mails"} == set(gift)
    assert set(TOLD_OF_REPORTS) == columns(Report)
    (said,) = (one for one in gift["reports"] if one["by"] == "signatory")
    assert set(said) == set(TOLD_OF_REPORTS.values())
    assert (said["delivered"], said["note"], said["evidence"]) == ("25.00", "A quarter.", "https://example.org/receipt")
    assert set(TOLD_OF_PAYMENTS) == columns(Delivery)
    (payment,) = gift["deliveries"]
    assert set(payment) == set(TOLD_OF_PAYMENTS.values())
    assert (payment["day"], payment["amount"], payment["number"]) == ("2026-06-01", "50.00", 1)


def test_the_mail_about_a_pledge_that_was_taken_back_is_told(visitor: Visitor, own: str) -> None:
    with time_machine.travel("2026-12-01T12:00:00Z", tick=False):
        visitor.get(own)
        visitor.press("/pledges/give/withdraw")
        told = visitor.get(f"{own}/download").get_json()
    assert told["pledges_taken_back"] == ["2026-12-01T12:00:00+00:00"]
    (mails,) = (one["mails"] for one in told["pledges"] if one["mails"])
    assert [(mail["event"], mail["created_at"]) for mail in mails] == [
        ("pledge_withdrawn", "2026-12-01T12:00:00+00:00")
    ]
    visitor.get(own)
    assert "Word that a pledge is taken back, on its way since Dec 1, 2026" in visitor.text
    assert "Mails that said that a pledge is taken back, counted for a day Dec 1, 2026" in visitor.text


def test_reports_and_payments_stand_on_the_own_page(visitor: Visitor, own: str) -> None:
    visitor.get(own)
    assert "partly kept, by you; €25: A quarter. https://example.org/receipt" in visitor.text
    assert "Payment of June 1, 2026, recorded" in visitor.text
    assert ": €50" in visitor.text


def test_when_was_reported_is_erased_with_the_report(visitor: Visitor, own: str) -> None:
    visitor.get(own)
    visitor.press("/pledges/give/withdraw")
    (gift,) = (one for one in visitor.get(f"{own}/download").get_json()["pledges"] if one["key"] == "give")
    assert (gift["state"], gift["reported_at"], gift["reports"], gift["deliveries"]) == ("withdrawn", None, [], [])


def test_mails_about_an_erased_pledge_whose_number_is_used_again_are_not_told(
    workshop: Workshop, visitor: Visitor, own: str
) -> None:
    ids = [row.id for row in commitments(workshop)]
    with workshop.writing() as session, time_machine.travel("2026-01-01T12:00:00Z"):
        for commitment_id in ids:
            outbox.owe(session, PLEDGE_WITHDRAWN, commitment_id, is_moot=True, now=clock.now())
    assert [one["mails"] for one in visitor.get(f"{own}/download").get_json()["pledges"]] == [[], []]
