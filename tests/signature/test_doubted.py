"""Whatever moderators decide, and whatever comes after, nothing tells a signatory that the rules had doubted it."""

from datetime import timedelta

import time_machine
from sqlalchemy import select

from pledges import clock
from pledges.letter.queries import get_letter
from pledges.moderation import deciding
from pledges.signature import reminding
from pledges.signature.models import Signature
from pledges.signature.states import State
from tests.mailing import link
from tests.people import Visitor, Workshop

LETTERS = (("ask-more", "buy"), ("ask-twice", ""))
"""Under the first one fills the field that only programs see."""


def sign_both(workshop: Workshop, visitor: Visitor, **how: str) -> list[str]:
    """The own pages of two who did the same, and of whom one is quarantined."""
    own = []
    for slug, trap in LETTERS:
        workshop.letter(slug, moderation="hold")
        visitor.sign(slug, subject=trap, **how)
        workshop.deliver()
        visitor.post(workshop.confirm_link("ada@example.org"))
        workshop.deliver()
        own.append(workshop.manage_link("ada@example.org"))
    with workshop.writing() as session:
        states = session.scalars(select(Signature.state).order_by(Signature.id)).all()
    assert states == [State.QUARANTINED, State.AWAITING]
    return own


def told(visitor: Visitor, own: list[str]) -> list[tuple[str, str]]:
    """The page and the download of each."""
    told = []
    for path, (slug, _trap) in zip(own, LETTERS, strict=True):
        pages = [visitor.get(path).get_data(as_text=True), visitor.get(f"{path}/download").get_data(as_text=True)]
        page, download = (text.replace(path, "/manage/…").replace(slug, "a-letter") for text in pages)
        told.append((page, download))
    return told


def test_a_rejection_that_is_taken_back_is_told_alike(workshop: Workshop, visitor: Visitor) -> None:
    with time_machine.travel("2026-11-01T12:00:00Z", tick=False) as time:
        own = sign_both(workshop, visitor)
        with workshop.writing() as session:
            ids = session.scalars(select(Signature.id).order_by(Signature.id)).all()
            for signature_id, (slug, _trap) in zip(ids, LETTERS, strict=True):
                letter = get_letter(session, slug)
                deciding.reject(session, letter, [signature_id], reason="Who?", account_id=None, now=clock.now())
                deciding.take_back(session, letter, signature_id, account_id=None, now=clock.now())
        one, other = told(visitor, own)
        assert one == other
        assert "rejected → waits for a moderator, by a moderator" in visitor.get(own[0]).get_data(as_text=True)
        for path in own:
            visitor.post(f"{path}/withdraw")
        time.shift(timedelta(minutes=1))
        one, other = told(visitor, own)
        assert one == other


def test_who_signs_again_after_withdrawing_is_reminded_alike(workshop: Workshop, visitor: Visitor) -> None:
    with time_machine.travel("2026-11-01T12:00:00Z", tick=False) as time:
        for slug, trap in LETTERS:
            workshop.letter(slug, moderation="hold")
            visitor.sign(slug, subject=trap)
        workshop.deliver()
        time.shift(timedelta(days=1, hours=1))
        remind(workshop)
        for mail in workshop.sink.messages[:2]:
            visitor.post(link(mail, "confirm"))
        thanks = workshop.deliver()
        with workshop.writing() as session:
            assert {*session.scalars(select(Signature.state))} == {State.QUARANTINED, State.AWAITING}
        for mail in thanks:
            visitor.post(f"{link(mail, 'manage')}/withdraw")
        for slug, _trap in LETTERS:
            visitor.sign(slug)
        workshop.deliver()
        workshop.sink.messages.clear()
        time.shift(timedelta(days=1, hours=1))
        remind(workshop)
        workshop.deliver()
    assert ["waits for you" in mail["Subject"] for mail in workshop.sink.messages] == [True, True]


def remind(workshop: Workshop) -> None:
    with workshop.writing() as session:
        reminding.remind_unconfirmed(session, now=clock.now())
