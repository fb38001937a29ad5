"""Whatever moderators decide, and whatever comes after, nothing tells a signatory that the rules had doubted it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from pledges import clock
from pledges.letter.queries import get_letter
from pledges.moderation import deciding
from pledges.signature import gathering, history, reminding
from pledges.signature.history import Change
from pledges.signature.models import Signature
from pledges.signature.states import Actor, State
from tests.mailing import link
from tests.people import Visitor, Workshop

LETTERS = (("ask-more", "buy"), ("ask-twice", ""))
"""Under the first one fills the field that only programs see."""
ADAS = Signature.name.is_(None) | (Signature.name != "Bea")


def sign_both(workshop: Workshop, visitor: Visitor, of: str = "", **sent: str) -> list[str]:
    """The own pages of two who did the same, and of whom one is quarantined."""
    own = []
    for slug, trap in LETTERS:
        workshop.letter(slug, moderation="hold", **({"together": of} if of else {}))
        visitor.sign(slug, subject=trap, **sent)
        workshop.deliver()
        visitor.post(workshop.confirm_link("ada@example.org"))
        workshop.deliver()
        own.append(workshop.manage_link("ada@example.org"))
    assert states(workshop) == [State.QUARANTINED, State.AWAITING]
    return own


def states(workshop: Workshop) -> list[State]:
    with workshop.writing() as session:
        return [*session.scalars(select(Signature.state).where(ADAS).order_by(Signature.id))]


def decide(workshop: Workshop, deed: Callable[..., object], *slugs: str, **how: Any) -> None:
    """A moderator does so with what Ada signed under these letters."""
    with workshop.writing() as session:
        ids = session.scalars(select(Signature.id).order_by(Signature.id)).all()
        for (slug, _trap), signature_id in zip(LETTERS, ids, strict=False):
            if slug in (slugs or dict(LETTERS)):
                which: Any = signature_id if deed is deciding.take_back else [signature_id]
                deed(session, get_letter(session, slug), which, account_id=None, now=clock.now(), **how)


def judge_a_report(workshop: Workshop) -> None:
    """What stands in the history of both once a moderator has let a report of theirs be seen."""
    with workshop.writing() as session:
        rows = session.scalars(select(Signature).where(ADAS)).all()
        changes = [Change(row.id, row.state, row.state, "give: report approved") for row in rows]
        assert len(changes) == 2
        history.write(session, changes, by=Actor.MODERATOR, now=clock.now())


def check_told_alike(visitor: Visitor, own: list[str]) -> str:
    """The page and the download of both are the same; answers the page."""
    told = []
    for path, (slug, _trap) in zip(own, LETTERS, strict=True):
        answers = [visitor.get(path), visitor.get(f"{path}/download")]
        told.append([a.get_data(as_text=True).replace(path, "/manage/…").replace(slug, "slug") for a in answers])
    assert told[0] == told[1]
    visitor.get(own[0])
    return visitor.text


def test_a_rejection_that_is_taken_back_is_told_alike(
    workshop: Workshop, visitor: Visitor, time: time_machine.Traveller
) -> None:
    own = sign_both(workshop, visitor)
    decide(workshop, deciding.reject, reason="Who?")
    decide(workshop, deciding.take_back)
    assert states(workshop) == [State.QUARANTINED, State.AWAITING]
    assert "kept out → waits for a moderator, by a moderator" in check_told_alike(visitor, own)
    for path in own:
        visitor.post(f"{path}/withdraw")
    time.shift(timedelta(minutes=1))
    check_told_alike(visitor, own)


@pytest.mark.parametrize(
    ("way", "how"),
    [
        (deciding.approve, {}),
        (deciding.approve_name, {}),
        (deciding.reject, {"reason": "Who?"}),
        (None, {}),
    ],
)
def test_a_sealed_one_that_is_let_in_unread_is_told_what_the_others_are(
    workshop: Workshop,
    visitor: Visitor,
    time: time_machine.Traveller,
    way: Callable[..., object] | None,
    how: dict[str, str],
) -> None:
    """Under a letter that counts confirmed ones only the quarantined need to be let in while they are sealed."""
    own = sign_both(workshop, visitor, of="2", statement="I will.", together="y")
    decide(workshop, deciding.approve, "ask-more")
    assert states(workshop) == [State.APPROVED, State.AWAITING]
    assert "waits for a moderator" in check_told_alike(visitor, own)
    if way is not None:
        for slug, _trap in LETTERS:
            with workshop.writing() as session:
                letter = get_letter(session, slug)
            workshop.confirmed(letter, "bea@example.org", "Bea")
            with workshop.writing() as session:
                gathering.gather(session, now=clock.now())
            with workshop.writing() as session:
                gathering.tell_gathered(session, now=clock.now())
        workshop.deliver()
        judge_a_report(workshop)
        check_told_alike(visitor, own)
        decide(workshop, way, **how)
        assert len({*states(workshop)}) == 1
        check_told_alike(visitor, own)
    for path in own:
        visitor.post(f"{path}/withdraw")
    check_told_alike(visitor, own)


def test_who_signs_again_after_withdrawing_is_reminded_alike(
    workshop: Workshop, visitor: Visitor, time: time_machine.Traveller
) -> None:
    for slug, trap in LETTERS:
        workshop.letter(slug, moderation="hold")
        visitor.sign(slug, subject=trap)
    first = workshop.deliver()
    remind_a_day_later(workshop, time)
    for mail in first:
        visitor.post(link(mail, "confirm"))
    assert states(workshop) == [State.QUARANTINED, State.AWAITING]
    for mail in workshop.deliver():
        visitor.post(f"{link(mail, 'manage')}/withdraw")
    for slug, _trap in LETTERS:
        visitor.sign(slug)
    workshop.deliver()
    workshop.sink.messages.clear()
    remind_a_day_later(workshop, time)
    assert ["waits for you" in mail["Subject"] for mail in workshop.sink.messages] == [True, True]


def remind_a_day_later(workshop: Workshop, time: time_machine.Traveller) -> None:
    time.shift(timedelta(days=1, hours=1))
    with workshop.writing() as session:
        reminding.remind_unconfirmed(session, now=clock.now())
    workshop.deliver()
