"""What the rules against abuse keep back, that a moderator sees why, and that its sender sees what everyone sees."""

import re
from datetime import timedelta

import pytest
import time_machine
from flask import render_template_string
from sqlalchemy import select

from pledges import clock, retention
from pledges.letter import publishing
from pledges.letter.models import Letter, Moderation
from pledges.letter.queries import get_letter
from pledges.moderation import deciding
from pledges.signature import gathering
from pledges.signature.models import Signature
from pledges.signature.policy import Flag, rule
from pledges.signature.states import Actor, State
from pledges.tally.queries import Figures
from tests.mailing import plain
from tests.people import Visitor, Workshop

pytestmark = pytest.mark.usefixtures("no_difference")

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


def test_a_rejection_taken_back_leaves_the_trapped_counted_nowhere(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter(moderation="flag")
    visitor.sign("ask-more", subject="buy")
    workshop.deliver()
    visitor.post(workshop.confirm_link("ada@example.org"))
    trapped = only_signature(workshop)
    how = {"account_id": None, "now": clock.now()}
    with workshop.writing() as session:
        deciding.reject(session, letter, [trapped.id], reason="A program", **how)
    with workshop.writing() as session:
        deciding.take_back(session, letter, trapped.id, **how)
    assert workshop.state(trapped) is State.QUARANTINED
    assert workshop.figures(letter) == Figures()


def test_whoever_withdraws_from_quarantine_and_signs_again_is_held(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter(moderation="flag")
    visitor.sign("ask-more", email="ada.example@gmail.com", subject="Hello")
    workshop.deliver()
    visitor.post(workshop.confirm_link("ada.example@gmail.com"))
    workshop.deliver()
    visitor.post(f"{workshop.manage_link('ada.example@gmail.com')}/withdraw")
    workshop.deliver()
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
