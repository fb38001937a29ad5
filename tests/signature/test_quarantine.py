"""What the rules against abuse keep back, that a moderator sees why, and that its sender sees what everyone sees."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from flask import render_template_string
from sqlalchemy import select

from pledges import clock, retention
from pledges.letter import publishing
from pledges.letter.models import Letter, Moderation
from pledges.letter.queries import get_letter
from pledges.security import keyring
from pledges.signature import confirming, gathering, signing
from pledges.signature.addresses import read_address
from pledges.signature.models import Signature, Words
from pledges.signature.policy import MANY, Flag, Origin, rule
from pledges.signature.queries import rows_by_bucket
from pledges.signature.states import Actor, State
from pledges.tally import recounting
from pledges.tally.queries import Figures
from tests.crowds import dump
from tests.mailing import plain
from tests.people import Visitor, Workshop

CAMPUS = "192.0.2.0/24"
SUSPICIOUS = [
    {Flag.TRAPPED},
    {Flag.TRAPPED, Flag.RETURNED},
    {Flag.DISPOSABLE, Flag.MANY_FROM_NETWORK},
    {Flag.WEB_ADDRESS, Flag.MANY_FROM_NETWORK},
    {Flag.WEB_ADDRESS, Flag.DISPOSABLE},
]
ONLY_HELD = [
    *({flag} for flag in Flag if flag is not Flag.TRAPPED),
    {Flag.UNPROVEN, Flag.MANY_FROM_NETWORK},
    {Flag.UNPROVEN, Flag.WEB_ADDRESS, Flag.RETURNED},
    {Flag.ORGANIZATION, Flag.DISPOSABLE},
]


@pytest.fixture
def time() -> Iterator[time_machine.Traveller]:
    with time_machine.travel("2027-03-01T12:00:00Z", tick=False) as coordinates:
        yield coordinates


@pytest.fixture(autouse=True)
def no_difference(workshop: Workshop) -> Iterator[None]:
    yield
    with workshop.writing() as session:
        assert recounting.compare(session, rows_by_bucket()) == []


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


def only_signature(workshop: Workshop) -> Signature:
    with workshop.writing() as session:
        return session.scalars(select(Signature).where(Signature.state != State.WITHDRAWN)).one()


@pytest.mark.parametrize("moderation", Moderation)
def test_the_rule_of_what_is_quarantined_and_what_only_waits(workshop: Workshop, moderation: Moderation) -> None:
    letter = Letter(moderation=moderation)
    for flags in SUSPICIOUS:
        assert rule(letter, [*flags]) == (State.QUARANTINED, Actor.POLICY), flags
    for flags in ONLY_HELD:
        assert rule(letter, [*flags]) == (State.AWAITING, Actor.SIGNATORY), flags


def test_the_trap_is_hidden_from_people_and_their_programs(workshop: Workshop, visitor: Visitor) -> None:
    workshop.letter()
    visitor.get("/letters/ask-more")
    trap = visitor.page.select_one(".trap")
    field = trap.select_one("input")
    assert trap["aria-hidden"] == "true"
    assert (field["tabindex"], field["autocomplete"], field.get("value", "")) == ("-1", "off", "")
    assert not re.search("name|mail|tel|phone|url|web|address|company|org|zip|city|user|pass", field["name"])
    assert "required" not in field.attrs


def test_who_fills_the_trap_is_answered_mailed_and_thanked_like_everyone(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter(moderation="flag")
    seen = []
    for email, trap in (("ada@example.org", ""), ("bot@example.org", "buy")):
        pages = [visitor.sign("ask-more", email=email, subject=trap)]
        (mail,) = workshop.deliver()
        pages += [visitor.get(workshop.confirm_link(email)), visitor.post(workshop.confirm_link(email))]
        pages.append(visitor.get(pages[-1].headers["Location"]))
        (thanks,) = workshop.deliver()
        answers = [(page.status_code, page.headers.get("Location"), page.get_data(as_text=True)) for page in pages]
        seen.append(
            re.sub(r"(/confirm/|/manage/)[\w.-]+|\d{3} \d{3}", r"\1", repr([*answers, plain(mail), plain(thanks)]))
        )
    assert seen[0] == seen[1].replace("bot@example.org", "ada@example.org")
    assert workshop.figures(letter) == Figures(approved=1)


@pytest.mark.parametrize("moderation", ["flag", "hold"])
def test_the_trapped_wait_in_the_queue_with_the_reason_and_count_once_approved(
    workshop: Workshop, visitor: Visitor, moderation: str
) -> None:
    letter = workshop.letter(moderation=moderation)
    workshop.account()
    visitor.sign("ask-more", subject="Hello")
    workshop.deliver()
    visitor.post(workshop.confirm_link("ada@example.org"))
    signature = only_signature(workshop)
    assert (signature.state, signature.flags) == (State.QUARANTINED, ["trapped"])
    assert workshop.figures(letter) == Figures()
    assert visitor.get("/api/v1/letters/ask-more/count").get_json()["count"] == 0

    workshop.deliver()
    visitor.get(workshop.manage_link("ada@example.org"))
    assert "waits for a moderator" in visitor.text
    assert not re.search("quarantin|suspicious|program", visitor.text)

    visitor.sign_in("mod@example.org")
    visitor.get("/moderation/ask-more")
    (row,) = visitor.page.select(".queue__row")
    assert [tag.get_text() for tag in row.select(".tag")] == ["suspicious", "filled a field that only programs see"]
    visitor.press("/decide", "approve", signature=str(signature.id))
    assert workshop.figures(letter) == Figures(approved=1)


def test_what_one_downloads_never_tells_whether_one_is_quarantined(
    workshop: Workshop, visitor: Visitor, time: time_machine.Traveller
) -> None:
    letter = workshop.letter(email_domains="[example.org]")
    people = {"ada@example.org": "", "bot@example.org": "buy"}
    for email, trap in people.items():
        visitor.sign("ask-more", email=email, subject=trap, affiliation="Example", statement="I will.")
        workshop.deliver()
        visitor.post(workshop.confirm_link(email))
        workshop.deliver()

    def downloaded() -> list[str]:
        told = [visitor.get(f"{workshop.manage_link(email)}/download").get_data(as_text=True) for email in people]
        return [text.replace("bot@", "ada@") for text in told]

    def alike() -> bool:
        return len(set(downloaded())) == 1

    assert alike()
    with workshop.writing() as session:
        publishing.close(session, get_letter(session, letter.slug), now=clock.now())
    time.shift(timedelta(days=366))
    with workshop.app.app_context():
        retention.run(now=clock.now())
    assert "I will." not in downloaded()[0]
    assert alike()
    for email in people:
        visitor.post(f"{workshop.manage_link(email)}/withdraw")
    assert '"withdrawn"' in downloaded()[0]
    assert alike()


def test_every_flag_has_a_name_for_moderators(workshop: Workshop) -> None:
    with workshop.app.test_request_context():
        shown = "{% from 'macros/moderation.html' import flag_name with context %}{{ flag_name(flag) }}"
        names = [render_template_string(shown, flag=flag.value) for flag in Flag]
    assert {*names} & {flag.value for flag in Flag} <= {"organization"}
    assert len({*names}) == len(Flag)


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


def test_whoever_withdraws_from_quarantine_and_signs_again_is_held(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter(moderation="flag")
    visitor.sign("ask-more", email="ada.example@gmail.com", subject="Hello")
    workshop.deliver()
    visitor.post(workshop.confirm_link("ada.example@gmail.com"))
    workshop.deliver()
    visitor.post(f"{workshop.manage_link('ada.example@gmail.com')}/withdraw")
    (last_word,) = workshop.deliver()
    assert "/manage/" not in plain(last_word)
    assert workshop.figures(letter) == Figures(withdrawn=1)

    visitor.sign("ask-more", email="adaexample+again@gmail.com")
    workshop.deliver()
    visitor.post(workshop.confirm_link("adaexample+again@gmail.com"))
    again = only_signature(workshop)
    assert (again.state, again.flags) == (State.AWAITING, ["returned"])


@pytest.mark.parametrize("moderation", ["flag", "hold"])
def test_the_quarantined_download_what_a_waiting_one_would(
    workshop: Workshop, visitor: Visitor, moderation: str
) -> None:
    workshop.letter("ask-more", moderation=moderation)
    workshop.letter("another", moderation="hold")
    told = []
    for slug, trap in (("ask-more", "buy"), ("another", "")):
        visitor.sign(slug, subject=trap)
        workshop.deliver()
        visitor.post(workshop.confirm_link("ada@example.org"))
        workshop.deliver()
        told.append(visitor.get(f"{workshop.manage_link('ada@example.org')}/download").get_json())
    assert "quarantined" not in repr(told[0])
    assert "trapped" not in repr(told[0])
    assert told[0]["state"] == told[1]["state"] == "awaiting"
    assert [{**event, "at": ""} for event in told[0]["history"]] == [
        {**event, "at": ""} for event in told[1]["history"]
    ]


def test_the_quarantined_are_told_like_everyone_that_enough_have_signed(workshop: Workshop, visitor: Visitor) -> None:
    workshop.confirmed(workshop.letter(moderation="flag", together=2), "bea@example.org")
    for email, trap in (("bot@example.org", "buy"), ("ada@example.org", "")):
        visitor.sign("ask-more", email=email, together="y", subject=trap)
        workshop.deliver()
        visitor.post(workshop.confirm_link(email))
        workshop.deliver()
    with workshop.writing() as session:
        gathering.gather(session, now=clock.now())
        gathering.tell_gathered(session, now=clock.now())
    workshop.deliver()
    mails = {
        email: [mail["Subject"] for mail in workshop.sink.to(email)] for email in ("bot@example.org", "ada@example.org")
    }
    assert mails["bot@example.org"] == mails["ada@example.org"]
    assert len(mails["bot@example.org"]) == 3
