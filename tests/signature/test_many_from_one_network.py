"""Many names from one network within minutes are flagged, and a network is known only as its digest."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from pledges import clock
from pledges.letter.models import Letter
from pledges.letter.queries import get_letter
from pledges.security import keyring
from pledges.signature import confirming, signing
from pledges.signature.addresses import read_address
from pledges.signature.models import Signature
from pledges.signature.policy import MANY, Origin
from pledges.signature.states import State
from pledges.signature.words import Words
from pledges.tally.queries import Figures
from tests.crowds import dump
from tests.people import Visitor, Workshop

pytestmark = pytest.mark.usefixtures("no_difference")

CAMPUS = "192.0.2.0/24"


def submit(workshop: Workshop, letter: Letter, number: int, network: str = CAMPUS) -> int:
    """The id of a pending signature from a network."""
    submission = signing.Submission(read_address(f"ada-{number}@example.org"), Words(name="Ada Example"))
    with workshop.writing() as session:
        fresh = get_letter(session, letter.slug)
        origin = Origin(network)
        return signing.sign(session, fresh, fresh.text_in(None), submission, origin=origin, now=clock.now())


def confirm(workshop: Workshop, letter: Letter, signature_id: int) -> Signature:
    with workshop.writing() as session:
        return confirming.confirm(session, get_letter(session, letter.slug), signature_id, now=clock.now())


@pytest.mark.usefixtures("time")
def test_many_names_from_one_network_within_minutes_are_flagged(workshop: Workshop) -> None:
    letter = workshop.letter(moderation="flag")
    few = [submit(workshop, letter, number) for number in range(MANY)]
    assert confirm(workshop, letter, few[0]).flags == []
    one_more = submit(workshop, letter, MANY)
    for signature_id in (few[1], few[-1], one_more):
        signature = confirm(workshop, letter, signature_id)
        assert (signature.state, signature.flags) == (State.AWAITING, ["many_from_network"])
    elsewhere = confirm(workshop, letter, submit(workshop, letter, 100, "198.51.100.0/24"))
    assert (elsewhere.state, elsewhere.flags) == (State.APPROVED, [])
    assert workshop.figures(letter) == Figures(approved=2, awaiting=3)


def test_many_are_counted_ten_minutes_around_each_whenever_it_is_confirmed(
    workshop: Workshop, time: time_machine.Traveller
) -> None:
    letter = workshop.letter(moderation="flag")
    early = submit(workshop, letter, 100)
    time.shift(timedelta(minutes=10))
    half = [submit(workshop, letter, number) for number in range(MANY // 2)]
    time.shift(timedelta(minutes=10))
    others = [submit(workshop, letter, number + 50) for number in range(MANY // 2)]
    time.shift(timedelta(minutes=10, seconds=1))
    late = submit(workshop, letter, 101)
    time.shift(timedelta(hours=5))
    flags = {each: confirm(workshop, letter, each).flags for each in (early, half[0], others[0], late)}
    assert flags == {early: [], half[0]: ["many_from_network"], others[0]: [], late: []}


def test_another_letter_is_not_burdened_by_the_same_network(workshop: Workshop) -> None:
    busy, calm = workshop.letter("busy", moderation="flag"), workshop.letter("calm", moderation="flag")
    for number in range(MANY + 1):
        submit(workshop, busy, number)
    assert confirm(workshop, calm, submit(workshop, calm, 1)).flags == []


def test_a_network_is_stored_as_a_digest_that_tells_letters_apart(workshop: Workshop, visitor: Visitor) -> None:
    for slug in ("ask-more", "another"):
        workshop.letter(slug)
        for address in ("2001:db8:1:2::1", "2001:db8:1:2:ffff::1"):
            visitor.post(
                f"/letters/{slug}/sign",
                {"name": "Ada Example", "email": f"ada-{len(address)}@example.org"},
                environ_base={"REMOTE_ADDR": address},
            )
    with workshop.writing() as session:
        digests = session.scalars(select(Signature.network_digest).order_by(Signature.id)).all()
    assert digests[0] == digests[1] == keyring().digest("network of letter 1", "2001:db8:1:2::/64")
    assert digests[2] == digests[3] != digests[0]
    assert "2001:db8" not in repr(dump(workshop))


def test_through_the_door_many_from_one_network_are_flagged_and_from_loopback_none(
    workshop: Workshop, visitor: Visitor
) -> None:
    flags = {}
    for slug, address in (("ask-more", "192.0.2.9"), ("another", "127.0.0.1"), ("third", "::ffff:127.0.0.1")):
        workshop.letter(slug, moderation="flag")
        for number in range(MANY + 1):
            fields = {"name": "Ada Example", "email": f"ada-{number}@example.org"}
            visitor.post(f"/letters/{slug}/sign", fields, environ_base={"REMOTE_ADDR": address})
        workshop.deliver()
        visitor.post(workshop.confirm_link("ada-0@example.org"))
        with workshop.writing() as session:
            confirmed = select(Signature).where(Signature.confirmed_at.is_not(None)).order_by(Signature.id.desc())
            flags[slug] = session.scalars(confirmed).first().flags
    assert flags == {"ask-more": ["many_from_network"], "another": [], "third": []}
