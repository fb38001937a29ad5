"""A signatory is told which mails are recorded about a signature, and how often what may be done only so often was."""

from datetime import timedelta

import pytest
import time_machine

from pledges import clock, retention
from pledges.mail import outbox
from pledges.mail.models import OwedMail
from pledges.mail.queries import list_records
from pledges.signature.models import Signature
from tests.people import Visitor, Workshop
from tests.signature.test_plans import plan_of

TOLD = {
    "event": "event",
    "state": "state",
    "language": "language",
    "recipient": "holds_address",
    "created_at": "created_at",
    "due_at": "due_at",
    "ended_at": "ended_at",
    "attempts": "attempts",
    "error": "error",
}
"""Each column of an owed mail, and where the download tells it."""

ITS_PLACE = {"id", "about_id"}
THE_WORKERS = {"leased_by", "leased_until"}
"""Which process is sending it just now; seconds long, and no data of the signatory."""


@pytest.fixture
def own(workshop: Workshop, visitor: Visitor) -> str:
    """The path of the own page of one who has signed and confirmed, and was thanked."""
    workshop.letter()
    visitor.sign("ask-more")
    workshop.deliver()
    visitor.post(workshop.confirm_link("ada@example.org"))
    workshop.deliver()
    return workshop.manage_link("ada@example.org")


def records(visitor: Visitor, own: str) -> list[tuple[str, str]]:
    told = visitor.get(f"{own}/download").get_json()["mails"]["records"]
    return [(record["event"], record["state"]) for record in told]


def test_every_column_of_a_mail_about_the_signature_is_told(workshop: Workshop, visitor: Visitor, own: str) -> None:
    first, _thanks = visitor.get(f"{own}/download").get_json()["mails"]["records"]
    assert set(first) == set(TOLD.values())
    assert {*TOLD, *ITS_PLACE, *THE_WORKERS} == {column.name for column in OwedMail.__table__.columns}
    owed = workshop.outbox()[0]
    assert (first["event"], first["state"], first["attempts"]) == ("confirmation", "sent", 1)
    assert first["created_at"] == owed.created_at.isoformat()
    assert owed.ended_at is not None
    assert first["ended_at"] == owed.ended_at.isoformat()
    assert (first["holds_address"], first["error"]) == (False, None)


def test_the_own_page_names_the_mails_with_what_became_of_each(workshop: Workshop, visitor: Visitor, own: str) -> None:
    workshop.sink.refused["ada@example.org"] = "452 4.2.2 <ada@example.org> is full"
    visitor.post("/letters/ask-more/resend", {"email": "ada@example.org"})
    workshop.deliver()
    visitor.get(own)
    newest, *others = [line.get_text(" ", strip=True) for line in visitor.page.select(".stored__list")[-1].select("li")]
    assert "Way to one’s own page, refused for now, next try " in newest
    assert newest.endswith("452 4.2.2 <(address)> is full ; your address is with it")
    assert [line.partition(": ")[2].partition(" sent ")[0] for line in others] == [
        "Thanks for signing,",
        "Link to confirm a signature,",
    ]


def test_mails_about_other_rows_of_that_number_are_not_told(workshop: Workshop, visitor: Visitor, own: str) -> None:
    signature = workshop.outbox()[0].about_id
    with workshop.writing() as session:
        for event in ("asked_again", "names_waiting", "lapsed", "heard_of_no_more"):
            outbox.owe(session, event, signature, is_moot=True, now=clock.now())
        outbox.owe(session, "reminder", signature + 1, is_moot=True, now=clock.now())
    assert records(visitor, own) == [("confirmation", "sent"), ("thanks", "sent")]


def test_what_is_not_kept_any_more_is_not_told(workshop: Workshop, visitor: Visitor, own: str) -> None:
    with time_machine.travel(clock.now() + timedelta(days=15)), workshop.app.app_context():
        retention.run(now=clock.now())
        assert records(visitor, own) == []
        visitor.get(own)
    assert "Mails of the last two weeks No mail was written in that time." in visitor.text


def test_of_a_withdrawn_signature_the_mails_are_told_and_that_the_address_is_with_the_last_one(
    workshop: Workshop, visitor: Visitor, own: str
) -> None:
    visitor.post(f"{own}/withdraw")
    told = visitor.get(f"{own}/download").get_json()
    last = told["mails"]["records"][-1]
    assert (last["event"], last["state"], last["holds_address"]) == ("withdrawn", "due", True)
    assert told["limits"] == {}
    assert "ada@" not in visitor.get(f"{own}/download").get_data(as_text=True)
    workshop.deliver()
    last = visitor.get(f"{own}/download").get_json()["mails"]["records"][-1]
    assert (last["state"], last["holds_address"]) == ("sent", False)
    visitor.get(own)
    assert "Word that a signature is withdrawn, sent" in visitor.text


def test_what_is_counted_for_a_day_is_told(workshop: Workshop, visitor: Visitor) -> None:
    workshop.letter()
    with time_machine.travel("2026-11-01T12:00:00Z", tick=False) as time:
        visitor.sign("ask-more")
        code = {"email": "ada@example.org", "code": "000000"}
        visitor.post("/letters/ask-more/code", code)  # before there is one
        workshop.deliver()
        for _ in range(2):
            visitor.post("/letters/ask-more/code", code)
        time.shift(timedelta(minutes=2))
        visitor.post("/letters/ask-more/resend", {"email": "ada@example.org"})
        workshop.deliver()
        told = visitor.get(f"{workshop.manage_link('ada@example.org')}/download").get_json()
    began, later = "2026-11-01T12:00:00+00:00", "2026-11-01T12:02:00+00:00"
    assert told["limits"] == {"mails": [began, later], "asked_again": [later], "codes": [began, began, began]}


def test_who_doubted_it_shows_in_nothing_that_is_told_after_withdrawing(workshop: Workshop, visitor: Visitor) -> None:
    """The digest of the address stays with a doubted one alone: what is found by it would tell."""
    told = []
    for slug, trap in (("ask-more", "buy"), ("another", "")):
        workshop.letter(slug, moderation="hold")
        with time_machine.travel("2026-11-01T12:00:00Z", tick=False):
            visitor.sign(slug, subject=trap)
            workshop.deliver()
            visitor.post(workshop.confirm_link("ada@example.org"))
            workshop.deliver()
            own = workshop.manage_link("ada@example.org")
            visitor.post(f"{own}/withdraw")
            told.append(visitor.get(f"{own}/download").get_json())
    assert told[0]["state"] == "withdrawn"
    assert told[0]["limits"] == told[1]["limits"] == {}
    assert told[0]["mails"] == told[1]["mails"]


def test_the_mails_of_a_signature_are_found_by_their_index(workshop: Workshop) -> None:
    signature = workshop.sign(workshop.letter())
    with workshop.writing() as session:
        for number in range(600):
            outbox.owe(session, "thanks", signature.id + number, is_moot=True, now=clock.now())
    with workshop.writing() as session:
        plan = plan_of(session, lambda session: list_records(session, Signature, [signature.id]))
    assert "ix_outbox_about" in plan
